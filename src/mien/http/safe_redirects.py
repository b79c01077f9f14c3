"""Where a browser may be sent after signing in: here, and nowhere else."""

import re
from typing import Final
from urllib.parse import unquote

HOME: Final = "/"
_LONGEST: Final = 2000
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


def safe_next(path: str | None, *, otherwise: str = HOME) -> str:
    r"""The path, when it leads to a page of this site by every reading; else `otherwise`.

    Browsers read `//host`, `/\host` and addresses with tabs or line breaks in them as other
    hosts, and a proxy may decode `%2f` on the way.

    Args:
        path: path and query, as came from outside.
        otherwise: where to go instead.
    """
    if not path or len(path) > _LONGEST:
        return otherwise
    for reading in (path, unquote(path), unquote(unquote(path))):
        where = reading.partition("?")[0]
        if not where.startswith("/") or where.startswith("//") or _UNSEEN.search(where):
            return otherwise
    if _UNSEEN.search(path):
        return otherwise
    return path
