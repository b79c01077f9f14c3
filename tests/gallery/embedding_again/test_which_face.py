from dataclasses import replace

from drawing import draw_picture
from mien.gallery.embedding_again.which_face import match_faces
from mien.vision.fake import FakeEngine
from mien.vision.types import Box
from mien.vision.types import Face

[_FACE] = FakeEngine().analyze(draw_picture(["ada"]))


def seen(left: float, top: float, side: float) -> Face:
    return replace(_FACE, box=Box(left, top, left + side, top + side))


def box(left: float, top: float, side: float) -> Box:
    return Box(left, top, left + side, top + side)


def test_a_face_is_the_one_in_its_place_however_closely_it_is_framed() -> None:
    stored = {"a": box(0, 0, 100), "b": box(200, 0, 100)}
    close, wide = seen(15, 15, 70), seen(180, -20, 140)
    found = match_faces(stored, [wide, close], looked_for=["a", "b"])
    assert (found["a"], found["b"]) == (close, wide)


def test_a_face_that_is_seen_elsewhere_alone_is_nobodys() -> None:
    assert match_faces({"a": box(0, 0, 100)}, [seen(60, 0, 100)], looked_for=["a"]) == {}
    assert match_faces({"a": box(0, 0, 100)}, [], looked_for=["a"]) == {}


def test_of_two_one_before_the_other_neither_is_taken_for_the_other() -> None:
    stored = {"front": box(0, 0, 100), "behind": box(45, 0, 100)}
    only_front = seen(2, 0, 100)
    assert match_faces(stored, [only_front], looked_for=["behind", "front"]) == {
        "front": only_front
    }


def test_one_place_may_be_an_example_of_several_people() -> None:
    stored = {"one": box(0, 0, 100), "other": box(3, 0, 100)}
    face = seen(2, 0, 100)
    assert match_faces(stored, [face], looked_for=["one", "other"]) == {"one": face, "other": face}
