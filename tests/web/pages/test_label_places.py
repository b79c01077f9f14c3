"""Where labels go on a photo."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.web.pages.faces import BoxView
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.pages.label_places import MarkPlace
from mien.web.pages.label_places import Side
from mien.web.pages.label_places import _Screen
from mien.web.pages.label_places import mark_places


def placed(box: BoxView, width: int, height: int, label: str = "") -> MarkPlace:
    photo = PhotoView("", width, height, (FaceMark(1, box, label, "match"),))
    return mark_places(photo)[0]


def test_a_number_stays_outside_the_face_and_within_the_photo() -> None:
    middle = placed(BoxView(100, 200, 50, 60), 1000, 800, "Ada")
    assert (middle.x, middle.y, middle.above, middle.anchor) == ("10%", "25%", True, "start")
    assert (middle.number, middle.name) == ("always", "always")
    corner = placed(BoxView(900, 0, 50, 60), 1000, 800)
    assert (corner.x, corner.y, corner.above, corner.anchor) == ("95%", "7.5%", False, "end")


def test_a_number_has_room_above_a_face_of_a_low_photo_on_a_phone() -> None:
    # Shown 330 pixels wide and 110 high, the box begins 22 pixels below the top.
    low = placed(BoxView(450, 200, 300, 350), 3000, 1000)
    assert (low.y, low.above) == ("55%", False)
    assert placed(BoxView(450, 300, 300, 350), 3000, 1000).above


def test_the_number_of_a_face_that_fills_the_photo_is_inside_it() -> None:
    filling = placed(BoxView(-10, -20, 420, 530), 400, 500)
    assert (filling.x, filling.y, filling.above, filling.number) == ("0%", "0%", False, "always")


def test_a_name_that_would_cover_the_next_face_is_left_to_the_list() -> None:
    boxes = (BoxView(100, 300, 100, 120), BoxView(230, 220, 100, 120))
    photo = PhotoView(
        "", 800, 600, tuple(FaceMark(1, box, "Ada Lovelace", "match") for box in boxes)
    )
    left, right = mark_places(photo)
    assert (left.number, left.name) == ("always", "never")
    assert right.name == "always"


def test_who_is_known_chooses_a_place_first() -> None:
    known = FaceMark(1, BoxView(100, 100, 40, 50), "Ada", "match")
    stranger = FaceMark(2, BoxView(145, 100, 60, 75), "", "unknown")
    crowd = [FaceMark(3, BoxView(96, 160, 60, 75), "", "unknown")]
    places = mark_places(PhotoView("", 800, 600, (known, stranger, *crowd)))
    assert places[0].number == "always"
    alone = mark_places(PhotoView("", 800, 600, (known,)))
    assert (places[0].x, places[0].y) == (alone[0].x, alone[0].y)


def test_small_faces_close_together_have_no_number_on_a_phone() -> None:
    marks = tuple(
        FaceMark(number, BoxView(20 * number, 100 * row + 60, 16, 20), "Ada", "match")
        for row in range(5)
        for number in range(1, 40)
    )
    places = mark_places(PhotoView("", 840, 600, marks))
    assert sum(place.number == "always" for place in places) < len(marks) / 4


BOXES = st.builds(
    BoxView,
    x=st.floats(-20, 780),
    y=st.floats(-20, 580),
    width=st.floats(5, 300),
    height=st.floats(5, 300),
)


@pytest.mark.thorough
@given(st.lists(BOXES, min_size=1, max_size=12), st.sampled_from(["", "Ada", "Grace Hopper"]))
def test_no_label_that_is_shown_covers_a_face_or_another_label(
    boxes: list[BoxView], label: str
) -> None:
    marks = tuple(FaceMark(number, box, label, "match") for number, box in enumerate(boxes, 1))
    photo = PhotoView("", 800, 600, marks)
    places = mark_places(photo)
    for width, shown in ((600.0, {"always", "wide"}), (330.0, {"always"})):
        screen = _Screen(photo, width)
        areas = []
        for index, place in enumerate(places):
            corner = float(place.y.rstrip("%")) / 100 * 600
            bottom = min(boxes[index].y + boxes[index].height, 600)
            below = not place.above and abs(corner - bottom) < 0.1
            side: Side = "above" if place.above else "below" if below else "inside"
            if place.number in shown:
                areas.append((index, screen._number(index, side, place.anchor)))
            if place.name in shown:
                assert place.number in shown
                areas.append((index, screen._name(index, side, place.anchor)))
        for (_, one), (_, other) in combinations(areas, 2):
            assert not one.meets(other)
        for index, area in areas:
            for at, face in enumerate(screen.faces):
                assert at == index or not area.meets(face)
