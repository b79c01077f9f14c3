"""From the setting to the backend."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from mien.gallery.index_backends import MilvusAccess
from mien.gallery.index_backends import build_backend
from mien.options import IndexName
from mien.settings import Settings
from mien.storage.database import Database


@pytest.mark.parametrize("name", get_args(IndexName))
def test_a_backend_is_found_by_its_name(
    name: IndexName, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place: str | Path = tmp_path / "mien.db"
    if name == "pgvector":
        place = request.getfixturevalue(name).make_database("by_name")
    milvus = MilvusAccess()
    if name == "milvus":
        milvus = MilvusAccess(request.getfixturevalue(name), name="by_name")
    backend = build_backend(name, home=tmp_path, database=Database(place), milvus=milvus)
    assert backend.name == name
    assert list(backend.kept()) == []
    backend.close()
    assert [each.name for each in tmp_path.iterdir()] == (
        ["index-turns"] if name == "milvus" else []
    )


def test_the_setting_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_INDEX", "exact")
    assert Settings().index == "exact"


def test_an_index_inside_postgresql_needs_postgresql() -> None:
    with pytest.raises(ValidationError, match="MIEN_DATABASE_URL"):
        Settings.model_validate({"index": "pgvector"})
    address = "postgresql+psycopg:///mien"
    given = {"index": "pgvector", "database_url": address}
    assert Settings.model_validate(given).index == "pgvector"


def test_milvus_has_an_address_and_its_token_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValidationError, match="MIEN_MILVUS_URL"):
        Settings.model_validate({"index": "milvus"})
    (tmp_path / "token").write_text("reader:xyzzy\n")
    monkeypatch.setenv("MIEN_MILVUS_TOKEN_FILE", str(tmp_path / "token"))
    made = Settings.model_validate({"index": "milvus", "milvus_url": "http://127.0.0.1:19530"})
    assert made.milvus_token.get_secret_value() == "reader:xyzzy"
    assert "xyzzy" not in repr(made)
    assert "xyzzy" not in repr(MilvusAccess("", made.milvus_token.get_secret_value()))
