import base64
import itertools
import json

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from sqlalchemy import select

from building import acting
from drawing import draw_photo
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.errors import PersonNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.people.forget import forget_person
from mien.gallery.people.list_people import list_initials
from mien.gallery.people.list_people import list_people
from mien.gallery.people.look_up import look_up_person
from mien.gallery.people.paging import places_from
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.people.people_page import show_people_page
from mien.gallery.people.person_rows import METADATA_BYTES
from mien.gallery.people.person_rows import NOTES_LENGTH
from mien.gallery.results import Person
from mien.gallery.services import Services
from mien.options import ORDERS
from mien.options import Order
from mien.options import PeopleFilter
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow


def add(services: Services, *names: str) -> list[Person]:
    return [create_person(acting(services), gallery="default", name=name) for name in names]


def pages(
    services: Services, *, limit: int, order: Order = "name", query: str = ""
) -> list[list[str]]:
    found: list[list[str]] = []
    cursor = None
    while True:
        page = list_people(
            acting(services),
            gallery="default",
            limit=limit,
            order=order,
            query=query,
            cursor=cursor,
        )
        found.append([person.name for person in page.people])
        cursor = page.next_cursor
        if cursor is None:
            return found


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_person_is_kept_with_notes_and_metadata(services: Services) -> None:
    metadata = {"number": 7, "tags": ["a", None], "nested": {"ü": 1.5}}
    made = create_person(
        acting(services), gallery="default", name=" Ada ", notes="one\r\ntwo", metadata=metadata
    )
    assert (made.name, made.notes, made.metadata) == ("Ada", "one\ntwo", metadata)
    assert (made.faces, made.portrait_face_id) == (0, None)
    assert show_person(acting(services), gallery="default", person_id=made.id) == made


def test_a_name_is_given_once_in_a_gallery_whatever_its_case(services: Services) -> None:
    create_gallery(acting(services), name="club")
    add(services, "Straße")
    for name in ("Straße", "STRASSE", " strasse "):
        with pytest.raises(NameTaken):
            add(services, name)
    create_person(acting(services), gallery="club", name="Straße")


def test_what_is_not_there_is_named(services: Services) -> None:
    create_gallery(acting(services), name="club")
    [ada] = add(services, "Ada")
    for person_id in ("nobody", "", "\x00", "\ud800", "a" * 5000):
        with pytest.raises(PersonNotFound):
            show_person(acting(services), gallery="default", person_id=person_id)
    with pytest.raises(PersonNotFound):
        show_person(acting(services), gallery="club", person_id=ada.id)
    with pytest.raises(PersonNotFound):
        change_person(acting(services), gallery="club", person_id=ada.id, name="Eve")
    with pytest.raises(GalleryNotFound):
        list_people(acting(services), gallery="nowhere")
    with pytest.raises(GalleryNotFound):
        create_person(acting(services), gallery="nowhere", name="Ada")


def test_only_what_is_said_is_changed(services: Services) -> None:
    [ada] = add(services, "Ada")

    def change(**given: object) -> Person:
        return change_person(acting(services), gallery="default", person_id=ada.id, **given)  # type: ignore[arg-type]  # each is of its parameter's type

    assert change(notes="n").notes == "n"
    assert change(metadata={"a": 1}).notes == "n"
    changed = change(name="ADA")
    assert (changed.name, changed.notes, changed.metadata) == ("ADA", "n", {"a": 1})
    assert changed.updated_at > ada.updated_at
    assert changed.created_at == ada.created_at
    assert change(metadata={}).metadata == {}


def test_a_name_in_use_stands_in_the_way_of_renaming(services: Services) -> None:
    ada, _ = add(services, "Ada", "Bob")
    with pytest.raises(NameTaken):
        change_person(
            acting(services), gallery="default", person_id=ada.id, name="BOB", notes="lost"
        )
    assert show_person(acting(services), gallery="default", person_id=ada.id) == ada


