"""A Gunicorn worker that leaves nobody standing at its door and waits for nobody for ever."""

import contextlib
import errno
import queue
import signal
import socket
import struct
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from gunicorn import util

from mien.http.metrics import door_gauges
from mien.http.overload import OVERLOADED
from mien.http.overload import photo_requests
from mien.http.small_bodies import SMALL_BODY_BYTES
from mien.serving.admission import Admission
from mien.serving.connection import CONTINUE
from mien.serving.connection import Connection
from mien.serving.dependent_worker import DependentWorker
from mien.serving.descriptors import fewer_connections
from mien.serving.descriptors import most_connections
from mien.serving.gunicorn_inside import INSIDE
from mien.serving.waiting_line import WaitingLine
from mien.serving.whole_response import require_known_gunicorn
from mien.serving.whole_response import send_whole

if TYPE_CHECKING:
    from mien.settings import Settings

# Beside those for what takes long: pages, lists and signs of life are answered meanwhile.
_KEPT_THREADS: Final = 2
_SHOW_SECONDS: Final = 1.0
_PIECE_BYTES: Final = 64 * 1024
_FORGOTTEN_PIECE_BYTES: Final = 256 * 1024
# What cannot be had just now, and comes back when others let go of theirs.
_EXHAUSTED: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
# A connection that was gone before it was taken in; Linux tells of its network errors here.
_PASSING: Final = {
    errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED, errno.EINTR, errno.EPERM, errno.EPROTO,
    errno.ENOPROTOOPT, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.EOPNOTSUPP,
}  # fmt: skip
# What a socket, or the poller that is to watch it, may say of one that is gone.
_BROKEN: Final = (OSError, ValueError, KeyError)
_REST_SECONDS: Final = 0.1
_FRESH_SECONDS: Final = 1.0
_AT_THE_END_SECONDS: Final = 2.0
_FORGET_SECONDS: Final = 60.0
_QUIET_SECONDS: Final = 10.0


