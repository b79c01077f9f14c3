"""A Gunicorn worker that leaves nobody standing at its door and waits for nobody for ever."""

import contextlib
import queue
import signal
import socket
import struct
import sys
from typing import Any

from mien.serving.dependent_worker import DependentWorker
from mien.serving.whole_response import send_whole


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
    """Threads, as `gthread`, that end with their master, and with three further differences.

    One that is to stop first takes in whoever has connected already, then closes its door: the
    kernel would otherwise go on taking connections for it that are reset at its end. And a
    connection on which nothing moves for a while is given up: `gthread` waits for the next byte
    of a body as long as it takes, and a few silent clients would hold every thread.
    And an answer leaves together with its headers, so that a process that is killed has sent all
    of a small one or nothing.
    """

    stall_seconds = 30
    """How long a client may send nothing in a request, or take nothing of an answer."""

    sockets: list[Any]

    def init_process(self) -> None:
        """Begin, in the worker's own process."""
        send_whole()
        super().init_process()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or end to take in connections; at the worker's end, for good."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._take_in_waiting(listener)
                listener.close()
            self.sockets = []

    def enqueue_req(self, conn: Any) -> None:
        """Hand a connection to a thread, bounded in how long it may stall."""
        if not conn.initialized:
            patience = struct.pack("@ll", self.stall_seconds, 0)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                conn.sock.setsockopt(socket.SOL_SOCKET, option, patience)
        super().enqueue_req(conn)

    def _take_in_waiting(self, listener: Any) -> None:
        listener.setblocking(False)
        before = -1
        # Taking in one that has gone again, or none, leaves the count as it is.
        with contextlib.suppress(OSError):
            while before < self.nr_conns:
                before = self.nr_conns
                self.accept(listener)
