"""The rendered Nginx in front of one Gunicorn: what it sends itself, and what it lets through."""

import contextlib
import json
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from asking import arrivals
from asking import call
from asking import page
from asking import problem
from drawing import draw_photo
from front_stack import STYLE
from front_stack import Stack
from load import ask
from load import upload
from mien.web.assets import own_assets

pytestmark = pytest.mark.processes

PEOPLE = "/api/v1/galleries/default/people"


@pytest.fixture(scope="module")
def site(stack: Stack) -> str:
    return stack.nginx("--upstream", stack.gunicorn("one"), "--requests", "1000")


def test_static_files_are_nginxs_for_a_year(site: str) -> None:
    plain = call(site, STYLE)
    assert plain.body == own_assets().files["css/main.css"]
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert plain.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "X-Request-ID" not in plain.headers, "no node was asked"
    packed = call(site, STYLE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)


def test_a_version_that_was_not_collected_is_asked_of_a_node(site: str) -> None:
    answer = call(site, re.sub("/[0-9a-f]{12}/", "/000000000000/", STYLE))
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "X-Request-ID" in answer.headers


def test_pages_and_api_lead_to_a_node(site: str, stack: Stack) -> None:
    home = call(site, "/identify")
    assert (home.status, home.headers["Location"]) == (303, "/sign-in?next=/identify")
    assert call(site, "/sign-in").status == 200
    problem(call(site, "/api/v1/galleries"), 401, "not_authenticated")
    listed = call(site, "/api/v1/galleries", headers={"X-API-Key": stack.home.key})
    assert [each["name"] for each in listed.json["galleries"]] == ["default"]


def test_alive_is_for_everybody_and_figures_are_not(site: str) -> None:
    assert call(site, "/healthz").json == {"status": "ok"}
    for path in ("/metrics", "/readyz"):
        page(call(site, path), 404, "Page not found")


def test_a_portrait_is_sent_by_nginx_once_mien_has_said_yes(site: str, stack: Stack) -> None:
    key = {"X-API-Key": stack.home.key}
    person = call(
        site, PEOPLE, method="POST", body=b'{"name": "Ada"}',
        headers={**key, "Content-Type": "application/json"},
    ).json["id"]  # fmt: skip
    sent = upload(f"{PEOPLE}/{person}/faces", draw_photo(["ada"]), key=stack.home.key)
    status, body = ask(site, sent)
    assert status == 201, body
    crop = f"{PEOPLE}/{person}/faces/{json.loads(body)['id']}/crop"
    answer = call(site, crop, headers=key)
    files = stack.home.folder / "files"
    [file] = [path for path in files.rglob("*.jpg") if path.read_bytes() == answer.body]
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["X-Request-ID"]
    assert "X-Accel-Redirect" not in answer.headers
    again = call(site, crop, headers={**key, "If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    part = call(site, crop, headers={**key, "Range": "bytes=0-9"})
    assert (part.status, part.body) == (206, answer.body[:10])
    # By its address nobody gets it, and without a key nobody is led there.
    direct = f"/_files/{file.parent.name}/{file.name}"
    page(call(site, direct, headers=key), 404, "Page not found")
    assert call(site, f"/static/..%2f..{direct}").status in {400, 404}
    problem(call(site, crop), 401, "not_authenticated")


def test_a_client_forges_neither_address_nor_scheme_nor_id(site: str) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.7, 198.51.100.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-SSL": "on",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "Forwarded": "for=203.0.113.7;proto=https",
        "X-Real-IP": "203.0.113.7",
        "X-Request-ID": "forged",
    }
    answer = call(site, "/api/test/echo", headers=forged, source="127.0.0.3")
    seen = answer.json
    assert (seen["client"], seen["scheme"]) == ("127.0.0.3", "http")
    assert seen["host"] == urlsplit(site).netloc
    assert seen["headers"]["X-Forwarded-For"] == "127.0.0.3"
    assert seen["headers"]["X-Request-Id"] == answer.headers["X-Request-ID"] != "forged"
    assert "Strict-Transport-Security" not in answer.headers


def test_answers_arrive_bit_by_bit(site: str) -> None:
    marked = arrivals(site, "/api/test/lines?marked")
    assert len(marked) == 3
    assert marked[2] > 0.6


def test_the_log_has_the_id_and_no_query_and_no_secret(site: str, stack: Stack) -> None:
    answer = call(site, "/people?q=Somebody")
    for link in ("setup", "reset"):
        call(site, f"/{link}/a-secret-token")
    lines = [json.loads(line) for line in (stack.folder / "access.log").read_text().splitlines()]
    [line] = [each for each in lines if each["request_id"] == answer.headers["X-Request-ID"]]
    assert (line["path"], line["status"]) == ("/people", 303)
    everything = json.dumps(lines)
    assert "Somebody" not in everything
    assert "a-secret-token" not in everything


def test_too_large_a_body_is_refused_before_it_is_sent(site: str) -> None:
    size = {"Content-Length": str(10**9)}
    problem(call(site, "/api/v1/detect", method="POST", headers=size), 413, "payload_too_large")
    page(call(site, "/identify", method="POST", headers=size), 413, "That is too large")


def test_too_large_a_header_is_refused_in_words(site: str) -> None:
    large = {f"X-Filler-{number}": "x" * 7000 for number in range(6)}
    problem(call(site, "/api/v1/galleries", headers=large), 431, "bad_request")


def test_who_asks_for_another_host_gets_nothing(site: str) -> None:
    with socket.create_connection((urlsplit(site).hostname, urlsplit(site).port), 5) as raw:
        raw.sendall(b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert raw.recv(100) == b""


def test_large_uploads_arrive_whole(site: str, stack: Stack, tmp_path: Path) -> None:
    sent = call(site, "/api/test/upload?id=large", method="POST", body=bytes(11_000_000))
    assert sent.json["size"] == 11_000_000
    assert len([line for line in stack.uploads if line.startswith("large ")]) == 1


def test_a_nodes_own_errors_pass_as_they_are(site: str) -> None:
    body = problem(call(site, "/api/v1/nowhere"), 404, "not_found")
    assert body["detail"] == "There is nothing here. Check the address."
    page(call(site, "/nowhere", headers={"Accept": "text/html"}), 404, "Page not found")


def test_photos_of_a_batch_are_answered_while_the_next_are_on_their_way(
    site: str, stack: Stack
) -> None:
    path = "/api/v1/galleries/default/identify/batch"
    sent = upload(path, draw_photo(["ada"]), bytes(400_000), key=stack.home.key)
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.headers.items())
    # All of the first photo, and a part of the second.
    half = len(sent.body) - 200_000
    with socket.create_connection((urlsplit(site).hostname, urlsplit(site).port), 10) as raw:
        raw.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{head}"
            f"Content-Length: {len(sent.body)}\r\n\r\n".encode()
        )
        raw.sendall(sent.body[:half])
        begun = b""
        while b'"number":1' not in begun:
            more = raw.recv(65536)
            assert more, begun
            begun += more
        assert b'"number":2' not in begun
        raw.sendall(sent.body[half:])
        rest = b""
        while more := raw.recv(65536):
            rest += more
    assert b'"number":2' in rest
    assert b"200 OK" in begun
