"""A connection of psycopg that waits for no server for ever.

The server's own limits end what it works on for too long; they do not help against a server that
stands still, whose system goes on confirming what is sent to it.
"""

import time
from collections.abc import Generator
from typing import Any
from typing import TypeVar

import psycopg

_Result = TypeVar("_Result")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that is given up when nothing comes from the server for a while.

    Attributes:
        silence: for how many seconds; None waits as long as it takes.
    """

    silence: float | None = None

    def wait(self, gen: Generator[Any, Any, _Result], *args: Any, **kwargs: Any) -> _Result:
        """Do one exchange with the server.

        Raises:
            psycopg.OperationalError: nothing came; the connection is closed then.
        """
        if self.silence is None:
            return super().wait(gen, *args, **kwargs)
        return super().wait(self._bounded(gen, self.silence), *args, **kwargs)

    def ping(self, seconds: float) -> None:
        """Make sure that the server answers within this time.

        Raises:
            psycopg.OperationalError: it does not.
        """
        silence, self.silence = self.silence, seconds
        try:
            # Outside of any transaction, so that none is begun by it.
            self.autocommit = True
            self.execute("select 1")
            self.autocommit = False
        finally:
            self.silence = silence

    def _bounded(
        self, gen: Generator[Any, Any, _Result], silence: float
    ) -> Generator[Any, Any, _Result]:
        heard = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                # Now and then, psycopg says that nothing has come.
                ready = yield wanted
                if ready:
                    heard = time.monotonic()
                elif time.monotonic() - heard > silence:
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server does not answer")
                wanted = gen.send(ready)
        except StopIteration as end:
            result: _Result = end.value
            return result
