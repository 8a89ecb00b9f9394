"""The variables that steer an installation: what each is when it is not set, what it means, and how it is read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

OURS, FROM_FILE = "WORKBENCH_", "_FILE"
# What Kubernetes writes into every container of a namespace for a service whose name begins with “workbench”.
SERVICE = re.compile(
    r"WORKBENCH_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)"
)
# As Django compares them with what a browser names: without a port, and after a dot a domain with all below it.
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[a-f0-9]*:[a-f0-9.:]+\]", re.IGNORECASE)
LINKED = (
    "no variables of the workbench, but what Kubernetes names a service called workbench by. Write enableServiceLinks: "
    "false into the pod's specification, or call the service otherwise."
)


@dataclass(frozen=True)
class Variable:
    """One variable, as the README's table tells it."""

    name: str
    unset: str
    meaning: str


VARIABLES = (
    Variable(
        "WORKBENCH_DATA",
        "`var/`",
        "the data folder: database, files, secret key, heads of the log. `--data DIR` on any command is the same",
    ),
    Variable(
        "WORKBENCH_URL",
        "none",
        "the address under which people reach this workbench, with a path where it runs under one: "
        "`https://example.org/claims`. Links in mail begin with it, and its host is answered to",
    ),
    Variable(
        "WORKBENCH_HOSTS",
        "`127.0.0.1,localhost,[::1]` and the host of `WORKBENCH_URL`",
        "the host names it answers to, with commas between; `.example.org` is that name and all below it",
    ),
    Variable("WORKBENCH_HTTPS", "`1`; `0` in a demo and with debug", "redirect to HTTPS, secure cookies, HSTS"),
    Variable(
        "WORKBENCH_PROXIES",
        "`0`",
        "how many proxies stand in front, of which the first sets `X-Forwarded-For` and `X-Forwarded-Proto`, and each "
        "after it adds to the former. With one too many, what visitors say of themselves may be believed",
    ),
    Variable("WORKBENCH_BIND", "`127.0.0.1:8000`", "the address and port on which `serve` listens"),
    Variable("WORKBENCH_PROCESSES", "`2`", "how many processes serve pages, with four threads each"),
    Variable(
        "WORKBENCH_SECRET_KEY",
        "made once, kept in the data folder",
        "50 characters or more that sign sessions; several machines must share them",
    ),
    Variable(
        "DATABASE_URL",
        "SQLite in the data folder",
        "`postgres://user:password@host/name`; needs `uv sync --extra postgres`",
    ),
    Variable(
        "WORKBENCH_ADMIN",
        "none: `serve` prints the address of a page that makes the first one, once",
        "the e-mail address of the first administrator, made at the start where there is none",
    ),
    Variable("WORKBENCH_ADMIN_PASSWORD", "none", "the first administrator's password"),
    Variable(
        "WORKBENCH_SECOND_FACTOR",
        "none",
        "who must have a second factor: `staff` or `all`. Who has none is led to set one up before anything else",
    ),
    Variable(
        "WORKBENCH_OIDC_URL",
        "none",
        "the issuer of an OpenID Connect provider through which people who have an account may sign in: "
        "`https://sso.example.org/realms/news`. There it is told `…/accounts/oidc/login/callback/`",
    ),
    Variable("WORKBENCH_OIDC_CLIENT", "none", "this workbench's name at the provider"),
    Variable("WORKBENCH_OIDC_SECRET", "none", "this workbench's secret at the provider"),
    Variable("WORKBENCH_OIDC_NAME", "the provider's host", "what the button on the sign-in page calls it"),
    Variable(
        "WORKBENCH_SECURITY_CONTACT",
        "none",
        "whom to tell of a weakness of this installation, an e-mail address or `https://…`: stands in "
        "`/.well-known/security.txt`",
    ),
    Variable(
        "WORKBENCH_STORE",
        "`files/` in the data folder",
        "where captures are kept: `s3://bucket/prefix` for an S3-compatible store; needs `uv sync --extra s3` and "
        "boto3's own variables for the credentials",
    ),
    Variable(
        "WORKBENCH_STORE_ENDPOINT",
        "Amazon's",
        "the address of another S3-compatible store, as in `https://minio.example.org`",
    ),
    Variable(
        "WORKBENCH_FETCH",
        "`0`",
        "fetch web addresses that analysts give, from the public internet only: http and https on ports 80 and 443, "
        "every address checked, 20 MB, 20 seconds. Whoever owns a page then sees this machine's address",
    ),
    Variable(
        "WORKBENCH_WEBHOOKS",
        "`0`",
        "let editors have addresses on the public internet told (https, port 443, guarded like fetching) when a "
        "verdict is signed off, a claim is reopened or a report is made; the worker tells them",
    ),
    Variable(
        "WORKBENCH_STAMPS",
        "none",
        "the address of an RFC 3161 stamping service: once a day the worker has the log's heads stamped; needs "
        "`uv sync --extra stamps`",
    ),
    Variable(
        "WORKBENCH_STAMPS_ROOT",
        "none",
        "the certificate (PEM) of the stamping service's root, against which `verify_log` checks the stamps",
    ),
    Variable(
        "WORKBENCH_MAIL",
        "none: no mail is sent",
        "the mail server that sends the daily digests: `smtp://user:password@mail.example.org:587`",
    ),
    Variable("WORKBENCH_LOGS", "`plain`", "`json`: a line of the log is a JSON object, one for each request too"),
    Variable(
        "WORKBENCH_METRICS",
        "none: there are no metrics",
        "a secret of 16 characters or more: `/metrics` answers whoever brings it as a bearer token, for Prometheus",
    ),
    Variable(
        "WORKBENCH_BACKUPS",
        "`backups/` in the data folder",
        "the folder in which `backup` keeps its files: best on another disk",
    ),
    Variable(
        "WORKBENCH_BACKUP_KEYS",
        "none: backups can be read by whoever has them",
        "public keys of age (`age1…`, with commas between): backups are locked for whoever has the secret half of one; "
        "needs `uv sync --extra encryption`",
    ),
    Variable(
        "WORKBENCH_BACKUP_IDENTITY",
        "none",
        "the secret half of such a key (`AGE-SECRET-KEY-1…`), which `restore` and `verify_backup` open a backup with",
    ),
    Variable(
        "WORKBENCH_BACKUP_PASSPHRASE",
        "none",
        "a passphrase of 16 characters or more: backups are locked with it, instead of for keys",
    ),
    Variable("WORKBENCH_DEBUG", "`0`", "debug pages; never where others can reach it"),
)
NAMES = frozenset(each.name for each in VARIABLES)


