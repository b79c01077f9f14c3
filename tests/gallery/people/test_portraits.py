import pytest

from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.people import portraits
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.people.portraits import newest_portraits
from mien.gallery.services import Services


def add(services: Services, name: str, gallery: str, *, face_px: int = 100) -> str:
    photo = draw_photo([name], face_px=face_px)
    done = enrol(acting(services), gallery=gallery, source=Upload(photo), subject=NamedPerson(name))
    return done.person.id


@pytest.mark.parametrize("at_once", [400, 1])
def test_the_newest_people_of_each_gallery_are_shown_by_their_best_face(
    services: Services, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(portraits, "_AT_ONCE", at_once)
    create_gallery(acting(services), name="club")
    create_gallery(acting(services), name="empty")
    ids = {gallery.name: gallery.id for gallery in list_galleries(acting(services))}
    people = [add(services, name, "default") for name in ("ada", "bob", "cy")]
    for face_px in (60, 90):
        add(services, "cy", "default", face_px=face_px)
    member = add(services, "ada", "club")
    for gallery in ("club", "default"):
        create_person(acting(services), gallery=gallery, name="No face yet")
    found = newest_portraits(acting(services), gallery_ids=list(ids.values()), most=2)
    assert {gallery: [each.person_id for each in some] for gallery, some in found.items()} == {
        ids["default"]: [people[2], people[1]],
        ids["club"]: [member],
    }
    for each in found[ids["default"]]:
        person = show_person(acting(services), gallery="default", person_id=each.person_id)
        assert each.face_id == person.portrait_face_id


def test_without_galleries_there_are_no_portraits(services: Services) -> None:
    assert newest_portraits(acting(services), gallery_ids=[], most=4) == {}
