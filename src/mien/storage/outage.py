"""While a database server does not answer, one at a time finds out whether it does again."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from mien.errors import DatabaseUnreachable

# What fails at once keeps nobody waiting, and says more than that others have failed.
_SLOW_SECONDS: Final = 1.0


class Outage:
    """Whether a server has kept somebody of this process waiting in vain.

    Otherwise everybody who comes would wait as long, and nobody would be left to answer what needs
    no database.
    """

    def __init__(self) -> None:
        self._is_on = False
        self._trying = threading.Lock()

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Try whether the server answers.

        Raises:
            DatabaseUnreachable: it did not, and somebody else is trying.
        """
        if not self._is_on:
            with self._noticed():
                yield
            return
        if not self._trying.acquire(blocking=False):
            raise DatabaseUnreachable
        try:
            with self._noticed():
                yield
        finally:
            self._trying.release()

    @contextmanager
    def _noticed(self) -> Iterator[None]:
        begun = time.monotonic()
        try:
            yield
        except Exception:
            self._is_on = self._is_on or time.monotonic() - begun > _SLOW_SECONDS
            raise
        self._is_on = False
