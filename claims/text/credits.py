"""The news agency that a text credits, at its head or at its foot; what it says in between is not looked at."""

# ruff: noqa: RUF001, RUF003 - Cyrillic letters are meant

from __future__ import annotations

import re

HEAD, FOOT = 6, 6  # paragraphs
LONGEST = 300  # characters of a paragraph's beginning or end that are looked at

# The name under which an agency is known here → how texts write it. Capitals count, except in words of seven
# letters and more: “AP” is an agency, and “ap” is not.
AGENCIES: dict[str, tuple[str, ...]] = {
    "AFP": ("AFP", "Agence France-Presse", "Agence France Presse", "АФП"),
    "Anadolu": ("Anadolu Agency", "Anadolu Ajansı", "Anadolu"),
    "ANSA": ("ANSA",),
    "AP": ("AP", "Associated Press", "The Associated Press"),
    "BelTA": ("BelTA", "BELTA", "Belta", "БелТА", "БЕЛТА"),
    "Bloomberg": ("Bloomberg", "Bloomberg News"),
    "BNS": ("BNS", "Baltic News Service"),
    "ČTK": ("ČTK", "CTK"),
    "dpa": ("dpa", "DPA", "Deutsche Presse-Agentur"),
    "EFE": ("EFE", "Agencia EFE"),
    "ELTA": ("ELTA",),
    "Interfax": ("Interfax", "Интерфакс", "Інтерфакс"),
    "Interfax-Ukraine": ("Interfax-Ukraine", "Интерфакс-Украина", "Інтерфакс-Україна"),
    "IRNA": ("IRNA",),
    "Kyodo": ("Kyodo", "Kyodo News"),
    "LETA": ("LETA",),
    "PAP": ("PAP", "Polish Press Agency", "Polska Agencja Prasowa"),
    "Reuters": ("Reuters", "Thomson Reuters", "Рейтер", "Ройтерз"),
    "RIA Novosti": ("RIA Novosti", "RIA", "РИА Новости", "РІА Новості"),
    "SANA": ("SANA",),
    "Sputnik": ("Sputnik",),
    "TASS": ("TASS", "ITAR-TASS", "ТАСС", "ИТАР-ТАСС", "ТАСР"),
    "Ukrinform": ("Ukrinform", "Укринформ", "Укрінформ"),
    "UNIAN": ("UNIAN", "УНИАН", "УНІАН"),
    "UPI": ("UPI", "United Press International"),
    "Xinhua": ("Xinhua", "Xinhua News Agency"),
    "Yonhap": ("Yonhap", "Yonhap News Agency"),
}
NAMES = {spelling: name for name, spellings in AGENCIES.items() for spelling in spellings}
LONG = {spelling.casefold(): name for spelling, name in NAMES.items() if len(spelling) > 6}


def written(spelling: str) -> str:
    return f"(?i:{re.escape(spelling)})" if len(spelling) > 6 else re.escape(spelling)


# Longest first, so that “Interfax-Ukraine” is not taken for “Interfax”.
AGENCY = rf"(?P<agency>{'|'.join(written(each) for each in sorted(NAMES, key=len, reverse=True))})(?![\w-])"
AND = r"(?:(?:,|/|\+|&)\s*(?:(?:and|und|и|і)\s)?|\s(?:and|und|и|і|with)\s)"
ANOTHER = rf"(?:\s*{AND}\s*[^\W\d_][\w.’' -]{{0,40}})*"
DASH = "[-–—−]"
MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|январ|феврал|март|апрел|мая|май|июн|июл|август|сентябр|октябр|"
    "ноябр|декабр|янв|фев|мар|апр|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|mär|mai|okt|dez"
)
# Where and when a report was written: a place in capitals or with a capital, and a day. Never a whole sentence.
PLACE = r"[^\W\d_a-zа-яёіїєґўß][\w.’'/-]*(?:[ ,/-]+[^\W\d_a-zа-яёіїєґўß][\w.’'/-]*){0,4}"
DAY = rf"(?:\d{{1,2}}\.?[ ](?i:{MONTHS})\w*\.?|(?i:{MONTHS})\w*\.?[ ]\d{{1,2}})(?:,?[ ]\d{{4}}(?:[ ]г\.|[ ]р\.)?)?"
DATELINE = rf"(?:(?:{PLACE}|{DAY})[,.:]?\s+){{0,3}}"

