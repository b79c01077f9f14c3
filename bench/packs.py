"""Model packs for measurements: installed as ever, or from files in local folders."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from mien.settings import Settings
from mien.vision.packs.catalog import load_catalog
from mien.vision.packs.install import install
from mien.vision.packs.manifest import FolderSource
from mien.vision.packs.manifest import InstalledPack
from mien.vision.packs.manifest import ModelFile


def install_pack(
    name: str, *, models_dir: Path | None = None, folders: Sequence[Path] = ()
) -> InstalledPack:
    """Install a pack, taking its files from the folders where their digests are found there.

    Args:
        name: of the pack.
        models_dir: the cache; None takes the one of the settings.
        folders: searched before the pack's own sources.
    """
    cache = models_dir or Settings().models_dir
    manifest = load_catalog(cache).find(name)
    files = tuple(_prefer_folders(file, folders) for file in manifest.files)
    return install(
        manifest.model_copy(update={"files": files}),
        models_dir=cache,
        offline=False,
        timeout_seconds=10,
    )


def _prefer_folders(file: ModelFile, folders: Sequence[Path]) -> ModelFile:
    local = [
        FolderSource(kind="folder", path=path)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.stat().st_size == file.size_bytes
        and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    ]
    return file.model_copy(update={"sources": (*local, *file.sources)})
