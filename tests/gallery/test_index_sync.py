import threading

import pytest
from sqlalchemy import select

from building import acting
from drawing import draw_photo
from mien.errors import GalleryNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.index_sync import Indexes
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.index.base import VectorIndex
from mien.index.build import build_index
from mien.storage.models import GalleryRow

ADA = draw_photo(["ada"])


def gallery_id(services: Services) -> str:
    with services.database.read() as session:
        return session.scalars(select(GalleryRow.id)).one()


def refreshed(services: Services, indexes: Indexes, *, dimension: int = 64) -> VectorIndex:
    which = gallery_id(services)
    with services.database.read() as session:
        return indexes.refresh(session, which, dimension=dimension)


def test_an_index_is_read_as_far_as_the_rows_are(services: Services) -> None:
    indexes = Indexes(build_index)
    assert indexes.applied_revision(gallery_id(services)) is None
    assert len(refreshed(services, indexes)) == 0
    one = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    two = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"], face_px=90)),
        subject=KnownPerson(one.person.id),
    )
    index = refreshed(services, indexes)
    assert one.face.id in index
    assert two.face.id in index
    assert indexes.applied_revision(gallery_id(services)) == 2
    delete_face(acting(services), gallery="default", person_id=one.person.id, face_id=one.face.id)
    assert refreshed(services, indexes) is index
    assert one.face.id not in index
    forget_person(acting(services), gallery="default", person_id=one.person.id)
    assert len(refreshed(services, indexes)) == 0


def test_nothing_is_loaded_when_nothing_has_changed(services: Services) -> None:
    enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    built: list[int] = []

    def build(dimension: int) -> VectorIndex:
        built.append(dimension)
        return build_index(dimension)

    indexes = Indexes(build)
    first = refreshed(services, indexes)
    first.upsert = None  # type: ignore[method-assign,assignment]  # using it would fail
    assert refreshed(services, indexes) is first
    assert built == [64]


def test_a_small_batch_loads_as_much_as_a_large_one(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.gallery.index_sync._BATCH", 2)
    for name in "abcde":
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NewPerson(name),
        )
    assert len(refreshed(services, Indexes(build_index))) == 5


def test_a_gallery_that_is_gone_is_said_so_and_let_go(services: Services) -> None:
    indexes = Indexes(build_index)
    with services.database.read() as session, pytest.raises(GalleryNotFound):
        indexes.refresh(session, "nowhere", dimension=64)
    assert indexes.held("nowhere") is None


def test_an_index_of_another_dimension_is_built_anew(services: Services) -> None:
    indexes = Indexes(build_index)
    refreshed(services, indexes)
    assert refreshed(services, indexes, dimension=32).dimension == 32


def test_a_failure_half_way_is_made_good_by_the_next_search(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = Indexes(build_index)
    index = refreshed(services, indexes)
    one = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    with monkeypatch.context() as patched:

        def fail(*_: object) -> None:
            raise MemoryError

        patched.setattr(index, "upsert", fail)
        with pytest.raises(MemoryError):
            refreshed(services, indexes)
    assert one.face.id in refreshed(services, indexes)


def test_a_known_person_is_found_while_others_come_and_go(services: Services) -> None:
    """Threads identify while another enrols more of the same person, and others."""
    ada = enrol(
        acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada")
    ).person
    photo = draw_photo(["ada"], face_px=110)
    stop = threading.Event()
    wrong: list[object] = []

    def look() -> None:
        try:
            while not stop.is_set():
                [answer] = identify(
                    acting(services), gallery="default", limit=1, photo=Upload(photo)
                ).answers
                if answer.decision != "match" or answer.candidates[0].person != ada:
                    wrong.append(answer)
        except BaseException as error:  # noqa: BLE001 - a thread's error would be lost
            wrong.append(error)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for round_ in range(15):
        again = draw_photo(["ada"], face_px=60 + round_)
        face = enrol(
            acting(services), gallery="default", source=Upload(again), subject=KnownPerson(ada.id)
        ).face
        other = enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([f"x{round_}"])),
            subject=NewPerson(f"{round_}"),
        )
        delete_face(acting(services), gallery="default", person_id=ada.id, face_id=face.id)
        forget_person(acting(services), gallery="default", person_id=other.person.id)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
