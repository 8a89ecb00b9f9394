"""What sort of speaker a printed name or phrase stands for."""

import re

ANONYMITY = re.compile(
    r"\b(?:condition of anonymity|(?:speak|speaking|spoke) anonymously|on background"
    r"|(?:not|without|declin\w+|refus\w+)(?: to)?(?: be| being) (?:named|identified|quoted by name))\b",
    re.I,
)
NAMELESS = re.compile(
    r"\b(?:anonymous|unnamed|unidentified|sources?|insiders?|informants?|whistle-?blowers?)\b|\bfamiliar with\b|\b(?:close to|with knowledge of|briefed on) the\b"
    r"|\A(?:an?|one|another|two|three|some|several)\b(?: [\w-]+){0,4}? (?:officials?|diplomats?|aides?|advisers?|commanders?|officers?)\b",
    re.I,
)
# What stands behind these belongs to the paper, not to its name.
TAIL = re.compile(
    r"\s(?:of|from|by|on|in|at|about|obtained|seen|leaked|published|dated|released|circulating|issued|for|to)\b"
)
PAPERS = re.compile(
    r"\b(?:documents?|reports?|stud(?:y|ies)|surveys?|memos?|memorand(?:um|a)|letters?|cables?|plans?|strateg(?:y|ies)|dossiers?"
    r"|transcripts?|leaflets?|decrees?|laws?|resolutions?|files?|e-?mails?|records?|figures|data|assessments?|contracts?|drafts?"
    r"|papers|agreements?|treat(?:y|ies)|manuals?|slides?|presentations?|polls?|statistics|analys[ie]s|images|maps?)\Z",
    re.I,
)
HEARSAY = re.compile(
    r"\A(?:(?:some|many|unconfirmed|media|news|press|local|other|several|various|recent|early|these|those) )*"
    r"(?:reports|rumou?rs|some|many|accounts|gossip|people)\Z",
    re.I,
)
OFFICES = re.compile(
    r"\b(?:minist(?:er|ers|ry|ries)|presidents?|presidency|presidential|government|officials?|spokes(?:man|woman|person|people)"
    r"|authorit(?:y|ies)|army|military|navy|air force|armed forces|border guards?|general staff|generals?|colonels?|admirals?"
    r"|commanders?|police|prosecutors?|parliament|congress|senate|senators?|governors?|mayors?|ambassadors?|embass(?:y|ies)"
    r"|consulates?|chancellor|premier|prime minister|vice-president|king|queen|chief of staff|secretary|secretariat|commission"
    r"|commissioners?|council|department|agency|administration|cabinet|kremlin|pentagon|white house|downing street|state department"
    r"|foreign office|central bank|court|judges?|regulator|intelligence services?|security services?|deput(?:y|ies)|lawmakers?"
    r"|diplomats?|envoys?|delegation|un|united nations|nato|eu|european union|osce|iaea|who|fbi|cia|fsb|kgb|mi5|mi6|sbu)\b",
    re.I,
)
# A capital speaks for its government.
CAPITALS = frozenset(
    [
        "Minsk",
        "Moscow",
        "Kyiv",
        "Kiev",
        "Warsaw",
        "Vilnius",
        "Riga",
        "Tallinn",
        "Washington",
        "London",
        "Paris",
        "Berlin",
        "Brussels",
        "Beijing",
        "Tokyo",
        "Seoul",
        "Pyongyang",
        "Tehran",
        "Baghdad",
        "Damascus",
        "Ankara",
        "Athens",
        "Rome",
        "Madrid",
        "Lisbon",
        "Vienna",
        "Prague",
        "Bratislava",
        "Budapest",
        "Bucharest",
        "Sofia",
        "Belgrade",
        "Zagreb",
        "Ljubljana",
        "Sarajevo",
        "Skopje",
        "Tirana",
        "Pristina",
        "Podgorica",
        "Chisinau",
        "Helsinki",
        "Stockholm",
        "Oslo",
        "Copenhagen",
        "Dublin",
        "Bern",
        "Ottawa",
        "Canberra",
        "Jerusalem",
        "Cairo",
        "Tripoli",
        "Tunis",
        "Algiers",
        "Rabat",
        "Khartoum",
        "Nairobi",
        "Abuja",
        "Pretoria",
        "Riyadh",
        "Doha",
        "Kabul",
        "Islamabad",
        "Dhaka",
        "Hanoi",
        "Bangkok",
        "Jakarta",
        "Manila",
        "Taipei",
        "Singapore",
        "Havana",
        "Caracas",
        "Bogota",
        "Brasilia",
        "Tbilisi",
        "Yerevan",
        "Baku",
        "Astana",
        "Tashkent",
        "Bishkek",
    ]
)
NO_LONGER = re.compile(r"\b(?:former|ex-\w+|retired|ousted|opposition|exiled|would-be|self-styled|fake)\b", re.I)


def is_official(speaker: str) -> bool:
    """Whether a state, an army or an international body speaks, or a person for it: by the printed words alone."""
    said = speaker[:200].strip()
    if NO_LONGER.search(said) or PAPERS.search(head(said)):
        return False
    named = said.removesuffix("\u2019s").removesuffix("'s")
    return named in CAPITALS or bool(OFFICES.search(said.replace(" who ", " ")))


def head(speaker: str) -> str:
    """The phrase up to its noun: "a leaked document" of "a leaked document obtained by a newspaper"."""
    tail = TAIL.search(speaker)
    return speaker[: tail.start()] if tail else speaker


def manner_of(speaker: str, near: str) -> str:
    """The value of ``Attribution.Basis`` for a speaker; ``near`` is what stands around."""
    if not speaker or HEARSAY.search(head(speaker)):
        return "hearsay"
    if NAMELESS.search(speaker) or ANONYMITY.search(speaker):
        return "anonymous"
    if PAPERS.search(head(speaker)):
        return "document"
    return "anonymous" if ANONYMITY.search(near) else "on_record"
