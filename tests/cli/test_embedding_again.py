"""`mien models use --embed-again`: what is asked, what is told, and how it ends."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from commanding import Mien
from drawing import draw_photo
from mien.cli.runtime import opened
from mien.jobs.run_job import run_job
from mien.packs.catalog import find_pack
from mien.runtime import Runtime
from mien.vision.engine import Engine
from other_pack import OtherEngine
from own_pack import write_own_pack

pytestmark = pytest.mark.thorough


@pytest.fixture
def engine(tmp_path: Path, mien: Mien, monkeypatch: pytest.MonkeyPatch) -> OtherEngine:
    """That of the operator's own pack, which is installed from a folder."""
    del mien  # which would fetch nothing, from no folder either
    monkeypatch.setenv("MIEN_OFFLINE", "false")
    folder = tmp_path / "models" / "packs"
    folder.mkdir(parents=True)
    write_own_pack(folder)
    monkeypatch.setenv("MIEN_MODELS_DIR", str(folder.parent))
    manifest = find_pack("own", models_dir=folder.parent)
    made = OtherEngine()
    made.summary = replace(made.summary, pack="own", contract_id=manifest.contract_id)

    def engine_of(_runtime: Runtime, name: str) -> Engine:
        assert name == "own"
        return made

    monkeypatch.setattr("mien.runtime.engine_of", engine_of)
    monkeypatch.setattr("mien.serving.startup.have_runtimes_measured", lambda *_: None)
    return made


@pytest.fixture
def album(tmp_path: Path, mien: Mien, engine: OtherEngine) -> None:
    """Two people."""
    del engine
    for name in ("ada", "bob"):
        path = tmp_path / f"{name}.png"
        path.write_bytes(draw_photo([name]))
        assert mien("people", "add", name, path).exit_code == 0


def asked(home: Path, question: str) -> object:
    with closing(sqlite3.connect(home / "mien.db")) as connection:
        return connection.execute(question).fetchone()[0]


def chosen(home: Path) -> object:
    return asked(home, "select max(value) from installation where key = 'pack'")


@pytest.mark.usefixtures("album")
def test_the_pack_changes_and_says_what_was_done(mien: Mien, home: Path) -> None:
    refused = mien("models", "use", "own", "--json")
    assert (refused.exit_code, json.loads(refused.stderr.splitlines()[-1])["code"]) == (
        1,
        "conflict",
    )
    done = mien("models", "use", "own", "--embed-again", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["name"] == "own"
    [gallery] = told["embedded_again"]["galleries"]
    assert (gallery["name"], gallery["faces"], gallery["deleted"]) == ("default", 2, 0)
    assert told["embedded_again"]["photos"] == 2
    assert chosen(home) == "own"


@pytest.mark.usefixtures("album")
def test_faces_in_the_way_are_named_and_end_in_an_exit_code(
    mien: Mien, home: Path, engine: OtherEngine
) -> None:
    engine.blind = lambda _face, _detail: len(engine.looks) > 1
    refused = mien("models", "use", "own", "--embed-again", "--json")
    assert refused.exit_code == 1
    *notes, error = refused.stderr.splitlines()
    told = json.loads(error)
    assert told["code"] == "faces_not_embedded"
    [face] = told["faces"]
    assert face["why"] == "no_face"
    assert told["detail"].startswith("1 face cannot be ")
    assert any(face["face_id"] in note for note in notes)
    # No name in what programs collect.
    assert "ada" not in error
    assert "bob" not in error
    assert chosen(home) is None
    assert mien("models", "use", "own", "--embed-again", "--delete-missing").exit_code == 2
    done = mien("models", "use", "own", "--embed-again", "--delete-missing", "--yes", "--json")
    assert (done.exit_code, chosen(home), asked(home, "select count(*) from face")) == (0, "own", 1)
    assert json.loads(done.stdout)["embedded_again"]["not_embedded"] == told["faces"]


@pytest.mark.usefixtures("album")
def test_several_faces_in_the_way_are_counted_as_several(mien: Mien, engine: OtherEngine) -> None:
    engine.blind = lambda _face, _detail: True
    refused = mien("models", "use", "own", "--embed-again", "--json")
    told = json.loads(refused.stderr.splitlines()[-1])
    assert (told["code"], len(told["faces"])) == ("faces_not_embedded", 2)
    assert told["detail"].startswith("2 faces cannot be ")


@pytest.mark.usefixtures("album", "at_a_terminal")
def test_a_gallery_without_photos_is_named_before_anything_begins(
    mien: Mien, home: Path, tmp_path: Path, engine: OtherEngine
) -> None:
    assert mien("galleries", "create", "bare", "--no-keep-photos").exit_code == 0
    assert mien("people", "add", "cy", tmp_path / "ada.png", "--gallery", "bare").exit_code == 0
    no = mien("models", "use", "own", "--embed-again", input="n\n")
    assert (no.exit_code, engine.looks, chosen(home)) == (130, [], None)
    assert "bare" in no.stderr
    yes = mien("models", "use", "own", "--embed-again", input="y\n")
    assert (yes.exit_code, chosen(home)) == (0, "own")
    contracts = "select count(distinct contract_id) from gallery"
    assert asked(home, contracts) == 2


@pytest.mark.usefixtures("album")
def test_what_was_done_before_it_was_interrupted_is_kept_and_counted(
    mien: Mien, home: Path, engine: OtherEngine
) -> None:
    def interrupt() -> None:
        if engine.looks:
            raise KeyboardInterrupt

    engine.before = interrupt
    ended = mien("models", "use", "own", "--embed-again")
    assert (ended.exit_code, chosen(home)) == (130, None)
    assert asked(home, "select count(*) from staged_embedding") == 1
    engine.before = lambda: None
    done = mien("models", "use", "own", "--embed-again")
    assert (done.exit_code, len(engine.looks)) == (0, 2)
    assert "1 of them" in done.stderr


@pytest.mark.usefixtures("album")
def test_files_of_the_pack_that_cannot_be_had_change_nothing(
    mien: Mien, home: Path, tmp_path: Path, engine: OtherEngine
) -> None:
    (tmp_path / "models" / "packs" / "net.onnx").unlink()
    refused = mien("models", "use", "own", "--embed-again")
    assert (refused.exit_code, engine.looks, chosen(home)) == (1, [], None)
    assert "pack_unavailable" in refused.stderr


def test_options_of_embedding_again_are_for_nothing_else(mien: Mien, engine: OtherEngine) -> None:
    del engine
    for option in ("--yes", "--delete-missing"):
        assert mien("models", "use", "own", option).exit_code == 2


@pytest.mark.usefixtures("album")
def test_a_worker_may_do_it(mien: Mien, home: Path) -> None:
    asked_for = mien("models", "use", "own", "--embed-again", "--in-background", "--json")
    assert asked_for.exit_code == 0, asked_for.stderr
    job = json.loads(asked_for.stdout)["job"]
    assert (job["kind"], job["state"]) == ("embed_again", "waiting")
    assert chosen(home) != "own"
    with opened() as runtime:
        run_job(runtime.services, job["id"], worker="test")
    shown = json.loads(mien("jobs", "show", job["id"], "--json").stdout)
    assert (shown["state"], shown["done"], shown["total"]) == ("done", 2, 2)
    assert chosen(home) == "own"