LEADS = [
    # MINSK, Feb 20 (AP) —     (Reuters) –     МОСКВА, 20 февраля. /ТАСС/.     20 февраля, Минск /Корр. БЕЛТА/.
    rf"^{DATELINE}(?:\(|\[){AGENCY}{ANOTHER}(?:\)|\])\s*(?:{DASH}|:|\.)\s",
    rf"^{DATELINE}/(?:Корр\.|Кор\.)?\s*{AGENCY}{ANOTHER}/\s*(?:{DASH}|:|\.)(?:\s|$)",
    # МИНСК, 20 фев — РИА Новости.     MINSK, February 20 - RIA Novosti.
    rf"^{PLACE},\s+{DAY}\s*{DASH}\s*{AGENCY}\.(?:\s|$)",
]
LINES = [
    # By Agence France-Presse     By The Associated Press     By Ann Lee, Reuters     Von dpa
    rf"^(?:By|BY|Von|VON|Par|Por|Od)\s+(?:[^\W\d_][^.!?:;]{{0,60}}(?:,|\||/|·|•)\s*)?{AGENCY}"
    rf"(?:\s+(?:[Ss]taff|[Rr]eporters?|[Nn]ews))*{ANOTHER}$",
    # Source: BelTA     Quelle: dpa/AFP     Источник: ТАСС
    r"^[\[(]?(?:Sources?|SOURCE|Quelle|QUELLE|Источник|ИСТОЧНИК|Джерело|Крыніца|Źródło|Fuente|Fonte|Credit|Agency)"
    rf"\s*[:：]\s*{AGENCY}{ANOTHER}[.\])]*$",
]
FOOTS = [
    # With reporting by Reuters, AP and TASS     (With files from The Canadian Press and AFP)     Mit Material von dpa
    r"^[\[(]?(?:[Ww]ith\s+)?(?:[Aa]dditional\s+)?(?:reporting|files|material|information|inputs)\s+(?:by|from)\s+"
    rf"(?:[^\W\d_][\w.’' -]{{0,40}}{AND}\s*){{0,4}}?(?:the\s+)?{AGENCY}{ANOTHER}[.\])]*$",
    rf"^[\[(]?(?:[Mm]it\s+(?:Material|Informationen|Agenturmaterial)\s+(?:von|der)\s+){AGENCY}{ANOTHER}[.\])]*$",
    # — TASS     (Reuters)     /ТАСС/     dpa
    rf"^(?:{DASH}+\s*)?[\[(/]?{AGENCY}{ANOTHER}[\])/]?\.?$",
    # … it said. (Reuters)     … it said. — TASS
    rf"[.!?»”\"’]\s*(?:[\[(/]{AGENCY}[\])/]|{DASH}+\s*{AGENCY.replace('<agency>', '<after>')})\.?$",
    # © 2023 AFP     Copyright 2023 The Associated Press. All rights reserved.
    rf"^(?:Copyright|COPYRIGHT|©|\([cC]\))[\s©,\d-]{{0,20}}(?:by\s+)?{AGENCY}(?:$|[\s.,])",
]
AT_HEAD = [re.compile(pattern) for pattern in LEADS + LINES]
AT_FOOT = [re.compile(pattern) for pattern in LINES + FOOTS]


def credit(text: str) -> str:
    """The agency that the text credits, by the name under which it is known here, as in Reuters; "" for none.

    It says no more than the text: of “(Reuters) –” at its head, of “With reporting by AP, dpa” at its foot the first.
    """
    lines = [line.strip() for line in ends(text) if line.strip()]
    for line in lines[:HEAD]:
        if name := first_of(AT_HEAD, line[:LONGEST]):
            return name
    for line in reversed(lines[-FOOT:]):
        if name := first_of(AT_FOOT, line[-LONGEST:] if len(line) <= LONGEST else "…" + line[-LONGEST:]):
            return name
    return ""


def ends(text: str) -> list[str]:
    """The first lines and the last; all of them where the text is short."""
    text = text.strip()
    if len(text) <= 20_000:
        return text.split("\n")
    return [*text[:10_000].split("\n")[:-1], *text[-10_000:].split("\n")[1:]] or [text[:10_000], text[-10_000:]]


def first_of(patterns: list[re.Pattern[str]], line: str) -> str:
    for pattern in patterns:
        if match := pattern.search(line):
            found = match["agency"] or match.groupdict().get("after") or ""
            return NAMES.get(found) or LONG[found.casefold()]
    return ""
