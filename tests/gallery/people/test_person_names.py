import pytest

from building import acting
from mien.errors import GalleryNotFound
from mien.gallery.galleries import create_gallery
from mien.gallery.people.people import create_person
from mien.gallery.people.person_names import PersonNames
from mien.gallery.people.person_names import list_person_names
from mien.gallery.services import Services


def test_names_come_in_their_order_and_with_how_many_there_are(services: Services) -> None:
    create_gallery(acting(services), name="club")
    create_person(acting(services), gallery="club", name="Somebody else")
    for name in ("cy", "Ada", "bob"):
        create_person(acting(services), gallery="default", name=name)
    assert list_person_names(acting(services), gallery="default", most=2) == PersonNames(
        ("Ada", "bob"), 3
    )
    found = list_person_names(acting(services), gallery="default", most=3)
    assert found == PersonNames(("Ada", "bob", "cy"), 3)


def test_a_gallery_that_is_not_there_has_no_names(services: Services) -> None:
    with pytest.raises(GalleryNotFound):
        list_person_names(acting(services), gallery="nowhere", most=1)
