import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from drawing import draw_photo
from mien.errors import GalleryNotFound
from mien.errors import ShuttingDown
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.index_sync import Indexes
from mien.gallery.people.faces import delete_face
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.index.base import NOTHING
from mien.index.base import ExactSearch
from mien.index.exact import ExactBackend
from mien.index.exact import ExactIndex
from mien.index.exact import _Writer
from mien.storage.models import GalleryRow

pytestmark = pytest.mark.thorough

ADA = draw_photo(["ada"])


def gallery_id(services: Services) -> str:
    with services.database.read() as session:
        return session.scalars(select(GalleryRow.id)).one()


def refreshed(services: Services, indexes: Indexes, *, dimension: int = 64) -> ExactSearch:
    which = gallery_id(services)
    with services.database.read() as session:
        return indexes.refresh(session, which, dimension=dimension)


def test_an_index_is_read_as_far_as_the_rows_are(services: Services) -> None:
    indexes = Indexes(ExactBackend())
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
    assert isinstance(index, ExactIndex)
    assert index.held([one.face.id, two.face.id]) == {one.face.id, two.face.id}
    assert indexes.applied_revision(gallery_id(services)) == 2
    delete_face(acting(services), gallery="default", person_id=one.person.id, face_id=one.face.id)
    assert refreshed(services, indexes) is index
    assert not index.held([one.face.id])
    assert index.applied_revision == 3
    forget_person(acting(services), gallery="default", person_id=one.person.id)
    assert len(refreshed(services, indexes)) == 0


def test_nothing_is_loaded_when_nothing_has_changed(services: Services) -> None:
    enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    indexes = Indexes(ExactBackend())
    first = refreshed(services, indexes)
    first.writing = None  # type: ignore[attr-defined]  # using it would fail
    assert refreshed(services, indexes) is first


def test_a_small_batch_loads_as_much_as_a_large_one(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.gallery.index_reading._BATCH", 2)
    for name in "abcde":
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo([name])),
            subject=NewPerson(name),
        )
    assert len(refreshed(services, Indexes(ExactBackend()))) == 5


def test_a_gallery_that_is_gone_is_said_so_and_let_go(services: Services) -> None:
    indexes = Indexes(ExactBackend())
    with services.database.read() as session, pytest.raises(GalleryNotFound):
        indexes.refresh(session, "nowhere", dimension=64)
    assert indexes.applied_revision("nowhere") is None


def test_an_index_of_another_dimension_is_built_anew(services: Services) -> None:
    indexes = Indexes(ExactBackend())
    refreshed(services, indexes)
    narrow = refreshed(services, indexes, dimension=32)
    assert isinstance(narrow, ExactIndex)
    assert narrow.dimension == 32


def test_an_index_of_another_contract_is_built_anew(services: Services) -> None:
    enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    indexes = Indexes(ExactBackend())
    first = refreshed(services, indexes)
    with services.database.write() as session:
        # Another process has bound the gallery to a contract that replaces the former.
        session.execute(update(GalleryRow).values(contract_id="another"))
    assert refreshed(services, indexes) is not first
    assert len(refreshed(services, indexes)) == 1


def test_a_failure_half_way_is_made_good_by_the_next_search(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexes = Indexes(ExactBackend())
    gone = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["bob"])),
        subject=NewPerson("Bob"),
    )
    with monkeypatch.context() as patched:
        patched.setattr("mien.gallery.index_reading._BATCH", 1)
        add, added = _Writer.upsert, []

        def fail_at_the_second(writer: _Writer, *given: Any) -> None:
            added.append(given)
            if len(added) == 2:
                raise MemoryError
            add(writer, *given)

        patched.setattr(_Writer, "upsert", fail_at_the_second)
        with pytest.raises(MemoryError):
            refreshed(services, indexes)
    assert indexes.applied_revision(gallery_id(services)) == NOTHING
    # Not even what is removed before the next try stays behind.
    forget_person(acting(services), gallery="default", person_id=gone.person.id)
    index = refreshed(services, indexes)
    assert isinstance(index, ExactIndex)
    assert not index.held([gone.face.id])
    assert len(index) == 1


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


def test_a_new_example_is_there_before_an_old_one_goes(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or else who searches in between would not find a person who has always had an example."""
    indexes = Indexes(ExactBackend())
    old = enrol(acting(services), gallery="default", source=Upload(ADA), subject=NewPerson("Ada"))
    index = refreshed(services, indexes)
    assert isinstance(index, ExactIndex)
    again = KnownPerson(old.person.id)
    new = enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"], face_px=90)),
        subject=again,
    )
    delete_face(acting(services), gallery="default", person_id=old.person.id, face_id=old.face.id)
    seen: list[set[str]] = []
    remove = _Writer.remove

    def look_and_remove(writer: _Writer, keys: Sequence[str]) -> None:
        seen.append(index.held([old.face.id, new.face.id]))
        remove(writer, keys)

    monkeypatch.setattr(_Writer, "remove", look_and_remove)
    refreshed(services, indexes)
    assert seen == [{old.face.id, new.face.id}]
    assert index.held([old.face.id, new.face.id]) == {new.face.id}


def test_closing_lets_go_of_every_index_and_then_of_the_backend(services: Services) -> None:
    told: list[str] = []

    class Telling(ExactIndex):
        def close(self) -> None:
            told.append("index")

    class Backend(ExactBackend):
        def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> ExactIndex:
            return Telling(dimension)

        def close(self) -> None:
            told.append("backend")

    indexes = Indexes(Backend())
    refreshed(services, indexes)
    indexes.close()
    assert told == ["index", "backend"]
    assert indexes.applied_revision(gallery_id(services)) is None


def test_closed_indexes_are_not_opened_again(services: Services) -> None:
    indexes = Indexes(ExactBackend())
    refreshed(services, indexes)
    indexes.close()
    with pytest.raises(ShuttingDown):
        refreshed(services, indexes)


def test_closing_does_not_wait_for_an_index_that_never_opens(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.gallery.index_sync._CLOSING_SECONDS", 0.05)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(ExactBackend):
        def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> ExactIndex:
            begun.set()
            go_on.wait(10)
            return super().open(gallery_id, contract_id=contract_id, dimension=dimension)

    indexes = Indexes(Slow())
    opener = threading.Thread(target=refreshed, args=(services, indexes))
    opener.start()
    assert begun.wait(5)
    closer = threading.Thread(target=indexes.close)
    closer.start()
    closer.join(5)
    waited = not closer.is_alive()
    go_on.set()
    opener.join()
    assert waited
