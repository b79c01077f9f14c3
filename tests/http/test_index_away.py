"""What is answered while the index cannot be reached."""

import dataclasses
from pathlib import Path

import pytest

from drawing import draw_photo
from fake_remote_index import FakeRemoteBackend
from mien.app import create_app
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.index_sync import Indexes
from mien.gallery.keys import create_key
from mien.gallery.recognition.warm_up import Warming
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
    return dataclasses.replace(runtime, services=services, warming=Warming(services))


@pytest.fixture
def api(runtime: Runtime) -> Api:
    key, _ = create_key(runtime.services, name="test", scopes=["admin"])
    return Api(create_app(runtime), key)


def test_identify_says_so_with_a_code_and_goes_on_when_it_is_back(
    api: Api, runtime: Runtime, remote: FakeRemoteBackend
) -> None:
    enrol(runtime.services, gallery="default", photo=ADA, whom=NamedPerson("Ada"))
    remote.away = True
    answer = api.send("/galleries/default/identify", photo=ADA)
    assert_problem(answer, 503, "index_unavailable")
    # Only the index is asked about people by their faces.
    assert api("GET", "/galleries/default/people").status_code == 200
    remote.away = False
    answer = api.send("/galleries/default/identify", photo=ADA)
    assert [face["decision"] for face in answer.get_json()["faces"]] == ["match"]
