import datetime as dt
import os
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import make_user
from drawing import draw_photo
from looking import files_of
from looking import rows_of
from mien.gallery.enrol import enrol
from mien.gallery.faces import delete_face
from mien.gallery.identify import identify
from mien.gallery.probes import hold_probe
from mien.gallery.sign_ins import open_sign_in
from mien.gallery.sync import Indexes
from mien.gallery.tidy import Tidied
from mien.gallery.tidy import tidy
from mien.gallery.tools import Tools
from mien.gallery.whom import NamedPerson
from mien.index.build import build_index
from mien.storage.models import GalleryRow
from mien.storage.models import ProbeRow
from mien.storage.models import RemovedFaceRow
from mien.storage.models import SignInRow
from mien.storage.models import now

ADA = draw_photo(["ada"])
NOTHING = Tidied(probes=0, sign_ins=0, removals=0, files=0)


def add(tools: Tools, name: str, photo: bytes) -> tuple[str, str]:
    done = enrol(tools, gallery="default", photo=photo, whom=NamedPerson(name))
    return done.person.id, done.face.id


def age(tools: Tools, names: Sequence[str] | set[str], seconds: float) -> None:
    for name in names:
        then = time.time() - seconds
        os.utime(tools.files.path(name), (then, then))


def test_what_is_needed_stays(tools: Tools) -> None:
    root = make_user(tools).id
    add(tools, "Ada", ADA)
    hold_probe(tools, gallery="default", photo=ADA, user_id=root)
    open_sign_in(tools, user_id=root, browser="", lasts_seconds=60)
    age(tools, files_of(tools), 100_000)
    before = (files_of(tools), rows_of(tools))
    assert tidy(tools) == NOTHING
    assert (files_of(tools), rows_of(tools)) == before


def test_held_photos_and_sign_ins_go_when_their_time_is_over(tools: Tools) -> None:
    root = make_user(tools).id
    hold_probe(tools, gallery="default", photo=ADA, user_id=root)
    hold_probe(tools, gallery="default", photo=draw_photo(["bob"]), user_id=root)
    for _ in range(2):
        open_sign_in(tools, user_id=root, browser="", lasts_seconds=60)
    with tools.database.write() as session:
        past = now() - dt.timedelta(seconds=1)
        session.scalars(select(ProbeRow)).first().expires_at = past  # type: ignore[union-attr]  # there are two
        session.scalars(select(SignInRow)).first().expires_at = past  # type: ignore[union-attr]  # there are two
    done = tidy(tools)
    assert (done.probes, done.sign_ins) == (1, 1)
    rows = rows_of(tools)
    assert (rows["probe"], rows["probe_face"], rows["sign_in"]) == (1, 1, 1)
    assert len(files_of(tools)) == 3
    assert tidy(tools) == NOTHING


def test_stray_files_go_when_they_are_an_hour_old(tools: Tools) -> None:
    add(tools, "Ada", ADA)
    known = files_of(tools)
    young, old = (tools.files.put(b"stray", extension="jpg") for _ in range(2))
    age(tools, [young], 3500)
    age(tools, [old, *known], 3700)
    assert tidy(tools).files == 1
    assert files_of(tools) == {*known, young}


@pytest.mark.parametrize("days", [6, 8])
def test_removals_are_remembered_for_a_week(tools: Tools, days: int) -> None:
    person, first = add(tools, "Ada", ADA)
    _, second = add(tools, "Ada", draw_photo(["ada"], face_px=90))
    delete_face(tools, gallery="default", person_id=person, face_id=first)
    with tools.database.write() as session:
        session.execute(update(RemovedFaceRow).values(removed_at=now() - dt.timedelta(days=days)))
    delete_face(tools, gallery="default", person_id=person, face_id=second)
    purged = int(days > 7)
    assert tidy(tools).removals == purged
    assert rows_of(tools)["removed_face"] == 2 - purged
    with tools.database.read() as session:
        gallery = session.scalars(select(GalleryRow)).one()
    assert gallery.floor_revision == (3 if purged else 0)


def test_an_index_that_slept_through_a_purged_removal_is_built_anew(tools: Tools) -> None:
    person, face = add(tools, "Ada", ADA)
    add(tools, "Bob", draw_photo(["bob"]))
    # The index of another process, which has not searched since.
    sleeper = Indexes(build_index)
    with tools.database.read() as session:
        gallery_id = session.scalars(select(GalleryRow.id)).one()
        old = sleeper.refresh(session, gallery_id, dimension=64)
    assert face in old
    delete_face(tools, gallery="default", person_id=person, face_id=face)
    with tools.database.write() as session:
        session.execute(update(RemovedFaceRow).values(removed_at=now() - dt.timedelta(days=30)))
    assert tidy(tools).removals == 1
    with tools.database.read() as session:
        fresh = sleeper.refresh(session, gallery_id, dimension=64)
    assert face not in fresh
    assert len(fresh) == 1
    assert fresh is not old
    # One that has heard of the removal goes on with what it has.
    identify(tools, gallery="default", photo=ADA)
    mine = tools.indexes.held(gallery_id)
    add(tools, "Cy", draw_photo(["cy"]))
    identify(tools, gallery="default", photo=ADA)
    assert tools.indexes.held(gallery_id) is mine
