import hashlib
from pathlib import Path

import pytest

from mien.errors import DigestMismatch
from mien.errors import ModelFileMissing
from mien.errors import PackUnavailable
from mien.packs import cache
from mien.packs.install import install
from mien.packs.install import is_installed
from mien.packs.manifest import FolderSource
from mien.packs.manifest import HttpsSource
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import Manifest
from mien.packs.verify import remove_damaged
from mien.packs.verify import verify
from mien.progress import Progress
from mien.progress import silent
from mien.words import say
from model_server import ModelServer
from packs_for_tests import drawn_bytes
from packs_for_tests import drawn_pack


def at(server: ModelServer, how: str) -> HttpsSource:
    return HttpsSource(kind="https", url=f"{server.address(how)}/drawn.onnx")


def pull(manifest: Manifest, models_dir: Path, *, offline: bool = False) -> InstalledPack:
    return install(
        manifest,
        models_dir=models_dir,
        offline=offline,
        timeout_seconds=2,
        stall_seconds=0.3,
        progress=silent,
    )


def test_a_file_is_kept_by_its_digest(server: ModelServer, models_dir: Path) -> None:
    installed = pull(drawn_pack(at(server, "right")), models_dir)
    digest = hashlib.sha256(drawn_bytes()).hexdigest()
    path = installed.paths["drawn.onnx"]
    assert path == models_dir / digest[:2] / digest / "drawn.onnx"
    assert path.read_bytes() == drawn_bytes()


def test_a_file_that_is_there_is_never_asked_for_again(
    server: ModelServer, models_dir: Path
) -> None:
    manifest = drawn_pack(at(server, "right"))
    pull(manifest, models_dir)
    pull(manifest, models_dir)
    assert server.requests == {"right": 1}


def test_what_is_there_serves_offline(server: ModelServer, models_dir: Path) -> None:
    manifest = drawn_pack(at(server, "right"))
    pull(manifest, models_dir)
    server.close()
    assert pull(manifest, models_dir, offline=True).paths["drawn.onnx"].is_file()


def test_offline_names_the_missing_file_and_asks_nobody(
    server: ModelServer, models_dir: Path
) -> None:
    with pytest.raises(ModelFileMissing, match=r"model_file_missing\.offline") as caught:
        pull(drawn_pack(at(server, "right")), models_dir, offline=True)
    assert caught.value.extra["file"] == "drawn.onnx"
    assert not server.requests
    assert not models_dir.exists()


def test_wrong_bytes_are_refused_and_named(server: ModelServer, models_dir: Path) -> None:
    manifest = drawn_pack(at(server, "wrong"))
    with pytest.raises(DigestMismatch) as caught:
        pull(manifest, models_dir)
    got = hashlib.sha256(bytes(len(drawn_bytes()))).hexdigest()
    assert caught.value.extra["expected"] == manifest.files[0].sha256
    assert caught.value.extra["got"] == got
    assert caught.value.extra["source"] == at(server, "wrong").url
    assert got in say.error(caught.value)
    assert not is_installed(manifest, models_dir=models_dir)
    assert not list(models_dir.rglob("drawn.onnx*"))


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["wrong", "slow", "stall", "cut", "gone", "long", "away", "lie"])
def test_the_next_source_is_tried(server: ModelServer, models_dir: Path, how: str) -> None:
    installed = pull(drawn_pack(at(server, how), at(server, "right")), models_dir)
    assert installed.paths["drawn.onnx"].read_bytes() == drawn_bytes()


def test_every_source_that_failed_is_named(server: ModelServer, models_dir: Path) -> None:
    with pytest.raises(PackUnavailable) as caught:
        pull(drawn_pack(at(server, "gone"), at(server, "cut")), models_dir)
    assert at(server, "gone").url in say.error(caught.value)
    assert at(server, "cut").url in say.error(caught.value)
    assert len(caught.value.extra["reasons"]) == 2


def test_what_was_cut_off_is_continued_another_time(server: ModelServer, models_dir: Path) -> None:
    manifest = drawn_pack(at(server, "cut"))
    with pytest.raises(PackUnavailable):
        pull(manifest, models_dir)
    assert pull(manifest, models_dir).paths["drawn.onnx"].read_bytes() == drawn_bytes()
    assert server.ranges == ["bytes=150000-"]


def test_a_wrong_beginning_is_not_held_against_a_good_source(
    server: ModelServer, models_dir: Path
) -> None:
    manifest = drawn_pack(at(server, "right"))
    path = cache.path_of(models_dir, manifest.files[0])
    path.parent.mkdir(parents=True)
    path.with_name("drawn.onnx.part").write_bytes(b"something else")
    assert pull(manifest, models_dir).paths["drawn.onnx"].read_bytes() == drawn_bytes()
    assert server.requests == {"right": 2}


def test_progress_tells_every_byte_and_the_end(server: ModelServer, models_dir: Path) -> None:
    events: list[Progress] = []
    install(
        drawn_pack(at(server, "right")),
        models_dir=models_dir,
        offline=False,
        timeout_seconds=2,
        progress=events.append,
    )
    size = len(drawn_bytes())
    fetched = [event for event in events if event.stage == "fetching"]
    assert (fetched[0].done, fetched[-1].done) == (0, size)
    assert {event.total for event in fetched} == {size}
    assert events[-1].stage == "ready"


def test_a_local_folder_is_a_source(server: ModelServer, models_dir: Path) -> None:
    folder = FolderSource(kind="folder", path=server.folder / "drawn.onnx")
    pull(drawn_pack(folder), models_dir)
    with pytest.raises(PackUnavailable, match="no_source"):
        pull(
            drawn_pack(
                FolderSource(kind="folder", path=server.folder / "none"), content=b"another"
            ),
            models_dir,
        )


def test_damage_is_found_and_healed(server: ModelServer, models_dir: Path) -> None:
    manifest = drawn_pack(at(server, "right"))
    path = pull(manifest, models_dir).paths["drawn.onnx"]
    assert [each.state for each in verify(manifest, models_dir=models_dir)] == ["good"]

    path.write_bytes(bytes(len(drawn_bytes())))
    checked = verify(manifest, models_dir=models_dir)
    assert [each.state for each in checked] == ["damaged"]
    assert checked[0].expected == manifest.files[0].sha256

    remove_damaged(checked)
    assert [each.state for each in verify(manifest, models_dir=models_dir)] == ["missing"]
    pull(manifest, models_dir)
    assert [each.state for each in verify(manifest, models_dir=models_dir)] == ["good"]


def test_a_cache_that_cannot_be_written_is_named(server: ModelServer, models_dir: Path) -> None:
    models_dir.write_text("a file where a folder should be")
    with pytest.raises(PackUnavailable, match="not_writable"):
        pull(drawn_pack(at(server, "right")), models_dir)
