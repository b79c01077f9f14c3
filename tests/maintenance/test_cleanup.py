import datetime as dt
import errno
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_user
from drawing import draw_photo
from looking import aside_of
from looking import files_of
from looking import folder_of
from looking import rows_of
from mien.access.sign_ins import open_sign_in
from mien.access.users import remove_user
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.held_photos import hold_photo
from mien.gallery.index_sync import Indexes
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.services import Services
from mien.index.exact import ExactBackend
from mien.index.exact import ExactIndex
from mien.maintenance.cleanup import CleanedUp
from mien.maintenance.cleanup import clean_up
from mien.maintenance.cleanup import remove_expired_probes
from mien.storage.binding import bind
from mien.storage.files import place_of
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import SignInRow
from mien.storage.models import now

ADA = draw_photo(["ada"])
NOTHING = CleanedUp(
    probes=0, unknown_faces=0, sign_ins=0, removals=0, files=0, emptied=0, stuck=0, erasures=0
)


def add(services: Services, name: str, photo: bytes) -> tuple[str, str]:
    done = enrol(
        acting(services), gallery="default", source=Upload(photo), subject=NamedPerson(name)
    )
    return done.person.id, done.face.id


def age(services: Services, names: Sequence[str] | set[str], seconds: float) -> None:
    for name in names:
        then = time.time() - seconds
        os.utime(folder_of(services).path(name), (then, then))


def test_what_is_needed_stays(services: Services) -> None:
    root = make_user(services).id
    add(services, "Ada", ADA)
    hold_photo(acting(services, root), gallery="default", photo=Upload(ADA))
    open_sign_in(acting(services), user_id=root, browser="", lasts_seconds=60)
    age(services, files_of(services), 100_000)
    before = (files_of(services), rows_of(services))
    assert clean_up(acting(services)) == NOTHING
    assert (files_of(services), rows_of(services)) == before


def test_held_photos_and_sign_ins_go_when_their_time_is_over(services: Services) -> None:
    root = make_user(services).id
    hold_photo(acting(services, root), gallery="default", photo=Upload(ADA))
    hold_photo(acting(services, root), gallery="default", photo=Upload(draw_photo(["bob"])))
    for _ in range(2):
        open_sign_in(acting(services), user_id=root, browser="", lasts_seconds=60)
    with services.database.write() as session:
        past = now() - dt.timedelta(seconds=1)
        session.scalars(select(ProbeRow)).first().expires_at = past  # type: ignore[union-attr]  # there are two
        session.scalars(select(SignInRow)).first().expires_at = past  # type: ignore[union-attr]  # there are two
    done = clean_up(acting(services))
    assert (done.probes, done.sign_ins) == (1, 1)
    rows = rows_of(services)
    assert (rows["probe"], rows["probe_face"], rows["sign_in"]) == (1, 1, 1)
    assert len(files_of(services)) == 3
    assert clean_up(acting(services)) == NOTHING


def test_stray_files_are_set_aside_when_they_are_an_hour_old(services: Services) -> None:
    add(services, "Ada", ADA)
    known = files_of(services)
    young, old = (services.files.put(b"stray", extension="jpg") for _ in range(2))
    age(services, [young], 3500)
    age(services, [old, *known], 3700)
    assert clean_up(acting(services)).files == 1
    assert files_of(services) == {*known, young}
    assert aside_of(services) == {old}


@pytest.mark.parametrize("days", [6, 8])
def test_removals_are_remembered_for_a_week(services: Services, days: int) -> None:
    person, first = add(services, "Ada", ADA)
    _, second = add(services, "Ada", draw_photo(["ada"], face_px=90))
    delete_face(acting(services), gallery="default", person_id=person, face_id=first)
    with services.database.write() as session:
        session.execute(update(RemovedFaceRow).values(removed_at=now() - dt.timedelta(days=days)))
    delete_face(acting(services), gallery="default", person_id=person, face_id=second)
    purged = int(days > 7)
    assert clean_up(acting(services)).removals == purged
    assert rows_of(services)["removed_face"] == 2 - purged
    with services.database.read() as session:
        gallery = session.scalars(select(GalleryRow)).one()
    assert gallery.floor_revision == (3 if purged else 0)


def test_an_index_that_slept_through_a_purged_removal_is_built_anew(services: Services) -> None:
    person, face = add(services, "Ada", ADA)
    add(services, "Bob", draw_photo(["bob"]))
    # The index of another process, which has not searched since.
    sleeper = Indexes(ExactBackend())

    def look(indexes: Indexes) -> ExactIndex:
        with services.database.read() as session:
            gallery_id = session.scalars(select(GalleryRow.id)).one()
            index = indexes.refresh(session, gallery_id, dimension=64)
        assert isinstance(index, ExactIndex)
        return index

    assert look(sleeper).held([face])
    delete_face(acting(services), gallery="default", person_id=person, face_id=face)
    with services.database.write() as session:
        session.execute(update(RemovedFaceRow).values(removed_at=now() - dt.timedelta(days=30)))
    assert clean_up(acting(services)).removals == 1
    vectors = look(sleeper)._now.vectors
    assert not look(sleeper).held([face])
    assert len(look(sleeper)) == 1
    # Now it has heard of the removal, and goes on with what it has.
    add(services, "Cy", draw_photo(["cy"]))
    assert len(look(sleeper)) == 2
    assert look(sleeper)._now.vectors is vectors


def stray(services: Services, *, seconds: float = 4000) -> str:
    name = services.files.put(b"stray", extension="jpg")
    age(services, [name], seconds)
    return name


