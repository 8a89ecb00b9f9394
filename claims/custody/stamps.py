"""Stamps (RFC 3161): a service attests when it saw the head of a chain, so that the log's age is not our word alone.

What is stamped are the bytes of a head as it is printed, COUNT:HASH. Anybody can check a token without us:
`openssl ts -verify -data head.txt -in token.tsr -CAfile root.pem`.
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import logging
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import Error, IntegrityError, transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils import timezone
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from claims.custody.heads import Head
from claims.models.cases import Case
from claims.models.entries import Chain, Entry
from claims.models.stamps import Stamp

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

MOST_BYTES = 100_000  # of an answer; a token with its certificates has some thousand
SECONDS = 20  # for one answer
AGAIN = 3600  # seconds until heads that could not be stamped are tried again
SHA256 = "2.16.840.1.101.3.4.2.1"

logger = logging.getLogger(__name__)


class Unstamped(Exception):
    """There is no token that holds; the text says why."""


class Down(Unstamped):
    """The service cannot be reached: it need not be asked for the next head."""


@dataclass
class Outcome:
    """The stamps that were made, and the chains that got none, each with why."""

    stamps: list[Stamp] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def stamp_heads(day: datetime.date, *, stopped: Callable[[], bool] = lambda: False) -> Outcome:
    """Have each chain stamped whose head moved since its last stamp, if it got none on this day yet."""
    outcome = Outcome()
    for chain in due(day):
        if stopped():
            break
        try:
            stamp = _stamped(chain)
        except Unstamped as fault:
            said = "The log of %s was not stamped; it is tried again in an hour, or when this runs again."
            logger.warning(said, chain.name or "no case", exc_info=fault)
            outcome.failed.append((chain.name, str(fault)))
            if isinstance(fault, Down):
                break
        else:
            outcome.stamps += [stamp] if stamp else []
    return outcome


def due(day: datetime.date) -> list[Chain]:
    """The chains to be stamped on this day (UTC)."""
    begins = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
    rows = Stamp.objects.order_by().values_list("case").annotate(top=Max("count"), last=Max("made_at"))
    newest = {case: (top, last) for case, top, last in rows}
    found = []
    for chain in Chain.objects.select_related("case").filter(count__gt=0).order_by("pk"):
        top, last = newest.get(chain.case_id, (0, None))
        if top != chain.count and (last is None or last < begins):
            found.append(chain)
    return found


def _stamped(chain: Chain) -> Stamp | None:
    """The stamp of a chain's head; None where another process was quicker. Raises Unstamped."""
    head = Head(chain.count, chain.head)
    token, at = ask(head)
    stamp = Stamp(case=chain.case, count=head.count, head=head.hash, token=token, service=settings.STAMPS)
    stamp.stamped_at = at
    try:
        with transaction.atomic():
            stamp.save(force_insert=True)
    except IntegrityError:
        return None
    return stamp


def ask(head: Head) -> tuple[bytes, datetime.datetime]:
    """The service's token for a head, and the time that it gives. Raises Unstamped where the token does not hold."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    builder = TimestampRequestBuilder().data(message(head)).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    token = post(settings.STAMPS, request.as_bytes())
    answer = check_token(token, head)
    if answer.tst_info.nonce != request.nonce:
        raise Unstamped("The service answered another request than ours: the nonce differs.")
    return token, answer.tst_info.gen_time


def message(head: Head) -> bytes:
    """The bytes that are stamped."""
    return str(head).encode()


def check_token(token: bytes, head: Head) -> TimeStampResponse:
    """The token, if it is one for this head and, where a root is set, signed by the service. Raises Unstamped."""
    from rfc3161_client import PKIStatus, VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        answer = decode_timestamp_response(bytes(token))
        if PKIStatus(answer.status) != PKIStatus.GRANTED:
            raise Unstamped(f"The service refused: {', '.join(answer.status_string) or PKIStatus(answer.status).name}.")
        imprint = answer.tst_info.message_imprint
        if imprint.hash_algorithm.dotted_string != SHA256 or imprint.message != hashlib.sha256(message(head)).digest():
            raise Unstamped("The token is for another head.")
        if settings.STAMPS_ROOT:
            roots, between = certificates()
            VerifierBuilder(roots=roots, intermediates=between).build().verify_message(answer, message(head))
    except VerificationError as fault:
        raise Unstamped(f"The token is not signed by the service: {fault}") from fault
    except ValueError as fault:
        raise Unstamped(f"What the service answered is no token: {str(fault)[:200]}") from fault
    return answer


def certificates() -> tuple[list[Any], list[Any]]:
    """The roots in the file that is set, and the certificates between them and the service. Raises Unstamped."""
    from cryptography import x509

    path: Any = settings.STAMPS_ROOT
    try:
        held = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise Unstamped(f"The service's root cannot be read: {fault}") from fault
    roots = [one for one in held if one.issuer == one.subject]
    return roots or held, [one for one in held if one not in roots] if roots else []


class Held:
    """A connection with a second hold on it: its own may be wrapped, and is out of reach while an answer is read."""

    second: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        line: socket.socket = super()._new_conn()  # type: ignore[misc]
        self.second = line.dup()
        return line

    def cut(self) -> None:
        """End whatever is being waited for: a service may send a byte a second, and never be late."""
        with contextlib.suppress(OSError):
            if self.second is not None:
                self.second.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Close both."""
        self.close()  # type: ignore[attr-defined]
        if self.second is not None:
            self.second.close()


