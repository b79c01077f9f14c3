import numpy as np
from numpy.typing import NDArray

from mien.decision.likeliest_face import likeliest_face


def pointing(degrees: float) -> NDArray[np.float32]:
    angle = np.radians(degrees)
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


def test_it_is_the_face_most_like_the_persons_examples() -> None:
    faces = [pointing(90), pointing(10)]
    assert likeliest_face(faces, examples={"a": pointing(0)}, others=[], least=0.5) == 2


def test_without_examples_it_is_who_is_on_the_other_photos_too() -> None:
    faces = [pointing(90), pointing(10), pointing(200)]
    others = [[pointing(0), pointing(150)], [pointing(5)], []]
    assert likeliest_face(faces, examples={}, others=others, least=0.5) == 2


def test_it_is_the_largest_where_nobody_is_like_the_person() -> None:
    faces = [pointing(90), pointing(80)]
    assert likeliest_face(faces, examples={"a": pointing(0)}, others=[], least=0.5) == 1
    assert likeliest_face(faces, examples={}, others=[], least=0.5) == 1
