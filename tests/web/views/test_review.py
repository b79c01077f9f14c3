"""The page "To review", and what leads there."""

import re

from drawing import draw_photo
from visiting import Visitor
from visiting import links
from visiting import says

PEOPLE = "/galleries/default/people"
REVIEW = "/galleries/default/review"


def test_the_way_to_it_is_shown_only_where_there_is_something(user: Visitor) -> None:
    ada = user.enrol("ada")
    assert REVIEW not in user.get(PEOPLE)
    assert "Nothing to review" in user.get(REVIEW)
    user.done(ada, photos=[("man.png", draw_photo(["man"]))])
    page = user.get(PEOPLE)
    assert "1 to review" in says(page)
    assert REVIEW in links(page, "/review")


def test_a_suspected_face_is_marked_listed_and_kept(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.done(ada, photos=[("man.png", draw_photo(["man"]))])
    page = user.get(ada)
    assert "unlike the others" in says(page)
    assert page.count('class="suspicion"') == 1
    page = user.get(REVIEW)
    assert "It does not look like the other faces of ada (similarity" in says(page)
    # The face, and another of hers beside it.
    assert len(links(page, "/crop")) == 2
    [keep] = links(page, "/keep")
    assert user.client.get(keep).headers["Location"] == REVIEW
    assert user.done(keep) == REVIEW
    assert "Nothing to review" in user.get(REVIEW)
    assert "unlike the others" not in says(user.get(ada))
    assert "2 faces," in says(user.get(ada))


def test_a_suspected_face_is_deleted_from_there(user: Visitor) -> None:
    ada = user.enrol("ada")
    user.done(ada, photos=[("man.png", draw_photo(["man"]))])
    [delete] = links(user.get(REVIEW), "/delete")
    user.done(delete)
    assert "Nothing to review" in user.get(REVIEW)
    assert "1 face," in says(user.get(ada))


def test_two_people_who_look_alike_stand_side_by_side_and_are_kept(user: Visitor) -> None:
    user.enrol("ada")
    other = user.done(
        f"{PEOPLE}/new", name="Twin", photos=[draw_photo(["ada"], face_px=90, variant=3)]
    )
    assert "1 to review" in says(user.get(PEOPLE))
    page = user.get(REVIEW)
    assert len(re.findall("<figure", page)) == 2
    assert other in page
    [keep] = links(page, "/keep")
    assert user.client.get(keep).headers["Location"] == REVIEW
    user.done(keep)
    assert "to review" not in says(user.get(PEOPLE))
    assert "Nothing to review" in user.get(REVIEW)


def test_only_a_face_of_the_address_is_kept(user: Visitor) -> None:
    ada, bob = user.enrol("ada"), user.enrol("bob")
    user.done(ada, photos=[("man.png", draw_photo(["man"]))])
    [keep] = links(user.get(REVIEW), "/keep")
    wrong = keep.replace(ada.rsplit("/", 1)[1], bob.rsplit("/", 1)[1])
    assert user.post(wrong).status_code == 404
    assert "1 to review" in says(user.get(PEOPLE))
