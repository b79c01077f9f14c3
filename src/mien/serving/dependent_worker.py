"""A Gunicorn worker that never outlives what it depends on: its master, and its own end."""

from gunicorn.workers.gthread import ThreadWorker

from mien.serving.end_with_parent import end_with_parent
from mien.serving.end_with_parent import end_within

ENDING_SECONDS = 45.0
"""How long a worker that has answered everybody may take to end, whatever its threads wait for."""


class DependentWorker(ThreadWorker):  # type: ignore[misc]  # Gunicorn ships no types
    """Threads, as `gthread`, but it ends with its master, however that ends, and ends for sure."""

    ppid: int

    def init_signals(self) -> None:
        """Begin to depend on the master; here, as a change of user makes Linux forget it."""
        end_with_parent(self.ppid)
        super().init_signals()

    def run(self) -> None:
        """Serve, and end within bounded time when there is nothing to serve any more."""
        try:
            super().run()
        finally:
            end_within(ENDING_SECONDS)