def table() -> str:
    """The variables as the README's table."""
    rows = [f"| `{each.name}` | {each.unset} | {each.meaning} |" for each in VARIABLES]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


class Environment:
    """The variables that are set. What is wrong with any of them is collected, so that one start tells all of it."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self.given = given
        unknown = [name for name in sorted(given) if name.startswith(OURS) and not is_known(name)]
        linked = [name for name in unknown if SERVICE.fullmatch(name)]
        if not any(name.endswith("_SERVICE_HOST") for name in linked):
            linked = []
        self.faults = [self._unknown(name) for name in unknown if name not in linked]
        if linked:
            self.faults.append(f"{', '.join(linked)}: {LINKED}")

    def sets(self, name: str) -> bool:
        """Whether it is set, or its file is named."""
        return any(self.given.get(each, "").strip() for each in (name, name + FROM_FILE))

    def text(self, name: str) -> str:
        """What it is set to, or what its file holds, without white space around; "" where it is not set."""
        if name not in NAMES:
            raise KeyError(name)
        file = self.given.get(name + FROM_FILE, "").strip()
        if not file:
            return self.given.get(name, "").strip()
        if self.given.get(name, "").strip():
            self.faults.append(f"{name} and {name}{FROM_FILE} are both set: unset one of them.")
        text = ""
        try:
            text = Path(file).read_text(encoding="utf-8").strip()
            if not text:  # as if it were not set, it would start on another database, or lock no backup
                self.faults.append(f"{name}{FROM_FILE}: {file} is empty.")
        except (OSError, UnicodeDecodeError) as fault:
            why = fault.strerror if isinstance(fault, OSError) else "it is no text"
            self.faults.append(f"{name}{FROM_FILE}: {file} cannot be read: {why}.")
        return text

    def read[T](self, name: str, parse: Callable[[str], T], default: T) -> T:
        """What `parse` makes of it; the default where it is not set, or where it cannot be read, which is a fault."""
        text = self.text(name)
        return self.attempt(lambda: parse(text), default, name) if text else default

    def attempt[T](self, make: Callable[[], T], default: T, name: str = "") -> T:
        """What `make` gives; the default where it raises, which is a fault."""
        try:
            return make()
        except ImproperlyConfigured as fault:
            self.faults.append(str(fault))
        except ValueError as fault:
            self.faults.append(f"{name} {fault}")
        return default

    def settle(self) -> None:
        """Raises ImproperlyConfigured with everything that is wrong, one line each."""
        if self.faults:
            raise ImproperlyConfigured("\n".join(["The workbench does not start:", *dict.fromkeys(self.faults)]))

    @staticmethod
    def _unknown(name: str) -> str:
        near = difflib.get_close_matches(name, NAMES, n=1)
        return f"{name} is no variable of the workbench." + (f" Is {near[0]} meant?" if near else "")


def is_known(name: str) -> bool:
    """Whether it is a variable of ours, or names the file of one."""
    return name in NAMES or name.removesuffix(FROM_FILE) in NAMES


def flag(text: str) -> bool:
    """True or False. Raises ValueError for anything but 1/0, true/false, yes/no, on/off."""
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off"):
        return False
    raise ValueError(f"must be 1 or 0, not {text!r}.")


def number(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number between these two, both included. Raises ValueError for anything else."""

    def parse(text: str) -> int:
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise ValueError(f"must be a whole number from {least} to {most}, not {text!r}.")

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    """Reads one of these words. Raises ValueError for any other."""

    def parse(text: str) -> str:
        if text in words:
            return text
        raise ValueError(f"must be {' or '.join(words)}, not {text!r}.")

    return parse


