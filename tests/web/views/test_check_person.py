import re
from collections.abc import Callable

from building import acting
from drawing import draw_group
from drawing import draw_photo
from mien.gallery.people.people import create_person
from visiting import Visitor
from visiting import links
from visiting import says


def test_a_photo_of_somebody_is_said_to_show_them(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.enrol("bob")
    (check,) = links(user.get(ada), "/check")
    page = user.get(user.done(check, photo=draw_photo(["ada"], face_px=90)))
    assert "This looks like ada" in page
    assert re.search(r"Similarity 0\.\d+ \(0\.\d+ is enough", says(page))
    assert "bob" not in says(page)
    assert all(user.client.get(url).status_code == 200 for url in links(page, "/portrait"))


def test_somebody_else_does_not_pass_even_though_the_gallery_knows_them(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.enrol("bob")
    page = user.get(user.done(f"{ada}/check", photo=draw_photo(["bob"], face_px=90)))
    assert "This does not look like ada" in page


def test_of_several_faces_the_largest_is_compared_or_the_one_that_is_chosen(user: Visitor) -> None:
    ada = user.enrol("ada")
    answer = user.done(f"{ada}/check", photo=draw_group([("ada", 80), ("bob", 140)]))
    page = user.get(answer)
    assert "This does not look like ada" in page
    assert re.findall(r'name="face" value="(\d)"( checked)?', page) == [
        ("1", ""),
        ("2", " checked"),
    ]
    assert f'action="{answer}"' in page
    assert "This looks like ada" in user.get(f"{answer}?face=1")


def test_the_same_photo_is_said_to_be_compared_with_itself(user: Visitor) -> None:
    ada = user.enrol("ada")
    page = user.get(user.done(f"{ada}/check", photo=draw_photo(["ada"])))
    assert "the face was compared with itself" in page


def test_what_cannot_be_compared_is_said_beside_the_photo(user: Visitor) -> None:
    ada = user.enrol("ada")
    assert "Photo: No face was found" in says(user.refused(f"{ada}/check", photo=draw_photo([])))
    assert "Photo: This file type" in says(user.refused(f"{ada}/check", 415, photo=b"none"))
    assert "Choose a photo first." in user.refused(f"{ada}/check")
    empty = create_person(acting(user.runtime.services), gallery="default", name="Bob")
    bob = f"/galleries/default/people/{empty.id}"
    assert f"{bob}/check" not in user.get(bob)
    assert "has no photo yet" in user.refused(f"{bob}/check", photo=draw_photo(["ada"]))
    user.get("/galleries/default/people/00000000-0000-4000-8000-000000000000/check", status=404)


def test_a_checked_photo_is_its_senders_alone_and_can_be_deleted_at_once(
    user: Visitor, visitor: Callable[[], Visitor]
) -> None:
    ada = user.enrol("ada")
    answer = user.done(f"{ada}/check", photo=draw_photo(["ada"], face_px=90))
    visitor().signed_in("Other").get(answer, status=404)
    for _ in range(2):
        assert user.done(f"{answer}/let-go") == f"{ada}/check"
    user.get(answer, status=404)
