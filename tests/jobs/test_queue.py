"""Word of jobs comes through every queue: a file, PostgreSQL and Redis; and nothing in it is run."""

import pickle
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from contextlib import contextmanager
from pathlib import Path

import pytest
from tools.environment import find_redis

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.jobs.inputs import receive_part
from mien.jobs.list_jobs import show_job
from mien.jobs.serializer import JsonSerializer
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.jobs.worker import JobWorker
from mien.runtime import Runtime
from needs import absent
from servers import free_port
from servers import wait_for
from servers import wait_until_listening

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of its own; in CI its absence is a failure."""
    program = find_redis()
    if program is None:
        absent("no Redis is installed; `make test` installs it where it may")
    port, folder = free_port(), tmp_path_factory.mktemp("redis")
    command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL) as process:
        wait_until_listening(port)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()
    shutil.rmtree(folder)


@pytest.fixture(params=["file", "postgresql", "redis"])
def runtime(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Runtime]:
    given = {}
    if request.param == "postgresql":
        given["database_url"] = request.getfixturevalue("postgresql_url")
    if request.param == "redis":
        given["jobs_url"] = request.getfixturevalue("redis_url")
    (tmp_path / "home").mkdir()
    with closing(make_runtime(tmp_path / "home", **given)) as made:
        yield made


@contextmanager
def worker(runtime: Runtime) -> Iterator[JobWorker]:
    # It looks at the rows once, at its start, and then only hears of jobs.
    working = JobWorker(runtime.services, runtime.queue, round_seconds=3600)
    working.start()
    try:
        yield working
    finally:
        working.stop()


def begin(runtime: Runtime) -> str:
    call = acting(runtime.services)
    job = begin_import(call, gallery="default")
    receive_part(call, job_id=job.id, path="Ada/1.png", offset=0, data=draw_photo(["ada"]))
    return job.id


def test_a_worker_hears_of_a_job(runtime: Runtime) -> None:
    call = acting(runtime.services)
    job_id = begin(runtime)
    with worker(runtime):
        time.sleep(0.5)
        start_import(call, job_id=job_id)
        wait_for(lambda: show_job(call, job_id=job_id).state == "done", seconds=10)


def test_a_job_is_found_whose_word_was_lost(runtime: Runtime) -> None:
    call = acting(runtime.services)
    job_id = begin(runtime)
    start_import(call, job_id=job_id)
    runtime.queue.huey().storage.flush_queue()
    with worker(runtime):
        wait_for(lambda: show_job(call, job_id=job_id).state == "done", seconds=10)


def test_a_queue_that_is_away_refuses_no_job(tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path / "home", jobs_url="redis://127.0.0.1:9/0")) as runtime:
        job_id = begin(runtime)
        assert start_import(acting(runtime.services), job_id=job_id).state == "waiting"


def test_what_is_no_message_of_ours_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (str(tmp_path / "run"),))

    serializer = JsonSerializer()
    for data in (pickle.dumps(Evil()), b'{"id": 1, "name": "x", "args": [{}]}', b"[]"):
        with pytest.raises((ValueError, TypeError, KeyError)):
            serializer.deserialize(data)
    assert not (tmp_path / "run").exists()
