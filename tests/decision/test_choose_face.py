"""Which face of a photo is meant."""

import pytest

from drawing import draw_picture
from mien.decision.choose_face import choose_face
from mien.decision.choose_face import take_face
from mien.decision.choose_face import with_way_out
from mien.errors import InvalidInput
from mien.errors import NoFaceFound
from mien.errors import SeveralFacesFound
from mien.options import Take
from mien.vision.fake import FakeEngine
from mien.vision.fake import draw_face
from mien.vision.types import Face
from mien.words import say

SIZE_WH = (640, 300)


@pytest.fixture(scope="module")
def faces() -> list[Face]:
    """A large face at the left, a small one in the middle."""
    picture = draw_picture([], size_wh=SIZE_WH)
    picture[40:240, 20:220] = draw_face("ada", 200)
    picture[110:190, 280:360] = draw_face("bob", 80)
    return list(FakeEngine().analyze(picture))


@pytest.mark.parametrize(("take", "left"), [("largest", 20), ("nearest-centre", 280)])
def test_one_of_several_faces_is_taken_as_is_asked(
    faces: list[Face], take: Take, left: float
) -> None:
    taken = take_face(faces, take, face_number=None, size_wh=SIZE_WH)
    assert taken.box.left == pytest.approx(left, abs=12)


def test_only_takes_no_face_of_several_until_one_is_named(faces: list[Face]) -> None:
    with pytest.raises(SeveralFacesFound):
        take_face(faces, "only", face_number=None, size_wh=SIZE_WH)
    assert take_face(faces, "only", face_number=2, size_wh=SIZE_WH) is faces[1]
    assert take_face(faces[1:], "only", face_number=None, size_wh=SIZE_WH) is faces[1]


def test_where_there_is_no_face_none_is_taken() -> None:
    with pytest.raises(NoFaceFound) as caught:
        take_face([], "largest", face_number=None, size_wh=SIZE_WH)
    (reason,) = caught.value.extra["reasons"]
    assert reason.code == "no_face_found"
    assert (reason.figure, reason.limit, reason.unit) == (0, 1, "faces")


def test_several_faces_are_a_reason_with_its_figure_and_a_way_out(faces: list[Face]) -> None:
    with pytest.raises(SeveralFacesFound) as caught:
        choose_face(faces)
    (reason,) = caught.value.extra["reasons"]
    assert say.error(caught.value) == str(say.objection(reason))
    assert reason.code == "several_faces"
    assert (reason.figure, reason.limit, reason.unit) == (2, 1, "faces")


def test_another_way_out_replaces_the_usual_one(faces: list[Face]) -> None:
    with pytest.raises(SeveralFacesFound) as caught:
        choose_face(faces)
    told = with_way_out(caught.value, "face_option")
    assert [each.key for each in told.extra["reasons"]] == ["several_faces.face_option"]
    assert "--face" in say.error(told)
    assert len(told.extra["boxes"]) == 2


@pytest.mark.parametrize(("take", "number"), [("largest", 1), ("smallest", None)])
def test_which_face_is_meant_is_said_in_one_way(
    faces: list[Face], take: Take, number: int | None
) -> None:
    with pytest.raises(InvalidInput) as caught:
        take_face(faces, take, face_number=number, size_wh=SIZE_WH)
    assert caught.value.field == "take"
