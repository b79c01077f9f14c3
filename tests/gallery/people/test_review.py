"""What of a gallery somebody should look at, with drawn faces and a calibration."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from drawing import draw_photo
from drawing import draw_picture
from drawing import encode
from looking import rows_of
from mien.errors import FaceNotFound
from mien.errors import InvalidInput
from mien.errors import PersonNotFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import list_galleries
from mien.gallery.people import alike_pairs
from mien.gallery.people import review
from mien.gallery.people.faces import delete_face
from mien.gallery.people.faces import list_faces
from mien.gallery.people.faces import show_face
from mien.gallery.people.forget import forget_person
from mien.gallery.people.keep import keep_face
from mien.gallery.people.keep import keep_pair
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.people.portraits import newest_portraits
from mien.gallery.people.review import Review
from mien.gallery.people.review import count_review
from mien.gallery.people.review import list_review
from mien.gallery.recognition.search import search
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.options import PeopleFilter
from mien.storage.models import EventRow
from mien.storage.models import SuspicionRow
from mien.storage.models import now
from mien.vision.fake import FakeEngine


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    runtime = make_runtime(tmp_path, engine=FakeEngine(calibrated=True))
    yield runtime.services
    runtime.close()


def add(services: Services, name: str, drawn: str, *, px: int = 120, variant: int = 0) -> Enrolment:
    return enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo([drawn], face_px=px, variant=variant)),
        subject=NamedPerson(name),
    )


def listed(services: Services) -> Review:
    found = list_review(acting(services), gallery="default")
    assert count_review(acting(services), gallery="default") == found.face_count + len(found.pairs)
    return found


def events_of(services: Services, kind: str) -> list[EventRow]:
    with services.database.read() as session:
        return list(session.scalars(select(EventRow).where(EventRow.kind == kind)))


def codes(found: Review) -> list[tuple[str, list[str]]]:
    return [
        (each.person.name, [warning.code for warning in each.face.suspicions])
        for each in found.faces
    ]


def names(found: Review) -> list[tuple[str, str]]:
    return [(pair.people[0].name, pair.people[1].name) for pair in found.pairs]


def test_where_all_is_well_there_is_nothing_to_review(services: Services) -> None:
    add(services, "Ada", "ada")
    add(services, "Ada", "ada", px=100, variant=3)
    add(services, "Bob", "bob")
    create_person(acting(services), gallery="default", name="No face yet")
    found = listed(services)
    assert (found.faces, found.pairs, found.compared) == ((), (), 2)


def test_a_suspected_face_stays_suspected_until_somebody_keeps_it(services: Services) -> None:
    first = add(services, "Ada", "ada")
    wrong = add(services, "Ada", "man")
    found = listed(services)
    assert codes(found) == [("Ada", ["unlike_this_person"])]
    assert found.faces[0].face.id == wrong.face.id
    assert found.faces[0].beside_face_id == first.face.id
    whose = {"gallery": "default", "person_id": wrong.person.id}
    assert [
        [each.code for each in face.suspicions]
        for face in sorted(list_faces(acting(services), **whose), key=lambda face: face.created_at)
    ] == [[], ["unlike_this_person"]]
    keep_face(acting(services), **whose, face_id=wrong.face.id)
    assert listed(services).faces == ()
    assert show_face(acting(services), **whose, face_id=wrong.face.id).suspicions == ()
    told = events_of(services, "face_reviewed")
    assert [(event.subject_id, event.facts) for event in told] == [
        (wrong.person.id, {"suspicions": ["unlike_this_person"]})
    ]
    # Kept twice is told once.
    keep_face(acting(services), **whose, face_id=wrong.face.id)
    assert len(events_of(services, "face_reviewed")) == 1


def test_a_face_of_somebody_else_is_listed_for_itself_and_makes_no_pair(services: Services) -> None:
    for px in (120, 110):
        add(services, "Ada", "ada", px=px, variant=px)
    add(services, "Bob", "bob")
    wrong = add(services, "Ada", "bob", px=90, variant=5)
    found = listed(services)
    assert codes(found) == [("Ada", ["unlike_this_person", "looks_like_another"])]
    assert found.faces[0].face.suspicions[1].person is not None
    assert found.faces[0].face.suspicions[1].person.name == "Bob"
    assert found.pairs == ()
    delete_face(
        acting(services), gallery="default", person_id=wrong.person.id, face_id=wrong.face.id
    )
    assert listed(services).face_count == 0
    assert "suspicion" not in rows_of(services)


def test_the_list_of_people_shows_alone_who_is_to_be_reviewed_and_who_looks_alike(
    services: Services,
) -> None:
    def shown(only: PeopleFilter) -> list[str]:
        page = list_people(acting(services), gallery="default", only=only)
        return [person.name for person in page.people]

    for px in (120, 110):
        add(services, "Ada", "ada", px=px, variant=px)
    add(services, "Bob", "bob")
    add(services, "Cy", "cy")
    assert (shown("to-review"), shown("look-alikes")) == ([], [])
    add(services, "Ada", "bob", px=90, variant=5)
    assert (shown("to-review"), shown("look-alikes")) == (["Ada"], [])
    add(services, "Cy again", "cy", px=90, variant=3)
    assert (shown("to-review"), shown("look-alikes")) == (["Ada"], ["Cy", "Cy again"])
    [pair] = listed(services).pairs
    one, two = (person.id for person in pair.people)
    keep_pair(acting(services), gallery="default", person_id=one, other_person_id=two)
    assert (shown("to-review"), shown("look-alikes")) == (["Ada"], [])


def test_one_person_under_two_names_is_a_pair_and_can_be_kept(services: Services) -> None:
    add(services, "Ada", "ada")
    other = add(services, "Ada again", "ada", px=90, variant=3)
    found = listed(services)
    assert found.faces == ()
    assert names(found) == [("Ada", "Ada again")]
    assert found.pairs[0].similarity > 0.7
    one, two = (person.id for person in found.pairs[0].people)
    keep_pair(acting(services), gallery="default", person_id=two, other_person_id=one)
    keep_pair(acting(services), gallery="default", person_id=one, other_person_id=two)
    assert listed(services).pairs == ()
    assert {event.subject_id for event in events_of(services, "pair_reviewed")} == {one, two}
    assert len(events_of(services, "pair_reviewed")) == 2
    # Nor is it told of any face of theirs any more.
    whose = {"gallery": "default", "person_id": other.person.id}
    assert show_face(acting(services), **whose, face_id=other.face.id).suspicions == ()
    add(services, "Ada again", "ada", px=80, variant=9)
    assert listed(services).pairs == ()


def test_people_who_were_added_before_suspicions_were_kept_are_found_by_comparing(
    services: Services,
) -> None:
    add(services, "Ada", "ada")
    add(services, "Ada again", "ada", px=90, variant=3)
    with services.database.write() as session:
        session.execute(update(SuspicionRow).values(reviewed_at=now()))
    assert names(listed(services)) == [("Ada", "Ada again")]


def test_of_many_people_the_newest_are_compared_and_a_count_compares_none(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Ada", "Bob", "Cy", "Dee"):
        add(services, name, name)
    monkeypatch.setattr(review, "MOST_COMPARED", 3)
    monkeypatch.setattr(review, "_COMPARED_FOR_COUNT", 3)
    searched: list[int] = []

    def counting(*given: object, **options: object) -> object:
        searched.append(len(given[3]))  # type: ignore[arg-type]  # the embeddings
        return search(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(alike_pairs, "search", counting)
    assert list_review(acting(services), gallery="default").compared == 3
    assert searched == [3]
    assert count_review(acting(services), gallery="default") == 0
    assert searched == [3]


def test_people_are_compared_once_until_something_changes(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(services, "Ada", "ada")
    searched: list[int] = []

    def counting(*given: object, **options: object) -> object:
        searched.append(len(given[3]))  # type: ignore[arg-type]  # the embeddings
        return search(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(alike_pairs, "search", counting)

    def count() -> int:
        return count_review(acting(services), gallery="default")

    assert [count(), count()] == [0, 0]
    assert searched == [1]
    twin = add(services, "Twin", "ada", px=90, variant=3)
    assert [count(), count()] == [1, 1]
    change_gallery(acting(services), name="default", settings={"threshold": 0.99})
    count()
    assert len(searched) == 3
    forget_person(acting(services), gallery="default", person_id=twin.person.id)
    assert count() == 0


def test_where_nothing_can_be_compared_the_suspected_faces_are_listed(services: Services) -> None:
    add(services, "Ada", "ada")
    add(services, "Ada", "man")
    services.engine.summary = FakeEngine(dimension=32).summary  # type: ignore[misc]  # as another pack
    found = list_review(acting(services), gallery="default")
    assert (found.face_count, found.compared) == (1, 0)


def test_a_photo_that_is_there_twice_is_no_doubt_once_one_is_gone(services: Services) -> None:
    first, _ = (
        enrol(
            acting(services),
            gallery="default",
            source=Upload(encode(draw_picture(["ada"]), "PNG", compress_level=level)),
            subject=NamedPerson("Ada"),
        )
        for level in (1, 9)
    )
    [only] = listed(services).faces
    assert [each.code for each in only.face.suspicions] == ["same_photo"]
    delete_face(
        acting(services), gallery="default", person_id=first.person.id, face_id=first.face.id
    )
    assert listed(services).faces == ()


def test_who_is_forgotten_leaves_no_trace_in_what_is_suspected_of_others(
    services: Services,
) -> None:
    add(services, "Ada", "ada")
    bob = add(services, "Bob", "bob")
    add(services, "Ada", "bob", px=90, variant=5)
    again = add(services, "Bob again", "bob", px=80, variant=7)
    keep_pair(
        acting(services),
        gallery="default",
        person_id=bob.person.id,
        other_person_id=again.person.id,
    )
    assert rows_of(services)["suspicion"] >= 3
    proof = forget_person(acting(services), gallery="default", person_id=bob.person.id)
    assert proof.complete
    assert "reviewed_pair" not in rows_of(services)
    with services.database.read() as session:
        left = session.scalars(select(SuspicionRow)).all()
    assert bob.person.id not in {each.other_person_id for each in left}
    assert codes(listed(services)) == [("Ada", ["unlike_this_person"])]


def test_what_is_not_there_cannot_be_kept(services: Services) -> None:
    ada, bob = add(services, "Ada", "ada"), add(services, "Bob", "bob")
    call = acting(services)
    with pytest.raises(FaceNotFound):
        keep_face(call, gallery="default", person_id=ada.person.id, face_id=bob.face.id)
    with pytest.raises(PersonNotFound):
        keep_pair(call, gallery="default", person_id=ada.person.id, other_person_id="nobody")
    with pytest.raises(InvalidInput) as caught:
        keep_pair(
            call,
            gallery="default",
            person_id=ada.person.id,
            other_person_id=ada.person.id,
        )
    assert caught.value.key == "invalid_input.pair_of_one"
    for limit in (0, 501):
        with pytest.raises(InvalidInput):
            list_review(call, gallery="default", limit=limit)


def test_no_portrait_is_a_suspected_face_while_there_is_another(services: Services) -> None:
    """The wrong face is the largest and sharpest of all."""
    right = add(services, "Ada", "ada", px=60)
    wrong = add(services, "Ada", "man", px=200)
    gallery_id = list_galleries(acting(services))[0].id

    def portraits() -> set[str | None]:
        whom = show_person(acting(services), gallery="default", person_id=right.person.id)
        page = list_people(acting(services), gallery="default").people
        shown = newest_portraits(acting(services), gallery_ids=[gallery_id], most=1)
        return {
            whom.portrait_face_id,
            *(each.portrait_face_id for each in page),
            *(each.face_id for each in shown[gallery_id]),
        }

    assert portraits() == {right.face.id}
    keep_face(acting(services), gallery="default", person_id=wrong.person.id, face_id=wrong.face.id)
    assert portraits() == {wrong.face.id}


def test_somebody_with_suspected_faces_alone_has_a_portrait_all_the_same(
    services: Services,
) -> None:
    add(services, "Ada", "ada")
    again = add(services, "Ada again", "ada", px=90, variant=3)
    shown = show_person(acting(services), gallery="default", person_id=again.person.id)
    assert shown.portrait_face_id == again.face.id


def test_another_gallery_has_its_own_to_review(services: Services) -> None:
    create_gallery(acting(services), name="club")
    add(services, "Ada", "ada")
    add(services, "Ada", "man")
    assert list_review(acting(services), gallery="club").face_count == 0
