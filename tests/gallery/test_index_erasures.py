"""Whoever is erased is in no file of an index, in whatever order processes do what they do.

Each test is one order of events; `docs/decisions/0017-int8-index.md` lists them.
"""

import dataclasses
import errno
import fcntl
import mmap
import os
import secrets
import shutil
from contextlib import closing
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from building import acting
from building import make_runtime
from drawing import draw_photo
from kept_indexes import SELDOM
from kept_indexes import add
from kept_indexes import follow
from kept_indexes import found
from kept_indexes import held
from kept_indexes import index_folder_of
from kept_indexes import kept
from kept_indexes import node
from kept_indexes import process
from kept_indexes import vector_of
from mien.gallery import index_reading
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.index_backends import build_backend
from mien.gallery.index_origin import RowsOf
from mien.gallery.index_upkeep import show_indexes
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import undo_addition
from mien.gallery.people.forget import forget_person
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.index.auto import AutoBackend
from mien.index.base import VectorIndex
from mien.index.int8 import snapshot
from mien.index.int8.filling import Filling
from mien.index.int8.index import Int8Index
from mien.index.int8.index import Upkeep
from mien.index.int8.place import Place
from mien.maintenance.cleanup import clean_up
from mien.maintenance.finish_erasures import finish_erasures
from mien.maintenance.reapply_erasures import reapply_erasures
from mien.serving.following import Following
from mien.storage.erased import Erased
from mien.storage.models import ErasureRow
from mien.storage.models import GalleryRow


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def ada(services: Services) -> Enrolment:
    """Somebody to be erased; another is enrolled, too. Nobody has opened an index yet."""
    made = add(node(services), "ada")
    add(node(services), "bob")
    return made


def forget(services: Services, ada: Enrolment) -> bool:
    """Whether nothing is told to be left; somebody may read an older moment meanwhile."""
    proof = forget_person(acting(services), gallery="default", person_id=ada.person.id)
    return not (proof.rows_left or proof.files_left or proof.indexed_left)


def gallery_id_of(services: Services) -> str:
    with services.database.read() as session:
        return session.scalars(select(GalleryRow.id)).one()


def test_a_file_that_a_killed_process_had_begun_goes(services: Services, ada: Enrolment) -> None:
    vector = vector_of(services, ada.face.id)
    left = index_folder_of(services) / gallery_id_of(services) / f"2-{secrets.token_hex(8)}.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(vector)
    follow(process(services))
    # While nobody is taken out it may be that of somebody who is at it.
    assert left.exists()
    assert forget(process(services), ada)
    assert not held(services, vector)


