"""Signing what leaves: the installation's Ed25519 key, kept as a file that its owner alone can read.

The public halves of all keys stay in the database; the secret ones in the data folder, under their fingerprints.
A new key is vouched for by the one before: it signs a statement that anybody can check.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from claims.models.entries import canonical, writing
from claims.models.keys import Key
from claims.models.people import User
from claims.models.records import Refused

FORMAT = "workbench-key/1"  # of the statement that one key takes over from another
SALT = "workbench-salt/1"  # begins what is signed for a salt, and nothing else that is signed


class KeyGone(Refused):
    """The secret half of the key that signs is not in the data folder, or is another; the text says what to do."""

    status = 503


def place(fingerprint: str) -> Path:
    """The file in which the secret half of a key is kept."""
    return Path(settings.DATA) / "keys" / f"{fingerprint}.key"


def fingerprint_of(public: str) -> str:
    """SHA-256 of the raw public key, both in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()


def current(*, by: User) -> Key:
    """The key that signs; the first is made when it is first asked for, and entered in the log outside cases."""
    return Key.objects.filter(until=None).first() or _first(by)


def sign_with(fingerprint: str, content: bytes) -> tuple[Key, str]:
    """A key of ours, and its signature of this content: what a report names stays what signs it. Raises KeyGone."""
    key = Key.objects.filter(fingerprint=fingerprint).first()
    if key is None:
        raise KeyGone(_("The report names a key that this installation never had: it was made by another."))
    return key, _secret(key).sign(content).hex()


def salt_of(key: Key, thing: str) -> str:
    """A salt for a thing that is kept back, 32 hex digits: whoever has this key can make it again, nobody else.

    It is a hash of the key's signature of what the thing is called; Ed25519 signs the same in the same way each time
    (RFC 8032, section 5.1.6). Raises KeyGone.
    """
    return hashlib.sha256(_secret(key).sign(f"{SALT} {thing}".encode())).hexdigest()[:32]


def signed_by(public: str, signature: str, content: bytes) -> bool:
    """Whether this signature of the content is by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def rotate(*, by: User, why: str = "", lost: bool = False) -> Key:
    """A new key that signs from now on, vouched for by the one before; `lost` where that one's secret half is gone.

    Raises KeyGone where it is gone and that was not said.
    """
    new = _made()
    try:
        with writing(None) as chain:
            old = Key.objects.filter(until=None).first()
            now = timezone.now()
            key = Key(fingerprint=new.fingerprint, public=new.public, since=now, before=old)
            if old is not None:
                if not lost:
                    key.statement = statement(key, old)
                    key.signature = _secret(old).sign(key.statement.encode()).hex()
                old.until = now
                old.save(force_update=True, update_fields=["until"])
            key.save(force_insert=True)
            after = _facts(key) | ({"vouched_for_by": old.fingerprint} if old and not lost else {})
            before = {"fingerprint": old.fingerprint} if old else None
            chain.record(by=by, verb="rotated" if old else "added", on=key, before=before, after=after, why=why)
    except BaseException:
        place(new.fingerprint).unlink(missing_ok=True)
        raise
    return key


def statement(key: Key, old: Key) -> str:
    """What the old key signs to vouch for the new one, in its canonical spelling."""
    return canonical({
        "format": FORMAT, "public_key": key.public, "fingerprint": key.fingerprint, "since": _moment(key.since),
        "takes_over_from": old.fingerprint,
    })  # fmt: skip


def publishable(until: Key | None = None) -> list[dict[str, Any]]:
    """All that a stranger is told of the keys, oldest first; up to one of them where it is given."""
    keys = Key.objects.order_by("pk")
    keys = keys.filter(pk__lte=until.pk) if until is not None else keys
    return [
        {
            "fingerprint": key.fingerprint,
            "public_key": key.public,
            "since": _moment(key.since),
            "statement": key.statement,
            "signature": key.signature,
        }
        for key in keys
    ]


def _first(by: User) -> Key:
    new = _made()
    with writing(None) as chain:
        # Another process may have been quicker; whoever has taken the chain is alone.
        key = Key.objects.filter(until=None).first()
        if key is None:
            key = Key(fingerprint=new.fingerprint, public=new.public, since=timezone.now())
            key.save(force_insert=True)
            chain.record(by=by, verb="added", on=key, after=_facts(key))
    if key.fingerprint != new.fingerprint:
        place(new.fingerprint).unlink(missing_ok=True)
    return key


def _facts(key: Key) -> dict[str, Any]:
    return {"fingerprint": key.fingerprint, "public": key.public}


def generated() -> Ed25519PrivateKey:
    """A new secret key."""
    return Ed25519PrivateKey.generate()


def _made() -> Key:
    """A new key whose secret half is on disk before anything names it; not stored yet."""
    secret = generated()
    public = secret.public_key().public_bytes_raw().hex()
    file = place(fingerprint_of(public))
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        new.write(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        new.flush()
        os.fsync(new.fileno())
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Key(fingerprint=fingerprint_of(public), public=public)


def _secret(key: Key) -> Ed25519PrivateKey:
    try:
        secret = load_pem_private_key(place(key.fingerprint).read_bytes(), password=None)
    except (OSError, ValueError) as fault:
        raise KeyGone(
            _("The key that signs reports is not here. Ask an administrator to put %(file)s back into the folder "
              "“keys” of the data from a backup, or to make a new key with manage.py rotate_key --lost.")
            % {"file": place(key.fingerprint).name}
        ) from fault  # fmt: skip
    if not isinstance(secret, Ed25519PrivateKey) or secret.public_key().public_bytes_raw().hex() != key.public:
        raise KeyGone(
            _("%(file)s holds another key than its name says. Put the right one back.")
            % {"file": place(key.fingerprint).name}
        )
    return secret


def _moment(at: datetime.datetime) -> str:
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