@pytest.mark.parametrize("notes", ["a" * (NOTES_LENGTH + 1), "\x00", "\ud800"])
def test_notes_that_cannot_be_kept_are_refused(services: Services, notes: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_person(acting(services), gallery="default", name="Ada", notes=notes)
    assert caught.value.field == "notes"


def deep(levels: int) -> dict[str, object]:
    made: dict[str, object] = {}
    for _ in range(levels):
        made = {"a": made}
    return made


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": "x" * METADATA_BYTES},
        {"a": "ü" * (METADATA_BYTES // 2)},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": b"bytes"},
        {"a": {1, 2}},
        {"a": "\x00"},
        {"\x00": 1},
        {"a": "\ud800"},
        deep(100_000),
    ],
    ids=[
        "long",
        "wide",
        "nan",
        "infinite",
        "bytes",
        "set",
        "null",
        "null-key",
        "surrogate",
        "deep",
    ],
)
def test_metadata_that_is_no_small_json_object_is_refused(
    services: Services, metadata: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_person(acting(services), gallery="default", name="Ada", metadata=metadata)
    assert caught.value.field == "metadata"


def test_a_written_out_null_is_only_text(services: Services) -> None:
    metadata = {"a": "\\u0000", "b": "\\\\u0000"}
    made = create_person(acting(services), gallery="default", name="Ada", metadata=metadata)
    assert show_person(acting(services), gallery="default", person_id=made.id).metadata == metadata


NAMES = ["Cy Bell", "ada young", "Bob Émile", "Émile Abel", "zoe", "李"]
IN_ORDER: dict[Order, list[str]] = {
    "name": ["ada young", "Bob Émile", "Cy Bell", "Émile Abel", "zoe", "李"],
    "surname": ["Émile Abel", "Cy Bell", "Bob Émile", "ada young", "zoe", "李"],
    "newest": list(reversed(NAMES)),
    "faces": ["zoe", "Cy Bell", "李", "ada young", "Bob Émile", "Émile Abel"],
}
FACES = {"zoe": 3, "Cy Bell": 1, "李": 1}


def add_with_faces(services: Services) -> None:
    """The same people, some of whom have faces."""
    for person in add(services, *NAMES):
        for variant in range(FACES.get(person.name, 0)):
            enrol(
                acting(services),
                gallery="default",
                source=Upload(draw_photo([person.name], face_px=90 + 10 * variant)),
                subject=KnownPerson(person.id),
            )


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 3, 7, 500])
def test_pages_hold_everybody_once_in_order(services: Services, order: Order, limit: int) -> None:
    add_with_faces(services)
    found = pages(services, limit=limit, order=order)
    assert all(len(page) == limit for page in found[:-1])
    assert list(itertools.chain(*found)) == IN_ORDER[order]


@pytest.mark.parametrize("order", ORDERS)
def test_a_numbered_page_is_where_turning_pages_leads(services: Services, order: Order) -> None:
    add_with_faces(services)
    for number in (1, 2, 3):
        page = show_people_page(
            acting(services), gallery="default", order=order, size=2, number=number
        )
        names = [person.name for person in page.people]
        assert names == IN_ORDER[order][2 * number - 2 : 2 * number]
        assert (page.number, page.pages, page.total) == (number, 3, 6)
        assert (page.first, page.next_cursor is None) == (number == 1, number == 3)
    beyond = show_people_page(acting(services), gallery="default", order=order, size=2, number=9)
    assert beyond == page


def test_a_page_that_begins_at_a_letter_has_the_number_of_where_it_begins(
    services: Services,
) -> None:
    add(services, *NAMES)
    letters = list_initials(acting(services), gallery="default", order="surname")
    assert [initial.letter for initial in letters] == ["A", "B", "E", "Y", "Z", "李"]
    page = show_people_page(
        acting(services), gallery="default", order="surname", size=2, cursor=letters[3].cursor
    )
    assert [person.name for person in page.people] == ["ada young", "zoe"]
    assert (page.number, page.first) == (2, False)
    back = show_people_page(
        acting(services),
        gallery="default",
        order="surname",
        size=2,
        cursor=page.previous_cursor,
    )
    assert [person.name for person in back.people] == ["Cy Bell", "Bob Émile"]


@pytest.mark.sqlite
def test_a_page_of_a_long_list_reads_no_more_people_than_it_shows(services: Services) -> None:
    add(services, *(f"{number:03}" for number in range(60)))
    with services.database.read() as session:
        gallery = session.scalars(select(GalleryRow.id)).one()
        chosen = select(PersonRow).where(PersonRow.gallery_id == gallery)
        orders: list[Order] = ["name", "surname", "newest"]
        for order in orders:
            asked = places_from(chosen, order, None).offset(40).limit(3).compile(session.get_bind())
            plan = session.connection().exec_driver_sql(
                f"explain query plan {asked}", tuple(asked.params.values())
            )
            steps = [row[3] for row in plan]
            assert [step for step in steps if "COVERING INDEX" in step], (order, steps)
            assert not [step for step in steps if "TEMP B-TREE" in step], (order, steps)


