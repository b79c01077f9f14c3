"""The socket that a server of this machine listens on, taken before anything else is started."""

import errno
import socket
import time
from collections.abc import Sequence
from typing import Any

from mien.errors import AddressInUse
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.serving.port_holder import holder_of_port

_BACKLOG = 256
_LAST_PORT = 65535
# Processes of a server that was killed are gone a moment later; a supervisor starts at once.
_PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.05


def listen(host: str, port: int) -> socket.socket:
    """Take an address and port, at once and for good.

    Args:
        host: name or address of this machine, IPv4 or IPv6.
        port: 0 takes a free one.

    Raises:
        AddressInUse: somebody else has it; says who, where the system tells.
        InvalidInput: that cannot be had; says why and what else to do.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror as error:
        raise InvalidInput(
            "no_address_of_machine", words={"host": host}, field="MIEN_HOST"
        ) from error
    try:
        return _take((family, kind, protocol), address)
    except OSError as error:
        raise _refusal(error, host, port, option="port", variable="MIEN_PORT") from error


def require_free(addresses: Sequence[Any]) -> None:
    """Make sure that a server may listen at each of these, before it is started.

    Gunicorn would try again and again, and end without a word about who is in the way.

    Args:
        addresses: host and port, or the path of a Unix socket, or a descriptor that listens.

    Raises:
        AddressInUse: somebody else has it; says who, where the system tells.
        InvalidInput: it cannot be had; says why.
    """
    for address in addresses:
        if isinstance(address, tuple):
            host, port = str(address[0]), int(address[1])
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            try:
                _take((family, socket.SOCK_STREAM, 0), (host, port)).close()
            except OSError as error:
                raise _refusal(error, host, port, option="bind", variable="MIEN_BIND") from error
        elif isinstance(address, str):
            _require_nobody_at(address)


def address_of(listener: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = listener.getsockname()[:2]
    return url_of(host, port)


def url_of(host: str, port: int) -> str:
    """The address to type into a browser for what listens there."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _take(kind: tuple[int, int, int], address: Any) -> socket.socket:
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        listener = socket.socket(*kind)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            # Two sockets may be bound to one port, but only one may listen.
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return listener


def _require_nobody_at(path: str) -> None:
    # What a server that was killed leaves behind is a file at which nobody listens.
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(path)
        except OSError:
            return
    way = "`--bind unix:/PATH` or MIEN_BIND"
    raise AddressInUse("socket", words={"path": path, "way": way})


def _refusal(error: OSError, host: str, port: int, *, option: str, variable: str) -> MienError:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < _LAST_PORT else 8000
        value = f"{host}:{other}" if option == "bind" else other
        way = f"`--{option} {value}` or {variable}"
        holder = holder_of_port(port)
        if holder is None:
            return AddressInUse(words={"port": port, "host": host, "way": way})
        pid, name = holder.pid, holder.name
        return AddressInUse(
            "held", words={"port": port, "host": host, "way": way, "pid": pid, "name": name}
        )
    if error.errno == errno.EACCES:
        return InvalidInput("port_not_allowed", words={"port": port}, field=variable)
    if error.errno == errno.EADDRNOTAVAIL:
        return InvalidInput("no_address", words={"host": host}, field="MIEN_HOST")
    return InvalidInput(
        "cannot_listen",
        words={"port": port, "host": host, "why": error.strerror},
        field=variable,
    )
