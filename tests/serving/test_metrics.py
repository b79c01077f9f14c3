"""The figures of several processes are one: whichever of them is asked."""

import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from drawing import draw_photo
from load import Request
from load import ask
from load import running
from load import upload
from servers import Home
from servers import Server
from servers import wait_for

pytestmark = pytest.mark.processes

IDENTIFY = "/api/v1/galleries/default/identify"
ROUTE = 'route="/api/v1/galleries/<gallery:gallery>/identify"'
COUNTED = f'mien_requests_total{{method="POST",{ROUTE},status="200"}}'


def figures(server: Server) -> dict[str, float]:
    status, body = ask(server.address, Request("GET", "/metrics"))
    assert status == 200, body
    lines = [line for line in body.decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_every_process_tells_the_sum_and_a_replaced_one_is_not_forgotten(
    serve: Callable[..., Server], home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "counts"
    server = serve("--workers", "3", PROMETHEUS_MULTIPROC_DIR=str(folder))
    request = upload(IDENTIFY, draw_photo(["Ada"]), key=home.key)
    with running(server.address, request, threads=3, keep_alive=False) as outcome:
        outcome.wait_for_more(20)
    done = len(outcome.seconds)
    for _ in range(4):
        found = figures(server)
        assert found[COUNTED] == done
        assert found[f"mien_request_seconds_count{{{ROUTE}}}"] == done
        assert found["mien_faces_total"] == done
        assert found['mien_decisions_total{decision="unknown"}'] == done
        assert found["mien_requests_in_progress"] == 1, "this one"

    before = server.all_workers(3)
    os.kill(min(before), signal.SIGKILL)
    wait_for(lambda: len(server.workers()) == 3 and min(before) not in server.workers())
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(server.workers()) == 3 and not before & server.workers(), seconds=60)
    for _ in range(3):
        assert ask(server.address, request)[0] == 200
        done += 1
        found = figures(server)
        assert found[COUNTED] == done
        assert found["mien_requests_in_progress"] == 1
    kept = {path.name for path in folder.rglob("counter_*.db")}
    # Old and new ones were there at the same time; their places are taken again.
    assert kept <= {f"counter_{slot}.db" for slot in range(6)}
    assert server.stop() == 0
    assert list(folder.iterdir()) == []


def test_every_metric_of_a_server_is_on_the_reference_page_with_its_type(
    serve: Callable[..., Server], repository_root: Path
) -> None:
    page = (repository_root / "docs/reference/metrics.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(mien_\w+)` \| (\w+) \|", page, re.MULTILINE))
    status, body = ask(serve("--workers", "2").address, Request("GET", "/metrics"))
    assert status == 200
    # What has labels is shown once something is counted.
    shown = set(re.findall(r"^# TYPE (\w+) (\w+)$", body.decode(), re.MULTILINE))
    assert len(shown) > 10
    assert shown <= documented
