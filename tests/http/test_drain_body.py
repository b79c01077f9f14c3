import io

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.test import run_wsgi_app

from mien.http.drain_body import install_body_draining


def left_after(body: bytes, *, most_bytes: int = 1_000_000, uwsgi: bool = True) -> int:
    """How many bytes of a body nobody has read when its answer is done."""
    app = Flask("refusing")
    app.add_url_rule("/", "refuse", lambda: ("no", 403), methods=["POST"])
    install_body_draining(app, most_bytes=most_bytes)
    environ = EnvironBuilder(method="POST", data=body).get_environ()
    stream = environ["wsgi.input"] = io.BytesIO(body)
    if uwsgi:
        environ["uwsgi.version"] = b"2"
    answer, status, _ = run_wsgi_app(app, environ, buffered=True)
    assert b"".join(answer) == b"no"
    assert status.startswith("403")
    return len(body) - stream.tell()


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_under_uwsgi_a_refused_body_is_read_to_its_end(size: int) -> None:
    assert left_after(bytes(size)) == 0


def test_no_more_is_read_than_any_request_may_hold() -> None:
    assert left_after(bytes(200_000), most_bytes=70_000) == 130_000


def test_other_servers_are_left_to_themselves() -> None:
    assert left_after(bytes(1000), uwsgi=False) == 1000


def test_a_client_that_has_gone_is_no_error() -> None:
    class Gone(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError("timed out")

    app = Flask("refusing")
    install_body_draining(app, most_bytes=10)
    environ = EnvironBuilder(method="POST", data=b"x").get_environ()
    environ.update({"wsgi.input": Gone(), "uwsgi.version": b"2"})
    assert run_wsgi_app(app, environ, buffered=True)[1].startswith("404")
