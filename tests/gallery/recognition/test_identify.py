from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from building import acting
from drawing import draw_photo
from mien.decision.operating_point import operating_point
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import UnsupportedImage
from mien.gallery.analysis import Upload
from mien.gallery.analysis import detect
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.people.people import create_person
from mien.gallery.recognition.identify import identify
from mien.gallery.recognition.recognise import Probe
from mien.gallery.recognition.recognise import decided
from mien.gallery.recognition.search import Found
from mien.gallery.results import Candidate
from mien.gallery.results import PersonRef
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.vision.fake import FakeEngine
from mien.vision.reader import ImageReader


def add(services: Services, *people: str, gallery: str = "default", variants: int = 1) -> None:
    for person in people:
        for variant in range(variants):
            # Another size is another embedding of the same person.
            photo = draw_photo([person], face_px=120 - variant)
            enrol(
                acting(services),
                gallery=gallery,
                source=Upload(photo),
                subject=NamedPerson(person.title()),
            )


def test_every_face_of_a_group_photo_gets_its_name_or_unknown(services: Services) -> None:
    add(services, "ada", "bob")
    photo = draw_photo(["cy", "ada", "bob"], variant=7)
    answers = identify(acting(services), gallery="default", photo=Upload(photo)).answers
    by_place = sorted(answers, key=lambda answer: answer.face.box.left)
    named = [
        answer.candidates[0].person.name if answer.decision == "match" else None
        for answer in by_place
    ]
    assert named == [None, "Ada", "Bob"]
    assert [answer.number for answer in answers] == [1, 2, 3]


@pytest.mark.thorough
def test_candidates_are_people_best_first_each_once_with_their_best_example(
    services: Services,
) -> None:
    add(services, "ada", variants=6)
    add(services, "bob", "cy", "dee")
    photo = draw_photo(["ada"], face_px=118)
    [answer] = identify(acting(services), gallery="default", photo=Upload(photo)).answers
    names = [candidate.person.name for candidate in answer.candidates]
    assert names[0] == "Ada"
    assert sorted(names) == ["Ada", "Bob", "Cy", "Dee"]
    similarities = [candidate.similarity for candidate in answer.candidates]
    assert similarities == sorted(similarities, reverse=True)
    assert answer.candidates[0].example_similarity == pytest.approx(1, abs=1e-5)
    assert answer.runner_up == answer.candidates[1]


@pytest.mark.thorough
def test_somebody_with_many_faces_does_not_crowd_out_the_others(services: Services) -> None:
    add(services, "ada", variants=30)
    add(services, "bob", "cy")
    [answer] = identify(
        acting(services), gallery="default", limit=3, photo=Upload(draw_photo(["ada"]))
    ).answers
    assert {candidate.person.name for candidate in answer.candidates} == {"Ada", "Bob", "Cy"}


def test_no_more_people_are_named_than_asked_for(services: Services) -> None:
    add(services, "ada", "bob", "cy")
    for limit in (1, 2, 3, 100):
        [answer] = identify(
            acting(services), gallery="default", limit=limit, photo=Upload(draw_photo(["ada"]))
        ).answers
        assert len(answer.candidates) == min(limit, 3)
        assert answer.candidates[0].person.name == "Ada"


@pytest.mark.parametrize("recorded", [True, False], ids=["digest", "kept-photo"])
def test_who_was_added_from_the_very_photo_is_found_and_marked(
    services: Services, *, recorded: bool
) -> None:
    add(services, "ada", "bob")
    if not recorded:
        with services.database.write() as session:
            session.execute(update(FaceRow).values(photo_sha256=None))
    [same], [other] = (
        identify(acting(services), gallery="default", photo=Upload(photo)).answers
        for photo in (draw_photo(["ada"]), draw_photo(["ada"], face_px=119))
    )
    assert [each.decision for each in (same, other)] == ["match", "match"]
    assert [each.same_photo for each in same.candidates] == [True, False]
    assert [each.same_photo for each in other.candidates] == [False, False]


def test_another_face_of_the_same_photo_is_no_reason_for_a_mark(services: Services) -> None:
    photo = draw_photo(["ada", "bob"])
    enrol(
        acting(services),
        gallery="default",
        source=Upload(photo),
        subject=NamedPerson("One"),
        face_number=1,
    )
    one, two = identify(acting(services), gallery="default", photo=Upload(photo)).answers
    assert one.candidates[0].same_photo
    assert not two.candidates[0].same_photo


def test_who_is_left_without_the_very_photo_does_not_crowd_out_others(services: Services) -> None:
    """Three who were added from one face leave as many places as there were."""
    photo = draw_photo(["ada"])
    for name in ("One", "Two", "Three"):
        enrol(acting(services), gallery="default", source=Upload(photo), subject=NamedPerson(name))
    add(services, *(f"p{number}" for number in range(8)))
    asked: dict[str, Any] = {"gallery": "default", "photo": Upload(photo), "limit": 8}
    [marked] = identify(acting(services), **asked).answers
    [left] = identify(acting(services), **asked, itself="left_out").answers
    assert [each.same_photo for each in marked.candidates[:4]] == [True, True, True, False]
    assert len(left.candidates) == 8
    assert left.candidates[:5] == tuple(
        replace(each, similarity_to_best=known.similarity_to_best)
        for each, known in zip(marked.candidates[3:], left.candidates, strict=False)
    )


