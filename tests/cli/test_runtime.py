import logging
from pathlib import Path

import pytest

from mien.cli.runtime import load_settings
from mien.cli.terminal.announce import tell_pack_kept
from mien.errors import InvalidInput
from mien.serving.startup import make_home
from mien.settings import Settings

pytestmark = pytest.mark.usefixtures("restored_logging")


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_PORT", "eighty")
    with pytest.raises(InvalidInput, match="setting") as refusal:
        load_settings()
    assert refusal.value.field == "MIEN_PORT"


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_PORT", "")
    monkeypatch.setenv("MIEN_PACK", "")
    settings = load_settings()
    assert (settings.port, settings.pack) == (8000, "auto")


@pytest.mark.parametrize(
    ("wanted", "told"), [("auto", False), ("mobile", False), ("classic", True)]
)
def test_a_pack_that_is_set_too_late_is_told(
    wanted: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_pack_kept("mobile", wanted=wanted)
    assert ("mien models use classic" in capsys.readouterr().err) is told


def test_a_secret_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MIEN_SECRET_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(InvalidInput, match="secret_file"):
        load_settings()


def test_an_option_wins_and_a_missing_one_leaves_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIEN_PORT", "81")
    monkeypatch.setenv("MIEN_HOST", "::1")
    settings = load_settings(port=82, host=None)
    assert (settings.port, settings.host) == (82, "::1")


@pytest.mark.parametrize(
    ("serving", "said", "level"),
    [(False, None, "WARNING"), (True, None, "INFO"), (False, "debug", "DEBUG")],
)
def test_a_command_is_quiet_unless_told(
    monkeypatch: pytest.MonkeyPatch, serving: bool, said: str | None, level: str
) -> None:
    if said is not None:
        monkeypatch.setenv("MIEN_LOG_LEVEL", said)
    load_settings(serving=serving)
    assert logging.getLevelName(logging.getLogger().level) == level


def test_the_home_folder_is_for_this_account_alone(tmp_path: Path) -> None:
    make_home(Settings(home=tmp_path / "new" / "home"))
    assert (tmp_path / "new" / "home").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "new" / "home").iterdir()) == []


def test_a_home_that_cannot_be_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="home_not_writable"):
        make_home(Settings(home=tmp_path / "file" / "home"))


@pytest.mark.parametrize(
    ("verbose", "variables", "level"),
    [
        (False, {}, "WARNING"),
        (True, {}, "INFO"),
        (False, {"MIEN_LOG_LEVEL": "info"}, "INFO"),
        (False, {"MIEN_LOG_FORMAT": "json"}, "INFO"),
    ],
)
def test_whoever_looks_on_at_a_terminal_sees_warnings_unless_told_to_see_more(
    verbose: bool, variables: dict[str, str], level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    settings = load_settings(serving=True, verbose=verbose)
    assert logging.getLevelName(logging.getLogger().level) == level
    # Gunicorn's own lines follow the settings.
    assert settings.log_level == level.lower()


def test_where_nobody_looks_on_a_server_writes_every_line() -> None:
    assert load_settings(serving=True, verbose=False).log_level == "info"
    assert logging.getLogger().level == logging.INFO
