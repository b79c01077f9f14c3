"""Say who is seen when in a video."""

import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import IO
from typing import Final

import numpy as np

from mien.access import permissions
from mien.errors import InvalidInput
from mien.errors import Overloaded
from mien.gallery.recognition.appearances import JOIN_SECONDS
from mien.gallery.recognition.appearances import Appearance
from mien.gallery.recognition.appearances import Piece
from mien.gallery.recognition.appearances import appearances_of
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.recognise import Probe
from mien.gallery.recognition.recognise import recognise
from mien.gallery.results import PersonRef
from mien.gallery.results import Recognised
from mien.gallery.services import Call
from mien.options import Decision
from mien.vision.images import encode_jpeg
from mien.vision.portraits import portrait
from mien.vision.quality_limits import is_legible
from mien.vision.tracking import SAME_FROM
from mien.vision.tracking import Sighting
from mien.vision.tracking import Tracker
from mien.vision.tracking import Vote
from mien.vision.tracking import matched
from mien.vision.types import Face
from mien.vision.types import FloatArray
from mien.vision.types import ImageRGB
from mien.vision.video import VideoPicture
from mien.vision.video import open_video

EVERY_SECONDS: Final = 0.5
"""So far apart pictures are looked at where nobody says otherwise."""
LEAST_EVERY: Final = 0.1
MOST_EVERY: Final = 2.0
"""Faces are not followed over longer breaks."""
MOST_PIECES: Final = 2_000
"""So many faces are followed in a video; of the rest it is said how many there are."""

_PORTRAIT_WH: Final = (160, 200)
_BUSY_SECONDS: Final = 1.0

Tell = Callable[[float, float | None], None]
"""Told before every picture where in the video it is and how long that is, in seconds; may raise."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Who is seen when in a video.

    Attributes:
        gallery: the name of the gallery that was searched.
        duration: of the video, in seconds.
        every: how far apart pictures were looked at, in seconds.
        pictures: how many were.
        appearances: in the order in which they begin.
        left_out: faces that are not in it: too small or blurred to be told from others in every
            picture, or too many.
    """

    gallery: str
    duration: float
    every: float
    pictures: int
    appearances: tuple[Appearance, ...]
    left_out: int


def watch_video(
    call: Call,
    *,
    gallery: str,
    file: IO[bytes],
    every: float = EVERY_SECONDS,
    tell: Tell = lambda _at, _duration: None,
) -> Timeline:
    """Follow the faces of a video, and say whom they show; nothing of it is kept.

    A face that is followed is counted and remembered as one search.

    Args:
        call: who asks, and with what.
        gallery: its name.
        file: the video; can be read from any place.
        every: how far apart pictures are looked at, in seconds, 0.1 to 2.
        tell: see `Tell`.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        InvalidInput: the time between two pictures is out of range.
        VideoRefused, VideoUnavailable: see `open_video`.
    """
    permissions.require(call.actor, "photos.identify", gallery)
    check_every(every)
    check_question(call, gallery=gallery, limit=1, threshold=None)
    watching = _Watching(call, gallery, every)
    count = 0
    with open_video(file) as video:
        for picture in video.pictures(every):
            tell(picture.at, video.duration)
            watching.look(picture, partial(tell, picture.at, video.duration))
            count += 1
        duration = max(video.duration or 0.0, watching.at)
    pieces = watching.end(duration)
    summary = call.services.engine.summary
    return Timeline(
        gallery=gallery,
        duration=duration,
        every=every,
        pictures=count,
        appearances=appearances_of(pieces, same_from=summary.verify_threshold),
        left_out=watching.left_out,
    )


def check_every(every: float) -> None:
    """Make sure that pictures can be so many seconds apart.

    Raises:
        InvalidInput: they cannot.
    """
    if not LEAST_EVERY <= every <= MOST_EVERY:
        raise InvalidInput(
            "video_every", words={"least": LEAST_EVERY, "most": MOST_EVERY}, field="every"
        )


