"""The socket that a server of this machine listens on, taken before anything else is started."""

import errno
import socket

from mien.errors import InvalidInput

_BACKLOG = 256
_LAST_PORT = 65535


def listen(host: str, port: int) -> socket.socket:
    """Take an address and port, at once and for good.

    Args:
        host: name or address of this machine, IPv4 or IPv6.
        port: 0 takes a free one.

    Raises:
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
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Two sockets may be bound to one port, but only one may listen.
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _refusal(error, host, port) from error
    return listener


def address_of(listener: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = socket.gethostname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _refusal(error: OSError, host: str, port: int) -> InvalidInput:
    if error.errno == errno.EADDRINUSE:
        return InvalidInput(
            "port_in_use",
            words={"port": port, "host": host, "other": port + 1 if port < _LAST_PORT else 8000},
            field="MIEN_PORT",
        )
    if error.errno == errno.EACCES:
        return InvalidInput("port_not_allowed", words={"port": port}, field="MIEN_PORT")
    if error.errno == errno.EADDRNOTAVAIL:
        return InvalidInput("no_address", words={"host": host}, field="MIEN_HOST")
    return InvalidInput(
        "cannot_listen",
        words={"port": port, "host": host, "why": error.strerror},
        field="MIEN_PORT",
    )
