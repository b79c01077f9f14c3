"""People are found, ordered and kept apart alike in SQLite and PostgreSQL."""

import pytest

from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.people.list_people import list_initials
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from mien.gallery.people.people_page import show_people_page
from mien.gallery.services import Services
from mien.options import ORDERS
from mien.options import PEOPLE_FILTERS
from mien.options import Order


def test_people_are_paged_in_the_order_of_the_language(either: Services) -> None:
    ordered = [
        "Åse",
        "Eb",
        "eva",
        "Éva",
        "Eva A",
        "Ez",
        "O'Brien",
        "Øst",
        "7up",
        "Ωρα",
        "Яна",
    ]
    for name in reversed(ordered):
        create_person(acting(either), gallery="default", name=name)
    found, cursor = [], None
    while True:
        page = list_people(acting(either), gallery="default", limit=1, cursor=cursor)
        found += [person.name for person in page.people]
        if (cursor := page.next_cursor) is None:
            break
    assert found == ordered
    initials = list_initials(acting(either), gallery="default")
    assert [each.letter for each in initials] == ["A", "E", "O", "7", "Ω", "Я"]


def test_people_are_found_however_they_are_typed(either: Services) -> None:
    create_person(acting(either), gallery="default", name="İstanbul Schröder", notes="100%")
    for query in ("SCHROEDER \u0131stan", "schroder", "bul schröd", "100%", "%"):
        assert list_people(acting(either), gallery="default", query=query).total == 1, query
    for query in ("schroder ankara", "_"):
        assert list_people(acting(either), gallery="default", query=query).total == 0, query


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_is_paged_by_cursors_and_by_numbers_alike(
    either: Services, order: Order
) -> None:
    for name in ("Cy Bell", "Ada Young", "Bob Abel", "Zoe"):
        made = create_person(acting(either), gallery="default", name=name)
        if name == "Bob Abel":
            photo = Upload(draw_photo(["bob"]))
            enrol(acting(either), gallery="default", source=photo, subject=KnownPerson(made.id))
    expected = {
        "name": ["Ada Young", "Bob Abel", "Cy Bell", "Zoe"],
        "surname": ["Bob Abel", "Cy Bell", "Ada Young", "Zoe"],
        "newest": ["Zoe", "Bob Abel", "Ada Young", "Cy Bell"],
        "faces": ["Bob Abel", "Ada Young", "Cy Bell", "Zoe"],
    }[order]
    found, cursor = [], None
    while True:
        page = list_people(acting(either), gallery="default", order=order, limit=1, cursor=cursor)
        found += [person.name for person in page.people]
        if (cursor := page.next_cursor) is None:
            break
    assert found == expected
    for number in (1, 2):
        numbered = show_people_page(
            acting(either), gallery="default", order=order, size=2, number=number
        )
        assert [person.name for person in numbered.people] == expected[2 * number - 2 : 2 * number]
    back = show_people_page(
        acting(either),
        gallery="default",
        order=order,
        size=1,
        cursor=page.previous_cursor,
    )
    assert [person.name for person in back.people] == expected[2:3]


def test_every_filter_is_asked_of_both(either: Services) -> None:
    made = create_person(acting(either), gallery="default", name="Bob")
    create_person(acting(either), gallery="default", name="Ada")
    photo = Upload(draw_photo(["bob"]))
    enrol(acting(either), gallery="default", source=photo, subject=KnownPerson(made.id))
    found = {
        only: [p.name for p in list_people(acting(either), gallery="default", only=only).people]
        for only in PEOPLE_FILTERS
    }
    assert found == {
        "all": ["Ada", "Bob"],
        "no-face": ["Ada"],
        "one-face": ["Bob"],
        "to-review": [],
        "look-alikes": [],
    }
