import re
from collections.abc import Callable

from drawing import draw_group
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


def test_of_several_faces_the_largest_is_compared_until_another_is_chosen(user: Visitor) -> None:
    group = draw_group([("bob", 80), ("ada", 140)])
    answer = user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=group)
    page = user.get(answer)
    assert "the largest was compared" in page
    assert "This looks like the same person" in page
    assert re.findall(r'name="face_b" value="(\d)"( checked)?', page) == [
        ("1", ""),
        ("2", " checked"),
    ]
    page = user.get(f"{answer}?face_b=1")
    assert "These look like two different people" in page
    assert "the largest was compared" not in page
    user.get(f"{answer}?face_b=3", status=422)


def test_photos_stay_and_one_can_be_replaced_or_both_swapped(user: Visitor) -> None:
    group = draw_group([("bob", 80), ("ada", 140)])
    answer = user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=group)
    first, second = answer.split("/")[2:4]
    chosen = user.done("/compare", held_a=first, held_b=second, face_b="1")
    assert chosen == f"/compare/{first}/{second}?face_b=1"
    (swapped,) = links(user.get(chosen), "?face_a=1")
    assert swapped == f"/compare/{second}/{first}?face_a=1"
    assert "These look like two different people" in user.get(swapped)
    replaced = user.done(
        "/compare", held_a=first, held_b=second, face_b="1", photo_b=draw_photo(["ada"], face_px=90)
    )
    assert replaced.startswith(f"/compare/{first}/")
    assert second not in replaced
    assert "This looks like the same person" in user.get(replaced)


def test_a_photo_that_was_good_need_not_be_sent_again(user: Visitor) -> None:
    page = user.refused("/compare", photo_a=draw_photo(["ada"]), photo_b=draw_photo([]))
    (first,) = re.findall(r'name="held_a" value="([^"]+)"', page)
    answer = user.done("/compare", held_a=first, photo_b=draw_photo(["bob"]))
    assert answer.startswith(f"/compare/{first}/")


def test_held_photos_are_deleted_at_once_when_asked(user: Visitor) -> None:
    answer = user.done("/compare", photo_a=draw_photo(["ada"]), photo_b=draw_photo(["bob"]))
    first, second = answer.split("/")[2:4]
    for _ in range(2):
        assert user.done("/compare/let-go", held=[first, second]) == "/compare"
    user.get(answer, status=404)
    page = says(user.refused("/compare", held_a=first, photo_b=draw_photo(["bob"])))
    assert "First photo: This photo has been deleted." in page


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
    other = visitor().signed_in("Other")
    other.get(answer, status=404)
    first, second = answer.split("/")[2:4]
    page = other.refused("/compare", held_a=first, held_b=second)
    assert first not in page
