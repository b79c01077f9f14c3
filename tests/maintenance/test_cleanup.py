import datetime as dt
import os
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_user
from drawing import draw_photo
from looking import aside_of
from looking import files_of
from looking import rows_of
from mien.access.sign_ins import open_sign_in
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.held_photos import hold_photo
from mien.gallery.index_sync import Indexes
from mien.gallery.people.faces import delete_face
from mien.gallery.services import Services
from mien.index.exact import ExactBackend
from mien.index.exact import ExactIndex
from mien.maintenance.cleanup import Tidied
from mien.maintenance.cleanup import tidy
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import SignInRow
from mien.storage.models import now

ADA = draw_photo(["ada"])
NOTHING = Tidied(probes=0, sign_ins=0, removals=0, files=0, emptied=0, stuck=0)


def add(services: Services, name: str, photo: bytes) -> tuple[str, str]:
    done = enrol(
        acting(services), gallery="default", source=Upload(photo), subject=NamedPerson(name)
    )
    return done.person.id, done.face.id


def age(services: Services, names: Sequence[str] | set[str], seconds: float) -> None:
    for name in names:
        then = time.time() - seconds
        os.utime(services.files.path(name), (then, then))


def test_what_is_needed_stays(services: Services) -> None:
    root = make_user(services).id
    add(services, "Ada", ADA)
    hold_photo(acting(services, root), gallery="default", photo=Upload(ADA))
    open_sign_in(acting(services), user_id=root, browser="", lasts_seconds=60)
    age(services, files_of(services), 100_000)
    before = (files_of(services), rows_of(services))
    assert tidy(acting(services)) == NOTHING
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
    done = tidy(acting(services))
    assert (done.probes, done.sign_ins) == (1, 1)
    rows = rows_of(services)
    assert (rows["probe"], rows["probe_face"], rows["sign_in"]) == (1, 1, 1)
    assert len(files_of(services)) == 3
    assert tidy(acting(services)) == NOTHING


def test_stray_files_are_set_aside_when_they_are_an_hour_old(services: Services) -> None:
    add(services, "Ada", ADA)
    known = files_of(services)
    young, old = (services.files.put(b"stray", extension="jpg") for _ in range(2))
    age(services, [young], 3500)
    age(services, [old, *known], 3700)
    assert tidy(acting(services)).files == 1
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
    assert tidy(acting(services)).removals == purged
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

    assert face in look(sleeper)
    delete_face(acting(services), gallery="default", person_id=person, face_id=face)
    with services.database.write() as session:
        session.execute(update(RemovedFaceRow).values(removed_at=now() - dt.timedelta(days=30)))
    assert tidy(acting(services)).removals == 1
    vectors = look(sleeper)._now.vectors
    assert face not in look(sleeper)
    assert len(look(sleeper)) == 1
    # Now it has heard of the removal, and goes on with what it has.
    add(services, "Cy", draw_photo(["cy"]))
    assert len(look(sleeper)) == 2
    assert look(sleeper)._now.vectors is vectors