class _Watching:
    """Follows the faces of one video.

    Args:
        call: who asks, and with what.
        gallery: its name.
        every: how far apart the pictures are.
    """

    def __init__(self, call: Call, gallery: str, every: float) -> None:
        self._call = call
        self._gallery = gallery
        self._every = every
        same_from = max(SAME_FROM, call.services.engine.summary.verify_threshold)
        self._tracker = Tracker(same_from=same_from)
        self._followed: dict[int, _Followed] = {}
        self._pieces: list[Piece] = []
        self.at = 0.0
        self.left_out = 0

    def look(self, picture: VideoPicture, waiting: Callable[[], None]) -> None:
        """Take the next picture."""
        self.at = picture.at
        faces = self._faces(picture, waiting)
        answers = self._answers(faces, picture.at)
        sightings = [
            Sighting(face.box, face.embedding, _vote(answer))
            for face, answer in zip(faces, answers, strict=True)
        ]
        tracks = self._tracker.see(sightings, picture.at)
        for track, face, answer in zip(tracks, faces, answers, strict=True):
            followed = self._followed.get(track.id)
            if followed is not None and picture.at - followed.last > JOIN_SECONDS + self._every:
                self._finish(track.id, picture.at)
                followed = None
            if followed is None:
                followed = self._followed[track.id] = _Followed(picture.at, face)
            followed.see(picture, face, answer)
        kept = {track.id for track in self._tracker.tracks}
        for track_id in [each for each in self._followed if each not in kept]:
            self._finish(track_id, picture.at)

    def end(self, duration: float) -> list[Piece]:
        """All faces that were followed."""
        for track_id in list(self._followed):
            self._finish(track_id, duration)
        return self._pieces

    def _faces(self, picture: VideoPicture, waiting: Callable[[], None]) -> list[Face]:
        engine = self._call.services.engine
        while True:
            try:
                found = engine.analyze_some(
                    picture.image_rgb, lambda faces: range(len(faces)), budget=self._call.budget()
                )
            except Overloaded:
                # Requests that somebody waits for come first.
                time.sleep(_BUSY_SECONDS)
                waiting()
                continue
            return [each for each in found if isinstance(each, Face)]

    def _answers(self, faces: Sequence[Face], at: float) -> Sequence[Recognised]:
        if not faces:
            return ()
        places = [track.box_at(at) for track in self._tracker.tracks if not track.is_lost]
        followed = matched([face.box for face in faces], places)
        return recognise(
            self._call,
            gallery=self._gallery,
            probes=[
                Probe(face.embedding, is_legible(face.quality), counted=number not in followed)
                for number, face in enumerate(faces)
            ],
            limit=1,
        ).faces

    def _finish(self, track_id: int, until: float) -> None:
        followed = self._followed.pop(track_id)
        is_told = followed.was_legible or followed.label()[0] is not None
        if not is_told or len(self._pieces) >= MOST_PIECES:
            self.left_out += 1
        else:
            # It may have been there until the next picture.
            end = min(followed.last + self._every, max(until, followed.last))
            self._pieces.append(followed.piece(end))


class _Followed:
    """A face, as long as it is followed.

    Args:
        first: when it was first seen.
        face: how.
    """

    def __init__(self, first: float, face: Face) -> None:
        self.first = self.last = first
        self.was_legible = False
        self._count = 0
        self._sum: FloatArray = np.zeros_like(face.embedding)
        self._decisions: Counter[Decision] = Counter()
        self._people: Counter[str] = Counter()
        self._names: dict[str, PersonRef] = {}
        self._similarity: dict[str, float] = {}
        self._best: tuple[bool, float] = (False, -1.0)
        self._portrait: ImageRGB = face.crop_rgb

    def see(self, picture: VideoPicture, face: Face, answer: Recognised) -> None:
        """Take another picture of it."""
        self.last = picture.at
        self._count += 1
        legible = is_legible(face.quality)
        self.was_legible = self.was_legible or legible
        self._sum = self._sum + face.embedding * np.float32(max(face.quality.score, 0.05))
        self._decisions[answer.decision] += 1
        if answer.decision == "match":
            best = answer.candidates[0]
            self._people[best.person.id] += 1
            self._names[best.person.id] = best.person
            known = self._similarity.get(best.person.id, -1.0)
            self._similarity[best.person.id] = max(known, float(best.similarity))
        view = (legible, face.quality.score)
        if view > self._best:
            self._best = view
            self._portrait = portrait(picture.image_rgb, face.landmarks, _PORTRAIT_WH)

    def label(self) -> tuple[PersonRef | None, Decision, int]:
        """Whom it shows, what is decided, and how many pictures say so.

        Somebody is named when at least half of the pictures name them, and nobody else as many.
        """
        most = self._people.most_common(2)
        if most and 2 * most[0][1] >= self._count and (len(most) == 1 or most[0][1] > most[1][1]):
            return self._names[most[0][0]], "match", most[0][1]
        unnamed: list[Decision] = ["unknown", "ambiguous"]
        # Pictures that name different people say together that it cannot be told.
        counts = {
            "unknown": self._decisions["unknown"],
            "ambiguous": self._decisions["ambiguous"] + self._decisions["match"],
        }
        decision = max(unnamed, key=lambda each: counts[each])
        return None, decision, counts[decision]

    def piece(self, end: float) -> Piece:
        """What is told of it in the end."""
        person, decision, agreeing = self.label()
        length = float(np.linalg.norm(self._sum))
        return Piece(
            start=self.first,
            end=end,
            person=person,
            decision=decision,
            similarity=None if person is None else self._similarity[person.id],
            pictures=self._count,
            agreeing=agreeing,
            score=max(self._best[1], 0.0),
            portrait=encode_jpeg(self._portrait),
            embedding=(self._sum / np.float32(length or 1.0)).astype(np.float32),
        )


def _vote(answer: Recognised) -> Vote:
    person = answer.candidates[0].person.id if answer.decision == "match" else ""
    return Vote(answer.decision, person)
