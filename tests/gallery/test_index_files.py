"""An index that keeps files beside the rows: across processes, restores and erasures."""

import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from building import make_services
from drawing import draw_photo
from looking import folder_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.index_backends import build_backend
from mien.gallery.index_sync import Indexes
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.index.int8.backend import Int8Backend
from mien.index.int8.index import Upkeep
from mien.index.int8.rounding import rounded
from mien.maintenance.backup import back_up
from mien.maintenance.restore import restore
from mien.storage.models import FaceRow

AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)


def process(services: Services) -> Services:
    """The same installation as another process sees it, which keeps a file of any gallery."""
    folder = folder_of(services).root.parent / "index"
    indexes = Indexes(Int8Backend(folder, upkeep=AT_ONCE), services.observer)
    return dataclasses.replace(services, indexes=indexes)


def node(services: Services) -> Services:
    """Another node over the same rows, with a home of its own."""
    elsewhere = folder_of(services).root.parent / "elsewhere"
    return dataclasses.replace(services, indexes=Indexes(Int8Backend(elsewhere)))


def add(services: Services, name: str) -> Enrolment:
    return enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo([name])),
        subject=NewPerson(name),
    )


def found(services: Services, name: str) -> str | None:
    photo = Upload(draw_photo([name]))
    [answer] = identify(acting(services), gallery="default", photo=photo).answers
    return answer.candidates[0].person.name if answer.decision == "match" else None


def kept(services: Services) -> list[Path]:
    return sorted((folder_of(services).root.parent / "index").glob("*/*.snapshot"))


def held(services: Services, vector: bytes) -> bool:
    """Whether any file below the home's folder of indexes has these bytes."""
    folder = folder_of(services).root.parent / "index"
    return any(vector in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def vector_of(services: Services, face_id: str) -> bytes:
    with services.database.read() as session:
        embedding = session.scalars(select(FaceRow.embedding).where(FaceRow.id == face_id)).one()
    return rounded(embedding[np.newaxis]).tobytes()


@pytest.fixture
def two(services: Services) -> Iterator[tuple[Services, Services]]:
    one, other = process(services), process(services)
    add(one, "ada")
    add(one, "bob")
    yield one, other
    for each in (one, other):
        each.indexes.close()


def test_what_one_process_has_kept_the_next_one_takes_up(two: tuple[Services, Services]) -> None:
    one, other = two
    assert found(one, "ada") == "ada"
    assert [path.stat().st_mode & 0o777 for path in kept(one)] == [0o600]
    assert kept(one)[0].parent.stat().st_mode & 0o777 == 0o700
    assert found(other, "bob") == "bob"
    add(one, "cy")
    assert [found(other, name) for name in ("cy", "ada", "nobody")] == ["cy", "ada", None]


@pytest.mark.parametrize("who", ["the process that searches", "one that never searched"])
def test_a_proof_of_erasure_holds_for_the_files(
    two: tuple[Services, Services], who: str, services: Services
) -> None:
    one, other = two
    ada = add(one, "dora")
    assert found(one, "dora") == "dora"
    vector = vector_of(one, ada.face.id)
    assert held(one, vector)
    forgetting = one if who == "the process that searches" else other
    proof = forget_person(acting(forgetting), gallery="default", person_id=ada.person.id)
    assert proof.indexed_left == 0
    assert not held(one, vector)
    assert found(one, "bob") == "bob"
    assert found(one, "dora") is None


def test_a_process_that_is_not_asked_follows_what_is_kept(services: Services) -> None:
    one = process(services)
    ada = add(one, "ada")
    add(one, "bob")
    assert found(one, "ada") == "ada"
    vector = vector_of(one, ada.face.id)
    # Another node has forgotten her, which has no such file.
    forget_person(acting(node(services)), gallery="default", person_id=ada.person.id)
    assert held(one, vector)
    idle = process(services)
    with idle.database.read() as session:
        idle.indexes.follow(session)
    assert not held(one, vector)


@pytest.mark.parametrize("ahead", [False, True])
def test_a_file_of_another_history_is_not_believed(home: Path, *, ahead: bool) -> None:
    with closing(make_runtime(home, index="int8")) as runtime:
        one = process(runtime.services)
        add(one, "ada")
        runtime.database.copy_to(home.parent / "before.db")
        add(one, "bob")
        assert found(one, "bob") == "bob"
    for path in home.glob("mien.db*"):
        path.unlink()
    shutil.copy(home.parent / "before.db", home / "mien.db")
    with closing(make_runtime(home, index="int8")) as runtime:
        if not ahead:
            add(node(runtime.services), "cy")
        one = process(runtime.services)
        assert found(one, "cy") == (None if ahead else "cy")
        assert found(one, "bob") is None
        assert found(one, "ada") == "ada"
        assert [found(process(runtime.services), name) for name in ("ada", "bob")] == ["ada", None]


def test_a_backup_that_is_brought_back_takes_no_file_along(home: Path) -> None:
    with closing(make_runtime(home)) as runtime:
        one = process(runtime.services)
        add(one, "ada")
        back_up(acting(one), target=home.parent / "backup.tar.gz")
        assert found(one, "ada") == "ada"
        assert kept(one)
    restore(home, source=home.parent / "backup.tar.gz", force=True)
    assert not (home / "index").exists()


def test_another_backend_leaves_no_file_that_nobody_would_overwrite(home: Path) -> None:
    services = make_services(home)
    one = process(services)
    add(one, "ada")
    assert found(one, "ada") == "ada"
    assert kept(one)
    build_backend("exact", home=home, database=services.database)
    assert not (home / "index").exists()
    # Whoever has it open goes on with it.
    assert found(one, "ada") == "ada"
    services.database.close()
