"""People are found, ordered and kept apart alike in SQLite and PostgreSQL."""

from building import acting
from mien.gallery.people.list_people import list_initials
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from mien.gallery.services import Services


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
