"""What becomes of a test where what it needs is missing."""

from pathlib import Path

import pytest

import needs
import packs_for_tests
from packs_for_tests import WHERE
from packs_for_tests import real_pack


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the evaluation data would lie."""
    folder = tmp_path / "data"
    monkeypatch.setattr(needs, "SHARED_DATA", folder)
    return folder


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_what_can_be_installed_is_a_skip_with_its_name_and_in_ci_a_failure(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="no Nginx"):
        needs.absent("no Nginx is installed")


def test_beside_a_bare_clone_missing_data_is_a_skip_even_in_ci(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.skip.Exception, match=str(data)):
        needs.shared_data("photo.jpg")


def test_data_that_is_there_has_to_be_whole_in_ci(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    data.mkdir()
    with pytest.raises(pytest.fail.Exception, match=r"photo\.jpg is missing"):
        needs.shared_data("photo.jpg")
    (data / "photo.jpg").touch()
    assert needs.shared_data("photo.jpg") == data


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_pack_beside_the_repository_whose_files_are_not_its_own_is_no_skip_in_ci(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ci: str,
    outcome: type[BaseException],
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("MIEN_MODELS_DIR", str(tmp_path / "installed"))
    manifest = packs_for_tests.compact_from_folder(data / "models")
    monkeypatch.setattr(packs_for_tests, "SHARED_DATA", data)
    monkeypatch.setattr(packs_for_tests, "compact_from_folder", lambda: manifest)
    for path in WHERE.values():
        (data / "models" / path).parent.mkdir(parents=True, exist_ok=True)
        (data / "models" / path).write_bytes(b"cut off")
    packs_for_tests._install.cache_clear()
    with pytest.raises(
        (pytest.skip.Exception, pytest.fail.Exception), match="the pack compact cannot be had here"
    ) as raised:
        real_pack("compact")
    assert raised.type is outcome
    packs_for_tests._install.cache_clear()
