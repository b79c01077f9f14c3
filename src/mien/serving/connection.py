"""A connection as the worker sees it: what has come of its next request, and until when it waits."""

from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from gunicorn.http.unreader import SocketUnreader
from gunicorn.http2 import negotiation
from gunicorn.workers.gthread import TConn

from mien.serving.arrival import Arrival

if TYPE_CHECKING:
    from mien.serving.waiting_line import WaitingLine


CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class BodyUnreader(SocketUnreader):  # type: ignore[misc]  # Gunicorn ships no types
    """Reads from a client, and first asks for the body if it waits to be asked.

    Gunicorn asks before anybody has looked at the request, and gets what is refused all the same.

    Attributes:
        owes_continue: the client waits to be told that its body is wanted.
    """

    owes_continue = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Wait for the next bytes."""
        if self.owes_continue:
            self.owes_continue = False
            self.sock.sendall(CONTINUE)
        return bytes(super().chunk(size_hint))


class Connection(TConn):  # type: ignore[misc]  # Gunicorn ships no types
    """A connection whose requests are taken in by the event loop, and only then get a thread.

    Attributes:
        arrival: of the next request; None where the event loop cannot read it, because it comes
            over TLS or in another protocol than HTTP/1: then a thread reads it.
        line: where it waits for bytes; None while a thread has it, or nobody any more.
        deadline: when it has waited long enough, in seconds of `time.monotonic`.
        since: when it began to wait.
        was_asked: the client has been told that the body of the next request is wanted.
        sender: of the request that it waits with, or has a thread for; see `Admission`.
        address: of the client, or of the proxy before it.
        is_long: it has one of the threads for what takes long.
        is_refused: there is no room for what it asks.
        forgotten_bytes: how much was read of it after its last answer.
    """

    def __init__(self, cfg: Any, sock: Any, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.line: WaitingLine | None = None
        self.deadline = self.since = 0.0
        self.was_asked = self.is_long = self.is_refused = False
        self.sender: int | str = ""
        # Through a Unix socket all come from one place, as through a proxy.
        self.address = str(client[0]) if isinstance(client, tuple) and client else ""
        self.forgotten_bytes = 0
        early = (
            not cfg.is_ssl
            and cfg.protocol == "http"
            and not negotiation.prior_knowledge_allowed(cfg, client)
        )
        self.arrival: Arrival | None = Arrival() if early else None
        # No thread has to find out: it is given one once there is something to read.
        self.data_ready = True

    def init(self) -> None:
        """Begin with a request, in a thread: what has come of it is its first part."""
        first = not self.initialized
        super().init()
        if self.arrival is not None:
            if first:
                self.parser.unreader = BodyUnreader(self.sock)
            self.parser.unreader.unread(bytes(self.arrival.data))
            self.arrival = Arrival()

    def take_rest(self) -> bool:
        """Take back what was read beyond the last request; whether there was anything."""
        if self.arrival is None:
            return False
        self.was_asked = False
        rest = self.parser.unreader.take_buffered()
        self.arrival.add(rest)
        return bool(rest)
