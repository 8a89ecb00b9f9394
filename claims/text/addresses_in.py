"""Web addresses in a text, each in one spelling, so that two mentions of a page are known for the same."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LONGEST = 1_000  # characters of an address
MOST = 200  # different ones of a text

ADDRESSES = re.compile(r"\bhttps?://[^\s<>\"“”«»‘|\\^`{}]{3,2000}", re.IGNORECASE)  # noqa: RUF001
TRAILING = ".,;:!?'’…*_"
PAIRS = {")": "(", "]": "["}
DEFAULT_PORTS = {"http": 80, "https": 443}


def addresses(text: str) -> list[str]:
    """The web addresses that stand in a text, in one spelling, each once, in their order; the first 200."""
    found: dict[str, None] = {}
    for match in ADDRESSES.finditer(text):
        if address := one_spelling(without_punctuation(match[0])):
            found[address] = None
        if len(found) == MOST:
            break
    return list(found)


def one_spelling(address: str) -> str:
    """The address as it is compared; "" for what is no web address.

    Scheme and host are in small letters; the fragment, what only counts visitors (utm_…), the scheme's own port
    and a slash at the end of the path are gone.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # half an address of IPv6, or a port that is no number
        return ""
    if parts.scheme not in DEFAULT_PORTS or not host or len(address) > LONGEST:
        return ""
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    return urlunsplit((parts.scheme, place, parts.path.rstrip("/"), uncounted(parts.query), ""))


def uncounted(query: str) -> str:
    if "utm_" not in query.lower():
        return query
    return urlencode([pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0].lower()[:4] != "utm_"])


def spellings(address: str) -> list[str]:
    """The ways in which an address in one spelling may have been written: by http or https, with a slash or without."""
    scheme, place, path, query, _none = urlsplit(address)
    written = [
        urlunsplit((each, place, path + end, query, "")) for each in (scheme, *DEFAULT_PORTS) for end in ("", "/")
    ]
    return list(dict.fromkeys(written))


def same_page(address: str) -> str:
    """What is the same for http and https."""
    return address.partition("://")[2]


def without_punctuation(address: str) -> str:
    """The address without the end of the sentence in which it stands."""
    while address:
        last = address[-1]
        unpaired = last in PAIRS and address.count(last) > address.count(PAIRS[last])
        if not unpaired and last not in TRAILING:
            break
        address = address[:-1]
    return address
