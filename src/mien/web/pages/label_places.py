"""Where the numbers and names of the faces go on a photo, so that none covers a face or another."""

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final
from typing import Literal
from typing import NamedTuple
from typing import TypeAlias
from typing import get_args

from mien.options import Decision
from mien.web.pages.faces import FaceMark
from mien.web.pages.faces import PhotoView
from mien.web.text.filters import share

Anchor: TypeAlias = Literal["start", "end"]
Side: TypeAlias = Literal["above", "below", "inside"]
Room: TypeAlias = Literal["always", "wide", "never"]

# Widths in CSS pixels at which a photo is shown: on a phone, and beside its answers on a wide screen.
# What has room on the phone has room everywhere.
_NARROW: Final = 330.0
_WIDE: Final = 600.0
# What a page leaves of the height of a screen, in CSS pixels.
_TALLEST: Final = 700.0
# In CSS pixels, as the style sheet draws them: a number with and without its mark, the distance of
# its middle from the box, and a name, whose letters differ.
_BADGE: Final = (40.0, 24.0)
_PLAIN_BADGE: Final = (22.0, 22.0)
_OFF: Final = 18.0
_LETTER: Final = 8.0
_NAME_HEIGHT: Final = 20.0
_NAME_FROM: Final = 47.0
# One that was added has no decision, and a name.
_FIRST: Final[tuple[str, ...]] = ("", *get_args(Decision))
_SIDES: Final[tuple[Side, ...]] = ("above", "below", "inside")


class _Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Area") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, width: float, height: float) -> bool:
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


@dataclass(frozen=True, slots=True)
class MarkPlace:
    """Where the label of a numbered box goes.

    Attributes:
        x: of the corner of the box that the label sits at, as a percentage of the photo.
        y: of the same corner.
        above: whether the label sits above that corner; else below it.
        anchor: `start` when the name runs to the right, `end` when it runs to the left.
        number: where the number has room: on every screen, on wide ones, or nowhere.
        name: the same of the name; never more often than the number.
    """

    x: str
    y: str
    above: bool
    anchor: Anchor
    number: Room
    name: Room


def mark_places(photo: PhotoView) -> tuple[MarkPlace, ...]:
    """Where the labels of all boxes go, in the order of the marks.

    A number goes above its box, below it, or into it, whichever first covers neither another face
    nor another label on either screen, or else on the wide one; where none does it is left out, as
    the list beside the photo has it. Who is known chooses first, then who may be, and of those the
    largest. Names follow where there is room.
    """
    wide, narrow = _Screen(photo, _WIDE), _Screen(photo, _NARROW)
    in_turn = sorted(range(len(photo.marks)), key=lambda index: _turn(photo.marks[index]))
    places = {index: _choose(index, (narrow, wide)) for index in in_turn}
    for screen in (wide, narrow):
        screen.label(places)
    return tuple(
        _place(
            photo,
            mark,
            *places[index],
            number=_room(index, wide.numbers, narrow.numbers),
            name=_room(index, wide.names, narrow.names),
        )
        for index, mark in enumerate(photo.marks)
    )


def _choose(index: int, screens: Sequence["_Screen"]) -> tuple[Side, Anchor]:
    """The first place that has room on all screens, or else on the last of them."""
    anchors = screens[-1].anchors(index)
    ways = list(product(_SIDES, anchors))
    for some in (screens, screens[-1:]):
        for side, anchor in ways:
            if all(screen.has_room(index, side, anchor) for screen in some):
                for screen in screens:
                    screen.take(index, side, anchor)
                return side, anchor
    return "inside", anchors[0]


def _turn(mark: FaceMark) -> tuple[int, float]:
    return _FIRST.index(mark.decision), -mark.box.width * mark.box.height


def _room(index: int, wide: set[int], narrow: set[int]) -> Room:
    if index in wide and index in narrow:
        return "always"
    return "wide" if index in wide else "never"


