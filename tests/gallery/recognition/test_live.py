"""A picture of a camera: who is asked about is recognised, who is known is only found."""

import pytest
from sqlalchemy import func
from sqlalchemy import select

from building import acting
from building import make_user
from drawing import draw_photo
from mien.errors import GalleryNotFound
from mien.errors import NoFaceFound
from mien.errors import UnsupportedImage
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_from_frame import enrol_from_frame
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.recognition.live import KnownFace
from mien.gallery.recognition.live import LiveFrame
from mien.gallery.recognition.live import identify_frame
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import SearchRow
from mien.vision.types import Box


def add(services: Services, person: str) -> None:
    source = Upload(draw_photo([person]))
    enrol(acting(services), gallery="default", source=source, subject=NamedPerson(person.title()))


def said(frame: LiveFrame) -> list[str | None]:
    """The decisions from left to right; None where nobody asked."""
    faces = sorted(frame.faces, key=lambda each: each.face.box.left)
    return [each.recognised.decision if each.recognised else None for each in faces]


def boxes(frame: LiveFrame) -> list[Box]:
    return sorted((each.face.box for each in frame.faces), key=lambda box: box.left)


def remembered(services: Services) -> int:
    services.searches.flush()
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(SearchRow)) or 0


def decisions_of(services: Services) -> list[str]:
    counted: list[str] = []
    services.observer.on_decision = counted.append
    return counted


TWO = draw_photo(["ada", "cy"], variant=3)


def test_faces_that_nobody_follows_yet_are_recognised_counted_and_remembered(
    services: Services,
) -> None:
    add(services, "ada")
    counted = decisions_of(services)
    frame = identify_frame(acting(services), gallery="default", frame=TWO)
    assert said(frame) == ["match", "unknown"]
    assert sorted(counted) == ["match", "unknown"]
    assert remembered(services) == 2


def test_a_fresh_face_is_found_and_not_searched_for(services: Services) -> None:
    add(services, "ada")
    first = identify_frame(acting(services), gallery="default", frame=TWO)
    ada, cy = boxes(first)
    before, counted = remembered(services), decisions_of(services)
    known = [KnownFace(cy), KnownFace(ada, fresh=True)]
    again = identify_frame(acting(services), gallery="default", frame=TWO, known=known)
    assert said(again) == [None, "unknown"]
    assert boxes(again) == [ada, cy]
    # The other one was asked about again, which is no new search.
    assert remembered(services) == before
    assert counted == []


def test_what_is_known_elsewhere_says_nothing_of_a_face(services: Services) -> None:
    add(services, "ada")
    known = [KnownFace(Box(5000, 0, 5100, 100), fresh=True)]
    frame = identify_frame(acting(services), gallery="default", frame=TWO, known=known)
    assert said(frame) == ["match", "unknown"]
    assert remembered(services) == 2


def test_two_faces_are_not_both_the_one_that_is_known(services: Services) -> None:
    add(services, "ada")
    ada, _ = boxes(identify_frame(acting(services), gallery="default", frame=TWO))
    known = [KnownFace(Box(ada.left, ada.top, ada.right + 60, ada.bottom), fresh=True)]
    frame = identify_frame(acting(services), gallery="default", frame=TWO, known=known)
    assert said(frame) == [None, "unknown"]


def test_nothing_of_a_picture_is_kept(services: Services) -> None:
    identify_frame(acting(services, make_user(services)), gallery="default", frame=TWO)
    with services.database.read() as session:
        for table in (ProbeRow, FaceRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_picture_without_faces_has_none(services: Services) -> None:
    frame = identify_frame(acting(services), gallery="default", frame=draw_photo([]))
    assert frame.faces == ()


def test_what_cannot_be_answered_is_refused(services: Services) -> None:
    with pytest.raises(GalleryNotFound):
        identify_frame(acting(services), gallery="nowhere", frame=TWO)
    with pytest.raises(UnsupportedImage):
        identify_frame(acting(services), gallery="default", frame=b"no picture")


def test_the_face_at_a_place_is_added_and_named_in_the_next_picture(services: Services) -> None:
    add(services, "ada")
    _, cy = boxes(identify_frame(acting(services), gallery="default", frame=TWO))
    done = enrol_from_frame(
        acting(services), gallery="default", frame=Upload(TWO), box=cy, subject=TypedPerson("Cy")
    )
    assert (done.person.name, done.new_person) == ("Cy", True)
    following = draw_photo(["cy"], variant=5)
    (face,) = identify_frame(acting(services), gallery="default", frame=following).faces
    assert face.recognised is not None
    assert face.recognised.decision == "match"
    assert face.recognised.candidates[0].person.id == done.person.id


def test_no_face_at_a_place_is_said(services: Services) -> None:
    with pytest.raises(NoFaceFound):
        enrol_from_frame(
            acting(services),
            gallery="default",
            frame=Upload(TWO),
            box=Box(5000, 0, 5100, 100),
            subject=TypedPerson("Cy"),
        )
