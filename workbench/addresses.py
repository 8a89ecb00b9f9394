"""Addresses that variables name."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit


def parted(address: str, *schemes: str) -> SplitResult | None:
    """An address in its parts; None where it has none of these schemes, no host, or a port that is none."""
    try:
        parts = urlsplit(address)
        good = parts.scheme in schemes and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port that is none
        return None
    return parts if good else None
