"""What is answered while the index cannot be reached."""

import dataclasses
from pathlib import Path

import pytest

from building import acting
from drawing import draw_photo
from fake_remote_index import FakeRemoteBackend
from mien.access.api_keys import create_key
from mien.app import create_app
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.index_sync import Indexes
from mien.gallery.recognition.warm_up import WarmUp
from mien.http.health import check
from mien.runtime import Runtime
from serving_app import Api
from serving_app import assert_problem

ADA = draw_photo(["ada"])


@pytest.fixture
def remote(tmp_path: Path) -> FakeRemoteBackend:
    return FakeRemoteBackend(tmp_path)


@pytest.fixture
def runtime(runtime: Runtime, remote: FakeRemoteBackend) -> Runtime:
    """The installation over an index elsewhere."""
    services = dataclasses.replace(runtime.services, indexes=Indexes(remote))
    return dataclasses.replace(runtime, services=services, warm_up=WarmUp(services))


@pytest.fixture
def api(runtime: Runtime) -> Api:
    key, _ = create_key(acting(runtime.services), name="test", scopes=["admin"])
    return Api(create_app(runtime), key)


def test_identify_says_so_with_a_code_and_goes_on_when_it_is_back(
    api: Api, runtime: Runtime, remote: FakeRemoteBackend
) -> None:
    enrol(
        acting(runtime.services), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada")
    )
    remote.away = True
    answer = api.send("/galleries/default/identify", photo=ADA)
    assert_problem(answer, 503, "index_unavailable")
    # Only the index is asked about people by their faces.
    assert api("GET", "/galleries/default/people").status_code == 200
    remote.away = False
    answer = api.send("/galleries/default/identify", photo=ADA)
    assert [face["decision"] for face in answer.get_json()["faces"]] == ["match"]


@pytest.mark.parametrize("from_the_start", [False, True])
def test_a_process_is_not_ready_meanwhile_and_says_what_is_missing(
    runtime: Runtime, remote: FakeRemoteBackend, *, from_the_start: bool
) -> None:
    client = create_app(runtime).test_client()
    remote.away = from_the_start
    client.get("/readyz")
    runtime.warm_up.wait(5)
    remote.away = True
    assert client.get("/readyz").status_code == 503
    told = {name: state for name, state in check(runtime).items() if state != "ok"}
    assert told == {"index": "index_unavailable"}
    remote.away = False
    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").status_code == 200
