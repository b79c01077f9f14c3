"""Finding the faces of a picture: which looks are taken, and when more are worth their time."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import numpy as np

from mien.options import Detail
from mien.vision.detectors.confirm import FacePlace
from mien.vision.detectors.confirm import confirm
from mien.vision.detectors.detector import Detector
from mien.vision.detectors.merge import are_sane
from mien.vision.detectors.merge import merge
from mien.vision.detectors.passes import Pass
from mien.vision.detectors.passes import close_up
from mien.vision.detectors.passes import finer
from mien.vision.detectors.passes import is_cut
from mien.vision.detectors.passes import search
from mien.vision.detectors.passes import usual
from mien.vision.halvings import Halvings
from mien.vision.pose import estimate_pose

# What a network half believes is worth a closer look, which decides.
_WEAK_SHARE = 0.6
_MOST_WEAK = 8
# A picture this much larger than the usual side holds faces that were not seen.
_LARGE = 1.5
# Faces no larger than this at the usual side suggest a group seen from afar.
_TINY = 40.0
_FINER, _FINEST = 2, 4
_MOST_ENLARGED = 2
# Pictures that are turned are mostly of faces large enough to be seen at this side.
_TURNED_SIDE = 320
_TURNS = (1, 3, 2)
# Closer looks beside one for each face that is wanted: most photos have a few places that only seem
# to show a face, and one made for it could have any number.
_SPARE_LOOKS = 50
# Places looked at together: enough to fill batches, and little memory.
_AT_ONCE = 32
# The time to merge grows with the square.
_MOST_SEEN = 2_000


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """What was found in a picture.

    Attributes:
        faces: best score first.
        left_out: how many more places seem to show a face and were not looked at closely.
    """

    faces: list[FacePlace]
    left_out: int


@dataclass(slots=True)
class _Rest:
    """What is left to spend on one picture.

    Attributes:
        looks: places that may still be looked at closely.
        left_out: places for which there was nothing left.
    """

    looks: int
    left_out: list[FacePlace] = field(default_factory=list)


class Finder:
    """Finds the faces of pictures with one detector.

    Args:
        detector: which searches.
        side: longest side in pixels at which a picture is usually searched.
        most: faces found in one picture, the largest of those that are seen. A picture that shows
            as many is not searched for more.
    """

    def __init__(self, detector: Detector, side: int, *, most: int) -> None:
        self._detector = detector
        self._side = side
        self._most = most

    def find(self, picture: Halvings, detail: Detail) -> FoundPlaces:
        """Find the faces of a picture.

        Args:
            picture: the whole one.
            detail: `high` looks at several sizes, in tiles, and in every turn; `normal` only where
                the first look gives a reason to.
        """
        size_wh = picture.size_wh
        rest = _Rest(self._most + _SPARE_LOOKS)
        found = self._high(picture, rest) if detail == "high" else self._normal(picture, rest)
        return FoundPlaces(found, len(self._new(rest.left_out, found, size_wh)))

    def find_upright(self, picture: Halvings) -> FoundPlaces:
        """Find the faces of a picture of a camera, which stand upright or lean.

        A picture that shows nobody is not turned and searched again, which costs four times the
        search that found nothing; and whoever lies before a camera is seen in the next picture.
        """
        size_wh = picture.size_wh
        rest = _Rest(self._most + _SPARE_LOOKS)
        found = self._search(picture, usual(size_wh, self._side), rest)
        if not found:
            found = self._search(picture, [close_up(size_wh)], rest)
        found = self._merged(found, size_wh)
        return FoundPlaces(found, len(self._new(rest.left_out, found, size_wh)))

    def _normal(self, picture: Halvings, rest: _Rest) -> list[FacePlace]:
        size_wh = picture.size_wh
        found = self._search(picture, usual(size_wh, self._side), rest)
        if not found:
            found = self._search(picture, [close_up(size_wh)], rest)
        for turns in _TURNS:
            if found:
                break
            passes = [
                *usual(size_wh, min(_TURNED_SIDE, self._side), turns),
                close_up(size_wh, turns),
            ]
            found = self._search(picture, passes, rest, doubtful=True)
        turns = common_turn(found)
        if turns:
            found += self._search(picture, usual(size_wh, self._side, turns), rest, found)
        side = self._side
        for factor in (_FINER, _FINEST):
            if not self._may_hide_small(found, size_wh, side):
                break
            side = factor * self._side
            found += self._search(picture, finer(size_wh, side, turns), rest, found)
            if not found:
                break
        return self._merged(found, size_wh)

    def _high(self, picture: Halvings, rest: _Rest) -> list[FacePlace]:
        size_wh = picture.size_wh
        found: list[FacePlace] = []
        for turns in (0, *_TURNS):
            passes = [*usual(size_wh, self._side, turns), close_up(size_wh, turns)]
            found += self._search(picture, passes, rest, found, doubtful=turns > 0)
        turns = common_turn(self._merged(found, size_wh))
        for factor in (_FINER, _FINEST):
            side = factor * self._side
            if side <= _MOST_ENLARGED * max(size_wh):
                found += self._search(picture, finer(size_wh, side, turns), rest, found)
        return self._merged(found, size_wh)

    def _search(
        self,
        picture: Halvings,
        passes: Iterable[Pass],
        rest: _Rest,
        known: Sequence[FacePlace] = (),
        *,
        doubtful: bool = False,
    ) -> list[FacePlace]:
        """What these looks find that is not known yet, each after a closer look."""
        room = self._most - len(known)
        if room <= 0 or rest.looks <= 0:
            return []
        size_wh = picture.size_wh
        threshold = self._detector.score_threshold
        doubting = self._detector.takes_any_size
        seen = self._seen(picture, passes, _WEAK_SHARE * threshold if doubting else threshold)
        new = self._new(seen, known, size_wh)
        weak = [place for place in new if place.score <= threshold][:_MOST_WEAK]
        places = [place for place in new if place.score > threshold] + weak
        places.sort(key=_area, reverse=True)
        if not doubting:
            rest.left_out += places[room:]
            return places[:room]
        found: list[FacePlace] = []
        while places and rest.looks > 0 and len(found) < room:
            count = min(_AT_ONCE, rest.looks, room - len(found))
            rest.looks -= count
            closer = confirm(self._detector, picture, places[:count], doubtful=doubtful)
            found += [place for place in closer if place is not None]
            places = places[count:]
        rest.left_out += [place for place in places if place.score > threshold]
        return found

    def _seen(
        self, picture: Halvings, passes: Iterable[Pass], least_score: float
    ) -> list[FacePlace]:
        """What these looks see, as it is; the largest, where there is more than can be sorted out."""
        size_wh = picture.size_wh
        seen: list[FacePlace] = []
        for window in passes:
            found = search(self._detector, picture, window, least_score=least_score)
            seen += [
                FacePlace(box, landmarks, float(score), is_cut(box, window, size_wh))
                for box, landmarks, score in zip(
                    found.boxes_xyxy, found.landmarks, found.scores, strict=True
                )
            ]
        if len(seen) > _MOST_SEEN:
            boxes = np.stack([place.box_xyxy for place in seen])
            landmarks = np.stack([place.landmarks for place in seen])
            (sane,) = np.nonzero(are_sane(boxes, landmarks, size_wh))
            seen = sorted((seen[at] for at in sane), key=_area, reverse=True)[:_MOST_SEEN]
        return self._merged(seen, size_wh)

    def _new(
        self, places: Sequence[FacePlace], known: Sequence[FacePlace], size_wh: tuple[int, int]
    ) -> list[FacePlace]:
        """Those that are about no known face, one a face."""
        # A known face is surer than any finding: what falls on one is left out here.
        sure = [FacePlace(face.box_xyxy, face.landmarks, 2.0) for face in known]
        return [place for place in self._merged([*sure, *places], size_wh) if place.score <= 1]

    def _may_hide_small(
        self, found: Sequence[FacePlace], size_wh: tuple[int, int], side: int
    ) -> bool:
        """Whether a picture is much larger than it was searched, and shows no large face."""
        scale = side / max(size_wh)
        sizes = [float((face.box_xyxy[2:] - face.box_xyxy[:2]).min()) for face in found]
        return scale * _LARGE < 1 and scale * max(sizes, default=0.0) <= _TINY

    def _merged(self, places: Sequence[FacePlace], size_wh: tuple[int, int]) -> list[FacePlace]:
        return merge(places, size_wh, nms_iou=self._detector.nms_iou)


def _area(place: FacePlace) -> float:
    return float((place.box_xyxy[2:] - place.box_xyxy[:2]).prod())


def common_turn(found: Sequence[FacePlace]) -> int:
    """The quarter turns that bring most of the faces upright."""
    votes = np.zeros(4)
    for face in found:
        roll = estimate_pose(face.landmarks).roll_degrees
        votes[round(roll / 90) % 4] += face.score
    return int(votes.argmax())
