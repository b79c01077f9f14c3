"""Real workers: one is killed in the middle of an import, and another goes on with it."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.gallery.services import Services
from mien.jobs.inputs import receive_part
from mien.jobs.list_items import every_item
from mien.jobs.list_jobs import show_job
from mien.jobs.results import Job
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.runtime import Runtime
from mien.storage.models import FaceRow
from mien.storage.models import JobRow
from mien.storage.models import now
from servers import Server
from servers import started
from servers import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.thorough]

PICTURES = 20


@pytest.fixture(params=["sqlite", "postgresql"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    url = ""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
    (tmp_path / "home").mkdir()
    with closing(make_runtime(tmp_path / "home", database_url=url)) as made:
        yield made


def worker(runtime: Runtime, *, seconds: float) -> "closing[Worker]":
    return closing(Worker(runtime, seconds))


class Worker:
    """`mien worker` with drawn faces, which takes a while for each picture."""

    def __init__(self, runtime: Runtime, seconds: float) -> None:
        settings = runtime.settings
        env = os.environ | {
            "MIEN_HOME": str(settings.home),
            "MIEN_OFFLINE": "1",
            "MIEN_DATABASE_URL": str(settings.database_url),
            "MIEN_TEST_SECONDS": str(seconds),
        }
        program = Path(__file__).parent.parent / "support" / "drawn_mien.py"
        self._context = started([sys.executable, str(program), "worker"], settings.home, env)
        self.server: Server = self._context.__enter__()
        self.server.waits_to_say("Ready for jobs")

    def close(self) -> None:
        self._context.__exit__(None, None, None)


def begin(services: Services) -> Job:
    call = acting(services)
    job = begin_import(call, gallery="default", title="album")
    for number in range(PICTURES):
        receive_part(
            call,
            job_id=job.id,
            path=f"Person {number}/1.png",
            offset=0,
            data=draw_photo([f"p{number}"]),
        )
    return start_import(call, job_id=job.id)


def faces(services: Services) -> int:
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(FaceRow)) or 0


def test_another_worker_goes_on_where_one_was_killed(runtime: Runtime) -> None:
    services = runtime.services
    call = acting(services)
    with worker(runtime, seconds=0.2) as first:
        job = begin(services)
        wait_for(lambda: show_job(call, job_id=job.id).done >= 3)
        first.server.stop(signal.SIGKILL)
    stopped = show_job(call, job_id=job.id)
    assert stopped.state == "working"
    assert stopped.done < PICTURES
    with services.database.write() as session:
        # Nobody waits a minute in a test.
        session.execute(update(JobRow).values(lease_until=now()))
    with worker(runtime, seconds=0):
        wait_for(lambda: show_job(call, job_id=job.id).ended, seconds=40)
    done = show_job(call, job_id=job.id)
    assert (done.state, dict(done.counts)) == ("done", {"added": PICTURES})
    assert faces(services) == PICTURES
    assert {each.state for each in every_item(call, job_id=job.id)} == {"added"}


def test_a_worker_that_is_to_end_leaves_its_job_to_the_next(runtime: Runtime) -> None:
    services = runtime.services
    call = acting(services)
    with worker(runtime, seconds=0.2) as first:
        job = begin(services)
        assert show_job(call, job_id=job.id).has_worker
        wait_for(lambda: show_job(call, job_id=job.id).done >= 2)
        assert first.server.stop(signal.SIGTERM) == 0
    left = show_job(call, job_id=job.id)
    assert left.state == "waiting"
    assert 2 <= left.done < PICTURES
    assert not left.has_worker
    with worker(runtime, seconds=0):
        wait_for(lambda: show_job(call, job_id=job.id).ended, seconds=40)
    assert faces(services) == PICTURES
