"""Files in a bucket of an S3-compatible service, each an object under its SHA-256."""

from __future__ import annotations

import base64
import contextlib
import tempfile
from collections.abc import Iterator
from functools import cache
from typing import IO, Any, Protocol, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from claims.custody.store import CHUNK, OutOfReach

MISSING = ("NoSuchKey", "404")


class Bucket(Protocol):
    """Which bucket, below which prefix, of which service; an empty endpoint is Amazon's."""

    @property
    def name(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def endpoint(self) -> str: ...


@cache
def client(endpoint: str) -> Any:
    """What speaks to the service, for all threads of this process; it knows its credentials from boto3's variables."""
    # Checksums beyond those that are asked for are sent in a way that not every service understands.
    config = Config(
        retries={"total_max_attempts": 3, "mode": "standard"},
        connect_timeout=5,
        read_timeout=60,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.session.Session().client("s3", endpoint_url=endpoint or None, config=config)


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """What the service or the way to it says, as the store's own errors."""
    try:
        yield
    except ClientError as fault:
        # Asked for the head alone, a service cannot say what is missing; a missing bucket shows when something is put.
        if fault.operation_name in ("GetObject", "HeadObject") and fault.response["Error"]["Code"] in MISSING:
            raise FileNotFoundError(str(fault)) from fault
        raise OutOfReach(str(fault)) from fault
    except BotoCoreError as fault:
        raise OutOfReach(str(fault)) from fault


class ObjectStore:
    """Objects in a bucket, below a prefix."""

    def __init__(self, bucket: str, prefix: str, endpoint: str) -> None:
        self.bucket, self.prefix, self.endpoint = bucket, f"{prefix}/" if prefix else "", endpoint

    @classmethod
    def of(cls, bucket: Bucket) -> Self:
        """The store that the settings name."""
        return cls(bucket.name, bucket.prefix, bucket.endpoint)

    def at(self, sha256: str) -> dict[str, str]:
        """Where a content stands, as the service wants to hear it."""
        return {"Bucket": self.bucket, "Key": self.prefix + sha256}

    @property
    def client(self) -> Any:
        """What speaks to the service. Raises OutOfReach where it cannot even be made."""
        with asking():
            return client(self.endpoint)

    def arriving(self) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)

    def put(self, file: IO[bytes], sha256: str, *, anew: bool = False) -> None:
        if not anew and self.has(sha256):
            return
        file.flush()
        file.seek(0)
        checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
        with asking():
            # In one piece: an object appears whole or not at all, and no parts of one are left behind. The service
            # compares the hash with what it received, if it is one that can.
            self.client.put_object(
                **self.at(sha256), Body=file, ChecksumSHA256=checksum, ContentType="application/octet-stream"
            )

    def has(self, sha256: str) -> bool:
        try:
            with asking():
                self.client.head_object(**self.at(sha256))
        except FileNotFoundError:
            return False
        return True

    def open(self, sha256: str) -> IO[bytes]:
        # A file of our own can be sought in and measured, and does not break off while somebody reads it slowly.
        copy = self.arriving()
        try:
            with asking():
                body = self.client.get_object(**self.at(sha256))["Body"]
                for chunk in body.iter_chunks(CHUNK):
                    copy.write(chunk)
        except BaseException:
            copy.close()
            raise
        copy.seek(0)
        return copy

    def names(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix)
        with asking():
            for page in pages:
                for found in page.get("Contents", []):
                    yield found["Key"].removeprefix(self.prefix)

    def remove(self, sha256: str) -> None:
        with asking():
            self.client.delete_object(**self.at(sha256))

    def sweep(self, seconds: float) -> None:
        """Nothing to do: an upload in one piece leaves nothing where it breaks off."""

    def check(self) -> None:
        with asking():
            self.client.head_bucket(Bucket=self.bucket)
