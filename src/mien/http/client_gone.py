"""Whether the client of a request is still there, asked of the connection while work is done."""

import select
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from mien.vision.budget import nobody_leaves

# Gunicorn, and the development server.
_SOCKETS = ("gunicorn.socket", "werkzeug.socket")


def client_gone(environ: dict[str, Any]) -> Callable[[], bool]:
    """Tells of a request whether its client has closed the connection; costs a system call.

    A client that has only ended its own sending counts as gone, as it does for Nginx, which closes
    its connection to Mien when its own client does. Where the server shows no connection, nobody
    ever is.

    Args:
        environ: of WSGI.
    """
    for name in _SOCKETS:
        connection = environ.get(name)
        if isinstance(connection, socket.socket):
            return partial(_has_closed, connection.fileno)
    uwsgi = sys.modules.get("uwsgi")
    if uwsgi is not None and hasattr(uwsgi, "connection_fd"):
        return partial(_has_closed, uwsgi.connection_fd)
    return nobody_leaves


def _has_closed(descriptor: Callable[[], int]) -> bool:
    number = descriptor()
    if number < 0:
        return True
    if sys.platform == "linux":
        watcher = select.poll()
        # Unlike reading, this sees the end of what is sent behind bytes that nobody has read yet.
        watcher.register(number, select.POLLRDHUP)
        return bool(watcher.poll(0))
    readable, _, _ = select.select([number], [], [], 0)
    if not readable:
        return False
    with socket.socket(fileno=number) as shared:
        try:
            return not shared.recv(1, socket.MSG_PEEK)
        except OSError:
            return True
        finally:
            shared.detach()
