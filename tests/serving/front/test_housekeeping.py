"""Held photos and ended sign-ins go on time whichever server holds `mien.wsgi`, once a machine."""

import datetime as dt
import fcntl
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_services
from building import make_user
from drawing import draw_photo
from front_stack import render
from looking import files_of
from mien.access.sign_ins import open_sign_in
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import hold_photo
from mien.serving.housekeeping import LOCK_NAME
from mien.storage.models import ProbeRow
from mien.storage.models import SignInRow
from mien.storage.models import now
from servers import Home
from servers import Server
from servers import free_port
from servers import wait_for
from servers import wait_until_alive

pytestmark = pytest.mark.processes


def leave_what_is_over(home: Path) -> Callable[[], tuple[int, int, int]]:
    """Leave a held photo and a sign-in whose time is over; gives how many there are, and files."""
    services = make_services(home)
    user = make_user(services)
    hold_photo(acting(services, user), gallery="default", photo=Upload(draw_photo(["ada"])))
    open_sign_in(acting(services), user_id=user.id, browser="x", lasts_seconds=600)
    with services.database.write() as session:
        over = now() - dt.timedelta(seconds=1)
        session.execute(update(ProbeRow).values(expires_at=over))
        session.execute(update(SignInRow).values(expires_at=over))

    def left() -> tuple[int, int, int]:
        with services.database.read() as session:
            probes = session.scalar(select(func.count()).select_from(ProbeRow)) or 0
            sign_ins = session.scalar(select(func.count()).select_from(SignInRow)) or 0
        return probes, sign_ins, len(files_of(services))

    return left


@pytest.fixture(params=["gunicorn", "uwsgi-router"])
def server(
    request: pytest.FixtureRequest,
    home: Home,
    start_process: Callable[..., Server],
    tmp_path: Path,
) -> Callable[[], Server]:
    """Starts `mien.wsgi` with a rendered file and two processes."""

    def start() -> Server:
        place = f"127.0.0.1:{free_port()}"
        options = ["--listen", place, "--processes", "2"]
        if request.param == "gunicorn":
            config = render("gunicorn", *options, out=tmp_path)
            command = [str(Path(sys.executable).with_name("gunicorn")), "--config", str(config)]
        else:
            program = request.getfixturevalue("uwsgi_program")
            run = tmp_path / "run"
            config = render("uwsgi-router", *options, "--run", str(run), out=run)
            command = [str(program), "--ini", str(config)]
        environment = {"MIEN_HOME": str(home.folder), "MIEN_OFFLINE": "true"}
        started = start_process(command, cwd=tmp_path, env=environment)
        wait_until_alive(f"http://{place}")
        return started

    return start


def test_what_is_over_goes_and_one_process_sees_to_it(
    home: Home, server: Callable[[], Server]
) -> None:
    left = leave_what_is_over(home.folder)
    assert left() == (1, 1, 3)
    running = server()
    wait_for(lambda: left() == (0, 0, 0), seconds=30)
    with (home.folder / LOCK_NAME).open("rb") as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    running.stop()
    with (home.folder / LOCK_NAME).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
