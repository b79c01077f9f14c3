"""The application as tests talk to it: over its own WSGI interface, with drawn faces."""

import io
from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mien.http.problems import MEDIA_TYPE

FORM_FIELDS = "multipart/form-data"


def photo_part(data: bytes, filename: str = "photo.png") -> tuple[io.BytesIO, str]:
    """A file as a part of a form."""
    return io.BytesIO(data), filename


def key_headers(key: str) -> dict[str, str]:
    """The header that carries an API key."""
    return {"Authorization": f"Bearer {key}"}


def assert_problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The one shape of every error of the API; gives its body for more to be said of it."""
    assert response.status_code == status, response.text
    assert response.mimetype == MEDIA_TYPE
    body: dict[str, Any] = response.get_json()
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["detail"].endswith((".", "?"))
    assert body["request_id"] == response.headers["X-Request-ID"]
    return body


class Api:
    """A client that holds a key.

    Args:
        app: to talk to.
        key: sent with every request; empty for none.
    """

    def __init__(self, app: Flask, key: str = "") -> None:
        self.client: FlaskClient = app.test_client(use_cookies=False)
        self._headers = key_headers(key) if key else {}

    def __call__(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """Send a request below /api/v1."""
        return self.client.open(
            f"/api/v1{path}",
            method=method,
            headers={**self._headers, **(headers or {})},
            **options,
        )

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Post a form; bytes are files."""
        data = {
            name: photo_part(value) if isinstance(value, bytes) else value
            for name, value in fields.items()
        }
        return self("POST", path, data=data, content_type=FORM_FIELDS)

    def add_person(self, name: str, gallery: str = "default") -> str:
        """Add somebody; gives the id."""
        made = self("POST", f"/galleries/{gallery}/people", json={"name": name})
        assert made.status_code == 201, made.text
        return str(made.get_json()["id"])
