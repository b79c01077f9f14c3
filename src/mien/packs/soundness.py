"""Whether a kept model file still has the bytes it was stored with, before it is run."""

from contextlib import suppress
from pathlib import Path

from mien.errors import ModelFileDamaged
from mien.packs import cache
from mien.packs import conversion
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile


def require_sound(manifest: Manifest, file: ModelFile, *, models_dir: Path) -> None:
    """Compare what is run of a file with its digest.

    A file is read once for each version of it, and that it was good is remembered beside it by
    its size, its time and its place on the disk. This notices damage and mistakes; whoever may
    write into the folder may also write that a file is good.

    Args:
        manifest: the pack.
        file: one of its files, which is there.
        models_dir: the cache.

    Raises:
        ModelFileDamaged: its bytes are others.
    """
    # What is run decides; what it was made from is not read again.
    run = conversion.path_of(models_dir, file)
    digest = file.sha256
    if file.convert is not None:
        digest = conversion.recorded_digest_path(run).read_text("utf-8").strip()
    version = _version(run, digest)
    mark = run.with_name(f"{run.name}.checked")
    with suppress(OSError):
        if mark.read_text("utf-8") == version:
            return
    if cache.sha256_of(run) != digest:
        raise ModelFileDamaged(words={"pack": manifest.name}, file=file.name)
    # A folder that cannot be written to is read again at every start.
    with suppress(OSError):
        mark.write_text(version, "utf-8")


def _version(path: Path, digest: str) -> str:
    found = path.stat()
    return f"{digest} {found.st_size} {found.st_mtime_ns} {found.st_ino}\n"
