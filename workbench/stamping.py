"""The stamping service that attests the log's heads, where an installation has one."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from workbench.addresses import parted


def service(address: str) -> str:
    """The address of the service; "" where none is set: no head is then stamped.

    Raises ImproperlyConfigured, by the setting's name, for what is no address or cannot be spoken to.
    """
    if not address:
        return ""
    if parted(address, "http", "https") is None or len(address) > 500 or not address.isascii():
        raise ImproperlyConfigured(f"WORKBENCH_STAMPS must be http(s)://host/path, not {address!r}.")
    if importlib.util.find_spec("rfc3161_client") is None:
        raise ImproperlyConfigured("WORKBENCH_STAMPS needs rfc3161-client: install the extra `stamps`.")
    return address


def root(path: str) -> Path | None:
    """The PEM file with the service's root; None where none is set: stamps are then held against no root.

    Raises ImproperlyConfigured, by the setting's name, for a file that holds no certificate.
    """
    if not path:
        return None
    try:
        held = Path(path).read_text(errors="replace")
    except OSError as fault:
        raise ImproperlyConfigured(f"WORKBENCH_STAMPS_ROOT cannot be read: {fault}") from fault
    if "-----BEGIN CERTIFICATE-----" not in held:
        raise ImproperlyConfigured(f"WORKBENCH_STAMPS_ROOT must be a PEM file with a certificate: {path} holds none.")
    return Path(path).resolve()