def test_the_decision_does_not_depend_on_how_many_are_named() -> None:
    engine = FakeEngine(calibrated=True)
    point = operating_point(
        calibration=engine.summary.calibration,
        accepted_fpir=0.001,
        threshold=None,
        otherwise=0.5,
        people=200,
        faces=200,
    )
    # Only the last of all looks like the first.
    candidates = tuple(
        Candidate(
            person=PersonRef(str(place), f"p{place}"),
            person_id=str(place),
            similarity=similarity,
            face_id=str(place),
            example_similarity=similarity,
            similarity_to_best=0.99 if place == 7 else 0.0,
        )
        for place, similarity in enumerate([0.7, *[0.45] * 7])
    )
    faces = engine.analyze(
        ImageReader(max_bytes=10**7, max_pixels=10**7).decode(draw_photo(["ada"])).image_rgb
    )
    few, many = (
        decided([Probe(faces[0].embedding)], Found(point, (candidates[:ranked],), ()), limit=limit)[
            0
        ]
        for ranked, limit in ((5, 1), (8, 8))
    )
    assert (few.decision, few.doubts) == (many.decision, many.doubts)
    assert len(many.candidates) == 8


def test_an_empty_gallery_knows_nobody(services: Services) -> None:
    create_person(acting(services), gallery="default", name="Without a face")
    found = identify(acting(services), gallery="default", photo=Upload(draw_photo(["ada", "bob"])))
    assert [answer.decision for answer in found.answers] == ["unknown", "unknown"]
    assert all(answer.candidates == () for answer in found.answers)
    assert all(answer.runner_up is None for answer in found.answers)


def test_a_photo_without_faces_has_no_answers(services: Services) -> None:
    add(services, "ada")
    found = identify(
        acting(services), gallery="Default", photo=Upload(draw_photo(size_wh=(400, 300)))
    )
    assert found.answers == ()
    assert (found.width, found.height) == (400, 300)
    assert found.gallery == "default"


def test_the_threshold_of_the_call_goes_before_the_gallerys_and_that_before_the_packs(
    services: Services,
) -> None:
    add(services, "ada")
    photo = draw_photo(["ada"], face_px=90)

    def answer(threshold: float | None = None) -> tuple[float, str]:
        found = identify(
            acting(services), gallery="default", threshold=threshold, photo=Upload(photo)
        )
        return found.threshold, found.answers[0].decision

    assert answer() == (services.engine.summary.identify_threshold, "match")
    change_gallery(acting(services), name="default", settings={"threshold": 1.0})
    assert answer(0.5) == (0.5, "match")
    assert answer()[0] == 1.0
    change_gallery(acting(services), name="default", settings={"threshold": None})
    assert answer()[0] == services.engine.summary.identify_threshold


def test_nobody_is_found_in_another_gallery(services: Services) -> None:
    create_gallery(acting(services), name="club")
    add(services, "ada", gallery="club")
    photo = draw_photo(["ada"])
    assert (
        identify(acting(services), gallery="club", photo=Upload(photo)).answers[0].decision
        == "match"
    )
    [answer] = identify(acting(services), gallery="default", photo=Upload(photo)).answers
    assert (answer.decision, answer.candidates) == ("unknown", ())


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_out_of_range_is_refused(services: Services, limit: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        identify(
            acting(services), gallery="default", limit=limit, photo=Upload(draw_photo(["ada"]))
        )
    assert caught.value.field == "limit"


@pytest.mark.parametrize("threshold", [-1.01, 1.01, float("nan"), float("inf")])
def test_a_threshold_out_of_range_is_refused(services: Services, threshold: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        identify(
            acting(services),
            gallery="default",
            threshold=threshold,
            photo=Upload(draw_photo(["ada"])),
        )
    assert caught.value.field == "threshold"


def test_what_is_not_there_is_named(services: Services) -> None:
    with pytest.raises(GalleryNotFound):
        identify(acting(services), gallery="nowhere", photo=Upload(draw_photo(["ada"])))
    with pytest.raises(UnsupportedImage):
        identify(acting(services), gallery="default", photo=Upload(b"text"))


def test_detection_says_where_faces_are_and_asks_no_gallery(services: Services) -> None:
    found = detect(acting(services), photo=Upload(draw_photo(["ada", "bob"], size_wh=(800, 400))))
    assert (found.width, found.height) == (800, 400)
    assert len(found.faces) == 2
    with pytest.raises(UnsupportedImage):
        detect(acting(services), photo=Upload(b"text"))


def test_more_faces_than_a_database_takes_values_in_one_question(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.gallery.person_refs._IDS_AT_ONCE", 2)
    add(services, "ada", "bob", "cy", "dee", "eve")
    found = identify(
        acting(services), gallery="default", limit=5, photo=Upload(draw_photo(["ada", "eve"]))
    )
    assert all(len(answer.candidates) == 5 for answer in found.answers)
