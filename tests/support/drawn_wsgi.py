"""`mien.wsgi` with drawn faces, and a few addresses below /api/test that say what arrived.

Given to real servers as a module. MIEN_TEST_NODE names the node, MIEN_TEST_LOG is a file to which
every upload adds a line, MIEN_TEST_SECONDS is how long one takes, and none ends for as long as there
is the file MIEN_TEST_HOLD.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from flask import Flask
from flask import Response
from flask import jsonify
from flask import request

from mien import logs
from mien.http.default_gallery import default_gallery
from mien.http.metrics import count_as
from mien.serving.process import Process
from mien.settings import Settings
from mien.settings import adopt_placeholders
from mien.vision.fake import FakeEngine
from stuck import get_stuck

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
BATCH = "/api/v1/galleries/<gallery:gallery>/identify/batch"


def make() -> Flask:
    """The application with the addresses of tests."""
    with suppress(ImportError):
        import uwsgi  # type: ignore[import-untyped]  # exists inside uWSGI alone

        adopt_placeholders(uwsgi.opt)
        count_as(uwsgi.worker_id())
    settings = Settings()
    logs.configure(log_format="json", log_level="warning")
    made = Process(settings, engine=FakeEngine()).open(warm=False)
    for name, view in (
        ("echo", echo),
        ("lines", lines),
        ("upload", upload),
        ("slow", slow),
        ("stuck", stuck),
    ):
        made.add_url_rule(f"/api/test/{name}", f"test_{name}", view, methods=METHODS)
    if BATCH not in {rule.rule for rule in made.url_map.iter_rules()}:
        made.add_url_rule(BATCH, "test_batch", batch, methods=["POST"])
    return made


def batch(gallery: str) -> Response:
    """Lines that are not marked as to be sent at once."""
    del gallery
    return lines()


def echo() -> Response:
    """What the application believes of a request."""
    return jsonify(
        node=os.environ.get("MIEN_TEST_NODE", ""),
        client=request.remote_addr,
        scheme=request.scheme,
        host=request.host,
        headers=dict(request.headers),
        gallery=default_gallery(),
        pid=os.getpid(),
    )


def slow() -> Response:
    """An answer after a while."""
    time.sleep(0.05)
    return jsonify(node=os.environ.get("MIEN_TEST_NODE", ""), pid=os.getpid())


def stuck() -> Response:
    """No answer, ever, to anybody whom this process was to give one."""
    get_stuck("gil")
    return jsonify()


def lines() -> Response:
    """Three lines, each after a while."""

    def made() -> Iterator[str]:
        for number in range(3):
            if number:
                time.sleep(0.4)
            yield f'{{"line": {number}}}\n'

    headers = {"X-Accel-Buffering": "no"} if "marked" in request.args else {}
    return Response(made(), mimetype="application/x-ndjson", headers=headers)


def upload() -> Response:
    """Take a body, whole, and write down that it came."""
    size = 0
    while chunk := request.stream.read(1 << 16):
        size += len(chunk)
    with Path(os.environ["MIEN_TEST_LOG"]).open("a", encoding="ascii") as log:
        log.write(f"{request.args.get('id', '')} {os.getpid()}\n")
    time.sleep(float(os.environ.get("MIEN_TEST_SECONDS", "0")))
    while "MIEN_TEST_HOLD" in os.environ and Path(os.environ["MIEN_TEST_HOLD"]).exists():
        time.sleep(0.05)
    return jsonify(size=size, pid=os.getpid())


app: Any = make()
