"""Model files in a folder, for machines without a network: found by digest, whatever they are called."""

import os
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

from mien.errors import InvalidInput
from mien.errors import ModelFileMissing
from mien.packs import cache
from mien.packs.manifest import FolderSource
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.packs.sources import describe

_SHOWN_DIGITS = 12


def with_files_of(manifest: Manifest, folder: Path, *, models_dir: Path) -> Manifest:
    """The same pack, whose missing files come from a folder and from nowhere else.

    Args:
        manifest: the pack.
        folder: is looked through, folders below it too.
        models_dir: the cache; what is there already need not be in the folder.

    Raises:
        InvalidInput: there is no such folder.
        ModelFileMissing: it lacks a file; the message names each, and where it can be had.
    """
    wanted = [file for file in manifest.files if not cache.has(models_dir, file)]
    if not wanted:
        return manifest
    if not folder.is_dir():
        raise InvalidInput("no_folder", words={"folder": folder}, field="MIEN_MODELS_FROM")
    found = find_files(folder, wanted)
    missing = [file for file in wanted if file.sha256 not in found]
    if missing:
        raise ModelFileMissing(
            "not_in_folder",
            words={
                "folder": folder,
                "pack": manifest.name,
                "files": "; ".join(map(_where_to_get, missing)),
            },
            missing=[{"file": file.name, "sha256": file.sha256} for file in missing],
        )
    return manifest.model_copy(
        update={"files": tuple(_from(file, found.get(file.sha256)) for file in manifest.files)}
    )


def find_files(folder: Path, wanted: Sequence[ModelFile]) -> Mapping[str, Path]:
    """Where the files are that have these bytes, by their digests; only those of their sizes are read."""
    sizes = {file.size_bytes for file in wanted}
    digests = {file.sha256 for file in wanted}
    found: dict[str, Path] = {}
    for path in _files_below(folder):
        if found.keys() == digests:
            break
        try:
            if path.stat().st_size in sizes and (digest := cache.sha256_of(path)) in digests:
                found.setdefault(digest, path)
        except OSError:
            # One that cannot be read is as good as none.
            continue
    return found


def _files_below(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders.sort()
        yield from (path for name in sorted(files) if (path := Path(where, name)).is_file())


def _from(file: ModelFile, path: Path | None) -> ModelFile:
    if path is None:
        return file
    source = FolderSource(kind="folder", path=path.absolute())
    return file.model_copy(update={"sources": (source,)})


def _where_to_get(file: ModelFile) -> str:
    sources = " or ".join(map(describe, file.sources))
    return (
        f"{file.name}, {file.size_bytes / 1e6:.1f} MB, SHA-256 beginning with "
        f"{file.sha256[:_SHOWN_DIGITS]}, from {sources}"
    )
