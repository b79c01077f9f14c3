"""uWSGI with the rendered files: alone as a web router, and behind Nginx over its own protocol."""

import json
import signal
import socket
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from asking import arrivals
from asking import call
from asking import problem
from drawing import draw_photo
from front_stack import STYLE
from front_stack import Stack
from front_stack import render
from load import Request
from load import running
from load import send
from load import upload
from mien.web.assets import own_assets
from servers import Server
from servers import all_ended
from servers import free_port
from servers import wait_for
from servers import wait_until_alive

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def run(stack: Stack) -> Path:
    """Where the web router has its sockets."""
    return stack.folder / "router"


@pytest.fixture(scope="module")
def router(stack: Stack, run: Path) -> str:
    """uWSGI alone, with two processes."""
    place = f"127.0.0.1:{free_port()}"
    config = render("uwsgi-router", "--listen", place, "--processes", "2", "--run", str(run),
                    "--static", str(stack.static), "--application", "drawn_wsgi:app",
                    out=run)  # fmt: skip
    environment = stack.environment("router")
    # What the file says of proxies has to do.
    del environment["MIEN_ACCEL_PREFIX"], environment["MIEN_TRUSTED_PROXIES"]
    stack.nodes["router"] = stack.start_process(
        [str(stack.uwsgi_program), "--ini", str(config)], cwd=run, env=environment
    )
    wait_until_alive(f"http://{place}")
    stack.nodes["router"].waits_to_say(r"(?s)WSGI app 0 .* ready.*WSGI app 0 .* ready")
    return f"http://{place}"


def test_alone_it_serves_pages_and_api(router: str, stack: Stack) -> None:
    assert call(router, "/sign-in").status == 200
    problem(call(router, "/api/v1/galleries"), 401, "not_authenticated")
    sent = upload("/api/v1/detect", draw_photo(["ada"]), key=stack.home.key)
    found = call(router, sent.path, method="POST", body=sent.body, headers=sent.headers)
    assert len(found.json["faces"]) == 1


def test_alone_it_sends_static_files_itself(router: str) -> None:
    answer = call(router, STYLE)
    assert answer.body == own_assets().files["css/main.css"]
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"].startswith("text/css")
    assert "X-Request-ID" not in answer.headers, "the application was not asked"
    packed = call(router, STYLE, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_alone_it_believes_no_forwarded_address(router: str) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-SSL": "on",
    }
    seen = call(router, "/api/test/echo", headers=forged, source="127.0.0.5").json
    assert (seen["client"], seen["scheme"]) == ("127.0.0.5", "http")


def test_alone_it_keeps_figures_to_the_machine(router: str) -> None:
    assert call(router, "/readyz", source="127.0.0.6").status == 404
    assert call(router, "/metrics", source="127.0.0.6").status == 404
    assert call(router, "/readyz").status in {200, 503}
    assert call(router, "/healthz", source="127.0.0.6").status == 200


def test_a_stranger_is_told_even_while_a_large_photo_is_on_its_way(router: str) -> None:
    sent = upload("/api/v1/detect", bytes(3_000_000), key="wrong")
    answer = call(router, sent.path, method="POST", body=sent.body, headers=sent.headers)
    problem(answer, 401, "key_invalid")


def test_answers_arrive_bit_by_bit(router: str) -> None:
    assert arrivals(router, "/api/test/lines")[2] > 0.6


def test_each_request_is_a_line_with_its_id_and_without_its_query(
    router: str, stack: Stack
) -> None:
    answer = call(router, "/people?q=Somebody")
    for link in ("setup", "reset"):
        call(router, f"/{link}/a-secret-token")
    server = stack.nodes["router"]
    found = server.waits_to_say(
        rf"method=GET path=/people status=303 .*{answer.headers['X-Request-ID']}"
    )
    assert "ms=" in found[0]
    server.waits_to_say(r"path=/setup/- ")
    server.waits_to_say(r"path=/reset/- ")
    assert "Somebody" not in server.said
    assert "a-secret-token" not in server.said


def test_it_tells_what_it_does(router: str, run: Path) -> None:
    facts = stats(run)
    assert len(facts["workers"]) == 2
    assert all(len(each["cores"]) >= 2 for each in facts["workers"]), "threads are on"