def hosts(text: str) -> list[str]:
    """The host names between commas. Raises ValueError where there is none, or anything else."""
    names = [part for part in map(str.strip, text.split(",")) if part]
    if wrong := [name for name in names or [text] if not HOST.fullmatch(name)]:
        raise ValueError(
            "must be host names with commas between, without scheme, port, path or *, not "
            f"{' and '.join(map(repr, wrong))}."
        )
    return names


def email(text: str) -> str:
    """The same. Raises ValueError where it is no e-mail address."""
    try:
        validate_email(text)
    except ValidationError as fault:
        raise ValueError(f"must be an e-mail address, not {text!r}.") from fault
    return text


def address(text: str) -> str:
    """An address to listen on: host and port, or a socket's file. Raises ValueError for anything else."""
    host, _, port = text.rpartition(":")
    if text.startswith("unix:/") or (host and "/" not in text and port.isdigit() and 0 < int(port) < 65536):
        return text
    raise ValueError(f"must be host:port or unix:/path, not {text!r}.")


def stays_here(*places: str) -> bool:
    """Whether these addresses and host names are all of this machine alone."""
    return all(re.sub(r":\d+$", "", place) in ("127.0.0.1", "localhost", "[::1]") for place in places)


def host_of(site: str) -> list[str]:
    """The host of a site's address, as a list; empty where there is no address."""
    host = urlsplit(site).hostname
    return [f"[{host}]" if ":" in host else host] if host else []


def secret(least: int) -> Callable[[str], str]:
    """Reads what has this many characters or more. Raises ValueError for what can be guessed; it is not repeated."""

    def parse(text: str) -> str:
        if len(text) >= least:
            return text
        raise ValueError(f"must have {least} characters or more.")

    return parse
