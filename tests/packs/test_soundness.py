"""A model file is compared with its digest before it is run, once for each version of it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mien.errors import ModelFileDamaged
from mien.errors import ModelFileMissing
from mien.packs import cache
from mien.packs.cache import sha256_of
from mien.packs.install import install
from mien.packs.manifest import FolderSource
from mien.packs.manifest import Manifest
from mien.packs.verify import remove_damaged
from mien.packs.verify import verify
from packs_for_tests import drawn_bytes
from packs_for_tests import drawn_pack


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    """A drawn pack whose one file lies in a folder."""
    source = tmp_path / "source" / "drawn.onnx"
    source.parent.mkdir()
    source.write_bytes(drawn_bytes())
    return drawn_pack(FolderSource(kind="folder", path=source))


def installed(manifest: Manifest, models_dir: Path, *, offline: bool = True) -> Path:
    """Where its file is kept."""
    pack = install(manifest, models_dir=models_dir, offline=offline, timeout_seconds=5)
    return pack.paths["drawn.onnx"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda data: data[:5000] + b"x" + data[5001:],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda _data: b"",
    ],
    ids=["changed", "cut", "longer", "empty"],
)
def test_a_damaged_file_is_named_and_can_be_repaired(
    manifest: Manifest, models_dir: Path, harm: Callable[[bytes], bytes]
) -> None:
    path = installed(manifest, models_dir, offline=False)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(ModelFileDamaged) as refusal:
        installed(manifest, models_dir)
    assert refusal.value.extra["file"] == "drawn.onnx"
    remove_damaged(verify(manifest, models_dir=models_dir))
    with pytest.raises(ModelFileMissing):
        installed(manifest, models_dir)
    installed(manifest, models_dir, offline=False)
    assert installed(manifest, models_dir).read_bytes() == drawn_bytes()


def test_a_version_of_a_file_is_read_once(
    manifest: Manifest, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = installed(manifest, models_dir, offline=False)
    read: list[Path] = []

    def counted(file: Path) -> str:
        read.append(file)
        return sha256_of(file)

    monkeypatch.setattr(cache, "sha256_of", counted)
    installed(manifest, models_dir)
    assert read == []
    os.utime(path, ns=(1, 1))
    installed(manifest, models_dir)
    installed(manifest, models_dir)
    assert read == [path]


def test_where_nothing_can_be_remembered_a_file_is_read_every_time(
    manifest: Manifest, models_dir: Path
) -> None:
    path = installed(manifest, models_dir, offline=False)
    mark = path.with_name(f"{path.name}.checked")
    mark.unlink()
    mark.mkdir()  # cannot be read or written as a file
    assert installed(manifest, models_dir) == path
    path.write_bytes(bytes(len(drawn_bytes())))
    with pytest.raises(ModelFileDamaged):
        installed(manifest, models_dir)
