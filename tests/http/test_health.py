import dataclasses
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien import __version__
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.errors import ModelFileDamaged
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.pack_in_use import current_pack
from mien.http.health import check
from mien.runtime import Runtime
from mien.runtime import open_runtime
from mien.settings import Settings
from mien.storage.models import InstallationRow
from mien.vision.fake import FakeEngine
from serving_app import key_headers


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_process_that_is_well_says_so_to_anybody(app: Flask, path: str) -> None:
    client = app.test_client()
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.get_json() in ({"status": "ok"}, {"status": "ready"})
    assert "Set-Cookie" not in answer.headers
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert client.post(path).status_code == 405


def test_administrators_are_told_what_was_looked_at(
    app: Flask, runtime: Runtime, browser: FlaskClient
) -> None:
    everything = {
        "status": "ready",
        "checks": {
            "database": "ok",
            "files": "ok",
            "temporary_files": "ok",
            "models": "ok",
            "index": "ok",
            "housekeeping": "ok",
        },
        "version": __version__,
        "engine": {"pack": "fake", "detector": "drawn frames", "recognizer": "drawn cells"},
    }
    admin, _ = create_key(acting(runtime.services), name="a", scopes=["admin"])
    reader, _ = create_key(acting(runtime.services), name="b", scopes=["read"])
    assert browser.get("/readyz").get_json() == everything
    client = app.test_client()
    assert client.get("/readyz", headers=key_headers(admin)).get_json() == everything
    for key in (reader, "mien_wrong"):
        answer = client.get("/readyz", headers=key_headers(key))
        assert (answer.status_code, answer.get_json()) == (200, {"status": "ready"})


def problems(runtime: Runtime) -> dict[str, str]:
    client = create_app(runtime).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "unavailable"})
    runtime.warm_up.wait(5)
    return {name: state for name, state in check(runtime).items() if state != "ok"}


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/no/such/folder.db")
    runtime = open_runtime(settings, engine=FakeEngine())
    assert problems(runtime)["database"] == "database_missing"
    runtime.close()


def test_a_database_of_another_version_is_named(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path)
    with runtime.database.write() as session:
        session.execute(text("update alembic_version set version_num = 'other'"))
    assert problems(runtime) == {"database": "database_outdated"}
    runtime.close()


def test_a_model_pack_that_was_never_chosen_is_named(tmp_path: Path) -> None:
    make_runtime(tmp_path).close()
    runtime = open_runtime(Settings(home=tmp_path, models_dir=tmp_path / "models", offline=True))
    assert problems(runtime) == {"models": "model_file_missing"}
    runtime.close()


def test_model_files_that_are_gone_are_named(tmp_path: Path) -> None:
    make_runtime(tmp_path).close()
    runtime = open_runtime(Settings(home=tmp_path, models_dir=tmp_path / "models", offline=True))
    with runtime.database.write() as session:
        session.add(InstallationRow(key="pack", value="mobile"))
    assert current_pack(runtime.database) == "mobile"
    assert list(problems(runtime)) == ["models"]
    runtime.close()


def test_an_administrator_is_told_what_is_wrong_with_the_models(tmp_path: Path) -> None:
    class Damaged(FakeEngine):
        def warm_up(self) -> None:
            raise ModelFileDamaged(words={"pack": "drawn"}, file="net.onnx")

    runtime = make_runtime(tmp_path, engine=Damaged())
    client = create_app(runtime).test_client()
    secret, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    answer = client.get("/readyz", headers={"X-API-Key": secret})
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["models"] == "model_file_damaged"
    assert "net.onnx" in answer.get_json()["why"]["models"]
    assert "why" not in client.get("/readyz").get_json()
    runtime.close()


def test_a_process_is_ready_when_its_models_are_loaded_and_loads_them_by_itself(
    tmp_path: Path,
) -> None:
    loaded = threading.Event()

    class Slow(FakeEngine):
        def warm_up(self) -> None:
            loaded.wait(5)

    runtime = make_runtime(tmp_path, engine=Slow())
    client = create_app(runtime).test_client()
    assert client.get("/readyz").status_code == 503
    assert check(runtime)["models"] == "loading"
    loaded.set()
    runtime.warm_up.wait(5)
    assert client.get("/readyz").status_code == 200
    runtime.close()


def test_asking_brings_the_index_to_what_another_process_has_changed(tmp_path: Path) -> None:
    other, runtime = make_runtime(tmp_path), make_runtime(tmp_path)
    client = create_app(runtime).test_client()
    assert client.get("/readyz").status_code == 200
    enrol(
        acting(other.services),
        gallery="default",
        source=Upload(draw_photo(["Ada"])),
        subject=NamedPerson("Ada"),
    )
    lag: list[int] = []
    runtime.services.observer.on_lag = lag.append
    assert client.get("/readyz").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert lag[0] >= 1
    assert lag[-1] == 0
    other.close()
    runtime.close()


def test_files_of_another_database_and_house_that_nobody_keeps_are_named(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "installation").write_text("another")
    late = dataclasses.replace(runtime, opened_at=time.time() - 7200)
    assert problems(late) == {"files": "files_of_another_database", "housekeeping": "late"}
    runtime.close()
