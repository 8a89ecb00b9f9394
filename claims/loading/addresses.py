"""Which web addresses may be fetched: those that lead to the public internet, said in the ordinary way."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from claims.loading.formats.parsed import Fault

LONGEST = 2000  # characters of an address
# The web's own ports alone: behind others stand mail servers, databases and consoles that take a request for a command.
PORTS = {"http": 80, "https": 443}
LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# Where browsers read a number, in any of the forms of inet_aton. https://url.spec.whatwg.org/#ends-in-a-number-checker
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names for what is near (RFC 6761, 6762, 8375, and those that routers hand out).
NEAR = {"localhost", "localdomain", "local", "internal", "intranet", "private", "lan", "home", "corp"}
UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f\\\u2028\u2029]")
KEPT = "%/:=&?~+!$,;'@()*[]"

# Beyond what `is_global` knows: mostly addresses that carry another one, to which a gateway may pass a request on.
REFUSED = [
    ip_network(network)
    for network in (
        "::/96",  # IPv4-compatible
        "::ffff:0:0/96",  # IPv4-mapped
        "64:ff9b::/96",  # NAT64, RFC 6052
        "64:ff9b:1::/48",  # NAT64, RFC 8215
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation, RFC 9637
        "192.88.99.0/24",  # 6to4's relays
        "168.63.129.16/32",  # a cloud's inner service, on what looks like a public address
    )
]
UNICAST = ip_network("2000::/3")
ISATAP = {0x00005EFE, 0x02005EFE}  # before the IPv4 address in the lower half, RFC 5214


class Target(NamedTuple):
    """A web address in its parts, checked as far as its words go."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{self.path}"


def target(url: str) -> Target:
    """The parts of a web address that may be asked for. Raises Fault."""
    url = url.strip()
    if len(url) > LONGEST or UNSAFE.search(url):
        raise Fault("address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Fault("address") from None
    if parts.scheme not in PORTS:
        raise Fault("scheme")
    if "@" in parts.netloc:
        raise Fault("credentials")
    if port not in (None, PORTS[parts.scheme]):
        raise Fault("port", str(port))
    path = quote(parts.path or "/", safe=KEPT) + (f"?{quote(parts.query, safe=KEPT)}" if parts.query else "")
    return Target(parts.scheme, host(parts.hostname or "", is_literal="[" in parts.netloc), PORTS[parts.scheme], path)


def host(name: str, *, is_literal: bool) -> str:
    """A host as it may be looked up or connected to, in small ASCII letters. Raises Fault."""
    if is_literal:
        if not is_public(name):
            raise Fault("inside")
        return str(IPv6Address(name))
    try:
        # First of all, as it turns digits and dots of other scripts into ours.
        name = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError:
        raise Fault("address") from None
    labels = name.split(".")
    if NUMBER.fullmatch(labels[-1]):
        return number(name)
    if len(name) > 253 or not all(map(LABEL.fullmatch, labels)):
        raise Fault("address")
    if len(labels) == 1 or labels[-1] in NEAR or name.endswith("home.arpa"):
        raise Fault("inside")
    return name


def number(name: str) -> str:
    """An IPv4 address in its one ordinary form: decimal, hex, octal and short forms only hide one. Raises Fault."""
    try:
        address = str(IPv4Address(name))
    except ValueError:
        raise Fault("number") from None
    if not is_public(address):
        raise Fault("inside")
    return address


def is_public(address: str) -> bool:
    """Whether an IP address leads to a host on the public internet, and to no other address than it says."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if any(ip in network for network in REFUSED):
        return False
    if isinstance(ip, IPv6Address) and (
        ip.scope_id is not None or ip not in UNICAST or int(ip) >> 32 & 0xFFFFFFFF in ISATAP
    ):
        return False
    refused = (ip.is_private, ip.is_loopback, ip.is_link_local, ip.is_multicast, ip.is_reserved, ip.is_unspecified)
    return ip.is_global and not any(refused)
