"""The bucket that holds an installation's files, where a folder does not."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

from workbench.addresses import parted

ADDRESS = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([\w./-]*?))?/?", re.ASCII)


@dataclass(frozen=True)
class Bucket:
    """Which bucket, below which prefix, of which service; an empty endpoint is Amazon's."""

    name: str
    prefix: str
    endpoint: str


def bucket(address: str, endpoint: str) -> Bucket | None:
    """The bucket of `s3://bucket/prefix`; None where no address is given: files then stay in the data folder.

    Raises ImproperlyConfigured, by the setting's name, for what is no such address or cannot be spoken to.
    """
    if not address:
        if endpoint:
            raise ImproperlyConfigured("WORKBENCH_STORE_ENDPOINT is set, but WORKBENCH_STORE names no bucket.")
        return None
    found = ADDRESS.fullmatch(address)
    if found is None or "//" in (found[2] or ""):
        raise ImproperlyConfigured(f"WORKBENCH_STORE must be s3://bucket/prefix, not {address!r}.")
    if endpoint and parted(endpoint, "http", "https") is None:
        raise ImproperlyConfigured(f"WORKBENCH_STORE_ENDPOINT must be http(s)://host, not {endpoint!r}.")
    if importlib.util.find_spec("boto3") is None:
        raise ImproperlyConfigured("WORKBENCH_STORE names a bucket, which needs boto3: install the extra `s3`.")
    return Bucket(found[1], (found[2] or "").strip("/"), endpoint)
