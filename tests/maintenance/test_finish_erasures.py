"""What could not be erased at once is finished later, and the audit trail says when."""

import dataclasses
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from building import make_services
from building import make_user
from drawing import draw_photo
from looking import bytes_of
from looking import folder_of
from looking import rows_of
from mien.access.actor import SYSTEM
from mien.access.users import remove_user
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.erasure_proof import Erasure
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.services import Services
from mien.maintenance.cleanup import clean_up
from mien.maintenance.cleanup import remove_expired_probes
from mien.serving.housekeeping import Housekeeping
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from own_modules import environment_with_own_modules

# What they look at is the log of SQLite.
pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]

ADA = draw_photo(["ada"])


def add(services: Services, name: str = "Ada Lovelace", gallery: str = "default") -> str:
    done = enrol(acting(services), gallery=gallery, source=Upload(ADA), subject=NamedPerson(name))
    return done.person.id


def forget(services: Services, person_id: str) -> Erasure:
    return forget_person(acting(services), gallery="default", person_id=person_id)


def finished(services: Services) -> list[EventRow]:
    with services.database.read() as session:
        return list(session.scalars(select(EventRow).where(EventRow.kind == "erasure_finished")))


def while_somebody_reads(services: Services, act: Callable[[], object]) -> None:
    """Do something while another connection reads an older moment."""
    with services.database.read() as session:
        session.scalar(select(FaceRow.id))
        act()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.storage.sqlite._SCRUB_MILLISECONDS", 200)


@pytest.mark.parametrize("finish", [clean_up, remove_expired_probes])
def test_what_a_reader_kept_in_the_log_goes_later_and_is_told_of(
    services: Services, home: Path, finish: Callable[..., object]
) -> None:
    person = add(services)
    proofs: list[Erasure] = []

    def act() -> None:
        proofs.append(forget(services, person))
        # As long as it is read, nothing can be done and nothing is claimed.
        finish(acting(services, SYSTEM))

    while_somebody_reads(services, act)
    assert not proofs[0].complete
    assert finished(services) == []
    assert b"Lovelace" in bytes_of(home)

    finish(acting(services, SYSTEM))

    assert b"Lovelace" not in bytes_of(home)
    [event] = finished(services)
    assert (event.actor_kind, event.subject_id) == ("system", person)
    assert "erasure" not in rows_of(services)
    finish(acting(services, SYSTEM))
    assert len(finished(services)) == 1


def test_what_is_done_at_once_leaves_nothing_to_finish(services: Services) -> None:
    assert forget(services, add(services)).complete
    assert "erasure" not in rows_of(services)
    assert clean_up(acting(services)).erasures == 0
    assert finished(services) == []


def test_a_server_finishes_it_by_itself(services: Services, home: Path) -> None:
    person = add(services)
    while_somebody_reads(services, lambda: forget(services, person))
    keeper = Housekeeping(
        services, home=home, first_seconds=0.01, probes_seconds=0.05, all_seconds=3600
    )
    keeper.start()
    ends = time.monotonic() + 10
    while not finished(services):
        assert time.monotonic() < ends, "nobody finishes it"
        time.sleep(0.05)
    keeper.stop()
    assert b"Lovelace" not in bytes_of(home)


def test_what_a_killed_process_left_in_the_log_goes_later(tmp_path: Path) -> None:
    services = make_services(tmp_path)
    person = add(services)
    # Somebody has the database open, so that the log outlives the process that is killed.
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from building import acting, make_services\n"
        "from mien.gallery.people.forget import forget_person\n"
        "from mien.storage import erasures\n"
        "erasures.delete_noted = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "services = make_services(Path(sys.argv[1]))\n"
        "forget_person(acting(services), gallery='default', person_id=sys.argv[2])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), person],
        env=environment_with_own_modules(),
        check=False,
    )
    assert done.returncode == -9
    assert b"Lovelace" in bytes_of(tmp_path)
    assert clean_up(acting(services)).erasures == 1
    assert b"Lovelace" not in bytes_of(tmp_path)
    assert list(folder_of(services).root.glob("??/*")) == []
    assert [event.subject_id for event in finished(services)] == [person]
    services.database.close()


def test_a_former_name_is_gone_too(services: Services, home: Path) -> None:
    services = dataclasses.replace(services, undo_seconds=0)
    person = create_person(acting(services), gallery="default", name="Ada Lovelace").id

    def rename(name: str) -> None:
        change_person(acting(services), gallery="default", person_id=person, name=name)

    rename("Grace Hopper")
    assert b"Lovelace" not in bytes_of(home)
    while_somebody_reads(services, lambda: rename("Mary Somerville"))
    assert b"Hopper" in bytes_of(home)
    clean_up(acting(services))
    assert b"Hopper" not in bytes_of(home)
    assert b"Somerville" in bytes_of(home)


def test_every_erasure_that_was_not_finished_is(services: Services, home: Path) -> None:
    create_gallery(acting(services), name="club")
    inside = add(services, "Zelda Zauberin", "club")
    person = add(services)
    with services.database.read() as session:
        face = session.scalars(select(FaceRow.id).where(FaceRow.person_id == person)).one()
    make_user(services)
    user = make_user(services, "herbert", is_admin=False)

    def act() -> None:
        delete_face(acting(services), gallery="default", person_id=person, face_id=face)
        delete_gallery(acting(services), name="club")
        remove_user(acting(services), name="herbert")

    while_somebody_reads(services, act)
    assert b"Zauberin" in bytes_of(home)
    assert b"herbert" in bytes_of(home)
    clean_up(acting(services))
    assert b"Zauberin" not in bytes_of(home)
    assert b"herbert" not in bytes_of(home)
    told = {event.subject_id for event in finished(services)}
    assert {person, user.id} <= told
    assert inside not in told


def test_it_is_not_finished_while_a_file_of_it_is_there(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = add(services)
    with monkeypatch.context() as patch:
        patch.setattr(services.files, "delete", lambda _names: 0)
        assert not forget(services, person).complete
        other = add(services, "Bob")
        while_somebody_reads(services, lambda: change_person(
            acting(services), gallery="default", person_id=other, name="Rob"
        ))  # fmt: skip
        clean_up(acting(services))
        # Files of one that cannot be deleted keep no other from being finished.
        assert [event.subject_id for event in finished(services)] == [other]
    clean_up(acting(services))
    assert {event.subject_id for event in finished(services)} == {other, person}


@pytest.mark.thorough
def test_erasures_at_the_same_time_are_all_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    with closing(make_runtime(tmp_path)) as runtime:
        services = runtime.services
        people = [
            create_person(acting(services), gallery="default", name=f"Ada {number}").id
            for number in range(72)
        ]
        together = threading.Barrier(6)
        proofs: list[Erasure] = []

        def erase(own: list[str]) -> None:
            for person in own:
                together.wait()
                proofs.append(forget(services, person))

        threads = [threading.Thread(target=erase, args=(people[n::6],)) for n in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(proofs) == len(people)
        assert [proof for proof in proofs if not proof.complete] == []
        assert b"Ada " not in bytes_of(tmp_path)