def test_people_are_filtered_by_how_many_faces_they_have(services: Services) -> None:
    add_with_faces(services)
    expected: dict[PeopleFilter, list[str]] = {
        "no-face": ["ada young", "Bob Émile", "Émile Abel"],
        "one-face": ["Cy Bell", "李"],
    }
    for only, names in expected.items():
        page = list_people(acting(services), gallery="default", only=only, limit=2)
        assert [person.name for person in page.people] == names[:2], only
        assert page.total == len(names), only
    found = list_people(acting(services), gallery="default", only="no-face", query="bob")
    assert [person.name for person in found.people] == ["Bob Émile"]


def test_a_last_page_that_is_just_full_is_the_last(services: Services) -> None:
    add(services, "a", "b", "c", "d")
    assert pages(services, limit=2) == [["a", "b"], ["c", "d"]]
    assert pages(services, limit=4) == [["a", "b", "c", "d"]]


def test_an_empty_gallery_has_one_empty_page(services: Services) -> None:
    page = list_people(acting(services), gallery="default")
    assert (page.people, page.total, page.next_cursor) == ((), 0, None)


@pytest.mark.parametrize("order", ORDERS)
def test_going_back_shows_the_pages_one_came_by(services: Services, order: Order) -> None:
    add(services, "a", "b", "c", "d", "e", "f", "g")
    seen, cursor = [], None
    while True:
        page = list_people(acting(services), gallery="default", order=order, limit=2, cursor=cursor)
        seen.append(page.people)
        assert page.first == (cursor is None)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    for earlier in reversed(seen[:-1]):
        page = list_people(
            acting(services), gallery="default", order=order, limit=2, cursor=page.previous_cursor
        )
        assert page.people == earlier
    assert page.first
    assert page.previous_cursor is None


def test_a_letter_leads_to_the_names_that_begin_with_it(services: Services) -> None:
    add(services, "Émile", "bob", "Ada", "Bea", "李", "Eb", "Ez", "Øst", "3pac")
    letters = list_initials(acting(services), gallery="default")
    assert [initial.letter for initial in letters] == ["A", "B", "E", "O", "3", "李"]
    e = next(initial for initial in letters if initial.letter == "E")
    page = list_people(acting(services), gallery="default", limit=4, cursor=e.cursor)
    assert [person.name for person in page.people] == ["Eb", "Émile", "Ez", "Øst"]
    b = next(initial for initial in letters if initial.letter == "B")
    page = list_people(acting(services), gallery="default", limit=2, cursor=b.cursor)
    assert [person.name for person in page.people] == ["Bea", "bob"]
    assert not page.first
    assert [i.letter for i in list_initials(acting(services), gallery="default", query="ea")] == [
        "B"
    ]


@pytest.mark.parametrize("order", ORDERS)
def test_paging_goes_on_where_it_was_though_people_come_and_go(
    services: Services, order: Order
) -> None:
    people = add(services, "b", "d", "f", "h", "j")
    if order == "newest":
        people.reverse()
    first = list_people(acting(services), gallery="default", order=order, limit=2)
    # Whoever ended the page is gone when the next is asked for, and somebody is new.
    forget_person(acting(services), gallery="default", person_id=first.people[-1].id)
    add(services, "a")
    second = list_people(
        acting(services), gallery="default", order=order, limit=10, cursor=first.next_cursor
    )
    assert [person.name for person in second.people] == [p.name for p in people[2:]]


def test_a_query_is_part_of_a_name_in_any_case(services: Services) -> None:
    add(services, "Ada Lovelace", "Grace Hopper", "100%", "a_b", "Straße", "back\\slash")

    def found(query: str) -> list[str]:
        page = list_people(acting(services), gallery="default", query=query)
        assert page.total == len(page.people)
        return [person.name for person in page.people]

    assert found("LOVE") == ["Ada Lovelace"]
    assert found("ace h") == ["Grace Hopper"]
    assert found("strasse") == ["Straße"]
    assert found("%") == ["100%"]
    assert found("_") == ["a_b"]
    assert found("\\") == ["back\\slash"]
    assert found("  ") == found("") != []
    assert found("nobody") == found("\x00") == found("\ud800") == []


