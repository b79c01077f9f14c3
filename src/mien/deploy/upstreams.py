"""Mien nodes behind a web server, and the protocol that each of them speaks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias

from mien.errors import InvalidInput

Protocol: TypeAlias = Literal["http", "uwsgi"]

_FORM: Final = re.compile(
    r"(?:(?P<protocol>http|uwsgi)://)?"
    r"(?P<address>unix:/[A-Za-z0-9_./@+-]+|(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9_.-]+):[0-9]{1,5})"
)


@dataclass(frozen=True, slots=True)
class Upstream:
    """A node.

    Attributes:
        protocol: `http` is Gunicorn's, `uwsgi` that of a socket of uWSGI.
        address: `host:port` or `unix:/path`.
    """

    protocol: Protocol
    address: str


@dataclass(frozen=True, slots=True)
class Bridge:
    """A server of Nginx itself that hands on to one uWSGI node what it is asked over HTTP.

    A group of upstreams speaks one protocol, so this lets both kinds stand in one group, with one
    way to choose among them and one count of failures.

    Attributes:
        listen: on this machine alone.
        address: of the uWSGI node.
    """

    listen: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """The nodes as Nginx balances them.

    Attributes:
        protocol: of the whole group.
        addresses: of its members.
        bridges: of members that speak the other protocol.
    """

    protocol: Protocol
    addresses: tuple[str, ...]
    bridges: tuple[Bridge, ...]


def parse_upstream(text: str) -> Upstream:
    """A node from `http://host:port`, `uwsgi://host:port` or either with `unix:/path`.

    Raises:
        InvalidInput: it is none of these.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise InvalidInput("upstream", words={"text": text}, field="upstream")
    protocol: Protocol = "uwsgi" if found["protocol"] == "uwsgi" else "http"
    return Upstream(protocol, found["address"])


def make_group(upstreams: Sequence[Upstream], *, bridge_port: int) -> Group:
    """One group of all nodes, with bridges where both protocols are spoken.

    Args:
        upstreams: at least one.
        bridge_port: the first of as many loopback ports as there are bridges.
    """
    if {each.protocol for each in upstreams} == {"uwsgi"}:
        return Group("uwsgi", tuple(each.address for each in upstreams), ())
    addresses: list[str] = []
    bridges: list[Bridge] = []
    for each in upstreams:
        if each.protocol == "http":
            addresses.append(each.address)
        else:
            bridges.append(Bridge(f"127.0.0.1:{bridge_port + len(bridges)}", each.address))
            addresses.append(bridges[-1].listen)
    return Group("http", tuple(addresses), tuple(bridges))
