"""Answers of Gunicorn that leave in one piece, so that a killed process has sent all or nothing."""

from collections.abc import Iterable
from typing import Any
from typing import Final

from gunicorn import __version__ as gunicorn_version
from gunicorn.http import wsgi
from gunicorn.http.body import ChunkedReader
from gunicorn.http.body import LengthReader
from gunicorn.util import write

from mien.errors import UnknownServerVersion

KNOWN_MAJORS: Final = (27,)
"""Gunicorn's releases whose insides `WholeResponse`, `DrainingWorker` and `Connection` fit."""

# Larger ones take several turns of the kernel anyway.
_TOGETHER_BYTES: Final = 64 * 1024
_NOT_WELL: Final = 300


class WholeResponse(wsgi.Response):  # type: ignore[misc]  # Gunicorn ships no types
    """Sends the headers together with the first of the body, and says when it is the last answer.

    Gunicorn sends them apart. A process that is killed between the two has begun an answer, and a
    server in front can then ask no other node.
    """

    sock: Any
    _held = b""

    def default_headers(self) -> list[str]:
        """Gunicorn's own, without its name, which is of use to nobody who means well."""
        return [line for line in super().default_headers() if not line.startswith("Server:")]

    def send_headers(self) -> None:
        """Make the headers ready; they leave with what comes next."""
        if self.headers_sent:
            return
        if self._leaves_body():
            self.force_close()
        line, self.sock = self.sock, _Catcher()
        try:
            super().send_headers()
            self._held = self.sock.caught
        finally:
            self.sock = line

    def write(self, arg: bytes) -> None:
        """Send a part of the body."""
        super().write(arg)
        # Nothing of it may be sent, after HEAD for one.
        self._let_go()

    def sendfile(self, respiter: Any) -> bool:
        """Send a file, which the kernel reads."""
        self.send_headers()
        self._let_go()
        return bool(super().sendfile(respiter))

    def close(self) -> None:
        """Send what has not been sent yet."""
        self.send_headers()
        self._let_go()
        super().close()

    def _leaves_body(self) -> bool:
        """Whether the body of the request is not wanted, and not all here.

        Then the connection can take no other request, and the client is told so. One that is
        answered well may still be read on, while the answer is made.
        """
        unreader: Any = getattr(self.req, "unreader", None)
        if getattr(unreader, "owes_continue", False):
            # Nobody can know whether the body comes now or not.
            unreader.owes_continue = False
            return True
        reader = getattr(getattr(self.req, "body", None), "reader", None)
        if self.status_code < _NOT_WELL:
            return False
        if isinstance(reader, LengthReader):
            return bool(reader.length > unreader.buf.getbuffer().nbytes)
        return isinstance(reader, ChunkedReader) and reader.parser is not None

    def _emit_body(self, data: bytes) -> None:
        if self._held and len(data) <= _TOGETHER_BYTES:
            line, self.sock = self.sock, _Catcher()
            try:
                write(self.sock, data, self.chunked)
                framed = self.sock.caught
            finally:
                self.sock = line
            whole, self._held = self._held + framed, b""
            self.sock.sendall(whole)
            return
        self._let_go()
        super()._emit_body(data)

    def _let_go(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self.sock.sendall(held)


class _Catcher:
    """Keeps what would be sent."""

    def __init__(self) -> None:
        self.caught = b""

    def sendall(self, data: bytes) -> None:
        """Keep some more."""
        self.caught += data


def require_known_gunicorn(
    version: str = gunicorn_version, *, inside: Iterable[tuple[type, str]] = ()
) -> None:
    """Make sure that Gunicorn is one whose insides are known here.

    Args:
        version: of Gunicorn.
        inside: what is replaced or called in it: a class and a name.

    Raises:
        UnknownServerVersion: it is another; what is replaced in it may not fit any more.
    """
    complete = all(hasattr(where, name) for where, name in inside)
    if int(version.split(".", 1)[0]) not in KNOWN_MAJORS or not complete:
        known = " and ".join(str(each) for each in KNOWN_MAJORS)
        raise UnknownServerVersion(
            "gunicorn", words={"version": version, "known": known, "major": KNOWN_MAJORS[-1]}
        )


def send_whole() -> None:
    """Let every answer of this process be sent so; Gunicorn has no setting for it.

    Raises:
        UnknownServerVersion: Gunicorn is one that this was not tried with.
    """
    require_known_gunicorn()
    wsgi.Response = WholeResponse
