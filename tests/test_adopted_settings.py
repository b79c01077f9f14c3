"""Settings that stand in uWSGI's file."""

import pytest

from mien.settings import Settings
from mien.settings import adopt_placeholders


def test_placeholders_are_settings_and_the_environment_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MIEN_PORT", "9000")
    # Set and removed, so that they are gone again after the test.
    for name in ("MIEN_THREADS", "MIEN_OTHER"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    adopt_placeholders({"MIEN_PORT": b"1", "MIEN_THREADS": b"3", "master": b"true", "set-ph": b"x"})
    settings = Settings()
    assert (settings.port, settings.threads) == (9000, 3)