def test_its_figures_are_those_of_all_processes(router: str) -> None:
    def counted() -> float:
        lines = call(router, "/metrics").text.splitlines()
        return sum(
            float(line.rpartition(" ")[2])
            for line in lines
            if line.startswith("mien_requests_total") and "/api/test/slow" in line
        )

    before = counted()
    with running(router, Request("GET", "/api/test/slow"), threads=4, keep_alive=False) as outcome:
        outcome.wait_for_more(40)
    assert {counted() - before for _ in range(6)} == {len(outcome.seconds)}


def test_processes_are_replaced_one_after_the_other_and_nobody_notices(
    router: str, run: Path, stack: Stack
) -> None:
    before = workers(run)
    assert len(before) == 2
    request = Request("GET", "/api/test/slow")
    with running(router, request, threads=3, keep_alive=False) as outcome:
        outcome.wait_for_more(5)
        (run / "reload").touch()
        stack.nodes["router"].waits_to_say(r"chain reloading complete")
        outcome.wait_for_more(5)
    assert outcome.failures == []
    assert outcome.refused == 0
    assert not before & workers(run)


def test_it_ends_when_it_is_asked_to(router: str, stack: Stack) -> None:
    server = stack.nodes["router"]
    assert server.stop(signal.SIGTERM) == 0


def stats(run: Path) -> Any:
    """What the stats socket says."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(run / "stats.sock"))
        told = b""
        while more := connection.recv(65536):
            told += more
    return json.loads(told)


def workers(run: Path) -> set[int]:
    return {each["pid"] for each in stats(run)["workers"]}


@pytest.fixture(scope="module")
def site(stack: Stack) -> str:
    """Nginx before one uWSGI."""
    return stack.nginx(
        "--upstream", stack.uwsgi("one"), "--server-name", "family.localhost",
        "--default-gallery", "family.localhost=family",
    )  # fmt: skip


def test_behind_nginx_it_knows_the_client_and_no_forged_one(site: str) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-SSL": "on",
        "X-Request-ID": "forged",
        "X-Forwarded-Host": "evil.example",
    }
    answer = call(site, "/api/test/echo?a=b%20c", headers=forged, source="127.0.0.5")
    seen = answer.json
    assert (seen["client"], seen["scheme"]) == ("127.0.0.5", "http")
    assert seen["headers"]["X-Request-Id"] == answer.headers["X-Request-ID"] != "forged"
    assert "evil" not in answer.text


def test_behind_nginx_pages_uploads_and_streams_work(site: str, stack: Stack) -> None:
    assert call(site, "/sign-in").status == 200
    sent = upload("/api/v1/detect", draw_photo(["ada"]), key=stack.home.key)
    found = call(site, sent.path, method="POST", body=sent.body, headers=sent.headers)
    assert len(found.json["faces"]) == 1
    large = call(site, "/api/test/upload?id=u", method="POST", body=bytes(5_000_000))
    assert large.json["size"] == 5_000_000
    assert arrivals(site, "/api/test/lines?marked")[2] > 0.6


def test_nginx_passes_a_default_gallery_by_host_and_a_client_cannot(site: str) -> None:
    def gallery(**headers: str) -> str:
        return str(call(site, "/api/test/echo", headers=headers).json["gallery"])

    assert gallery() == "default"
    assert gallery(Host="family.localhost") == "family"
    assert gallery(MIEN_DEFAULT_GALLERY="family") == "default"
    assert gallery(**{"Mien-Default-Gallery": "family"}) == "default"


def test_the_node_logs_the_id_that_nginx_gave(site: str, stack: Stack) -> None:
    answer = call(site, "/api/test/echo", source="127.0.0.5")
    given = answer.headers["X-Request-ID"]
    node: Server = stack.nodes["one"]
    node.waits_to_say(rf"path=/api/test/echo .*client=127.0.0.5 .*request_id={given}")


def test_nothing_of_it_outlives_its_killed_master(stack: Stack) -> None:
    run, place = stack.folder / "killed", f"127.0.0.1:{free_port()}"
    config = render("uwsgi-router", "--listen", place, "--processes", "2", "--run", str(run),
                    "--static", str(stack.static), "--application", "drawn_wsgi:app",
                    out=run)  # fmt: skip
    command = [str(stack.uwsgi_program), "--ini", str(config)]
    for _ in range(2):
        server = stack.start_process(command, cwd=run, env=stack.environment("killed"))
        wait_until_alive(f"http://{place}")
        # Two processes that answer, and the web router.
        below = server.all_workers(3)
        asking = send(f"http://{place}", Request("GET", "/api/test/stuck"))
        server.waits_to_say("The engine is stuck")
        server.process.kill()
        server.process.wait()
        wait_for(partial(all_ended, below), seconds=5)
        asking.close()