def days_later(services: Services, days: int) -> None:
    """Let what is set aside have been so for some days."""
    for folder in (folder_of(services).root / "set-aside").iterdir():
        then = now().date() - dt.timedelta(days=days)
        folder.rename(folder.with_name(then.isoformat()))


@pytest.mark.parametrize("days", [7, 8])
def test_what_is_set_aside_is_removed_after_a_week(services: Services, days: int) -> None:
    add(services, "Ada", ADA)
    left = stray(services)
    assert clean_up(acting(services)).files == 1
    assert (folder_of(services).root / "set-aside").stat().st_mode & 0o777 == 0o700
    days_later(services, days)
    assert clean_up(acting(services)).emptied == int(days > 7)
    assert aside_of(services) == (set() if days > 7 else {left})
    assert bool(list((folder_of(services).root / "set-aside").iterdir())) == (days <= 7)


def test_halves_are_no_pictures_and_go_at_once(services: Services) -> None:
    add(services, "Ada", ADA)
    known = files_of(services)
    half = folder_of(services).path("f" * 32 + ".jpg")
    half.parent.mkdir(exist_ok=True)
    half = half.with_name(f"{half.name}.part")
    half.write_bytes(b"half")
    os.utime(half, (1, 1))
    clean_up(acting(services))
    assert (files_of(services), aside_of(services)) == (known, set())


def test_nothing_is_swept_while_no_row_knows_a_face(services: Services) -> None:
    bind(services.database, services.files)
    left = stray(services)
    assert clean_up(acting(services)) == NOTHING
    assert files_of(services) == {left}


def test_files_that_rows_know_after_all_are_brought_back(services: Services) -> None:
    add(services, "Ada", ADA)
    known = files_of(services)
    age(services, known, 4000)
    services.files.set_aside(map(place_of, known))
    assert files_of(services) == set()
    days_later(services, 30)
    clean_up(acting(services))
    assert (files_of(services), aside_of(services)) == (known, set())


@pytest.mark.parametrize("sign", ["another\n", None])
def test_the_files_of_another_database_are_not_swept(services: Services, sign: str | None) -> None:
    add(services, "Ada", ADA)
    root = make_user(services).id
    hold_photo(acting(services, root), gallery="default", photo=Upload(ADA))
    left = stray(services)
    marker = folder_of(services).root / "installation"
    if sign is None:
        # The disk below the one that is not mounted.
        folder_of(services).root.rename(folder_of(services).root.with_name("mounted"))
        folder_of(services).root.joinpath(left[:2]).mkdir(parents=True)
        folder_of(services).path(left).touch()
        age(services, [left], 4000)
    else:
        marker.write_text(sign)
    before = files_of(services)
    with services.database.write() as session:
        past = now() - dt.timedelta(seconds=1)
        session.execute(update(ProbeRow).values(expires_at=past))
    with pytest.raises((FilesOfAnotherDatabase, FilesUnavailable)):
        clean_up(acting(services))
    # What rows say is done all the same, and what it left is known.
    assert "probe" not in rows_of(services)
    gone = 3 if sign else 0
    assert rows_of(services)["file_deletion"] == 3
    assert len(files_of(services)) == len(before) - gone
    assert left in files_of(services)
    assert aside_of(services) == set()


def test_one_file_that_cannot_be_moved_stops_nothing(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services, "Ada", ADA)
    stuck, other = sorted(stray(services) for _ in range(2))
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name == stuck:
            raise OSError(errno.EBUSY, "busy")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with structlog.testing.capture_logs() as logged:
        done = clean_up(acting(services))
    assert (done.files, done.stuck) == (1, 1)
    assert aside_of(services) == {other}
    assert stuck in files_of(services)
    [told] = [line for line in logged if line["log_level"] == "error"]
    assert (told["errno"], told["files"]) == (errno.EBUSY, 1)
    assert stuck not in repr(logged)


def test_one_step_that_fails_keeps_no_other_from_being_done(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services, "Ada", ADA)
    left = stray(services)

    def fail(_services: Services) -> int:
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr("mien.maintenance.cleanup._expired_probes", fail)
    with pytest.raises(PermissionError):
        clean_up(acting(services))
    assert aside_of(services) == {left}


def test_a_file_of_somebody_deleted_that_could_not_be_unlinked_is_deleted_and_not_set_aside(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _ = add(services, "Ada", ADA)
    add(services, "Bob", draw_photo(["bob"]))
    before = files_of(services)
    unlink = Path.unlink
    with monkeypatch.context() as patched:

        def refuse(path: Path, missing_ok: bool = False) -> None:
            if path.suffix == ".jpg":
                raise OSError(errno.EROFS, "read-only")
            unlink(path, missing_ok=missing_ok)

        patched.setattr(Path, "unlink", refuse)
        proof = forget_person(acting(services), gallery="default", person_id=person)
        assert (proof.files_left, proof.complete) == (1, False)
        age(services, files_of(services), 4000)
        clean_up(acting(services))
    assert len(files_of(services)) == len(before) - 1
    assert aside_of(services) == set()
    remove_expired_probes(acting(services))
    assert len(files_of(services)) == len(before) - 2
    assert "file_deletion" not in rows_of(services)


def test_held_photos_of_a_removed_account_are_deleted(services: Services) -> None:
    add(services, "Ada", ADA)
    known = files_of(services)
    make_user(services, "other")
    root = make_user(services, "gone").id
    hold_photo(acting(services, root), gallery="default", photo=Upload(ADA))
    remove_user(acting(services), name="gone")
    remove_expired_probes(acting(services))
    assert (files_of(services), aside_of(services)) == (known, set())
    assert "file_deletion" not in rows_of(services)