class Plain(Held, HTTPConnection):
    """http://"""


class Secure(Held, HTTPSConnection):
    """https://"""


def post(address: str, content: bytes) -> bytes:
    """What the service answers, within bounds of bytes and time. Raises Unstamped, Down where nothing can be had."""
    url = parse_url(address)
    kind: type[Plain] | type[Secure] = Secure if url.scheme == "https" else Plain
    line = kind((url.host or "").strip("[]"), url.port, timeout=SECONDS)
    ends = time.monotonic() + SECONDS
    timer = threading.Timer(SECONDS, line.cut)
    timer.daemon = True
    timer.start()
    try:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        line.request("POST", url.request_uri, body=content, headers=headers, preload_content=False)
        answer = line.getresponse()
        if answer.status != 200:
            raise Unstamped(f"The service answered with status {answer.status}.")
        taken = bytearray()
        while len(taken) <= MOST_BYTES and (piece := answer.read1(8192, decode_content=False)):
            taken += piece
    except (OSError, HTTPError, ValueError) as fault:
        raise Down(f"The service cannot be reached: {type(fault).__name__}") from fault
    except Exception as fault:
        if isinstance(fault, Unstamped):
            raise
        raise Down(f"The service does not speak HTTP: {type(fault).__name__}") from fault
    finally:
        timer.cancel()
        line.let_go()
    if time.monotonic() >= ends:
        raise Down(f"The service was not done within {SECONDS} seconds.")
    if len(taken) > MOST_BYTES:
        raise Unstamped(f"The service answered with more than {MOST_BYTES:,} bytes.")
    return bytes(taken)


@dataclass
class Account:
    """What checking a chain's stamps showed, in a line, and every false one."""

    said: str
    faults: list[str]


def check_stamps(case: Case | None) -> Account:
    """Hold every stamp of a chain against the entry that it is of, and its token against both."""
    stamps = Stamp.objects.filter(case=case).order_by("count")
    faults: list[str] = []
    good = 0
    newest = None
    for stamp in stamps.annotate(entered=_entered(case)).iterator(chunk_size=200):
        try:
            fault = _fault_of(stamp)
        except ImportError:
            return Account("its stamps were not checked: that needs the extra `stamps` (rfc3161-client)", [])
        if fault:
            faults.append(f"The stamp of entry {stamp.count} is false: {fault}")
        else:
            good, newest = good + 1, stamp
    if newest is None:
        return Account("", faults)
    signed = "signed by the service" if settings.STAMPS_ROOT else "signed by whom, no root is set to tell"
    said = f"{good} stamps hold ({signed}), the newest of entry {newest.count}, {newest.stamped_at:%Y-%m-%d %H:%M} UTC"
    return Account(said, faults)


def _entered(case: Case | None) -> Subquery:
    return Subquery(Entry.objects.filter(case=case, number=OuterRef("count")).order_by().values("hash")[:1])


def _fault_of(stamp: Any) -> str:
    if stamp.entered != stamp.head:
        return "that entry is gone." if stamp.entered is None else "another head was stamped than stands there."
    try:
        answer = check_token(stamp.token, Head(stamp.count, stamp.head))
    except Unstamped as fault:
        return str(fault)
    return "" if answer.tst_info.gen_time == stamp.stamped_at else "it gives another time than is kept."


class Rounds:
    """When a worker has the heads stamped: once a day (UTC), and after a failure again in an hour."""

    def __init__(self, stopped: Callable[[], bool]) -> None:
        self.stopped = stopped
        self.next = timezone.now()

    def go_if_due(self) -> None:
        """Stamp what is due, if it is time. What goes wrong is logged, and never stops the worker."""
        now = timezone.now()
        # A time that lies farther off than a day is from before the clock was turned back.
        if not settings.STAMPS or now < self.next <= now + datetime.timedelta(days=1):
            return
        self.next = now + datetime.timedelta(seconds=AGAIN)
        try:
            outcome = stamp_heads(now.date(), stopped=self.stopped)
        except (Error, OSError):
            logger.exception("The heads of the log could not be stamped; it is tried again in an hour.")
            return
        if not outcome.failed:
            self.next = datetime.datetime.combine(now.date() + datetime.timedelta(1), datetime.time(), datetime.UTC)
