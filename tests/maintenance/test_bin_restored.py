"""Backups know what is deleted and can come back, and bring nobody back who was erased."""

from pathlib import Path

import pytest

from building import acting
from building import make_services
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.access.actor import SYSTEM
from mien.errors import PersonNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.people.changes import list_changes
from mien.gallery.people.delete import delete_people
from mien.gallery.people.erase_change import erase_now
from mien.gallery.people.forget import forget_person
from mien.gallery.people.merge import merge_people
from mien.gallery.people.people import show_person
from mien.gallery.people.undo import undo_change
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.maintenance.backup import back_up
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.maintenance.restore import restore
from mien.storage.erased import Erased

pytestmark = [pytest.mark.thorough, pytest.mark.sqlite]


def add(services: Services, name: str) -> Enrolment:
    photo = Upload(draw_photo([name]))
    return enrol(acting(services), gallery="default", source=photo, subject=NewPerson(name))


def delete(services: Services, *people: Enrolment) -> str:
    ids = [each.person.id for each in people]
    gone = delete_people(acting(services), gallery="default", person_ids=ids)
    return gone.change_id or ""


def saved(services: Services, folder: Path) -> Path:
    target = folder / "backup.tar.gz"
    back_up(acting(services), target=target)
    return target


def has(services: Services, made: Enrolment) -> bool:
    try:
        show_person(acting(services), gallery="default", person_id=made.person.id)
    except PersonNotFound:
        return False
    return True


def test_what_is_deleted_comes_back_from_a_backup_and_can_be_undone(
    services: Services, tmp_path: Path
) -> None:
    ada = add(services, "ada")
    change = delete(services, ada)
    archive = saved(services, tmp_path)
    other = tmp_path / "other"
    restored = restore(other, source=archive)
    assert (restored.faces, restored.files, restored.missing) == (0, 2, ())
    there = make_services(other)
    assert not has(there, ada)
    undo_change(acting(there), gallery="default", change_id=change)
    assert has(there, ada)
    # It is not taken for erased afterwards.
    assert reapply_erasures(acting(there, SYSTEM)).people == 0
    assert has(there, ada)
    there.database.close()


def test_whoever_was_erased_is_gone_from_the_bin_of_a_backup(
    services: Services, tmp_path: Path
) -> None:
    ada, bob = add(services, "ada"), add(services, "bob")
    change = delete(services, ada)
    archive = saved(services, tmp_path)
    erase_now(acting(services), gallery="default", change_id=change)
    restored = restore(tmp_path / "other", source=archive, erasures=tmp_path / "home" / "erasures")
    assert restored.faces == 1
    there = make_services(tmp_path / "other")
    assert not rows_of(there).keys() & {"deleted_person", "deleted_face", "deleted_photo"}
    assert len(files_of(there)) == 2
    assert has(there, bob)
    states = {
        each.id: each.state for each in list_changes(acting(there), gallery="default").changes
    }
    assert states[change] == "over"
    there.database.close()


def test_who_is_deleted_here_stays_so_when_an_older_moment_is_restored_over_it(
    services: Services, home: Path, tmp_path: Path
) -> None:
    ada, bob, again = add(services, "ada"), add(services, "bob"), add(services, "cy")
    archive = saved(services, tmp_path)
    delete(services, ada)
    # Whoever is only part of somebody now is there in the older moment.
    merge_people(
        acting(services),
        gallery="default",
        person_id=bob.person.id,
        from_ids=[again.person.id],
    )
    services.database.close()
    restored = restore(home, source=archive, force=True)
    assert restored.people_erased == 1
    there = make_services(home)
    assert (has(there, ada), has(there, bob), has(there, again)) == (False, True, True)
    there.database.close()


def test_the_list_of_erasures_reaches_the_bin_of_a_running_installation(
    services: Services,
) -> None:
    ada, bob = add(services, "ada"), add(services, "bob")
    change = delete(services, ada)
    services.erasures.add([Erased("person", ada.person.id)])
    assert reapply_erasures(acting(services, SYSTEM)).faces == 1
    assert not rows_of(services).keys() & {"deleted_person", "deleted_face", "deleted_photo"}
    assert len(files_of(services)) == 2
    assert has(services, bob)
    [listed] = [
        each
        for each in list_changes(acting(services), gallery="default").changes
        if each.id == change
    ]
    assert listed.state == "over"


def test_a_person_forgotten_after_a_merge_does_not_come_back_in_parts(
    services: Services, tmp_path: Path
) -> None:
    ada, again = add(services, "ada"), add(services, "again")
    archive = saved(services, tmp_path)
    merge_people(
        acting(services),
        gallery="default",
        person_id=ada.person.id,
        from_ids=[again.person.id],
    )
    forget_person(acting(services), gallery="default", person_id=ada.person.id)
    restore(tmp_path / "other", source=archive, erasures=tmp_path / "home" / "erasures")
    there = make_services(tmp_path / "other")
    assert not has(there, ada)
    assert not has(there, again)
    assert files_of(there) == set()
    there.database.close()
