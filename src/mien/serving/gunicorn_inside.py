"""What Mien replaces or calls inside Gunicorn, which does not promise to keep it."""

from typing import Final

from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn
from gunicorn.workers.gthread import ThreadWorker

INSIDE: Final = (
    *(
        (ThreadWorker, name)
        for name in (
            "_cap_keepalive", "_keepalive_after", "accept", "enqueue_req", "finish_request",
            "get_thread_pool", "handle", "handle_request", "init_process", "load_wsgi",
            "murder_pending", "run", "set_accept_enabled", "wait_for_and_dispatch_events",
        )
    ),
    (TConn, "init"),
    (RequestParser, "finish_body"),
    (SocketUnreader, "chunk"),
    (SocketUnreader, "take_buffered"),
)  # fmt: skip
"""Classes, and names that they have to have; looked for before a worker begins."""
