import datetime as dt
import errno
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from building import acting
from building import make_services
from building import make_user
from drawing import draw_photo
from looking import aside_of
from looking import folder_of
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import hold_photo
from mien.gallery.services import Services
from mien.maintenance.rounds import SIGN
from mien.maintenance.rounds import is_late
from mien.serving.housekeeping import LOCK_NAME
from mien.serving.housekeeping import Housekeeping
from mien.storage.models import ProbeRow
from mien.storage.models import now
from mien.storage.written_files import written_files

pytestmark = pytest.mark.thorough


def wait_for(happens: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < ends, "it does not happen"
        time.sleep(0.01)


def keeps_house(one: Housekeeping) -> bool:
    """Whether it is the one that does the work."""
    return one._lock is not None


def files_of(services: Services) -> list[Path]:
    return [path for path in folder_of(services).root.glob("??/*") if path.is_file()]


def test_a_held_photo_is_erased_when_its_time_is_over(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    user = make_user(services)
    hold_photo(acting(services, user), gallery="default", photo=Upload(draw_photo(["ada"])))
    keeper = Housekeeping(
        services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02, all_seconds=60
    )
    keeper.start()
    time.sleep(0.2)
    assert files_of(services)
    with services.database.write() as session:
        session.execute(update(ProbeRow).values(expires_at=now() - dt.timedelta(seconds=1)))
    ends = time.monotonic() + 10
    while files_of(services) and time.monotonic() < ends:
        time.sleep(0.02)
    keeper.stop()
    assert not files_of(services)
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ProbeRow)) == 0
    services.database.close()


def test_it_goes_on_when_the_database_does_not_answer_for_a_while(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    user = make_user(services)
    hold_photo(acting(services, user), gallery="default", photo=Upload(draw_photo(["ada"])))
    with services.database.write() as session:
        session.execute(update(ProbeRow).values(expires_at=now() - dt.timedelta(seconds=1)))
    with services.database.connection() as connection:
        connection.execute(text("alter table probe rename to away"))
    keeper = Housekeeping(
        services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02, all_seconds=0.02
    )
    keeper.start()
    time.sleep(0.2)
    assert files_of(services)
    with services.database.connection() as connection:
        connection.execute(text("alter table away rename to probe"))
    ends = time.monotonic() + 10
    while files_of(services) and time.monotonic() < ends:
        time.sleep(0.02)
    keeper.stop()
    assert not files_of(services)
    services.database.close()


def test_stopping_does_not_wait_for_the_next_round(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    keeper = Housekeeping(services, home=tmp_path)
    keeper.start()
    begun = time.monotonic()
    keeper.stop()
    assert time.monotonic() - begun < 5
    services.database.close()


def test_of_several_processes_one_keeps_house_and_another_takes_over(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    keepers = [
        Housekeeping(services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02)
        for _ in range(3)
    ]
    for each in keepers:
        each.start()
    wait_for(lambda: any(keeps_house(each) for each in keepers))
    time.sleep(0.2)
    assert sum(keeps_house(each) for each in keepers) == 1
    first = next(each for each in keepers if keeps_house(each))
    first.stop()
    others = [each for each in keepers if each is not first]
    wait_for(lambda: any(keeps_house(each) for each in others))
    assert not keeps_house(first)
    for each in others:
        each.stop()
    services.database.close()


def test_an_error_that_nobody_thought_of_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services(tmp_path)
    calls: list[str] = []

    def fail_once(_services: Services) -> int:
        calls.append("asked")
        if len(calls) == 1:
            raise PermissionError(13, "a file that cannot be removed")
        return 0

    monkeypatch.setattr("mien.maintenance.cleanup.clean_up", lambda _services: None)
    monkeypatch.setattr("mien.maintenance.cleanup.remove_expired_probes", fail_once)
    keeper = Housekeeping(services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02)
    keeper.start()
    wait_for(lambda: len(calls) > 2)
    keeper.stop()
    services.database.close()


@pytest.mark.parametrize("refusal", ["open", "flock"])
def test_where_no_lock_can_be_had_house_is_kept_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    services = make_services(tmp_path)
    calls: list[str] = []
    monkeypatch.setattr("mien.maintenance.cleanup.clean_up", lambda _call: calls.append("all"))
    monkeypatch.setattr(
        "mien.maintenance.cleanup.remove_expired_probes", lambda _call: calls.append("probes")
    )

    def refuse(*_given: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    if refusal == "open":
        (tmp_path / LOCK_NAME).mkdir()
    else:
        monkeypatch.setattr("fcntl.flock", refuse)
    keeper = Housekeeping(services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02)
    keeper.start()
    wait_for(lambda: len(calls) > 2)
    keeper.stop()
    services.database.close()


def test_a_home_that_is_not_there_yet_is_left_alone(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    away = tmp_path / "away"
    keeper = Housekeeping(services, home=away, first_seconds=0.01, probes_seconds=0.02)
    keeper.start()
    time.sleep(0.1)
    keeper.stop()
    assert not away.exists()
    services.database.close()


def test_a_round_that_is_finished_leaves_a_sign_for_every_process(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    long_ago = time.time() - 7200
    assert is_late(tmp_path, running_since=long_ago)
    assert not is_late(tmp_path, running_since=time.time()), "nobody was there to keep house"
    keeper = Housekeeping(services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02)
    keeper.start()
    wait_for(lambda: not is_late(tmp_path, running_since=long_ago))
    keeper.stop()
    os.utime(tmp_path / SIGN, (long_ago, long_ago))
    assert is_late(tmp_path, running_since=long_ago)
    services.database.close()


def test_a_round_that_fails_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = make_services(tmp_path)
    tried: list[str] = []

    def fail(_call: object) -> None:
        tried.append("all")
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("mien.maintenance.cleanup.clean_up", fail)
    keeper = Housekeeping(services, home=tmp_path, first_seconds=0.01, probes_seconds=0.02)
    keeper.start()
    wait_for(lambda: len(tried) > 2)
    keeper.stop()
    assert not (tmp_path / SIGN).exists()
    services.database.close()


def test_what_a_killed_enrolment_has_left_is_set_aside_by_the_next_start(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    # No connection survives a fork.
    services.database.close()
    pid = os.fork()
    if pid == 0:
        # The whole of an enrolment but its rows; nothing of the parent's is cleaned up here.
        with written_files(services.database, services.files) as put:
            put(draw_photo(["ada"]), "png")
            put(b"portrait", "jpg")
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    left = {path.name for path in files_of(services)}
    assert len(left) == 2
    keeper = Housekeeping(services, home=tmp_path, first_seconds=0.01)
    keeper.start()
    wait_for(lambda: aside_of(services) == left)
    keeper.stop()
    assert files_of(services) == []


def test_a_clean_up_that_never_ends_does_not_hold_the_process_and_keeps_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Housekeeping, "STOPPING_SECONDS", 0.05)
    begun, go_on = threading.Event(), threading.Event()

    def hang(_call: object) -> None:
        begun.set()
        go_on.wait(10)

    monkeypatch.setattr("mien.maintenance.cleanup.clean_up", hang)
    services = make_services(tmp_path)
    keeper = Housekeeping(services, home=tmp_path, first_seconds=0.01)
    keeper.start()
    assert begun.wait(5)
    stopper = threading.Thread(target=keeper.stop)
    stopper.start()
    stopper.join(5)
    assert not stopper.is_alive()
    assert keeps_house(keeper)
    go_on.set()
    keeper._thread.join(5)
    keeper.stop()
    assert not keeps_house(keeper)
    services.database.close()
