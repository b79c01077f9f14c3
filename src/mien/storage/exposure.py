"""Who else on this machine may look into the home, or change what is in it."""

import shlex
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# The group may enter: a web server that sends the stored files belongs to it.
_OF_FOLDERS: Final = stat.S_IWGRP | stat.S_IRWXO
_OF_FILES: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Exposed:
    """Something in reach of other accounts.

    Attributes:
        path: what it is.
        writable: whether they may change it, or only look at it.
        remedy: the command that ends it.
    """

    path: Path
    writable: bool
    remedy: str


def find_exposed(home: Path) -> tuple[Exposed, ...]:
    """The home, the database and the secret key, where others can reach them by their modes.

    A database elsewhere is no matter of this folder, and what is not there is in nobody's reach.
    """
    return tuple(_exposed(home.absolute()))


def _exposed(home: Path) -> Iterator[Exposed]:
    for path, bits, symbols in (
        (home, _OF_FOLDERS, "g-w,o-rwx"),
        (home / "mien.db", _OF_FILES, "go-rwx"),
        (home / "secret_key", _OF_FILES, "go-rwx"),
    ):
        try:
            mode = path.stat().st_mode & bits
        except OSError:
            continue
        if mode:
            yield Exposed(
                path=path,
                writable=bool(mode & (stat.S_IWGRP | stat.S_IWOTH)),
                remedy=f"chmod {symbols} {shlex.quote(str(path))}",
            )
