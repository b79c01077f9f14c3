"""This machine told from others."""

import pytest

from mien.loopback import is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("", False),
        ("mien.example", False),
        ("localhost.evil.example", False),
        ("192.0.2.1", False),
    ],
)
def test_this_machine_is_told_from_others(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
