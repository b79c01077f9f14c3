"""The cache of model files: kept by digest, checked before it is believed, written by one at a time."""

import hashlib
import os
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.errors import DigestMismatch
from mien.errors import ModelFileMissing
from mien.errors import PackUnavailable
from mien.errors import SourceUnavailable
from mien.packs.locking import lock
from mien.packs.manifest import FileSource
from mien.packs.manifest import ModelFile
from mien.packs.progress import ByteProgress
from mien.packs.sources import describe
from mien.packs.sources import fetch

STALL_SECONDS = 30.0
"""How long a source may be silent once it has begun to send."""

_CHUNK_BYTES = 1 << 20


def folder_of(models_dir: Path, sha256: str) -> Path:
    """Where everything about the file of this digest is kept."""
    return models_dir / sha256[:2] / sha256


def path_of(models_dir: Path, file: ModelFile) -> Path:
    """Where a file is, or would be, as its source has it."""
    return folder_of(models_dir, file.sha256) / file.name


def has(models_dir: Path, file: ModelFile) -> bool:
    """Whether the file is there; its bytes were checked before it got its name."""
    path = path_of(models_dir, file)
    return path.is_file() and path.stat().st_size == file.size_bytes


def obtain(
    file: ModelFile,
    *,
    models_dir: Path,
    offline: bool,
    timeout_seconds: float,
    progress: ByteProgress,
    waiting: Callable[[], None],
    stall_seconds: float = STALL_SECONDS,
) -> Path:
    """Give the path of a file, fetching it from the first source that has it when it is not there.

    Any number of processes may ask at once: one fetches, the others wait and find it.

    Args:
        file: what is wanted.
        models_dir: the cache.
        offline: never fetch.
        timeout_seconds: how long an address may take to give its first answer.
        progress: told the bytes received.
        waiting: told when another process is fetching the same file.
        stall_seconds: how long a source may be silent afterwards.

    Raises:
        ModelFileMissing: it is not there and `offline` is set.
        DigestMismatch: no source gave the file, and at least one gave other bytes.
        PackUnavailable: no source gave the file.
    """
    path = path_of(models_dir, file)
    if has(models_dir, file):
        return path
    if offline:
        raise ModelFileMissing(
            "offline", words={"models_dir": models_dir}, file=file.name, sha256=file.sha256
        )
    with _folder_of_our_own(models_dir, file, waiting=waiting) as folder:
        if not has(models_dir, file):
            _fetch_from_any(
                file,
                to=path,
                partial=folder / f"{file.name}.part",
                timeout_seconds=timeout_seconds,
                stall_seconds=stall_seconds,
                progress=progress,
            )
    return path


def sha256_of(path: Path) -> str:
    """The digest of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def publish(partial: Path, path: Path) -> None:
    """Give a finished file its name at once and for good, also when the power fails."""
    with partial.open("rb") as stream:
        os.fsync(stream.fileno())
    partial.replace(path)


@contextmanager
def _folder_of_our_own(
    models_dir: Path, file: ModelFile, *, waiting: Callable[[], None]
) -> Iterator[Path]:
    folder = folder_of(models_dir, file.sha256)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "lock").touch()
    except OSError as error:
        raise PackUnavailable(
            "not_writable", words={"file": file.name, "folder": folder, "why": error.strerror}
        ) from error
    with lock(folder / "lock", waiting=waiting):
        yield folder


def _fetch_from_any(
    file: ModelFile,
    *,
    to: Path,
    partial: Path,
    timeout_seconds: float,
    stall_seconds: float,
    progress: ByteProgress,
) -> None:
    failures: list[SourceUnavailable | DigestMismatch] = []
    for source in file.sources:
        try:
            _fetch_checked(
                file,
                source,
                partial=partial,
                timeout_seconds=timeout_seconds,
                stall_seconds=stall_seconds,
                progress=progress,
            )
        except (SourceUnavailable, DigestMismatch) as failure:
            failures.append(failure)
        else:
            publish(partial, to)
            return
    wrong = next((each for each in failures if isinstance(each, DigestMismatch)), None)
    if wrong is not None:
        raise DigestMismatch("no_source", **{**wrong.extra, "file": file.name, "reasons": failures})
    raise PackUnavailable("no_source", file=file.name, reasons=failures)


def _fetch_checked(
    file: ModelFile,
    source: FileSource,
    *,
    partial: Path,
    timeout_seconds: float,
    stall_seconds: float,
    progress: ByteProgress,
) -> None:
    # Left by an attempt that was cut off, perhaps from another source: if the whole is wrong,
    # the beginning may be to blame, and the source gets another chance from the start.
    continued = partial.exists() and partial.stat().st_size > 0
    while True:
        fetch(
            source,
            to=partial,
            size_bytes=file.size_bytes,
            timeout_seconds=timeout_seconds,
            stall_seconds=stall_seconds,
            progress=progress,
        )
        got = sha256_of(partial)
        if got == file.sha256:
            return
        partial.unlink()
        if not continued:
            raise DigestMismatch(
                file=file.name, expected=file.sha256, got=got, source=describe(source)
            )
        continued = False
