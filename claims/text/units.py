"""The words and signs of units: money (ISO 4217), the International System with its prefixes, customary measures."""

import re
from collections.abc import Iterable

# Nouns of money, with the code where the noun alone says it.
MONEY_NOUNS = {
    "dollar": "", "euro": "EUR", "pound": "", "pound sterling": "GBP", "franc": "", "yen": "JPY", "yuan": "CNY",
    "renminbi": "CNY", "kuai": "CNY", "ruble": "RUB", "rouble": "RUB", "hryvnia": "UAH", "zloty": "PLN", "lira": "",
    "peso": "", "real": "", "reais": "BRL", "rupee": "", "won": "", "rand": "ZAR", "krona": "", "kronor": "SEK",
    "krone": "", "kroner": "", "forint": "HUF", "koruna": "CZK", "crown": "", "leu": "", "lei": "", "lev": "BGN",
    "leva": "BGN", "shekel": "ILS", "dinar": "", "dirham": "", "riyal": "", "rial": "", "baht": "THB",
    "ringgit": "MYR", "dong": "VND", "tenge": "KZT", "lari": "GEL", "manat": "", "naira": "NGN", "cedi": "GHS",
    "shilling": "", "birr": "ETB", "mark": "", "deutschmark": "DEM", "guilder": "", "peseta": "", "escudo": "",
    "cent": "", "penny": "", "pence": "", "kopeck": "", "sen": "", "bitcoin": "BTC", "btc": "BTC", "taka": "BDT",
    "rupiah": "IDR", "quid": "GBP", "buck": "", "rub": "RUB", "stg": "GBP", "centime": "", "paisa": "",
    "ether": "ETH",
}  # fmt: skip
PLURALS = {"penny": "pennies", "paisa": "paise"}
NATIONAL = {
    "US": ("dollar", "USD", ["us", "u.s.", "american", "united states"]), "CA": ("dollar", "CAD", ["canadian"]),
    "AU": ("dollar", "AUD", ["australian"]), "NZ": ("dollar", "NZD", ["new zealand"]),
    "HK": ("dollar", "HKD", ["hong kong"]), "SG": ("dollar", "SGD", ["singapore"]),
    "TW": ("dollar", "TWD", ["taiwan", "taiwanese"]), "GB": ("pound", "GBP", ["british", "uk", "sterling"]),
    "EG": ("pound", "EGP", ["egyptian"]), "CH": ("franc", "CHF", ["swiss"]), "FR": ("franc", "FRF", ["french"]),
    "BE": ("franc", "BEF", ["belgian"]), "JP": ("yen", "JPY", ["japanese"]), "CN": ("yuan", "CNY", ["chinese"]),
    "RU": ("ruble", "RUB", ["russian"]), "RU2": ("rouble", "RUB", ["russian"]),
    "BY": ("ruble", "BYN", ["belarusian", "belarusan"]), "BY2": ("rouble", "BYN", ["belarusian"]),
    "TR": ("lira", "TRY", ["turkish"]), "IT": ("lira", "ITL", ["italian"]), "MX": ("peso", "MXN", ["mexican"]),
    "AR": ("peso", "ARS", ["argentine", "argentinian"]), "CL": ("peso", "CLP", ["chilean"]),
    "CO": ("peso", "COP", ["colombian"]), "PH": ("peso", "PHP", ["philippine"]),
    "BR": ("real", "BRL", ["brazilian"]), "IN": ("rupee", "INR", ["indian"]), "PK": ("rupee", "PKR", ["pakistani"]),
    "LK": ("rupee", "LKR", ["sri lankan"]), "KR": ("won", "KRW", ["south korean", "korean"]),
    "KP": ("won", "KPW", ["north korean"]), "SE": ("krona", "SEK", ["swedish"]),
    "NO": ("krone", "NOK", ["norwegian"]), "DK": ("krone", "DKK", ["danish"]), "IS": ("krona", "ISK", ["icelandic"]),
    "CZ": ("crown", "CZK", ["czech"]), "RO": ("leu", "RON", ["romanian"]), "MD": ("leu", "MDL", ["moldovan"]),
    "RS": ("dinar", "RSD", ["serbian"]), "IQ": ("dinar", "IQD", ["iraqi"]), "KW": ("dinar", "KWD", ["kuwaiti"]),
    "AE": ("dirham", "AED", ["uae", "emirati"]), "SA": ("riyal", "SAR", ["saudi"]),
    "IR": ("rial", "IRR", ["iranian"]), "NL": ("guilder", "NLG", ["dutch"]), "DE": ("mark", "DEM", ["german"]),
    "ES": ("peseta", "ESP", ["spanish"]), "KE": ("shilling", "KES", ["kenyan"]),
    "UA": ("hryvnia", "UAH", ["ukrainian"]), "PL": ("zloty", "PLN", ["polish"]),
}  # fmt: skip
SIGNS = {
    "$": "", "€": "EUR", "£": "GBP", "¥": "JPY", "₽": "RUB", "₴": "UAH", "₹": "INR", "₩": "KRW", "₺": "TRY",
    "₪": "ILS", "₫": "VND", "₦": "NGN", "₡": "CRC", "₱": "PHP", "฿": "THB", "₸": "KZT", "₾": "GEL", "₿": "BTC",
    "ரூ": "LKR", "¢": "", "zł": "PLN",
}  # fmt: skip
DOLLARS = {
    "US": "USD", "A": "AUD", "AU": "AUD", "C": "CAD", "CA": "CAD", "HK": "HKD", "NZ": "NZD", "S": "SGD", "NT": "TWD",
    "R": "BRL", "Mex": "MXN",
}  # fmt: skip
CODES = [
    "USD",
    "EUR",
    "GBP",
    "JPY",
    "CNY",
    "RUB",
    "UAH",
    "PLN",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "HKD",
    "SGD",
    "TWD",
    "SEK",
    "NOK",
    "DKK",
    "ISK",
    "CZK",
    "HUF",
    "RON",
    "BGN",
    "TRY",
    "ILS",
    "INR",
    "PKR",
    "LKR",
    "BDT",
    "KRW",
    "THB",
    "MYR",
    "IDR",
    "VND",
    "PHP",
    "MXN",
    "BRL",
    "ARS",
    "CLP",
    "COP",
    "PEN",
    "ZAR",
    "NGN",
    "KES",
    "EGP",
    "MAD",
    "AED",
    "SAR",
    "QAR",
    "KWD",
    "IQD",
    "IRR",
    "KZT",
    "GEL",
    "AMD",
    "AZN",
    "BYN",
    "MDL",
    "RSD",
    "BTC",
    "ETH",
    "FRF",
    "DEM",
    "ITL",
    "ESP",
    "NLG",
    "BEF",
]


