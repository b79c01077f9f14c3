"""Two people may share a name when somebody says so, and are told apart."""

import threading
from collections.abc import Callable

import pytest

from building import acting
from drawing import draw_photo
from mien.errors import MienError
from mien.errors import NameTaken
from mien.errors import PersonAmbiguous
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_each import EachOptions
from mien.gallery.enrolment.enrol_each import Submission
from mien.gallery.enrolment.enrol_each import enrol_each
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.subject import Subject
from mien.gallery.enrolment.subject import TypedPerson
from mien.gallery.people.list_people import list_people
from mien.gallery.people.look_up import look_up_person
from mien.gallery.people.namesakes import list_namesakes
from mien.gallery.people.people import change_person
from mien.gallery.people.people import create_person
from mien.gallery.people.people import show_person
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.results import Person
from mien.gallery.services import Services

ANNA = "Anna Müller"


def add(services: Services, notes: str = "", *, name: str = ANNA, same: bool = False) -> Person:
    return create_person(
        acting(services), gallery="default", name=name, notes=notes, allow_same_name=same
    )


def add_face(
    services: Services, subject: Subject, who: str = "anna", variant: int = 0
) -> Enrolment:
    photo = Upload(draw_photo([who], variant=variant))
    return enrol(acting(services), gallery="default", source=photo, subject=subject)


def test_a_name_is_given_twice_only_when_somebody_says_so(services: Services) -> None:
    first = add(services)
    with pytest.raises(NameTaken) as caught:
        add(services, name="ANNA MÜLLER")
    assert caught.value.extra == {"person_ids": [first.id]}
    with pytest.raises(NameTaken):
        add_face(services, NewPerson(ANNA))
    second = add(services, same=True)
    assert second.id != first.id
    assert list_people(acting(services), gallery="default").total == 2


def test_a_new_name_may_be_anothers_only_when_somebody_says_so(services: Services) -> None:
    anna, bob = add(services), add(services, name="Bob")

    def rename(name: str, *, same: bool = False) -> str:
        return change_person(
            acting(services),
            gallery="default",
            person_id=bob.id,
            name=name,
            allow_same_name=same,
        ).name

    with pytest.raises(NameTaken) as caught:
        rename("anna müller")
    assert caught.value.extra == {"person_ids": [anna.id]}
    assert rename("BOB") == "BOB"
    assert rename(ANNA, same=True) == ANNA
    assert rename("Anna MÜLLER") == "Anna MÜLLER"


def test_people_of_one_name_are_told_apart_by_notes_or_id(services: Services) -> None:
    alone = add(services, "Choir\nsince 1843")
    assert (alone.note, alone.label) == ("", ANNA)
    second = add(services, same=True)
    third = add(services, f"\n  {'x' * 100}", same=True)
    labels = {
        each.id: each.label for each in list_people(acting(services), gallery="default").people
    }
    assert labels[alone.id] == f"{ANNA} (Choir)"
    assert labels[second.id] == f"{ANNA} ({second.id[:8]})"
    assert labels[third.id] == f"{ANNA} ({'x' * 59}…)"
    found = list_namesakes(acting(services), gallery="default", name="anna muller")
    assert [each.id for each in found] == [alone.id, second.id, third.id]


def test_candidates_of_one_name_are_told_apart(services: Services) -> None:
    add_face(services, NewPerson(ANNA, notes="Choir"))
    add_face(services, NewPerson(ANNA, notes="Club", allow_same_name=True), "bob")
    add_face(services, NewPerson("Zoë"), "cy")
    found = identify(acting(services), gallery="default", photo=Upload(draw_photo(["anna"])))
    labels = [each.person.label for each in found.answers[0].candidates]
    assert labels[0] == f"{ANNA} (Choir)"
    assert sorted(labels[1:]) == [f"{ANNA} (Club)", "Zoë"]


def test_a_name_that_several_have_is_refused_with_who_they_are(services: Services) -> None:
    ids = [add(services).id, add(services, same=True).id]

    def look_up(who: str) -> str:
        return look_up_person(acting(services), gallery="default", who=who).id

    def enrol_known(subject: Subject) -> Callable[[], object]:
        return lambda: add_face(services, subject)

    asked: list[Callable[[], object]] = [
        lambda: look_up("anna müller"),
        lambda: look_up("anna muller"),
        enrol_known(TypedPerson(ANNA)),
        enrol_known(NamedPerson(ANNA)),
    ]
    for each in asked:
        with pytest.raises(PersonAmbiguous) as caught:
            each()
        assert caught.value.extra == {"person_ids": ids}
    assert look_up(ids[1]) == ids[1]
    assert add_face(services, KnownPerson(ids[1])).person.id == ids[1]


@pytest.mark.parametrize("skip_known", [True, False])
def test_of_many_photos_those_of_a_name_that_several_have_are_refused(
    services: Services, skip_known: bool
) -> None:
    add(services)
    add(services, same=True)
    photos = {ANNA: draw_photo(["anna"]), "Bob": draw_photo(["bob"])}
    submissions = [
        Submission(name, lambda photo=photo: photo, NamedPerson(name))  # type: ignore[misc]
        for name, photo in photos.items()
    ]
    done = list(
        enrol_each(
            acting(services),
            gallery="default",
            submissions=submissions,
            options=EachOptions(skip_known=skip_known),
        )
    )
    assert isinstance(done[0].refusal, PersonAmbiguous)
    assert done[1].enrolment is not None


def test_photos_of_somebody_new_make_one_person(services: Services) -> None:
    add(services)
    subject = NewPerson(ANNA, allow_same_name=True, notes="Choir")
    photos = [b"no photo", draw_photo(["anna"]), draw_photo(["anna"], variant=1)]
    submissions = [Submission("a", lambda photo=photo: photo, subject) for photo in photos]  # type: ignore[misc]
    done = list(enrol_each(acting(services), gallery="default", submissions=submissions))
    made = [each.enrolment for each in done if each.enrolment]
    assert [each.new_person for each in made] == [True, False]
    assert len({each.person.id for each in made}) == 1
    person = show_person(acting(services), gallery="default", person_id=made[0].person.id)
    assert (person.notes, person.faces) == ("Choir", 2)


def test_of_many_who_add_one_name_at_once_one_succeeds(either: Services) -> None:
    start = threading.Barrier(6)
    outcomes: list[object] = []

    def go(number: int) -> None:
        start.wait()
        try:
            if number % 2:
                outcomes.append(add(either))
            else:
                outcomes.append(add_face(either, NewPerson(ANNA), variant=number))
        except MienError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=go, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert sum(isinstance(each, NameTaken) for each in outcomes) == 5
    assert list_people(acting(either), gallery="default").total == 1


def test_of_two_who_take_one_name_at_once_one_succeeds(either: Services) -> None:
    people = [add(either, name=f"Somebody {number}") for number in range(4)]
    start = threading.Barrier(4)
    outcomes: list[object] = []

    def go(person: Person) -> None:
        start.wait()
        try:
            changed = change_person(
                acting(either), gallery="default", person_id=person.id, name=ANNA
            )
            outcomes.append(changed)
        except MienError as error:
            outcomes.append(error)

    threads = [threading.Thread(target=go, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, NameTaken) for each in outcomes) == 3
    assert sum(isinstance(each, Person) for each in outcomes) == 1
