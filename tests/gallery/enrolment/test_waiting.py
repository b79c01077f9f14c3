import numpy as np
import pytest
from sqlalchemy import update

from building import acting
from building import make_user
from drawing import draw_photo
from looking import files_of
from mien.access.kept_input import keep_input
from mien.access.kept_input import take_input
from mien.errors import PhotoNotGoodEnough
from mien.errors import ProbeNotFound
from mien.errors import SeveralFacesFound
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_each import EachOptions
from mien.gallery.enrolment.enrol_each import Submission
from mien.gallery.enrolment.enrol_each import enrol_each
from mien.gallery.enrolment.enrol_each import hold_each
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.enrolment.waiting import WaitingPhoto
from mien.gallery.enrolment.waiting import let_photos_wait_for
from mien.gallery.enrolment.waiting import photos_waiting
from mien.gallery.enrolment.waiting import photos_waiting_for
from mien.gallery.people.forget import forget_person
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify_held import show_held
from mien.gallery.services import Services
from mien.storage.models import FaceRow

GROUP = draw_photo(["bob", "ada"], face_px=90)
SMALL = draw_photo(["ada"], face_px=34)
DECIDABLE = EachOptions(hold=(SeveralFacesFound, PhotoNotGoodEnough))


@pytest.fixture
def root(services: Services) -> str:
    return make_user(services).id


def send(services: Services, user_id: str, person_id: str, **photos: bytes) -> None:
    submissions = [
        Submission(name, lambda data=data: data, KnownPerson(person_id))  # type: ignore[misc]
        for name, data in photos.items()
    ]
    call = acting(services, user_id)
    list(enrol_each(call, gallery="default", submissions=submissions, options=DECIDABLE))


def waiting(services: Services, user_id: str, person_id: str) -> tuple[WaitingPhoto, ...]:
    call = acting(services, user_id)
    return photos_waiting_for(call, gallery="default", person_id=person_id)


def make_ada(services: Services, user_id: str) -> str:
    photo = Upload(draw_photo(["ada"]))
    call = acting(services, user_id)
    return enrol(call, gallery="default", source=photo, subject=NamedPerson("Ada")).person.id


def test_refused_photos_wait_with_their_names_in_their_order(services: Services, root: str) -> None:
    ada = make_ada(services, root)
    send(services, root, ada, group=GROUP, small=SMALL)
    group, small = waiting(services, root, ada)
    assert (group.file_name, group.faces, group.needs_choice) == ("group", 2, True)
    assert group.refusal is None
    assert (small.file_name, small.faces, small.needs_choice) == ("small", 1, False)
    assert small.refusal is not None
    assert [each.code for each in small.refusal.extra["reasons"]] == ["too_small"]


def test_the_face_like_the_persons_others_is_the_likeliest(services: Services, root: str) -> None:
    ada = make_ada(services, root)
    send(services, root, ada, group=GROUP)
    assert [each.likeliest for each in waiting(services, root, ada)] == [2]


def test_without_examples_the_other_photos_say_who_is_meant(services: Services, root: str) -> None:
    ada = create_person(acting(services, root), gallery="default", name="Ada").id
    other = draw_photo(["cy", "ada"], face_px=100)
    send(services, root, ada, one=GROUP, two=other)
    assert [each.likeliest for each in waiting(services, root, ada)] == [2, 2]


def test_what_waits_is_shown_to_nobody_else(services: Services, root: str) -> None:
    eve = make_user(services, "eve", is_admin=False).id
    ada = make_ada(services, root)
    send(services, root, ada, group=GROUP)
    (mine,) = waiting(services, root, ada)
    call = acting(services, eve)
    assert waiting(services, eve, ada) == ()
    assert photos_waiting(call, gallery="default", probe_ids=[mine.id]) == ()
    other = create_person(call, gallery="default", name="Eve").id
    let_photos_wait_for(call, gallery="default", person_id=other, probe_ids=[mine.id])
    assert waiting(services, eve, other) == ()
    assert len(waiting(services, root, ada)) == 1


def test_photos_wait_for_somebody_who_is_not_there_yet(services: Services, root: str) -> None:
    call = acting(services, root)
    outcomes = list(
        hold_each(
            call,
            gallery="default",
            submissions=[
                Submission("good", lambda: draw_photo(["ada"]), NewPerson("Ada")),
                Submission("empty", lambda: draw_photo([]), NewPerson("Ada")),
                Submission("broken", lambda: b"no picture", NewPerson("Ada")),
            ],
        )
    )
    assert [each.refusal and each.refusal.code for each in outcomes] == [
        None,
        "no_face_found",
        "unsupported_image",
    ]
    held = outcomes[0].held
    assert held is not None
    (one,) = photos_waiting(call, gallery="default", probe_ids=[held.id, "gone", "\x00"])
    assert (one.file_name, one.needs_choice, one.refusal) == ("good", False, None)
    ada = create_person(call, gallery="default", name="Ada").id
    let_photos_wait_for(call, gallery="default", person_id=ada, probe_ids=[held.id])
    assert [each.id for each in waiting(services, root, ada)] == [held.id]


def test_what_waits_for_somebody_goes_with_them(services: Services, root: str) -> None:
    call = acting(services, root)
    ada = create_person(call, gallery="default", name="Ada").id
    send(services, root, ada, group=GROUP)
    (held,) = waiting(services, root, ada)
    place = f"/galleries/default/people/{ada}/edit"
    kept = keep_input(call, user_id=root, place=place, content={"values": {"notes": "secret"}})
    assert kept is not None
    forgotten = forget_person(call, gallery="default", person_id=ada)
    assert (forgotten.probes, forgotten.complete) == (1, True)
    assert files_of(services) == set()
    with pytest.raises(ProbeNotFound):
        show_held(call, probe_id=held.id)
    assert take_input(call, kept_id=kept, place=place) is None


def test_examples_of_another_model_are_not_compared(services: Services, root: str) -> None:
    ada = make_ada(services, root)
    send(services, root, ada, group=GROUP)
    with services.database.write() as session:
        other = np.ones(8, dtype=np.float32)
        session.execute(update(FaceRow).where(FaceRow.person_id == ada).values(embedding=other))
    assert [each.likeliest for each in waiting(services, root, ada)] == [1]