@pytest.mark.parametrize("setting", ["int8", "exact"])
def test_who_reads_all_rows_meanwhile_does_not_keep_a_file(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    vector = vector_of(services, ada.face.id)
    reading, other = process(services), process(services)
    if setting == "exact":
        backend = build_backend(
            "exact", home=index_folder_of(services).parent, database=services.database
        )
        other = process(services, backend=backend)
    begin = Int8Index._begin
    erased = []

    def interrupted(self: Int8Index, filling: Filling, revision: int) -> None:
        erased.append(forget(other, ada))
        begin(self, filling, revision)
        raise Killed

    monkeypatch.setattr(Int8Index, "_begin", interrupted)
    with pytest.raises(Killed):
        found(reading, "bob")
    assert erased == [True]
    assert not held(services, vector)


def test_who_outgrows_its_memory_does_not_keep_whom_another_has_taken_out(
    services: Services, ada: Enrolment
) -> None:
    """The rows that become a file were read long before, when there was no folder."""
    vector = vector_of(services, ada.face.id)
    backend = AutoBackend(
        index_folder_of(services), exact_up_to=2, upkeep=SELDOM, origin=RowsOf(services.database)
    )
    growing = process(services, backend=backend)
    assert found(growing, "ada") == "ada"
    add(node(services), "cy")
    with growing.database.read() as older:
        gallery = older.scalars(select(GalleryRow)).one()
        assert forget(process(services), ada)
        growing.indexes.refresh(older, gallery.id, dimension=64, known=gallery)
    assert not held(services, vector)
    follow(growing)
    assert not held(services, vector)
    assert [found(growing, name) for name in ("ada", "bob", "cy")] == [None, "bob", "cy"]


@pytest.mark.parametrize("by", ["itself", "another node"])
def test_whoever_runs_with_another_setting_erases_files_too(
    services: Services, ada: Enrolment, by: str
) -> None:
    vector = vector_of(services, ada.face.id)
    home = index_folder_of(services).parent
    backend = build_backend("exact", home=home, database=services.database)
    server = process(services, backend=backend)
    assert found(server, "bob") == "bob"
    # A command whose environment lacks the setting, after the server has begun.
    found(process(services), "bob")
    assert held(services, vector)
    if by == "itself":
        assert forget(server, ada)
    else:
        # Another node has forgotten her: this one hears of it as it serves.
        assert forget(node(services), ada)
        assert held(services, vector)
        follow(server)
    assert not held(services, vector)
    assert kept(services)


def test_deleting_a_face_is_followed_by_files(services: Services, ada: Enrolment) -> None:
    more = enrol(
        acting(node(services)),
        gallery="default",
        source=Upload(draw_photo(["ada"], face_px=110)),
        subject=KnownPerson(ada.person.id),
    )
    first, second = vector_of(services, ada.face.id), vector_of(services, more.face.id)
    found(process(services), "bob")
    assert held(services, first)
    assert held(services, second)
    about = {"gallery": "default", "person_id": ada.person.id}
    delete_face(acting(process(services)), **about, face_id=more.face.id)
    assert not held(services, second)
    undo_addition(acting(process(services)), **about, face_id=ada.face.id)
    assert not held(services, first)


@pytest.mark.parametrize("heir", ["clean_up", "finish_erasures", "following", "another erasure"])
def test_what_a_killed_process_has_left_to_do_is_done_in_files(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch, heir: str
) -> None:
    vector = vector_of(services, ada.face.id)
    found(process(services), "bob")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr("mien.gallery.people.forget.finish_erasure", killed)
        forget(process(services), ada)
    assert held(services, vector)
    idle = process(services)
    if heir == "clean_up":
        assert clean_up(acting(idle)).erasures == 1
    elif heir == "finish_erasures":
        finish_erasures(acting(idle))
    elif heir == "following":
        Following(idle)._round()
    else:
        cy = add(node(services), "cy")
        forget(idle, cy)
    assert not held(services, vector)


def test_an_erasure_stays_noted_while_a_file_cannot_be_brought_up(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    vector = vector_of(services, ada.face.id)
    serving = process(services, SELDOM)
    assert found(serving, "ada") == "ada"
    refuse(monkeypatch)
    proof = forget_person(acting(serving), gallery="default", person_id=ada.person.id)
    assert (proof.indexed_left, proof.erased) == (1, False)
    # What is in memory is gone, and answers go on.
    assert [found(serving, name) for name in ("ada", "bob")] == [None, "bob"]
    assert held(services, vector)
    assert finish_erasures(acting(serving)) == 0
    monkeypatch.undo()
    assert finish_erasures(acting(process(services))) == 1
    assert not held(services, vector)
    with services.database.read() as session:
        assert session.scalars(select(ErasureRow)).all() == []


def refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing be written into, or removed from, the folder of indexes."""
    unlink, open_file = Path.unlink, os.open

    def refused(*_: object, **_more: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    def open_for_reading(path: Path, flags: int, *more: int) -> int:
        if flags & os.O_RDWR and "index" in Path(path).parts:
            refused()
        return open_file(path, flags, *more)

    def unlink_elsewhere(path: Path, *, missing_ok: bool = False) -> None:
        if "index" in path.parts:
            refused()
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Place, "file", refused)
    monkeypatch.setattr(os, "open", open_for_reading)
    monkeypatch.setattr(Path, "unlink", unlink_elsewhere)
    # As it is while a process writes, too.
    monkeypatch.setattr("mien.index.int8.snapshot._write_all", refused)


def test_what_came_back_and_is_erased_again_goes_from_files(
    services: Services, ada: Enrolment
) -> None:
    vector = vector_of(services, ada.face.id)
    found(process(services), "bob")
    services.erasures.add([Erased("face", ada.face.id)])
    assert reapply_erasures(acting(process(services))).faces == 1
    assert not held(services, vector)


def test_the_file_of_a_deleted_gallery_is_not_made_again(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_gallery(acting(services), name="two")
    made = add(node(services), "ada", gallery="two")
    vector = vector_of(services, made.face.id)
    slow = process(services, Upkeep(kept_from=0, tail_rows=1, tail_share=0))
    assert found(slow, "ada", gallery="two") == "ada"
    for name in ("bob", "cy"):
        add(node(services), name, gallery="two")
    real = snapshot.write

    def interrupted(*given: object, **more: object) -> None:
        real(*given, **more)  # type: ignore[arg-type]
        delete_gallery(acting(process(services)), name="two")
        assert not held(services, vector)

    with monkeypatch.context() as patched:
        patched.setattr("mien.index.int8.folder.write", interrupted)
        follow(slow)
    assert not held(services, vector)
    assert not any(index_folder_of(services).iterdir())
    # The slow one has it open still, and begins again.
    for each in slow.indexes._opened.values():
        each.index.overwrite_removed()
    assert not held(services, vector)
    follow(slow)
    assert slow.indexes.is_empty
    assert kept(services) == []


def test_a_file_of_another_history_with_the_same_revision_is_not_believed(home: Path) -> None:
    with closing(make_runtime(home, index="int8")) as runtime:
        services = runtime.services
        who = [add(node(services), f"p{i}") for i in range(106)]
        runtime.database.copy_to(home.parent / "before.db")
        assert forget(node(services), who[0])
        assert found(process(services, SELDOM), "p1") == "p1"
    for path in home.glob("mien.db*"):
        path.unlink()
    shutil.copy(home.parent / "before.db", home / "mien.db")
    (home / "erasures").unlink()
    with closing(make_runtime(home, index="int8")) as runtime:
        services = runtime.services
        vector = vector_of(services, who[1].face.id)
        assert forget(node(services), who[1])
        one = process(services, SELDOM)
        assert [found(one, name) for name in ("p0", "p1", "p2")] == ["p0", None, "p2"]
        assert not held(services, vector)


def test_who_waits_for_a_process_that_was_stopped_erases_all_the_same(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.index.int8.place.LOCK_SECONDS", 0.1)
    vector = vector_of(services, ada.face.id)
    serving = process(services, SELDOM)
    assert found(serving, "ada") == "ada"
    [file] = kept(services)
    stopped = os.open(file.with_name("lock"), os.O_RDWR)
    fcntl.flock(stopped, fcntl.LOCK_EX)
    assert forget(serving, ada)
    assert not held(services, vector)
    assert [found(serving, name) for name in ("ada", "bob")] == [None, "bob"]
    # Who begins now has what it needs in memory.
    assert found(process(services), "bob") == "bob"
    os.close(stopped)


def test_a_file_stays_that_cannot_be_mapped_for_lack_of_memory(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ada
    found(process(services, SELDOM), "bob")
    files = kept(services)

    def full(*_: object, **_more: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as patched:
        patched.setattr(mmap, "mmap", full)
        assert found(process(services, Upkeep(kept_from=1000)), "bob") == "bob"
    assert kept(services) == files


def test_a_look_from_an_older_moment_lets_no_file_go(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ada
    found(process(services, SELDOM), "bob")
    files = kept(services)
    serving = process(services, SELDOM)
    real, later = index_reading.catch_up, list[str]()

    def caught_up(session: Session, gallery_id: str, index: VectorIndex, row: GalleryRow) -> None:
        real(session, gallery_id, index, row)
        if not later:
            # Another thread, of a later moment, is as far as this one.
            later.append("dan")
            add(node(services), "dan")
            with services.database.read_beside() as newer:
                real(newer, gallery_id, index, newer.scalars(select(GalleryRow)).one())

    add(node(services), "cy")
    monkeypatch.setattr("mien.gallery.index_sync.catch_up", caught_up)
    assert found(serving, "bob") == "bob"
    assert kept(services) == files
    assert [found(serving, name) for name in ("cy", *later)] == ["cy", "dan"]
    assert kept(services) == files


def test_a_file_that_cannot_be_written_is_not_tried_at_every_change(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ada
    tried = []

    def full(*_: object, **_more: object) -> None:
        tried.append(True)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("mien.index.int8.folder.write", full)
    serving = process(services)
    for name in ("cy", "dan", "eve"):
        add(node(services), name)
        assert found(serving, name) == name
        follow(serving)
    assert len(tried) == 1


@pytest.mark.parametrize("is_there", [False, True])
def test_a_small_gallery_has_no_files_and_needs_none(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    if is_there:
        (index_folder_of(services) / gallery_id_of(services)).mkdir(parents=True)
        refuse(monkeypatch)
    backend = build_backend(
        "auto", home=index_folder_of(services).parent, database=services.database
    )
    small = process(services, backend=backend)
    assert found(small, "ada") == "ada"
    assert forget(small, ada)
    follow(small)
    assert [found(small, name) for name in ("ada", "bob")] == [None, "bob"]
    assert [path for path in index_folder_of(services).rglob("*") if path.is_file()] == []
    assert index_folder_of(services).exists() == is_there


def test_it_is_told_where_files_cannot_be_written(
    services: Services, ada: Enrolment, monkeypatch: pytest.MonkeyPatch
) -> None:
    del ada
    one = process(services)
    found(one, "bob")
    assert not show_indexes(acting(one))[0].cannot_keep
    monkeypatch.setattr("mien.index.int8.folder.os.access", lambda *_: False)
    assert show_indexes(acting(one))[0].cannot_keep


def test_vectors_that_another_setting_has_left_in_the_database_are_erased(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("pgvector").make_database("left")
    with closing(make_runtime(tmp_path, database_url=url, index="pgvector")) as runtime:
        services = runtime.services
        ada = add(services, "ada")
        add(services, "bob")
        assert found(services, "bob") == "bob"
        gallery_id = gallery_id_of(services)
        exact = build_backend("exact", home=tmp_path, database=services.database)
        other = dataclasses.replace(services, indexes=process(services, backend=exact).indexes)
        assert other.indexes.kept() == {gallery_id}
        index = services.indexes._opened[gallery_id].index
        assert index.held([ada.face.id])
        assert forget(other, ada)
        assert not index.held([ada.face.id])
        assert len(index) == 1
        assert found(services, "bob") == "bob"
        other.indexes.close()