def heed_early_stop(arbiter: Any, _worker: Any) -> None:
    """End a fresh process that was told to stop before it could listen to it.

    Until it sets up its own handlers it has the master's, which puts signals into a queue for a
    loop that never runs here; the master would wait for it in vain.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with contextlib.suppress(queue.Empty):
        while True:
            if arbiter.SIG_QUEUE.get_nowait() == signal.SIGTERM:
                sys.exit(0)


class DrainingWorker(DependentWorker):
    """Threads, as `gthread`, that end with their master, and with these further differences.

    One that is to stop first takes in whoever has connected already, then closes its door: the
    kernel would otherwise go on taking connections for it that are reset at its end.

    A connection gets a thread once the head of a request is there, and the body when it is small:
    until then the event loop reads it, and gives up what is not whole in time. `gthread` gives one
    to whoever connects, and a few silent clients would hold every thread. When connections or
    open files run out, whoever has been silent longest makes room.

    A connection is closed by the event loop as well: it reads and forgets what the client still
    sends, so that a refusal is seen by whoever sends a large body before reading the answer. And
    nobody is asked for a body (`100 Continue`) before somebody wants to read it.

    What takes long, because the engine has to look at photos or a large body is still to come, has
    as many threads as are set, and a few more are kept for the rest. Behind those threads a bounded
    number waits; one more is refused at once, before its body is read.

    An answer leaves together with its headers, so that a process that is killed has sent all
    of a small one or nothing.
    """

    stall_seconds = 30
    """How long a client may send nothing of a large body, or take nothing of an answer."""

    head_seconds = 10
    """How long the head of a request may take, all in all."""

    body_seconds = 30
    """How long a small body may take, all in all."""

    queue_requests = 16
    """How many requests that take long may wait for a thread."""

    forget_bytes = 512 * 1024 * 1024
    """How much is read of a client that has been refused, until it reads its answer."""

    sockets: list[Any]
    wsgi: Any

    @classmethod
    def heed(cls, settings: "Settings") -> None:
        """Be as patient as the settings say; before workers are made."""
        cls.stall_seconds = settings.stall_seconds
        cls.head_seconds = settings.head_seconds
        cls.body_seconds = settings.body_seconds
        cls.queue_requests = settings.queue_requests
        # Who sends more than is accepted should see that it was too much.
        cls.forget_bytes = 2 * settings.max_request_bytes

    def init_process(self) -> None:
        """Begin, in the worker's own process.

        Raises:
            UnknownServerVersion: Gunicorn is one that this was not tried with.
        """
        require_known_gunicorn(inside=INSIDE)
        send_whole()
        super().init_process()

    def get_thread_pool(self) -> Any:
        """Make the threads: those that are set, and those that are kept for what is done at once."""
        return ThreadPoolExecutor(max_workers=self.cfg.threads + _KEPT_THREADS)

    def load_wsgi(self) -> None:
        """Make the application, and let it know what there is no room for."""
        super().load_wsgi()
        app = self._app = self.wsgi
        self._show_gauges = door_gauges(app)
        self._here = threading.local()

        def served(environ: dict[str, Any], start_response: Any) -> Any:
            if getattr(self._here, "is_refused", False):
                environ[OVERLOADED] = True
            return app(environ, start_response)

        self.wsgi = served

    def run(self) -> None:
        """Serve until told to stop."""
        self._admission = Admission(
            threads=self.cfg.threads,
            most_waiting=self.queue_requests,
            looks_at_photos=photo_requests(self._app),
            begin=self.enqueue_req,
        )
        self._heads = WaitingLine(
            self.head_seconds, on_readable=self._receive, on_expired=self._let_go
        )
        self._bodies = WaitingLine(
            self.body_seconds, on_readable=self._receive, on_expired=self._tell_too_slow
        )
        self._idle = WaitingLine(
            self.cfg.keepalive, on_readable=self._receive, on_expired=self._let_go
        )
        self._leaving = WaitingLine(
            _AT_THE_END_SECONDS, on_readable=self._forget, on_expired=self._let_go
        )
        self._refused = WaitingLine(
            _FORGET_SECONDS, on_readable=self._forget, on_expired=self._let_go
        )
        self._lines = (self._heads, self._bodies, self._idle, self._leaving, self._refused)
        self._rests_until = self._quiet_until = self._shows_at = 0.0
        self._most_connections = most_connections(
            self.cfg.worker_connections, threads=self.cfg.threads
        )
        # There is always room for one more: see `_make_room`.
        self.worker_connections = sys.maxsize
        super().run()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or end to take in connections; at the worker's end, for good."""
        if enabled and time.monotonic() < self._rests_until:
            return
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.setblocking(False)
                # One that has gone again, or none, ends it.
                with contextlib.suppress(OSError):
                    while self._take_in(listener):
                        pass
                listener.close()
            self.sockets = []

    def accept(self, listener: Any) -> None:
        """Take in a connection, if one waits."""
        self._take_in(listener)

    def enqueue_req(self, conn: Connection) -> None:
        """Hand a connection to a thread, bounded in how long it may stall."""
        if not conn.initialized:
            patience = struct.pack("@ll", self.stall_seconds, 0)
            with contextlib.suppress(OSError):
                for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                    conn.sock.setsockopt(socket.SOL_SOCKET, option, patience)
        super().enqueue_req(conn)

    def handle(self, conn: Connection) -> Any:
        """Answer what is asked on a connection, in a thread."""
        self._here.is_refused = conn.is_refused
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Connection) -> bool:
        """Answer a request, in a thread."""
        if req._expected_100_continue and conn.arrival is not None:  # noqa: SLF001 - no other way to know
            req._expected_100_continue = False  # noqa: SLF001
            begun = conn.was_asked or req.unreader.buf.getbuffer().nbytes > 0
            req.unreader.owes_continue = not begun
        return bool(super().handle_request(req, conn))

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """Go on with a connection that a thread is done with."""
        self._admission.finished(conn)
        try:
            goes_on = not fs.cancelled() and bool(fs.result())
            if not goes_on:
                self._part(conn)
                return
            if conn.arrival is None and conn.parser.unreader.buf.getvalue():
                # Only a thread can read it, and it is here already.
                self._admission.admit(conn)
                return
            conn.sock.setblocking(False)
            if conn.take_rest():
                self._consider(conn)
            else:
                self._wait(conn, self._idle)
        except Exception:  # noqa: BLE001 - as Gunicorn: one connection must not end the worker
            self._let_go(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for what happens next, and no longer than a rest from taking in lasts."""
        rest = self._rests_until - time.monotonic()
        super().wait_for_and_dispatch_events(min(timeout, rest) if rest > 0 else timeout)

    def murder_pending(self) -> None:
        """Give up whoever has waited too long; Gunicorn asks for it in every turn of its loop."""
        for line in self._lines:
            for conn in line.expired(all_deadlines=not self.alive):
                self._wait(conn, None)
                line.on_expired(conn)
        now = time.monotonic()
        if now >= self._shows_at:
            self._shows_at = now + _SHOW_SECONDS
            self._show_gauges(self.nr_conns, self._admission.waiting)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Whether the connection can take another request: what was left of a body is here already.

        Gunicorn waits for it, and a client that sends nothing more keeps the thread.
        """
        if not keepalive or conn.arrival is None:
            return bool(super()._keepalive_after(conn, keepalive))
        conn.sock.setblocking(False)
        try:
            return bool(conn.parser.finish_body(max_bytes=SMALL_BODY_BYTES))
        except OSError:
            return False

    def _cap_keepalive(self, deadline: float) -> None:
        """At the worker's end, wait no longer than that for a request that has not begun."""
        super()._cap_keepalive(deadline)
        for line in (self._heads, self._idle, self._leaving, self._refused):
            line.hurry(deadline)

    def _take_in(self, listener: Any) -> bool:
        """Take in a connection that waits; whether there was one."""
        while self.nr_conns >= self._most_connections:
            if not self._make_room():
                self._rest()
                return False
        try:
            sock, address = listener.accept()
        except OSError as error:
            if error.errno in _EXHAUSTED:
                self._take_fewer(error)
            elif error.errno not in _PASSING:
                raise
            return False
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, address, listener.getsockname())
        try:
            if conn.arrival is None:
                self._wait(conn, self._heads)
            else:
                # As a rule something is there already.
                self._receive(conn)
        except _BROKEN:
            self._let_go(conn)
        return True

    def _make_room(self) -> bool:
        """Close the connection that has been silent longest; whether there was one."""
        first = self._heads.first
        stale = first is not None and first.since < time.monotonic() - _FRESH_SECONDS
        lines = (self._idle, self._heads, self._leaving, self._bodies, self._refused)
        for line in (self._heads, *lines) if stale else lines:
            silent = line.first
            if silent is not None:
                self._let_go(silent)
                return True
        return False

    def _rest(self) -> None:
        """Take in nobody for a moment; they wait in the kernel's queue."""
        self._rests_until = time.monotonic() + _REST_SECONDS
        super().set_accept_enabled(False)

    def _take_fewer(self, error: OSError) -> None:
        """Leave room for the files that answers need, once even a connection finds none."""
        if error.errno == errno.EMFILE:
            self._most_connections = min(
                self._most_connections,
                fewer_connections(self.nr_conns, threads=self.cfg.threads),
            )
        else:
            self._make_room()
        self._rest()
        now = time.monotonic()
        if now >= self._quiet_until:
            self._quiet_until = now + _QUIET_SECONDS
            self.log.warning("Cannot open further connections: %s", error.strerror)

    def _receive(self, conn: Connection) -> None:
        """Take in what has come of a request."""
        if conn.arrival is None:
            self._consider(conn)
            return
        try:
            piece = conn.sock.recv(_PIECE_BYTES)
        except (BlockingIOError, InterruptedError):
            self._consider(conn)
            return
        except OSError:
            piece = b""
        if not piece:
            self._let_go(conn)
            return
        conn.arrival.add(piece)
        self._consider(conn)

    def _consider(self, conn: Connection) -> None:
        """Give a request that is whole to a thread, and wait for the rest of one that is not."""
        arrival = conn.arrival
        if arrival is None or arrival.complete:
            self._wait(conn, None)
            self._admission.admit(conn)
        elif arrival.too_large:
            self._refuse(conn, 431, "Request Header Fields Too Large")
        elif arrival.head is None:
            self._wait(conn, self._heads)
        else:
            if arrival.head.expects_continue and not conn.was_asked:
                conn.was_asked = True
                conn.sock.send(CONTINUE)
            self._wait(conn, self._bodies)

    def _tell_too_slow(self, conn: Connection) -> None:
        self._refuse(conn, 408, "Request Timeout")

    def _refuse(self, conn: Connection, status: int, reason: str) -> None:
        with contextlib.suppress(OSError):
            conn.sock.setblocking(False)
            util.write_error(conn.sock, status, reason, "")
        self._part(conn)

    def _part(self, conn: Connection) -> None:
        """Send the end, and close once the client has seen it.

        Closed at once, with bytes of the client still unread, the connection would be reset, and
        the answer lost.
        """
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self._wait(conn, self._leaving)
        except _BROKEN:
            self._let_go(conn)

    def _forget(self, conn: Connection) -> None:
        """Read what a client sends that has had its answer."""
        try:
            piece = conn.sock.recv(_FORGOTTEN_PIECE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        conn.forgotten_bytes += len(piece)
        if not piece or conn.forgotten_bytes > self.forget_bytes:
            self._let_go(conn)
        else:
            # It has more to say than a goodbye.
            self._wait(conn, self._refused)

    def _let_go(self, conn: Connection) -> None:
        """Close a connection now."""
        with contextlib.suppress(*_BROKEN):
            self._wait(conn, None)
        self.nr_conns -= 1
        conn.close()

    def _wait(self, conn: Connection, line: WaitingLine | None) -> None:
        """Let a connection wait in this line, where it may be already, or in none."""
        if conn.line is line:
            return
        if conn.line is None:
            self.poller.register(conn.sock, EVENT_READ, partial(self._on_readable, conn))
        else:
            conn.line.leave(conn)
        if line is not None:
            hurries = not self.alive and line is not self._bodies
            line.join(conn, most_seconds=_AT_THE_END_SECONDS if hurries else line.seconds)
        else:
            self.poller.unregister(conn.sock)

    def _on_readable(self, conn: Connection, _sock: Any) -> None:
        # Another event of the same turn may have closed it.
        if conn.line is None:
            return
        try:
            conn.line.on_readable(conn)
        except _BROKEN:
            self._let_go(conn)
