"""Bodies that were answered before they were read."""

import time
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING
from typing import Final

from flask import Flask
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse
    from _typeshed.wsgi import WSGIEnvironment

_PIECE_BYTES: Final = 65_536
_MOST_SECONDS: Final = 10.0


def install_body_draining(app: Flask, *, most_bytes: int) -> None:
    """Under uWSGI, read what an answer left unread of its request, once the answer is sent.

    uWSGI closes the connection at once; with bytes still on their way that resets it, and who
    sends a large photo with a wrong key would never see why it was refused. Under Gunicorn the
    worker sees to it, without a thread (`serving/draining_worker.py`); Nginx has read all before.

    Args:
        app: whose answers.
        most_bytes: no more is read, and nothing after ten seconds.
    """
    inner = app.wsgi_app

    def read_unread(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = inner(environ, start_response)
        if "uwsgi.version" not in environ:
            return answer
        return ClosingIterator(answer, [partial(_read, environ, most_bytes)])

    app.wsgi_app = read_unread  # type: ignore[method-assign]  # Flask's own way of wrapping


def _read(environ: "WSGIEnvironment", most_bytes: int) -> None:
    end = time.monotonic() + _MOST_SECONDS
    left = most_bytes
    try:
        while left > 0 and time.monotonic() < end:
            piece = environ["wsgi.input"].read(min(left, _PIECE_BYTES))
            if not piece:
                return
            left -= len(piece)
    except OSError:
        return  # the client has gone, or is too slow to be waited for