def test_words_are_found_in_any_order_in_name_and_notes(services: Services) -> None:
    ada = create_person(
        acting(services), gallery="default", name="Ada Müller", notes="Chœur, depuis 1843"
    )
    add(services, "Ada Byron")

    def found(query: str) -> list[str]:
        return [
            p.name for p in list_people(acting(services), gallery="default", query=query).people
        ]

    assert found("mueller ada") == found("CHOEUR ad") == found("1843") == ["Ada Müller"]
    change_person(acting(services), gallery="default", person_id=ada.id, notes="", name="Eva Noë")
    assert found("choeur") == found("muller") == []
    assert found("noe eva") == ["Eva Noë"]


def test_a_name_is_looked_up_without_its_marks_when_one_is_meant(services: Services) -> None:
    [eva, _] = add(services, "Éva", "Evan")

    def looked_up(who: str) -> str:
        return look_up_person(acting(services), gallery="default", who=who).id

    assert looked_up("EVA") == eva.id
    [plain] = add(services, "Eva")
    assert looked_up("eva") == plain.id
    with pytest.raises(PersonNotFound):
        looked_up("Ev")


def test_total_counts_all_pages_of_the_query(services: Services) -> None:
    add(services, "aa", "ab", "ac", "b")
    page = list_people(acting(services), gallery="default", query="a", limit=1)
    assert (page.total, len(page.people)) == (3, 1)
    assert pages(services, limit=2, query="a") == [["aa", "ab"], ["ac"]]


def test_the_portrait_is_the_example_of_the_best_quality(services: Services) -> None:
    [ada] = add(services, "Ada")
    for variant in range(2):
        enrol(
            acting(services),
            gallery="default",
            source=Upload(draw_photo(["ada"], variant=variant)),
            subject=KnownPerson(ada.id),
        )
    [person] = list_people(acting(services), gallery="default").people
    assert person.faces == 2
    assert person.portrait_face_id is not None


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_a_page_size_out_of_range_is_refused(services: Services, limit: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        list_people(acting(services), gallery="default", limit=limit)
    assert caught.value.field == "limit"


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "x",
        "ü",
        "null",
        cursor_of(None),
        cursor_of(1),
        cursor_of([]),
        cursor_of(["sort_key"]),
        cursor_of(["sort_key", "a", "b", "c"]),
        cursor_of({"name": 1, "a": 2, "b": 3}),
        cursor_of(["sort_key", "\x00", "b"]),
        cursor_of(["sort_key", "\ud800", "b"]),
        cursor_of(["newest", "", "b"]),
        cursor_of(["newest", "yesterday", "b"]),
        cursor_of(["newest", "2026-11-22", "\ud800"]),
        cursor_of(["newest", "0001-01-01T00:00:00+14:00", "b"]),
        cursor_of(["other", "a", "b"]),
        cursor_of(["faces", "1", "b"]),
        cursor_of(["faces", "1e3", "a", "b"]),
        cursor_of(["faces", "9" * 40, "a", "b"]),
        cursor_of(["surname_key", "a"]),
        cursor_of(["name", "ada", "b"]),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
        base64.urlsafe_b64encode(b"1" * 10_000).decode(),
    ],
)
def test_a_hostile_cursor_is_refused(services: Services, cursor: str, order: Order) -> None:
    add(services, "Ada")
    with pytest.raises(InvalidInput) as caught:
        list_people(acting(services), gallery="default", cursor=cursor, order=order)
    assert caught.value.field == "cursor"


def test_a_cursor_of_the_other_order_is_refused(services: Services) -> None:
    add(services, "a", "b")
    cursor = list_people(acting(services), gallery="default", limit=1).next_cursor
    with pytest.raises(InvalidInput):
        list_people(acting(services), gallery="default", order="newest", cursor=cursor)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(key=st.text(max_size=20), person_id=st.text(max_size=20), order=st.sampled_from(["name"]))
def test_no_cursor_can_break_a_list(
    services: Services, key: str, person_id: str, order: Order
) -> None:
    cursor = cursor_of(["sort_key", key, person_id])
    try:
        page = list_people(acting(services), gallery="default", cursor=cursor, order=order)
    except InvalidInput:
        return
    assert page.next_cursor is None
