import pytest
from flask import Flask

from mien.http.browser_cache import forgets_when_told


@pytest.mark.parametrize(
    ("address", "heeds"),
    [
        ("https://mien.example", True),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://mien.localhost", True),
        ("http://192.168.1.7:8080", False),
        ("http://mien.example", False),
        ("http://localhost.example", False),
    ],
)
def test_browsers_heed_it_over_tls_and_on_the_machine_itself(address: str, *, heeds: bool) -> None:
    with Flask(__name__).test_request_context(base_url=address):
        assert forgets_when_told() is heeds
