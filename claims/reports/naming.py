"""How formats for machines name a report, its parts and whoever answers for it."""

import uuid

from .snapshots import Snapshot


def identifier(sha256: str, *path: str) -> uuid.UUID:
    """Of one part of the report with this hash: the same whenever and wherever it is made again."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "/".join([f"sha256:{sha256}", *path]))


def publisher(snapshot: Snapshot) -> str:
    """Who answers for the report: the first line of its imprint; empty where it has none."""
    return next((line.strip() for line in snapshot.get("imprint", "").splitlines() if line.strip()), "")