def money_words() -> dict[str, tuple[str, str]]:
    """Each name of money with its singular and its code."""
    words: dict[str, tuple[str, str]] = {}
    for noun, code in MONEY_NOUNS.items():
        words[noun] = words[PLURALS.get(noun, noun + "s")] = noun, code
    for noun, code, nations in NATIONAL.values():
        for nation in nations:
            for form in (
                noun,
                noun + "s",
                *(["lire"] if noun == "lira" else []),
                *(["kronor"] if noun == "krona" else []),
            ):
                words[f"{nation} {form}"] = f"{nation} {noun}", code
    return words


MONEY_WORDS = money_words()

METRIC = {
    "": "", "kilo": "k", "milli": "m", "centi": "c", "deci": "d", "micro": "µ", "mega": "M", "giga": "G",
    "tera": "T", "nano": "n", "hecto": "h",
}  # fmt: skip
# Names with the signs that stand for them; the prefixes above go before the first four.
BASES = {
    "meter": "m", "gram": "g", "liter": "l", "watt": "W", "volt": "V", "hertz": "Hz", "joule": "J", "pascal": "Pa",
    "ton": "t",
}  # fmt: skip
ONLY = {
    "ton": ("", "kilo", "mega"), "liter": ("", "milli", "centi", "deci", "hecto"),
    "meter": ("", "kilo", "milli", "centi", "deci", "micro", "nano"),
    "gram": ("", "kilo", "milli", "micro", "deci", "centi", "nano"),
}  # fmt: skip
OTHER_UNITS = {
    "inch": ["inch", "inches"], "foot": ["foot", "feet", "ft"], "yard": ["yard", "yards", "yd", "yds"],
    "mile": ["mile", "miles", "mi"], "nautical mile": ["nautical mile", "nautical miles", "nmi"],
    "acre": ["acre", "acres"], "hectare": ["hectare", "hectares", "ha"], "ounce": ["ounce", "ounces", "oz"],
    "pound": ["pound", "pounds", "lb", "lbs"], "stone": ["stone", "stones"], "gallon": ["gallon", "gallons", "gal"],
    "quart": ["quart", "quarts"], "pint": ["pint", "pints"], "fluid ounce": ["fluid ounce", "fluid ounces", "fl oz"],
    "barrel": ["barrel", "barrels", "bbl"], "bushel": ["bushel", "bushels"], "cup": ["cup", "cups"],
    "tablespoon": ["tablespoon", "tablespoons", "tbsp"], "teaspoon": ["teaspoon", "teaspoons", "tsp"],
    "bit": ["bit", "bits"], "byte": ["byte", "bytes"], "knot": ["knot", "knots", "kn"],
    "horsepower": ["horsepower", "hp", "bhp"], "carat": ["carat", "carats"],
    "calorie": ["calorie", "calories", "kcal"], "degree": ["degree", "degrees", "°"],
    "radian": ["radian", "radians", "rad"], "turn": ["turn", "turns"],
    "light-year": ["light year", "light years", "light-year", "light-years"],
    "metric ton": ["metric ton", "metric tons", "metric tonne", "metric tonnes"],
    "drachma": ["drachma", "drachmas", "dram", "drams"], "furlong": ["furlong", "furlongs"], "rod": ["rods"],
    "mile per hour": ["mph"], "kilometer per hour": ["kph", "kmph", "kmh"], "milliliter": ["cc"],
    "ton": ["tonne", "tonnes", "tons"], "kilogram": ["kilo", "kilos"], "decibel": ["decibel", "decibels", "dB"],
    "percent": [], "kilowatt hour": ["kilowatt hour", "kilowatt hours", "kilowatt-hours", "kWh"],
    "megawatt hour": ["megawatt hours", "MWh"],
}  # fmt: skip
DATA = {"kilo": "k", "mega": "m", "giga": "g", "tera": "t", "peta": "p"}
TIMES = {
    "second": "s", "minute": "min", "hour": "h", "hour ": "hr", "day": "day", "millisecond": "ms", "year": "year",
    "week": "week", "month": "month", "capita": "capita",
}  # fmt: skip


