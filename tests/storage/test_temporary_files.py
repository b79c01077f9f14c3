import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mien.errors import StorageFailed
from mien.storage.temporary_files import provide_temporary_folder
from mien.storage.temporary_files import trouble_of_temporary_files


@pytest.fixture
def _no_folder_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a folder that TMPDIR names can be written to."""

    def candidates() -> list[str]:
        named = os.environ.get("TMPDIR")
        return [named] if named else []

    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", candidates)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "")


@pytest.mark.usefixtures("_no_folder_of_the_system")
def test_where_the_system_has_no_folder_one_in_the_home_is_taken(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert trouble_of_temporary_files() is not None
    assert provide_temporary_folder(home) == home / "tmp"
    assert stat.S_IMODE((home / "tmp").stat().st_mode) == 0o700
    assert trouble_of_temporary_files() is None
    with tempfile.NamedTemporaryFile() as file:
        assert Path(file.name).parent == home / "tmp"
    # What is started from here finds it as well.
    asked = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
    assert subprocess.check_output(asked, text=True).strip() == str(home / "tmp")
    assert provide_temporary_folder(home) is None


@pytest.mark.usefixtures("_no_folder_of_the_system")
def test_a_home_that_takes_none_either_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(StorageFailed) as caught:
        provide_temporary_folder(tmp_path / "home")
    assert caught.value.key == "storage_failed.temporary"


def test_the_folder_of_the_system_is_kept(tmp_path: Path) -> None:
    assert provide_temporary_folder(tmp_path) is None
    assert not list(tmp_path.iterdir())
