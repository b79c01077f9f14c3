"""A restoring that is killed, at whatever step, has done all or nothing."""

import os
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from building import make_services
from drawing import draw_photo
from mien.errors import DatabaseBusy
from mien.errors import StorageFailed
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.maintenance.backup import back_up
from mien.maintenance.restore import restore
from mien.maintenance.swap import recover
from mien.storage.database import Database
from mien.storage.erased import Erased
from mien.storage.erased import ErasureList
from mien.storage.models import PersonRow
from mien.storage.use import used_by_nobody

SECONDS = 60.0
"""A child takes less than one."""

STEPS = ("rename", "unlink", "rmdir", "mkdir", "fsync")


def add(home: Path, name: str) -> None:
    with closing(make_runtime(home)) as runtime:
        enrol(
            acting(runtime.services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NewPerson(name),
        )


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Ada, and Cy who was erased since."""
    add(tmp_path / "other", "Ada")
    add(tmp_path / "other", "Cy")
    target = tmp_path / "backup.tar.gz"
    with closing(make_runtime(tmp_path / "other")) as runtime:
        back_up(acting(runtime.services), target=target)
    return target


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A home with Bob, whose log has not come into the database yet."""
    home = tmp_path / "before"
    add(home, "Bob")
    services = make_services(home)
    with services.database.write() as session:
        session.execute(select(PersonRow))
    copy = tmp_path / "copy"
    shutil.copytree(home, copy)
    services.database.close()
    (copy / "mien.db-use").unlink()
    with closing(make_runtime(tmp_path / "other")) as runtime:
        with runtime.database.read() as session:
            cy = session.scalars(select(PersonRow.id).filter_by(name="Cy")).one()
        ErasureList(copy / "erasures").add([Erased("person", cy)])
    return copy


def killed(act: Callable[[], object], *, step: int) -> bool:
    """Do something in a process that is killed before its nth step; whether it came to that."""
    pid = os.fork()
    if pid:
        # A child may have inherited a lock of SQLite's that another thread held when it was made:
        # it waits for ever, and is killed where it stands, as at any other step.
        watch = threading.Timer(SECONDS, os.kill, (pid, signal.SIGKILL))
        watch.start()
        _, status = os.waitpid(pid, 0)
        watch.cancel()
        assert os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 0
        return os.WIFSIGNALED(status)
    left = step

    def counted(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def call(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return call

    try:
        for name in STEPS:
            setattr(os, name, counted(name))
        act()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - a child never comes back into the test
        os._exit(1)


def state(home: Path) -> tuple[tuple[str, ...], int]:
    """Who is in a home, and how many of their files are."""
    with closing(make_services(home).database) as database, database.read() as session:
        names = tuple(session.scalars(select(PersonRow.name)))
    assert ErasureList(home / "erasures").read()
    assert not [path.name for path in home.iterdir() if path.name.startswith((".restore", "rest"))]
    return names, len(list((home / "files").glob("??/*")))


@pytest.mark.processes
def test_whatever_step_it_is_killed_at_all_or_nothing_is_done(
    archive: Path, before: Path, tmp_path: Path
) -> None:
    outcomes = []
    step, going = 1, True
    while going:
        home = tmp_path / f"home-{step}"
        shutil.copytree(before, home)
        going = killed(lambda: restore(home, source=archive, force=True), step=step)  # noqa: B023 - called at once
        # What finishes it may be killed too.
        for again in range(1, 4):
            killed(lambda: recover(home), step=again)  # noqa: B023 - called at once
        outcomes.append(state(home))
        shutil.rmtree(home)
        step += 1
    assert step > 20
    assert set(outcomes) == {(("Bob",), 2), (("Ada",), 2)}
    # First nothing, then all.
    assert outcomes == sorted(outcomes, reverse=True)


@pytest.mark.processes
def test_what_cannot_be_moved_leaves_all_as_it_was(
    archive: Path, before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.rename

    def busy(source: Path, target: Path) -> None:
        if Path(source).name == "files" and Path(target).parent.name == "old":
            raise OSError(16, "Device or resource busy")
        real(source, target)

    with monkeypatch.context() as patch:
        # As where the stored files lie on a disk of their own.
        patch.setattr(os, "rename", busy)
        with pytest.raises(StorageFailed) as caught:
            restore(before, source=archive, force=True)
    assert caught.value.key == "storage_failed.target"
    assert state(before) == (("Bob",), 2)


def test_nobody_restores_while_another_restores_or_opens_what_is_half_done(
    archive: Path, before: Path
) -> None:
    with used_by_nobody(before / "mien.db"):
        with pytest.raises(DatabaseBusy):
            restore(before, source=archive, force=True)
        with closing(Database(f"sqlite:///{before / 'mien.db'}")) as database:
            with pytest.raises(DatabaseBusy) as caught, database.read() as session:
                session.connection()
            assert caught.value.key == "database_busy.replaced"
        recover(before)
        (before / "restore.journal").touch()
        with pytest.raises(DatabaseBusy):
            recover(before)
        (before / "restore.journal").unlink()
    assert state(before) == (("Bob",), 2)
