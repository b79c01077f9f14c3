"""From the setting to the backend."""

from pathlib import Path
from typing import get_args

import pytest

from mien.gallery.index_backends import build_backend
from mien.options import IndexName
from mien.settings import Settings
from mien.storage.database import Database


@pytest.mark.parametrize("name", get_args(IndexName))
def test_a_backend_is_found_by_its_name(name: IndexName, tmp_path: Path) -> None:
    database = Database(tmp_path / "mien.db")
    backend = build_backend(name, home=tmp_path, database=database)
    assert backend.name == name
    assert list(backend.kept()) == []
    backend.close()
    assert list(tmp_path.iterdir()) == []


def test_the_setting_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_INDEX", "exact")
    assert Settings().index == "exact"
