"""Whoever comes back is found by every process, whatever its index had heard of the deletion."""

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from fake_remote_index import FakeRemoteBackend
from kept_indexes import AT_ONCE
from kept_indexes import SELDOM
from kept_indexes import add
from kept_indexes import follow
from kept_indexes import found
from kept_indexes import held
from kept_indexes import kept
from kept_indexes import process
from kept_indexes import vector_of
from mien.errors import IndexUnavailable
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.people.delete import delete_people
from mien.gallery.people.move import move_faces
from mien.gallery.people.undo import undo_change
from mien.gallery.services import Services
from mien.index.int8.folder import Folder
from mien.storage.models import GalleryRow
from postgresql_server import PostgreSQL

pytestmark = pytest.mark.thorough

Process = Callable[[], Services]


@pytest.fixture(params=["exact", "int8", "seldom", "remote", "pgvector", "milvus"])
def new_process(
    request: pytest.FixtureRequest, services: Services, home: Path, tmp_path: Path
) -> Iterator[Process]:
    """Gives one process of an installation after the other, with an index of a kind."""
    kind = request.param
    if kind in {"int8", "seldom", "remote"}:
        upkeep = AT_ONCE if kind == "int8" else SELDOM
        remote = FakeRemoteBackend(tmp_path) if kind == "remote" else None
        yield lambda: process(services, upkeep, backend=remote)
        return
    given: dict[str, Any] = {"index": kind}
    place = home
    if kind == "pgvector":
        server: PostgreSQL = request.getfixturevalue("pgvector")
        given["database_url"] = server.make_database("mien_undo")
        place = tmp_path / "elsewhere"
    elif kind == "milvus":
        given["milvus_url"] = request.getfixturevalue("milvus")
        given["milvus_name"] = "undo"
    opened = []

    def made() -> Services:
        runtime = make_runtime(place, **given)
        opened.append(runtime)
        return runtime.services

    yield made
    for runtime in opened:
        runtime.close()


def undo(services: Services, change_id: str | None) -> None:
    undo_change(acting(services), gallery="default", change_id=change_id or "")


def test_whoever_comes_back_is_found_everywhere(new_process: Process) -> None:
    one, heard, slow = new_process(), new_process(), new_process()
    ada, bob = add(one, "ada"), add(one, "bob")
    assert [found(each, "ada") for each in (one, heard, slow)] == ["ada"] * 3
    gone = delete_people(acting(one), gallery="default", person_ids=[ada.person.id])
    assert found(heard, "ada") is None
    follow(heard)
    undo(one, gone.change_id)
    # What has heard of the deletion, what has not, and what begins only now.
    assert [found(each, "ada") for each in (heard, slow, new_process(), one)] == ["ada"] * 4
    for each in (one, heard, slow):
        follow(each)
        follow(each)
    assert [found(each, "ada") for each in (one, heard, slow, new_process())] == ["ada"] * 4
    moved = move_faces(
        acting(heard), gallery="default", face_ids=[ada.face.id], to=KnownPerson(bob.person.id)
    )
    assert [found(each, "ada") for each in (one, heard, slow)] == ["bob"] * 3
    undo(slow, moved.change_id)
    assert [found(each, "ada") for each in (one, heard, slow, new_process())] == ["ada"] * 4
    assert [found(each, "bob") for each in (one, heard, slow)] == ["bob"] * 3


def test_the_files_of_the_index_were_there(services: Services) -> None:
    """What the kinds with files rest on: that these are made of so few faces."""
    one = process(services, AT_ONCE)
    add(one, "ada")
    assert found(one, "ada") == "ada"
    assert kept(services)


def test_a_removal_that_is_applied_late_takes_nobody_out_who_came_back(
    services: Services,
) -> None:
    """A process that has read of the removal before the undo writes after it."""
    one, other = process(services, AT_ONCE), process(services, AT_ONCE)
    ada = add(one, "ada")
    add(one, "bob")
    assert found(one, "ada") == found(other, "ada") == "ada"
    gone = delete_people(acting(services), gallery="default", person_ids=[ada.person.id])
    with services.database.read() as session:
        gallery = session.scalars(select(GalleryRow)).one()
    index = one.indexes._opened[gallery.id].index
    with index.writing() as writer:
        writer.remove([ada.face.id])
        undo(services, gone.change_id)
        assert found(other, "ada") == "ada"
        assert held(services, vector_of(services, ada.face.id))
        writer.commit(gallery.revision)
    assert held(services, vector_of(services, ada.face.id))
    # The last one begins with the file that the other has made since.
    for each in (other, one, process(services, AT_ONCE)):
        assert found(each, "ada") == "ada"


def test_what_could_not_be_overwritten_is_not_overwritten_once_it_came_back(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = process(services, AT_ONCE)
    ada = add(one, "ada")
    add(one, "bob")
    assert found(one, "ada") == "ada"
    gone = delete_people(acting(services), gallery="default", person_ids=[ada.person.id])
    with monkeypatch.context() as patched:

        def away(*_: object, **__: object) -> None:
            raise IndexUnavailable

        patched.setattr(Folder, "erase", away)
        assert found(one, "ada") is None
    undo(services, gone.change_id)
    assert found(one, "ada") == "ada"
    other = process(services, AT_ONCE)
    assert found(other, "ada") == "ada"
    follow(one)
    follow(one)
    assert held(services, vector_of(services, ada.face.id))
    for each in (other, one, process(services, AT_ONCE)):
        assert found(each, "ada") == "ada"