def _place(
    photo: PhotoView, mark: FaceMark, side: Side, anchor: Anchor, *, number: Room, name: Room
) -> MarkPlace:
    box = mark.box
    top, bottom = max(box.y, 0.0), min(box.y + box.height, photo.height)
    corner = min(box.x + box.width, photo.width) if anchor == "end" else max(box.x, 0.0)
    return MarkPlace(
        x=share(corner, photo.width),
        y=share(bottom if side == "below" else top, photo.height),
        above=side == "above",
        anchor=anchor,
        number=number,
        name=name,
    )


class _Screen:
    """A photo as large as one kind of screen shows it, and what is on it already."""

    def __init__(self, photo: PhotoView, width: float) -> None:
        self.scale = min(width / photo.width, _TALLEST / photo.height)
        self.width, self.height = photo.width * self.scale, photo.height * self.scale
        self.marks = photo.marks
        self.faces = [self._face(mark) for mark in photo.marks]
        self.taken: list[_Area] = []
        self.numbers: set[int] = set()
        self.names: set[int] = set()

    def anchors(self, index: int) -> Sequence[Anchor]:
        """Which way a name runs: first to where there is more of the photo."""
        box = self.faces[index]
        to_left = (box.left + box.right) / 2 > self.width / 2
        return ("end", "start") if to_left else ("start", "end")

    def has_room(self, index: int, side: Side, anchor: Anchor) -> bool:
        """Whether a number has room there."""
        return self._is_free(self._number(index, side, anchor), index, side)

    def take(self, index: int, side: Side, anchor: Anchor) -> None:
        """Keep the place of a number."""
        self.taken.append(self._number(index, side, anchor))

    def label(self, places: Mapping[int, tuple[Side, Anchor]]) -> None:
        """Note whose number has room at its place, and whose name beside that."""
        self.taken.clear()
        for index, place in places.items():
            self._put(self.numbers, index, self._number(index, *place), place[0])
        for index, place in places.items():
            if index in self.numbers and self.marks[index].label:
                self._put(self.names, index, self._name(index, *place), place[0])

    def _put(self, among: set[int], index: int, area: _Area, side: Side) -> None:
        if self._is_free(area, index, side):
            among.add(index)
            self.taken.append(area)

    def _is_free(self, area: _Area, index: int, side: Side) -> bool:
        own = {index} if side == "inside" else set()
        return (
            area.within(self.width, self.height)
            and not any(area.meets(other) for other in self.taken)
            and not any(area.meets(face) for at, face in enumerate(self.faces) if at not in own)
            and (side != "inside" or self._has_corner(index))
        )

    def _has_corner(self, index: int) -> bool:
        """Whether a number covers no more of a face than its corner."""
        face, (width, height) = self.faces[index], _BADGE
        return face.right - face.left > 2.5 * width and face.bottom - face.top > 2.5 * height

    def _number(self, index: int, side: Side, anchor: Anchor) -> _Area:
        width, height = _BADGE if self.marks[index].decision else _PLAIN_BADGE
        x, middle = self._corner(index, side, anchor)
        left = x if anchor == "start" else x - width
        return _Area(left, middle - height / 2, left + width, middle + height / 2)

    def _name(self, index: int, side: Side, anchor: Anchor) -> _Area:
        long = _LETTER * len(self.marks[index].label)
        x, middle = self._corner(index, side, anchor)
        left = x + _NAME_FROM if anchor == "start" else x - _NAME_FROM - long
        return _Area(left, middle - _NAME_HEIGHT / 2, left + long, middle + _NAME_HEIGHT / 2)

    def _corner(self, index: int, side: Side, anchor: Anchor) -> tuple[float, float]:
        face = self.faces[index]
        x = max(face.left, 0.0) if anchor == "start" else min(face.right, self.width)
        if side == "below":
            return x, min(face.bottom, self.height) + _OFF
        top = max(face.top, 0.0)
        return x, top - _OFF if side == "above" else top + _OFF

    def _face(self, mark: FaceMark) -> _Area:
        box = mark.box
        return _Area(
            box.x * self.scale,
            box.y * self.scale,
            (box.x + box.width) * self.scale,
            (box.y + box.height) * self.scale,
        )
