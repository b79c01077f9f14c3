"""Which packs there are: the built-in ones, and the operator's own manifests."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from mien.errors import PackInvalid
from mien.errors import PackNotFound
from mien.packs.calibration import file_name
from mien.packs.manifest import FileSource
from mien.packs.manifest import FolderSource
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.packs.manifest import parse_manifest

BUILTIN = ("standard", "compact", "mobile", "classic", "precise")
"""The built-in packs, in the order in which they are listed."""

AUTO = ("standard", "compact", "mobile", "classic")
"""Those that `auto` tries, the best first."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A pack and where its manifest is from."""

    manifest: Manifest
    origin: Literal["builtin", "operator"]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every pack that can be chosen.

    Attributes:
        entries: by name, the built-in ones first.
        broken: manifests of the operator that cannot be used, and why, by path.
    """

    entries: Mapping[str, Entry]
    broken: Mapping[Path, PackInvalid]

    def find(self, name: str) -> Manifest:
        """The manifest of this name.

        Raises:
            PackNotFound: there is none; the message names those there are.
            PackInvalid: a file of this name is there and breaks a rule.
        """
        if entry := self.entries.get(name):
            return entry.manifest
        for path, why in self.broken.items():
            if path.stem == name:
                raise PackInvalid("not_usable", words={"path": path, "why": why})
        raise PackNotFound(words={"name": name, "names": ", ".join(self.entries)})


def load_catalog(models_dir: Path) -> Catalog:
    """Read the built-in manifests and those in the folder `packs` of the models' folder.

    A manifest that cannot be used does not stand in the way of the others.
    """
    entries = {name: Entry(builtin(name), "builtin") for name in BUILTIN}
    broken: dict[Path, PackInvalid] = {}
    for path in sorted((models_dir / "packs").glob("*.toml")):
        try:
            manifest = _read(path)
        except PackInvalid as error:
            broken[path] = error
            continue
        if manifest.name in entries:
            broken[path] = PackInvalid("name_taken", words={"name": manifest.name})
        else:
            entries[manifest.name] = Entry(manifest, "operator")
    return Catalog(entries=entries, broken=broken)


def find_pack(name: str, *, models_dir: Path) -> Manifest:
    """The manifest of this name, built in or the operator's.

    Raises:
        PackNotFound: there is none.
        PackInvalid: the operator's manifest of this name breaks a rule.
    """
    return load_catalog(models_dir).find(name)


def own_files(name: str, *, models_dir: Path) -> list[Path]:
    """What an operator has written of a pack: its manifest, and a calibration if there is one."""
    folder = models_dir / "packs"
    manifests = [path for path in sorted(folder.glob("*.toml")) if _is_called(path, name)]
    calibration = folder / file_name(name)
    return [*manifests, *([calibration] if calibration.is_file() else [])]


def _is_called(path: Path, name: str) -> bool:
    try:
        return _read(path).name == name
    except PackInvalid:
        return False


@cache
def builtin(name: str) -> Manifest:
    """A built-in manifest; read once."""
    file = resources.files("mien.packs").joinpath("builtin", f"{name}.toml")
    return parse_manifest(file.read_text(encoding="utf-8"))


def _read(path: Path) -> Manifest:
    try:
        manifest = parse_manifest(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise PackInvalid("manifest_not_readable", words={"why": error}) from error
    files = tuple(_from_its_folder(file, path.parent) for file in manifest.files)
    return manifest.model_copy(update={"files": files})


def _from_its_folder(file: ModelFile, folder: Path) -> ModelFile:
    """Take relative paths as relative to the manifest, wherever Mien is started."""

    def anchor(source: FileSource) -> FileSource:
        if not isinstance(source, FolderSource):
            return source
        return source.model_copy(update={"path": folder / source.path.expanduser()})

    return file.model_copy(update={"sources": tuple(anchor(source) for source in file.sources)})
