import re
import threading
from pathlib import Path

import pytest
from flask import Flask

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.gallery.people.people import create_person
from mien.http.metrics_folder import FOLDER_VARIABLE
from mien.options import Scope
from mien.runtime import Runtime
from serving_app import Api
from serving_app import key_headers

HERE = {"REMOTE_ADDR": "127.0.0.1"}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


def figures(app: Flask) -> dict[str, float]:
    answer = app.test_client().get("/metrics", environ_base=HERE)
    assert answer.status_code == 200, answer.text
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def key_for(runtime: Runtime, *scopes: Scope) -> str:
    return create_key(acting(runtime.services), name="a key", scopes=scopes)[0]


def test_requests_faces_and_decisions_are_counted(app: Flask, runtime: Runtime) -> None:
    api = Api(app, key_for(runtime, "admin"))
    for _ in range(2):
        api.send("/galleries/default/identify", photo=draw_photo(["Ada", "Bob"]))
    api.send("/galleries/nowhere/identify", photo=draw_photo(["Ada"]))
    found = figures(app)
    route = 'route="/api/v1/galleries/<gallery:gallery>/identify"'
    assert found[f'mien_requests_total{{method="POST",{route},status="200"}}'] == 2
    assert found[f'mien_requests_total{{method="POST",{route},status="404"}}'] == 1
    assert found[f"mien_request_seconds_count{{{route}}}"] == 3
    assert found["mien_faces_total"] == 4
    assert found['mien_decisions_total{decision="unknown"}'] == 4
    assert found["mien_requests_in_progress"] == 1, "this one"
    assert found["mien_stored_galleries"] == 1


def test_a_batch_is_in_progress_once(app: Flask, runtime: Runtime) -> None:
    api = Api(app, key_for(runtime, "admin"))
    for _ in range(3):
        answer = api.send("/galleries/default/identify/batch", photo=draw_photo(["Ada"]))
        assert answer.status_code == 200
        assert answer.text.count("\n") == 1
    assert figures(app)["mien_requests_in_progress"] == 1, "this one"


def test_what_the_engine_tells_is_shown(app: Flask, runtime: Runtime) -> None:
    observer = runtime.services.observer
    observer.on_stage("embed", 0.02)
    observer.on_wait(0.3)
    observer.on_waiting(1)
    observer.on_lag(7)
    observer.on_filled("kept")
    found = figures(app)
    assert found['mien_inference_seconds_bucket{le="0.025",stage="embed"}'] == 1
    assert found['mien_inference_seconds_bucket{le="0.01",stage="embed"}'] == 0
    assert found["mien_inference_wait_seconds_sum"] == pytest.approx(0.3)
    assert found["mien_inference_waiting"] == 1
    assert found["mien_index_lag_revisions"] == 7
    assert found['mien_index_fillings_total{source="kept"}'] == 1


def test_no_label_tells_of_a_person_a_gallery_or_an_address(app: Flask, runtime: Runtime) -> None:
    person = create_person(acting(runtime.services), gallery="default", name="Ada Lovelace")
    api = Api(app, key_for(runtime, "admin"))
    api("GET", f"/galleries/default/people/{person.id}?q=secret-query")
    client = app.test_client()
    client.get("/people/Ada-Lovelace/none", headers={"User-Agent": "agent-77"})
    client.open("/healthz", method="BREW")
    text = app.test_client().get("/metrics", environ_base=HERE).text
    for private in ("Ada", "Lovelace", person.id, "secret-query", "agent-77", "BREW"):
        assert private not in text
    assert 'gallery="' not in text
    assert 'mien_requests_total{method="other",route="none",status="405"} 1.0' in text
    labels = set(re.findall(r'[{,](\w+)="', text))
    assert labels == {"method", "route", "status", "le", "decision", "stage", "source"} & labels


@pytest.mark.parametrize(
    ("mode", "here", "elsewhere", "through_a_proxy"),
    [("local", 200, 401, 401), ("key", 401, 401, 401), ("open", 200, 200, 200), ("off", 404, 404, 404)],
)  # fmt: skip
def test_who_may_read_them_is_a_setting(
    tmp_path: Path, mode: str, here: int, elsewhere: int, through_a_proxy: int
) -> None:
    runtime = make_runtime(tmp_path, metrics=mode)
    client = create_app(runtime).test_client()
    assert client.get("/metrics", environ_base=HERE).status_code == here
    assert client.get("/metrics", environ_base=ELSEWHERE).status_code == elsewhere
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        answer = client.get("/metrics", environ_base=HERE, headers={header: "127.0.0.1"})
        assert answer.status_code == through_a_proxy
    behind = client.get("/metrics", environ_base=HERE, headers={"Host": "mien.example"})
    assert behind.status_code == through_a_proxy, "a proxy on this machine that leaves no header"
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": ""})
    assert answer.status_code == elsewhere, "over a Unix socket it is a proxy that asks"
    for scope, status in (("read", 403), ("admin", 200)):
        headers = key_headers(key_for(runtime, scope))  # type: ignore[arg-type]  # one of them
        found = client.get("/metrics", headers=headers, environ_base=ELSEWHERE)
        assert found.status_code == {"open": 200, "off": 404}.get(mode, status)
    runtime.close()


def test_a_trusted_proxy_says_who_asks(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path, trusted_proxies=1)
    client = create_app(runtime).test_client()
    for client_address, status in (("203.0.113.9", 401), ("127.0.0.1", 200)):
        headers = {"X-Forwarded-For": client_address}
        assert client.get("/metrics", environ_base=HERE, headers=headers).status_code == status
    runtime.close()


def test_a_process_that_has_just_begun_to_count_is_waited_for(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = tmp_path / "counts"
    counts.mkdir()
    monkeypatch.setenv(FOLDER_VARIABLE, str(counts))
    begun = counts / "counter_9.db"
    begun.touch()
    threading.Timer(0.1, begun.unlink).start()
    assert figures(app)["mien_stored_people"] == 0


def test_they_are_shown_while_the_database_is_down(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path)
    app = create_app(runtime)
    runtime.database.close()
    for path in tmp_path.glob("mien.db*"):
        path.write_bytes(b"no database at all, and long enough to be seen as none" * 100)
    found = figures(app)
    assert found["mien_database_up"] == 0
    assert "mien_stored_people" not in found
    runtime.close()
