"""Follow faces from picture to picture, and let a name wait until several pictures agree on it.

The live page follows faces by the same rules in the browser (`web/static/js/modules/live/tracking.js`);
`tests/support/tracking_cases.json` holds what both have to do.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Final

import numpy as np

from mien.options import Decision
from mien.vision.types import Box
from mien.vision.types import FloatArray

GROWN: Final = 1.5
"""Boxes are compared when they are this much larger: a head moves between two pictures."""
LEAST_OVERLAP: Final = 0.2
"""Overlap of two grown boxes, as a share of their union, from which they may be of one face."""
DIFFERENT_BELOW: Final = 0.2
"""Likeness below which a face at the place of another is not that face: after a cut, or in a crowd."""
SAME_FROM: Final = 0.5
"""Likeness from which a face that was lost is known again, wherever it comes back."""
KEEP_SECONDS: Final = 1.0
"""How long the place of a lost face is kept."""
RECALL_SECONDS: Final = 3.0
"""How long a lost face is kept that has a label; and every face where no picture came meanwhile."""
TENTATIVE_SECONDS: Final = 0.5
"""How long a lost face is kept that has none."""
COAST_SECONDS: Final = 0.3
"""How far ahead a movement is believed in."""
RECHECK_SECONDS: Final = 1.0
"""After so long a label is asked for again, however sure it is."""
WINDOW: Final = 5
"""So many of the last decisions count."""
AGREE: Final = 3
"""So many of them have to agree on a label."""
GIVE_UP: Final = 4
"""So many have to agree that somebody with a name is not that person after all."""
_SMOOTHED: Final = 0.5
_LEARNED: Final = 0.3


@dataclass(frozen=True, slots=True)
class Vote:
    """What was decided about a face in one picture.

    Attributes:
        decision: as `recognise` says it.
        person: id of the person of a match; empty for the others.
    """

    decision: Decision
    person: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A face in one picture.

    Attributes:
        box: in pixels.
        embedding: float32, unit length; None where the face was not embedded.
        vote: what was decided; None where nobody asked.
    """

    box: Box
    embedding: FloatArray | None = field(default=None, repr=False)
    vote: Vote | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One face, followed through pictures.

    Attributes:
        id: counts from 1.
        box: where it was seen last.
        since: when it was first seen, in seconds.
        seen_at: when it was seen last.
        asked_at: when it was last decided whom it shows; None for never.
        velocity: of the middle of the box, in pixels a second.
        votes: the last decisions, the newest last.
        label: on what they agree; None while they do not.
        is_lost: whether the last picture did not show it.
        was_lost: whether it was lost since it was last decided whom it shows.
        expected: id of a person whom one decision is enough for, because somebody has just said so.
        embedding: the mean of those that were seen, the later the more; unit length.
    """

    id: int
    box: Box
    since: float
    seen_at: float
    asked_at: float | None = None
    velocity: tuple[float, float] = (0.0, 0.0)
    votes: tuple[Vote, ...] = ()
    label: Vote | None = None
    is_lost: bool = False
    was_lost: bool = False
    expected: str = ""
    embedding: FloatArray | None = field(default=None, repr=False)

    def box_at(self, at: float) -> Box:
        """Where it is believed to be at a moment, in seconds."""
        ahead = min(max(at - self.seen_at, 0.0), COAST_SECONDS)
        x, y = self.velocity[0] * ahead, self.velocity[1] * ahead
        box = self.box
        return Box(box.left + x, box.top + y, box.right + x, box.bottom + y)


class Tracker:
    """Follows the faces of one camera or one video; not for several threads.

    Args:
        same_from: see `SAME_FROM`; how alike two embeddings of a person are depends on the pack.
        different_below: see `DIFFERENT_BELOW`.
    """

    def __init__(
        self, *, same_from: float = SAME_FROM, different_below: float = DIFFERENT_BELOW
    ) -> None:
        self._same_from = same_from
        self._different_below = different_below
        self._count = 0
        self._tracks: list[Track] = []

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Those that are seen and those that are lost and kept, by their ids."""
        return tuple(self._tracks)

    def see(self, sightings: Sequence[Sighting], at: float) -> tuple[Track, ...]:
        """Take what one picture shows.

        Args:
            sightings: its faces.
            at: when it was taken, in seconds; never before the last one.

        Returns:
            The track of each face, in their order.
        """
        self._tracks = [track for track in self._tracks if _is_kept(track, at)]
        found = self._associated(sightings, at)
        followed: dict[int, Track] = {}
        for number, sighting in enumerate(sightings):
            known = found.get(number)
            if known is None:
                self._count += 1
                known = Track(self._count, sighting.box, since=at, seen_at=at)
            followed[number] = _followed(known, sighting, at)
        seen = {track.id for track in followed.values()}
        lost = [
            replace(track, is_lost=True, was_lost=True)
            for track in self._tracks
            if track.id not in seen
        ]
        self._tracks = sorted([*lost, *followed.values()], key=lambda track: track.id)
        return tuple(followed[number] for number in range(len(sightings)))

    def expect(self, track_id: int, person: str) -> None:
        """Believe the next decision that a face shows this person: somebody has just said so."""
        self._tracks = [
            replace(track, votes=(), label=None, expected=person) if track.id == track_id else track
            for track in self._tracks
        ]

    def asks(self, track: Track, at: float) -> bool:
        """Whether it should be decided again whom a face shows."""
        return (
            track.label is None
            or track.votes[-1] != track.label
            or track.was_lost
            or track.asked_at is None
            or at - track.asked_at >= RECHECK_SECONDS
            # What is told apart by its place alone is not told apart where two faces meet.
            or any(
                overlap(track.box, other.box) > 0
                for other in self._tracks
                if other.id != track.id and not other.is_lost
            )
        )

    def _associated(self, sightings: Sequence[Sighting], at: float) -> dict[int, Track]:
        """The track of each sighting that has one, the best pairs first."""
        pairs = []
        for track in self._tracks:
            box = track.box_at(at)
            # No picture is no absence: where few come, faces are followed all the same.
            is_near = not track.is_lost or at - track.seen_at <= KEEP_SECONDS
            for number, sighting in enumerate(sightings):
                shared = overlap(box, sighting.box) if is_near else 0.0
                alike = _likeness(track, sighting)
                is_there = shared >= LEAST_OVERLAP and (
                    alike is None or alike >= self._different_below
                )
                if is_there or (alike is not None and alike >= self._same_from):
                    pairs.append((-shared - (alike or 0.0), track.id, number, track))
        pairs.sort(key=lambda pair: pair[:3])
        found: dict[int, Track] = {}
        taken: set[int] = set()
        for _, track_id, number, track in pairs:
            if number not in found and track_id not in taken:
                found[number] = track
                taken.add(track_id)
        return found


