import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from mien.errors import SourceUnavailable
from mien.packs.sources.members import extract

CONTENT = b"weights" * 100


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


def tar_of(path: Path, members: dict[str, bytes], *, link: tuple[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as file:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
        if link is not None:
            info = tarfile.TarInfo(link[0])
            info.type = tarfile.SYMTYPE
            info.linkname = link[1]
            file.addfile(info)
    return path


@pytest.fixture(params=["zip", "tar"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    members = {"model/net.onnx": CONTENT, "../outside.onnx": CONTENT, "/root.onnx": CONTENT}
    make = zip_of if request.param == "zip" else tar_of
    return make(tmp_path / f"package.{request.param}", members)


def test_one_member_is_taken_and_nothing_else_written(archive: Path, tmp_path: Path) -> None:
    extract(archive, "model/net.onnx", to=tmp_path / "got", size_bytes=len(CONTENT))
    assert (tmp_path / "got").read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["got", archive.name])


@pytest.mark.parametrize("member", ["../outside.onnx", "/root.onnx", "model\\..\\net.onnx"])
def test_a_member_that_leads_out_is_refused(archive: Path, tmp_path: Path, member: str) -> None:
    with pytest.raises(SourceUnavailable, match="member_outside"):
        extract(archive, member, to=tmp_path / "got", size_bytes=len(CONTENT))
    assert not (tmp_path / "got").exists()


def test_a_missing_member_is_named(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="no_member"):
        extract(archive, "other.onnx", to=tmp_path / "got", size_bytes=len(CONTENT))


def test_a_member_longer_than_the_manifest_says_is_refused(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="too_long"):
        extract(archive, "model/net.onnx", to=tmp_path / "got", size_bytes=10)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(CONTENT)
    archive = tar_of(tmp_path / "p.tgz", {}, link=("net.onnx", str(tmp_path / "secret")))
    with pytest.raises(SourceUnavailable, match="not_a_file"):
        extract(archive, "net.onnx", to=tmp_path / "got", size_bytes=len(CONTENT))


def test_a_damaged_archive_is_named(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:60])
    with pytest.raises(SourceUnavailable, match="archive"):
        extract(archive, "model/net.onnx", to=tmp_path / "got", size_bytes=len(CONTENT))
