"""A model file in a local folder."""

from pathlib import Path

from mien.errors import SourceUnavailable
from mien.packs.manifest import FolderSource
from mien.packs.progress import ByteProgress
from mien.packs.sources.writing import copy_stream


def fetch(source: FolderSource, *, to: Path, size_bytes: int, progress: ByteProgress) -> None:
    """Copy the file; see `mien.packs.sources.fetch`."""
    path = source.path.expanduser()
    try:
        with path.open("rb") as stream, to.open("wb") as out:
            copy_stream(
                stream, out, name=f"The file {path}", size_bytes=size_bytes, progress=progress
            )
    except OSError as error:
        raise SourceUnavailable(
            "file", words={"path": path, "why": error.strerror or error}
        ) from error
