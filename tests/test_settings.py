"""Settings where a machine lacks what they usually start from."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from mien.settings import Settings


def _nobodys_home(_self: Path) -> Path:
    raise RuntimeError


def test_an_account_without_a_home_folder_keeps_models_with_its_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("XDG_CACHE_HOME", "MIEN_MODELS_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: _nobodys_home(tmp_path))
    assert Settings(home=tmp_path).models_dir == tmp_path / "models"


def test_a_tilde_is_whose_home_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    settings = Settings(home=Path("~/mien"), models_dir=Path("~/models"))
    assert (settings.home, settings.models_dir) == (tmp_path / "mien", tmp_path / "models")


def test_a_tilde_that_nobody_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "expanduser", _nobodys_home)
    with pytest.raises(ValidationError, match="home"):
        Settings(home=Path("~/mien"))


@pytest.mark.parametrize(
    ("rate", "tries", "seconds"),
    [("30 per minute", 30, 60), ("5/second", 5, 1), (" 100 Per 2 hours ", 100, 7200)],
)
def test_a_rate_is_so_many_in_a_while(rate: str, tries: int, seconds: int) -> None:
    limit = Settings(signin_rate=rate).signin_limit
    assert (limit.tries, limit.seconds) == (tries, seconds)


@pytest.mark.parametrize("rate", ["0 per minute", "many", "3 per 0 hours", "-1 per day", "3 per"])
def test_what_is_no_rate_is_refused(rate: str) -> None:
    with pytest.raises(ValidationError, match="signin_rate"):
        Settings(signin_rate=rate)
