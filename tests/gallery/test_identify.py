import pytest

from drawing import draw_photo
from mien.decision.operating_point import operating_point
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import UnsupportedImage
from mien.gallery.answers import Candidate
from mien.gallery.answers import PersonRef
from mien.gallery.detect import detect
from mien.gallery.enrol import enrol
from mien.gallery.galleries import change_gallery
from mien.gallery.galleries import create_gallery
from mien.gallery.identify import Found
from mien.gallery.identify import answers
from mien.gallery.identify import identify
from mien.gallery.people import create_person
from mien.gallery.tools import Tools
from mien.gallery.whom import NamedPerson
from mien.vision.fake import FakeEngine
from mien.vision.images import ImageReader


def add(tools: Tools, *people: str, gallery: str = "default", variants: int = 1) -> None:
    for person in people:
        for variant in range(variants):
            # Another size is another embedding of the same person.
            photo = draw_photo([person], face_px=120 - variant)
            enrol(tools, gallery=gallery, photo=photo, whom=NamedPerson(person.title()))


def test_every_face_of_a_group_photo_gets_its_name_or_unknown(tools: Tools) -> None:
    add(tools, "ada", "bob")
    photo = draw_photo(["cy", "ada", "bob"], variant=7)
    answers = identify(tools, gallery="default", photo=photo).answers
    by_place = sorted(answers, key=lambda answer: answer.face.box.left)
    named = [
        answer.candidates[0].person.name if answer.decision == "match" else None
        for answer in by_place
    ]
    assert named == [None, "Ada", "Bob"]
    assert [answer.number for answer in answers] == [1, 2, 3]


def test_candidates_are_people_best_first_each_once_with_their_best_example(tools: Tools) -> None:
    add(tools, "ada", variants=6)
    add(tools, "bob", "cy", "dee")
    photo = draw_photo(["ada"], face_px=118)
    [answer] = identify(tools, gallery="default", photo=photo).answers
    names = [candidate.person.name for candidate in answer.candidates]
    assert names[0] == "Ada"
    assert sorted(names) == ["Ada", "Bob", "Cy", "Dee"]
    similarities = [candidate.similarity for candidate in answer.candidates]
    assert similarities == sorted(similarities, reverse=True)
    assert answer.candidates[0].example_similarity == pytest.approx(1, abs=1e-5)
    assert answer.runner_up == answer.candidates[1]


def test_somebody_with_many_faces_does_not_crowd_out_the_others(tools: Tools) -> None:
    add(tools, "ada", variants=30)
    add(tools, "bob", "cy")
    [answer] = identify(tools, gallery="default", photo=draw_photo(["ada"]), limit=3).answers
    assert {candidate.person.name for candidate in answer.candidates} == {"Ada", "Bob", "Cy"}


def test_no_more_people_are_named_than_asked_for(tools: Tools) -> None:
    add(tools, "ada", "bob", "cy")
    for limit in (1, 2, 3, 100):
        [answer] = identify(
            tools, gallery="default", photo=draw_photo(["ada"]), limit=limit
        ).answers
        assert len(answer.candidates) == min(limit, 3)
        assert answer.candidates[0].person.name == "Ada"


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
            likeness=0.99 if place == 7 else 0.0,
        )
        for place, similarity in enumerate([0.7, *[0.45] * 7])
    )
    faces = engine.analyze(
        ImageReader(max_bytes=10**7, max_pixels=10**7).decode(draw_photo(["ada"])).image_rgb
    )
    few, many = (
        answers(faces, Found(point, (candidates[:ranked],)), limit=limit)[0]
        for ranked, limit in ((5, 1), (8, 8))
    )
    assert (few.decision, few.doubts) == (many.decision, many.doubts)
    assert len(many.candidates) == 8


def test_an_empty_gallery_knows_nobody(tools: Tools) -> None:
    create_person(tools, gallery="default", name="Without a face")
    found = identify(tools, gallery="default", photo=draw_photo(["ada", "bob"]))
    assert [answer.decision for answer in found.answers] == ["unknown", "unknown"]
    assert all(answer.candidates == () for answer in found.answers)
    assert all(answer.runner_up is None for answer in found.answers)


def test_a_photo_without_faces_has_no_answers(tools: Tools) -> None:
    add(tools, "ada")
    found = identify(tools, gallery="Default", photo=draw_photo(size_wh=(400, 300)))
    assert found.answers == ()
    assert (found.width, found.height) == (400, 300)
    assert found.gallery == "default"


def test_the_threshold_of_the_call_goes_before_the_gallerys_and_that_before_the_packs(
    tools: Tools,
) -> None:
    add(tools, "ada")
    photo = draw_photo(["ada"], face_px=90)

    def answer(threshold: float | None = None) -> tuple[float, str]:
        found = identify(tools, gallery="default", photo=photo, threshold=threshold)
        return found.threshold, found.answers[0].decision

    assert answer() == (tools.engine.summary.identify_threshold, "match")
    change_gallery(tools, name="default", threshold=1.0)
    assert answer(0.5) == (0.5, "match")
    assert answer()[0] == 1.0
    change_gallery(tools, name="default", automatic_threshold=True)
    assert answer()[0] == tools.engine.summary.identify_threshold


def test_nobody_is_found_in_another_gallery(tools: Tools) -> None:
    create_gallery(tools, name="club")
    add(tools, "ada", gallery="club")
    photo = draw_photo(["ada"])
    assert identify(tools, gallery="club", photo=photo).answers[0].decision == "match"
    [answer] = identify(tools, gallery="default", photo=photo).answers
    assert (answer.decision, answer.candidates) == ("unknown", ())


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_out_of_range_is_refused(tools: Tools, limit: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        identify(tools, gallery="default", photo=draw_photo(["ada"]), limit=limit)
    assert caught.value.field == "limit"


@pytest.mark.parametrize("threshold", [-1.01, 1.01, float("nan"), float("inf")])
def test_a_threshold_out_of_range_is_refused(tools: Tools, threshold: float) -> None:
    with pytest.raises(InvalidInput) as caught:
        identify(tools, gallery="default", photo=draw_photo(["ada"]), threshold=threshold)
    assert caught.value.field == "threshold"


def test_what_is_not_there_is_named(tools: Tools) -> None:
    with pytest.raises(GalleryNotFound):
        identify(tools, gallery="nowhere", photo=draw_photo(["ada"]))
    with pytest.raises(UnsupportedImage):
        identify(tools, gallery="default", photo=b"text")


def test_detection_says_where_faces_are_and_asks_no_gallery(tools: Tools) -> None:
    found = detect(tools, photo=draw_photo(["ada", "bob"], size_wh=(800, 400)))
    assert (found.width, found.height) == (800, 400)
    assert len(found.faces) == 2
    with pytest.raises(UnsupportedImage):
        detect(tools, photo=b"text")


def test_more_faces_than_a_database_takes_values_in_one_question(
    tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.gallery.identify._IDS_AT_ONCE", 2)
    add(tools, "ada", "bob", "cy", "dee", "eve")
    found = identify(tools, gallery="default", photo=draw_photo(["ada", "eve"]), limit=5)
    assert all(len(answer.candidates) == 5 for answer in found.answers)
