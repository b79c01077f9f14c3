from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from building import make_runtime
from mien.app import create_app
from mien.gallery.packs import current_pack
from mien.runtime import Runtime
from mien.runtime import open_runtime
from mien.settings import Settings
from mien.storage.models import InstallationRow


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_process_that_is_well_says_so_to_anybody(app: Flask, path: str) -> None:
    client = app.test_client()
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.get_json()["status"] in {"ok", "ready"}
    assert "Set-Cookie" not in answer.headers
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert client.post(path).status_code == 405


def problems(runtime: Runtime) -> list[str]:
    client = create_app(runtime).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["status"] == "unavailable"
    found: list[str] = answer.get_json()["problems"]
    return found


def test_a_database_that_is_not_there_is_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/no/such/folder.db")
    runtime = open_runtime(settings)
    assert problems(runtime) == ["database_unreachable"]
    runtime.close()


def test_a_database_of_another_version_is_named(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path)
    with runtime.database.write() as session:
        session.execute(text("update alembic_version set version_num = 'other'"))
    assert problems(runtime) == ["database_outdated"]
    runtime.close()


def test_a_model_pack_that_was_never_chosen_is_named(tmp_path: Path) -> None:
    make_runtime(tmp_path).close()
    runtime = open_runtime(Settings(home=tmp_path, models_dir=tmp_path / "models", offline=True))
    assert problems(runtime) == ["model_file_missing"]
    runtime.close()


def test_model_files_that_are_gone_are_named(tmp_path: Path) -> None:
    make_runtime(tmp_path).close()
    runtime = open_runtime(Settings(home=tmp_path, models_dir=tmp_path / "models", offline=True))
    with runtime.database.write() as session:
        session.add(InstallationRow(key="pack", value="mobile"))
    assert current_pack(runtime.database) == "mobile"
    assert problems(runtime) == ["model_file_missing"]
    runtime.close()
