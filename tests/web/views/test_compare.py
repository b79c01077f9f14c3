from collections.abc import Callable

from drawing import draw_photo
from visiting import Visitor
from visiting import links
from visiting import says


def test_two_photos_of_one_person_are_said_to_be_so(user: Visitor) -> None:
    answer = user.done(
        "/compare", photo_a=draw_photo(["ada"]), photo_b=draw_photo(["ada"], face_px=90)
    )
    page = user.get(answer)
    assert "This looks like the same person" in page
    portraits = links(page, "/portrait")
    assert len(portraits) == 2
    assert all(user.client.get(portrait).status_code == 200 for portrait in portraits)


def test_two_people_are_told_apart(user: Visitor) -> None:
    answer = user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=draw_photo(["bob"]))
    assert "These look like two different people" in user.get(answer)


def test_of_several_faces_the_largest_is_compared(user: Visitor) -> None:
    group = draw_photo(["bob", "ada"])
    page = user.get(user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=group))
    assert "the largest was compared" in page


def test_a_photo_that_cannot_be_compared_is_named(user: Visitor) -> None:
    good, none = draw_photo(["ada"]), draw_photo([])
    assert "Second photo: No face was found" in says(
        user.refused("/compare", photo_a=good, photo_b=none)
    )
    assert "First photo: No face was found" in says(
        user.refused("/compare", photo_a=none, photo_b=good)
    )
    assert "Second photo: This file type is not supported" in says(
        user.refused("/compare", 415, photo_a=good, photo_b=b"no image")
    )
    assert "Choose the second photo." in user.refused("/compare", photo_a=good)


def test_an_answer_is_its_askers_alone(user: Visitor, visitor: Callable[[], Visitor]) -> None:
    answer = user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=draw_photo(["bob"]))
    visitor().signed_in("Other").get(answer, status=404)
