"""What sort of speaker a printed name or phrase stands for."""

import re

from claims.text.cues import words

WORD = re.compile(r"\w+(?:-\w+)*")
SAID_NAMELESSLY = re.compile(
    r"\b(?:condition of anonymity|(?:speak|speaking|spoke) anonymously|on background"
    r"|(?:not|without|declin\w+|refus\w+)(?: to)?(?: be| being) (?:named|identified|quoted by name))\b",
    re.I,
)
NAMELESS = words("""
    anonymous unnamed unidentified source sources insider insiders informant informants whistleblower
""")
KNOWS = re.compile(r"\b(?:familiar with|close to|with knowledge of|briefed on) \w", re.I)
# One of them, without a name, could be anyone; together they speak for their house.
ONE_OF_MANY = words(
    "official diplomat aide adviser advisor commander officer officials diplomats aides advisers officers"
)
COUNTED = words("a an one another two three some several")

# What stands behind these belongs to the paper, not to its name.
TAIL = re.compile(
    r",|\s(?:of|from|by|on|in|at|about|for|to)\b"
    r"|(?<!\b[Aa])(?<!\b[Tt]he)\s(?:obtained|seen|leaked|published|dated|released|circulating|issued)\b"
)
PAPERS = words("""
    document documents report reports study studies survey surveys memo memos memorandum memoranda letter
    letters cable cables plan plans strategy strategies dossier dossiers transcript transcripts leaflet
    leaflets decree decrees law laws resolution resolutions file files email emails e-mail e-mails record
    records figures data assessment assessments contract contracts draft drafts papers agreement agreements
    treaty treaties manual manuals slides presentation poll polls statistics analysis analyses images map maps
""")
RUMOURS = words("reports rumours rumors some many accounts gossip people")
# "Media reports" are hearsay, "police reports" are papers.
OF_RUMOURS = words("""
    some many unconfirmed media news press local other several various recent early these those there
""")

OFFICES = words("""
    minister ministers ministry ministries president presidents presidency government governments official
    officials spokesman spokeswoman spokesperson spokesmen spokespeople authority authorities army military
    navy forces guard guards staff general generals colonel admiral commander commanders police prosecutor
    prosecutors parliament congress senate senator senators governor governors mayor mayors ambassador
    ambassadors embassy consulate chancellor premier king queen secretary secretariat commission commissioner
    council department agency administration cabinet kremlin pentagon court judge regulator deputy deputies
    lawmaker lawmakers diplomat diplomats envoy envoys delegation nato osce iaea fbi cia fsb kgb mi5 mi6 sbu
    un eu
""")
OFFICIAL_NAMES = (
    "White House", "Downing Street", "Foreign Office", "United Nations", "European Union", "WHO", "Central Bank",
    "central bank", "Air Force", "air force", "intelligence service", "security service",
)  # fmt: skip
# A capital speaks for its government.
CAPITALS = words("""
    Minsk Moscow Kyiv Kiev Warsaw Vilnius Riga Tallinn Washington London Paris Berlin Brussels Beijing Tokyo
    Seoul Pyongyang Tehran Baghdad Damascus Ankara Athens Rome Madrid Lisbon Vienna Prague Bratislava Budapest
    Bucharest Sofia Belgrade Zagreb Ljubljana Sarajevo Skopje Tirana Pristina Podgorica Chisinau Helsinki
    Stockholm Oslo Copenhagen Dublin Bern Ottawa Canberra Jerusalem Cairo Tripoli Tunis Algiers Rabat Khartoum
    Nairobi Abuja Pretoria Riyadh Doha Kabul Islamabad Dhaka Hanoi Bangkok Jakarta Manila Taipei Singapore
    Havana Caracas Bogota Brasilia Tbilisi Yerevan Baku Astana Tashkent Bishkek
""")
OUT_OF_OFFICE = words("former ex retired ousted opposition exiled would-be self-styled fake")
NEWSROOMS = words("""
    news media newspaper press television radio correspondent journalist reporter
""")
LONGEST = 200


def is_official(speaker: str) -> bool:
    """Whether a state, an army or an international body speaks, or a person for it: by the printed words alone."""
    said = speaker[:LONGEST].strip()
    listed = WORD.findall(said.lower().replace("ex-", "ex "))
    if not OUT_OF_OFFICE.isdisjoint(listed) or not NEWSROOMS.isdisjoint(listed) or is_paper(said):
        return False
    if said.removesuffix("\u2019s").removesuffix("'s") in CAPITALS or not OFFICES.isdisjoint(listed):
        return True
    return any(name in said for name in OFFICIAL_NAMES)


def noun_of(speaker: str) -> list[str]:
    """The words up to the noun: "a leaked document" of "a leaked document obtained by a newspaper"."""
    tail = TAIL.search(speaker)
    return WORD.findall((speaker[: tail.start()] if tail else speaker).lower())


def is_paper(speaker: str) -> bool:
    listed = noun_of(speaker)
    return bool(listed) and listed[-1] in PAPERS


def manner_of(speaker: str, near: str) -> str:
    """The value of ``Attribution.Basis`` for a speaker; ``near`` is what stands around."""
    listed = noun_of(speaker[:LONGEST])
    if not listed or (listed[-1] in RUMOURS and OF_RUMOURS.issuperset(listed[:-1])):
        return "hearsay"
    if not NAMELESS.isdisjoint(listed) or KNOWS.search(speaker):
        return "anonymous"
    if listed[-1] in PAPERS:
        return "document"
    if listed[0] in COUNTED and listed[-1] in ONE_OF_MANY:
        return "anonymous"
    return "anonymous" if SAID_NAMELESSLY.search(near) else "on_record"