def unit_words() -> dict[str, str]:
    """Each name and sign of a measure with the name it goes by; signs as they are written, names in lower case."""
    words = {way: name for name, ways in OTHER_UNITS.items() for way in ways}
    for base, sign in BASES.items():
        for prefix, short in METRIC.items():
            if prefix not in ONLY.get(base, METRIC):
                continue
            name = prefix + base
            spellings = {
                base,
                base[:-2] + "re" if base.endswith("er") else base,
                base + "me" if base == "gram" else base,
            }
            for spelling in spellings:
                words[prefix + spelling] = words[prefix + spelling + "s"] = name
            if short + sign not in ("dg", "cg", "hl", "Mm", "kt", "dm3"):
                words[short + sign] = name
    for prefix, short in DATA.items():
        for noun, sign in (("bit", "b"), ("byte", "B")):
            words[prefix + noun] = words[prefix + noun + "s"] = prefix + noun
            words[short + "b" if sign == "b" else short.upper() + "B"] = prefix + noun
    words["km"] = "kilometer"
    return words


UNIT_WORDS = unit_words()
AREA = {"sq": "square", "square": "square", "cubic": "cubic", "cu": "cubic"}
SQUARED = {"2": "square", "²": "square", "3": "cubic", "³": "cubic"}
# Signs that are words of their own, or too short to be trusted, when they stand apart from their figure.
SHORT_SIGNS = {"ha", "mi", "gal", "kn", "rad", "J", "V", "W", "T", "mm", "h"}


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first, spaces of any kind."""
    return "|".join(
        re.escape(word).replace("\\ ", r"\s") for word in sorted(words, key=lambda word: (-len(word), word))
    )


NAMES = any_of(word for word in UNIT_WORDS if len(word) > 3)
MARKS = any_of(word for word in UNIT_WORDS if len(word) <= 3)
PER = any_of({*(name.strip() for name in TIMES), *TIMES.values()})
MEASURE = re.compile(
    rf"(?:\s?-\s?|\s)?(?:(?P<area>(?i:square|cubic|sq\.?|cu\.?))[\s-])?"
    rf"(?:(?P<name>(?i:{NAMES}))|(?P<mark>{MARKS})(?P<power>[23²³])?)(?![\w²³])"
    rf"(?:(?:\sper\s|/)(?P<per>(?i:{PER}))(?!\w))?"
)
INCHES = re.compile(r"\s?(?:in|inches|inch|\")(?!\w)")
SIGN = "(?:" + any_of(SIGNS) + ")"
# Codes that are words in lower case; the others are also typed so.
WORDS_TOO = {"PEN", "TRY", "COP", "MAD", "AMD", "GEL", "ALL", "BEF", "DEM", "SOL", "ETH", "SAR", "MYR", "EGP"}
CODE = "(?:" + "|".join([*CODES, *(code.lower() for code in CODES if code not in WORDS_TOO)]) + ")"
MONEY_BEFORE = re.compile(
    rf"(?:(?<!\w)(?P<million>M)?(?P<code>{CODE}|sen)\s?(?P<coded>\$)?|(?:(?<!\w)(?P<land>(?i:us|hk|nz|mex)\s?|{any_of(DOLLARS)}))?(?P<sign>{SIGN}))"
    r"\s?$"
)
MONEY_AFTER = re.compile(
    rf"(?:\s?-\s?|\s)?(?:(?P<sign>{SIGN})|(?P<million>M)?(?P<code>{CODE})(?!\w)|"
    rf"(?P<name>(?i:{any_of(MONEY_WORDS)}))(?!\w))(?:\s(?P<scale>(?i:million|billion|trillion|thousand))(?!\w))?"
)
PERCENT = re.compile(r"(?:\s?-\s?|\s)?(?:%|(?i:percentage\spoints?|percent|per\s?cent|pct\b|pc\b|pp\b))")
AGE = re.compile(r"(?:\s?-\s?|\s)(?P<unit>(?i:year|month|week|day))s?(?:\s?-\s?|\s)(?i:old|of\sage)\b", re.IGNORECASE)
AGED = re.compile(r"(?i:\bage|\baged)\s(?:of\s)?$")
DEGREES = re.compile(
    r"\s?(?:(?:°|(?i:deg(?:rees?\b|\.|\b)))(?:\s?(?P<scale>(?i:celsius|centigrade|fahrenheit|farenheit|kelvin|[cf]))\b)?|"
    r"(?P<only>(?i:celsius|centigrade|centigrate|fahrenheit|kelvin))\b)(?!\s(?i:angle|turn|north|south|east|west|latitude))"
)
SCALES_OF_HEAT = {"c": "C", "f": "F", "k": "K"}
