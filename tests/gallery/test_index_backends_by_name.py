"""From the setting to the backend."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

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
    backend = build_backend(name, home=tmp_path, database=Database(place))
    assert backend.name == name
    assert list(backend.kept()) == []
    backend.close()
    assert list(tmp_path.iterdir()) == []


def test_the_setting_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_INDEX", "exact")
    assert Settings().index == "exact"


def test_an_index_inside_postgresql_needs_postgresql() -> None:
    with pytest.raises(ValidationError, match="MIEN_DATABASE_URL"):
        Settings.model_validate({"index": "pgvector"})
    address = "postgresql+psycopg:///mien"
    given = {"index": "pgvector", "database_url": address}
    assert Settings.model_validate(given).index == "pgvector"
