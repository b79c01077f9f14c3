from pathlib import Path

import pytest
from flask import Flask
from flask import request
from flask.testing import FlaskClient

from building import make_runtime
from mien.app import create_app
from serving_app import assert_problem

JSON = {"Accept": "application/json", "X-Forwarded-For": "10.0.0.9"}


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "203.0.113.66, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.66, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        (2, "198.51.100.1", "127.0.0.1"),
    ],
)
def test_exactly_the_trusted_proxies_are_believed(
    tmp_path: Path, trusted: int, forwarded: str, address: str
) -> None:
    runtime = make_runtime(tmp_path, trusted_proxies=trusted)
    app = create_app(runtime)
    app.add_url_rule("/address", "address", lambda: f"{request.remote_addr} {request.host}")
    headers = {"X-Forwarded-For": forwarded, "X-Forwarded-Host": "evil.example"}
    answer = app.test_client().get("/address", headers=headers)
    runtime.close()
    assert answer.text == f"{address} localhost"


@pytest.mark.parametrize(("trusted", "secure"), [(0, "False"), (1, "True")])
def test_only_a_trusted_proxy_says_that_there_is_tls(
    tmp_path: Path, trusted: int, secure: str
) -> None:
    runtime = make_runtime(tmp_path, trusted_proxies=trusted)
    app = create_app(runtime)
    app.add_url_rule("/secure", "secure", lambda: str(request.is_secure))
    answer = app.test_client().get("/secure", headers={"X-Forwarded-Proto": "https"})
    runtime.close()
    assert answer.text == secure


def test_a_request_may_hold_twelve_photos_and_not_a_hundred(
    app: Flask, browser: FlaskClient
) -> None:
    app.add_url_rule("/photos", "photos", lambda: str(len(request.files)), methods=["POST"])
    answer = browser.post(
        "/photos", data=b"\x00" * 3_000_000, content_type="multipart/form-data; boundary=x",
        headers=JSON,
    )  # fmt: skip
    assert_problem(answer, 413, "payload_too_large")
    assert app.config["MAX_CONTENT_LENGTH"] == 12 * 200_000 + 512 * 1024
