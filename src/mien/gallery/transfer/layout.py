"""Whom a picture shows, by the folder it lies in."""

from collections.abc import Sequence
from pathlib import PurePosixPath


def common_folders(paths: Sequence[str]) -> int:
    """How many folders around everything are no person's.

    Where all pictures lie in one folder and most of them in folders within it, as in an archive of
    a folder or one that was dropped on a page, the outer one is passed over.

    Args:
        paths: of all pictures, with `/` between folders.
    """
    parts = [PurePosixPath(path).parts for path in paths]
    depth = 0
    while parts and all(len(each) > depth + 1 for each in parts):
        deeper = sum(len(each) > depth + 2 for each in parts)
        if len({each[depth] for each in parts}) > 1 or 2 * deeper <= len(parts):
            break
        depth += 1
    return depth


def person_of(path: str, *, common: int) -> str:
    """The name of the folder that a picture lies in, at the top; empty where it lies in none.

    Args:
        path: of the picture.
        common: how many folders around everything are passed over.
    """
    parts = PurePosixPath(path).parts
    return parts[common].strip() if len(parts) > common + 1 else ""
