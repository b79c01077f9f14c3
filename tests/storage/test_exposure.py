import shlex
import subprocess
from pathlib import Path

import pytest

from mien.storage.exposure import find_exposed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "my home"
    folder.mkdir(mode=0o700)
    (folder / "mien.db").touch(mode=0o600)
    return folder


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        (0o700, None),
        (0o750, None),
        (0o755, "look"),
        (0o711, "look"),
        (0o770, "change"),
        (0o777, "change"),
    ],
)
def test_a_home_in_reach_of_others_is_found_and_the_remedy_ends_it(
    home: Path, mode: int, found: str | None
) -> None:
    home.chmod(mode)
    exposed = find_exposed(home)
    assert ["change" if each.writable else "look" for each in exposed] == ([found] if found else [])
    for each in exposed:
        assert each.path == home
        subprocess.run(shlex.split(each.remedy), check=True)
    assert find_exposed(home) == ()


@pytest.mark.parametrize(("mode", "writable"), [(0o640, False), (0o604, False), (0o660, True)])
@pytest.mark.parametrize("name", ["mien.db", "secret_key"])
def test_so_is_a_file_that_is_for_one_account_alone(
    home: Path, name: str, mode: int, writable: bool
) -> None:
    (home / name).touch()
    (home / name).chmod(mode)
    [exposed] = find_exposed(home)
    assert (exposed.path, exposed.writable) == (home / name, writable)
    subprocess.run(shlex.split(exposed.remedy), check=True)
    assert find_exposed(home) == ()


def test_a_home_that_is_not_there_is_in_nobodys_reach(tmp_path: Path) -> None:
    assert find_exposed(tmp_path / "nowhere") == ()
