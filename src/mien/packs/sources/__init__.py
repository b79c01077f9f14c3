"""Sources of model files: each fetches one file to a path, or says why it could not."""

from pathlib import Path

from mien.packs.manifest import FileSource
from mien.packs.manifest import FolderSource
from mien.packs.manifest import HttpsSource
from mien.packs.manifest import NpmSource
from mien.packs.manifest import PypiSource
from mien.packs.progress import ByteProgress
from mien.packs.sources import folder
from mien.packs.sources import https
from mien.packs.sources import npm
from mien.packs.sources import pypi


def fetch(
    source: FileSource,
    *,
    to: Path,
    size_bytes: int,
    timeout_seconds: float,
    stall_seconds: float,
    progress: ByteProgress,
) -> None:
    """Fetch one file from one source; its digest is for the caller to check.

    Args:
        source: where the file is.
        to: where it is written. What is there already is the beginning of the same file, left by
            an earlier attempt, and is continued where the source can do so.
        size_bytes: the size named by the manifest; more is refused.
        timeout_seconds: how long an address may take to give its first answer.
        stall_seconds: how long it may be silent afterwards.
        progress: told the bytes so far.

    Raises:
        SourceUnavailable: no answer, not there, cut off, too long; the message says which.
    """
    match source:
        case HttpsSource():
            https.fetch(
                source,
                to=to,
                size_bytes=size_bytes,
                timeout_seconds=timeout_seconds,
                stall_seconds=stall_seconds,
                progress=progress,
            )
        case PypiSource():
            pypi.fetch(source, to=to, size_bytes=size_bytes, progress=progress)
        case NpmSource():
            npm.fetch(
                source,
                to=to,
                size_bytes=size_bytes,
                timeout_seconds=timeout_seconds,
                progress=progress,
            )
        case FolderSource():
            folder.fetch(source, to=to, size_bytes=size_bytes, progress=progress)


def describe(source: FileSource) -> str:
    """Name a source for people, without any password in its address."""
    match source:
        case HttpsSource():
            return https.without_secrets(source.url)
        case PypiSource():
            return f"{source.distribution} in the Python package index"
        case NpmSource():
            return f"{source.package} in npm"
        case FolderSource():
            return f"the file {source.path}"
