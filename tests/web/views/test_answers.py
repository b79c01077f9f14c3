"""The three answers and their doubts, as pages show them with a model that has been calibrated."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.app import create_app
from mien.gallery.galleries import change_gallery
from mien.options import Detail
from mien.runtime import Runtime
from mien.vision.budget import Budget
from mien.vision.fake import FakeEngine
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB
from visiting import Visitor
from visiting import says

BLURRED_PX = 60.0


class ShortSighted(FakeEngine):
    """Sees small drawings as blurred beyond recognition.

    What is poor about a photo cannot be drawn without hiding the drawn person as well.
    """

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        return Faces(
            tuple(
                face
                if face.quality.size_px > BLURRED_PX
                else replace(
                    face,
                    quality=replace(
                        face.quality, acceptable=False, reasons=("blurred",), sharpness=1.0
                    ),
                )
                for face in super().analyze(image_rgb, detail=detail, budget=budget)
            )
        )


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(tmp_path, engine=ShortSighted(calibrated=True))
    yield made
    made.close()


@pytest.fixture
def admin(runtime: Runtime) -> Visitor:
    return Visitor(create_app(runtime), runtime).signed_in()


@pytest.fixture
def user(runtime: Runtime) -> Visitor:
    return Visitor(create_app(runtime), runtime).signed_in("Sam", is_admin=False)


def answered(browser: Visitor, *people: str, face_px: int = 100) -> str:
    photo = draw_photo(people, variant=3, face_px=face_px)
    return browser.get(browser.done("/identify", photo=photo, gallery="default"))


def mirrored(browser: Visitor) -> None:
    """Two people who look alike to every engine: drawn as one, stored under two names."""
    browser.enrol("ada")
    probe = browser.done("/identify", photo=draw_photo(["ada"], face_px=90), gallery="default")
    browser.done(f"{probe}/faces/1/add", name="Ada's double", anyway="yes")


def test_a_match_is_told_in_words_by_its_mark_and_with_its_rate(user: Visitor) -> None:
    user.enrol("ada")
    page = answered(user, "ada")
    assert "This looks like ada" in says(page)
    assert "facebox--match" in page
    assert "verdict--match" in page
    assert "Fewer than 1 in" in page


def test_two_who_are_alike_are_both_named_and_neither_is_chosen(user: Visitor) -> None:
    mirrored(user)
    page = answered(user, "ada")
    assert "facebox--ambiguous" in page
    assert "verdict--ambiguous" in page
    assert 'face-card__or">or</span>' in page
    assert "Compare them yourself, and add better photos of both." in page
    # Neither name stands beside the box.
    assert 'class="facebox__name"' not in page


def test_a_face_that_shows_too_little_names_one_person_and_perhaps(user: Visitor) -> None:
    user.enrol("ada")
    page = answered(user, "ada", face_px=50)
    assert "Perhaps ada" in says(page)
    assert "verdict--ambiguous" in page
    assert 'face-card__or">Perhaps</span>' in page
    assert "this face is blurred and shows too little to be told from others" in page
    assert "with the camera held still" in page


def test_a_stranger_is_told_what_the_gallery_accepts(user: Visitor) -> None:
    user.enrol("ada")
    page = answered(user, "cy")
    assert "facebox--unknown" in page
    assert "No one in this gallery is similar enough." in page
    assert "About 1 in 1,000 strangers would be named by mistake." in page


def test_all_three_are_counted_in_the_title(user: Visitor) -> None:
    user.enrol("bob")
    mirrored(user)
    page = answered(user, "ada", "bob", "cy")
    assert "3 faces: 1 recognised, 1 ambiguous, 1 unknown" in page


def test_the_head_says_what_is_accepted_and_leads_administrators_to_it(
    admin: Visitor, user: Visitor
) -> None:
    admin.enrol("ada")
    page = answered(admin, "cy")
    assert "About 1 in 1,000 strangers may be named by mistake" in page
    assert 'href="/galleries/default/settings">Change' in page
    assert "/galleries/default/settings" not in answered(user, "cy")


def test_a_threshold_set_by_hand_is_told_with_what_it_means(user: Visitor) -> None:
    user.enrol("ada")
    change_gallery(acting(user.runtime.services), name="default", settings={"threshold": 0.25})
    page = answered(user, "cy")
    assert "where a match needs 0.25. About 1 in" in page


def test_a_comparison_says_how_often_it_is_wrong(user: Visitor) -> None:
    ada, bob = draw_photo(["ada"]), draw_photo(["bob"])
    same = user.get(user.done("/compare", photo_a=ada, photo_b=draw_photo(["ada"], face_px=90)))
    assert "comparisons of different people would look this alike" in same
    assert "verdict--match" in same
    different = user.get(user.done("/compare", photo_a=ada, photo_b=bob))
    assert "About 1 in 1,000" in different
    assert "verdict--unknown" in different


def test_a_comparison_with_a_poor_photo_is_not_certain(user: Visitor) -> None:
    poor = draw_photo(["ada"], face_px=50)
    page = user.get(user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=poor))
    assert "verdict--ambiguous" in page
    assert "This may be the same person" in page
    assert "The face of the second photo is blurred." in page