def overlap(one: Box, other: Box) -> float:
    """What two grown boxes share, of what both cover together, in [0, 1]."""
    one, other = _grown(one), _grown(other)
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one.width * one.height + other.width * other.height - shared)


def matched(boxes: Sequence[Box], others: Sequence[Box]) -> dict[int, int]:
    """Which of the others is at the place of a box, each once, the best pairs first.

    Returns:
        Places in `others` by the places in `boxes`; those without one are left out.
    """
    pairs = sorted(
        (-shared, one, other)
        for one, box in enumerate(boxes)
        for other, place in enumerate(others)
        if (shared := overlap(box, place)) >= LEAST_OVERLAP
    )
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, one, other in pairs:
        if one not in found and other not in taken:
            found[one] = other
            taken.add(other)
    return found


def agreed(label: Vote | None, votes: Sequence[Vote], expected: str = "") -> Vote | None:
    """The label after these votes: another one only when enough of them agree on it.

    Args:
        label: that of before; None for none.
        votes: the last ones, the newest last.
        expected: id of a person whom one vote is enough for.
    """
    if not votes:
        return label
    newest = votes[-1]
    if expected and newest == Vote("match", expected):
        return newest
    has_name = label is not None and label.decision == "match"
    best, count = Counter(votes).most_common(1)[0]
    needed = GIVE_UP if has_name and best.decision != "match" else AGREE
    return best if count >= needed else label


def _grown(box: Box) -> Box:
    x, y = box.width * (GROWN - 1) / 2, box.height * (GROWN - 1) / 2
    return Box(box.left - x, box.top - y, box.right + x, box.bottom + y)


def _is_kept(track: Track, at: float) -> bool:
    is_tentative = track.label is None and not track.expected and track.is_lost
    most = TENTATIVE_SECONDS if is_tentative else RECALL_SECONDS
    return at - track.seen_at <= most


def _likeness(track: Track, sighting: Sighting) -> float | None:
    """How alike a face is to a track; None where nothing says so."""
    if track.embedding is not None and sighting.embedding is not None:
        return float(track.embedding @ sighting.embedding)
    label, vote = track.label, sighting.vote
    if label is not None and label.decision == "match" and vote == label:
        return 1.0
    return None


def _followed(track: Track, sighting: Sighting, at: float) -> Track:
    votes, label, expected = track.votes, track.label, track.expected
    if sighting.vote is not None:
        votes = (*votes, sighting.vote)[-WINDOW:]
        label = agreed(label, votes, expected)
        if label is not None and label.person == expected:
            expected = ""
    asked = sighting.vote is not None
    return replace(
        track,
        box=sighting.box,
        seen_at=at,
        asked_at=at if asked else track.asked_at,
        velocity=_velocity(track, sighting.box, at),
        votes=votes,
        label=label,
        expected=expected,
        is_lost=False,
        was_lost=track.was_lost and not asked,
        embedding=_learned(track.embedding, sighting.embedding),
    )


def _velocity(track: Track, box: Box, at: float) -> tuple[float, float]:
    seconds = at - track.seen_at
    if seconds <= 0:
        return track.velocity
    if seconds > COAST_SECONDS:
        # Whatever happened between, it was no even movement.
        return 0.0, 0.0
    (x, y), (was_x, was_y) = _middle(box), _middle(track.box)
    now = (x - was_x) / seconds, (y - was_y) / seconds
    if track.seen_at == track.since:
        return now
    before = track.velocity
    return (
        _SMOOTHED * before[0] + (1 - _SMOOTHED) * now[0],
        _SMOOTHED * before[1] + (1 - _SMOOTHED) * now[1],
    )


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _learned(known: FloatArray | None, seen: FloatArray | None) -> FloatArray | None:
    if known is None or seen is None:
        return seen if known is None else known
    mixed = (1 - _LEARNED) * known + _LEARNED * seen
    length = math.sqrt(float(mixed @ mixed))
    return (mixed / np.float32(length)).astype(np.float32) if length else known
