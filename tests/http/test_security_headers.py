import pytest
from flask import Flask
from werkzeug.test import TestResponse

from drawing import draw_photo
from mien.gallery.results import StoredFile
from mien.http.responses import file_response
from mien.http.security_headers import POLICY
from mien.runtime import Runtime
from mien.storage.folder_store import FolderContent

PLACES = ["/healthz", "/readyz", "/nowhere", "/api/v1/galleries", "/api/openapi.json"]


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_carries_the_headers(app: Flask, path: str) -> None:
    headers = app.test_client().get(path, headers={"Accept": "application/json"}).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers
    assert not [name for name in dict(headers) if name.startswith("Access-Control")]


def test_the_policy_lets_nothing_inline_or_foreign_in() -> None:
    assert POLICY.startswith("default-src 'none'; ")
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY


def test_browsers_are_held_to_tls_only_where_there_is_tls(app: Flask) -> None:
    answer = app.test_client().get("/healthz", base_url="https://localhost")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def serve(app: Flask, runtime: Runtime, media_type: str) -> TestResponse:
    path = runtime.settings.home / "photo"
    path.write_bytes(draw_photo())
    file = StoredFile(FolderContent(path), media_type=media_type, etag="abc")
    app.add_url_rule("/file", "file", lambda: file_response(file))
    return app.test_client().get("/file")


@pytest.mark.parametrize(
    ("media_type", "disposition"),
    [("image/jpeg", "inline"), ("image/tiff", "attachment"), ("image/heic", "attachment")],
)
def test_a_stored_file_can_do_nothing_in_a_browser(
    app: Flask, runtime: Runtime, media_type: str, disposition: str
) -> None:
    headers = serve(app, runtime, media_type).headers
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == disposition
    assert headers["Content-Type"] == media_type
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["ETag"] == '"abc"'


def test_a_stored_file_that_one_has_is_not_sent_again(app: Flask, runtime: Runtime) -> None:
    assert serve(app, runtime, "image/jpeg").status_code == 200
    again = app.test_client().get("/file", headers={"If-None-Match": 'W/"x", "abc"'})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_a_stored_file_may_be_asked_for_in_part(app: Flask, runtime: Runtime, size: int) -> None:
    data = bytes(range(100)) * (size // 100)
    serve(app, runtime, "image/jpeg").close()
    (runtime.settings.home / "photo").write_bytes(data)
    with app.test_client().get("/file") as whole:
        assert (whole.data, whole.content_length) == (data, size)
    with app.test_client().get("/file", headers={"Range": "bytes=2-5"}) as part:
        assert (part.status_code, part.data) == (206, data[2:6])
    with app.test_client().get("/file", headers={"Range": f"bytes={size}-"}) as beyond:
        assert beyond.status_code == 416
    with app.test_client().get("/file", headers={"If-None-Match": '"abc"'}) as known:
        assert (known.status_code, known.data) == (304, b"")


def test_a_large_stored_file_is_sent_piece_by_piece(app: Flask, runtime: Runtime) -> None:
    serve(app, runtime, "image/jpeg").close()
    (runtime.settings.home / "photo").write_bytes(bytes(3_000_000))
    with app.test_client().get("/file", buffered=False) as answer:
        assert max(len(piece) for piece in answer.iter_encoded()) < 100_000


def test_a_stored_file_that_goes_meanwhile_is_missed_in_words(app: Flask, runtime: Runtime) -> None:
    assert serve(app, runtime, "image/jpeg").status_code == 200
    (runtime.settings.home / "photo").unlink()
    answer = app.test_client().get("/file", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "file_missing")
