"""Say who is in one picture of a camera, for whoever follows the faces from picture to picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from mien.access import permissions
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.recognise import Probe
from mien.gallery.recognition.recognise import recognise
from mien.gallery.results import Recognised
from mien.gallery.services import Call
from mien.vision.photo_pixels import in_photo
from mien.vision.quality_limits import is_legible
from mien.vision.tracking import matched
from mien.vision.types import Box
from mien.vision.types import DecodedImage
from mien.vision.types import DetectedFace
from mien.vision.types import Face

MOST_KNOWN = 100
"""Faces that a picture may be said to show already."""
# Who matches, and the runner-up on whom the decision rests; no more is shown.
_CANDIDATES = 1


@dataclass(frozen=True, slots=True)
class KnownFace:
    """A face that whoever asks follows already.

    Attributes:
        box: where it is expected, in pixels of the picture.
        fresh: whether whom it shows was said a moment ago: then it is found and nothing more.
    """

    box: Box
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class LiveFace:
    """A face of a picture.

    Attributes:
        face: where it is, and how good.
        recognised: whom it shows; None where that was not asked.
    """

    face: DetectedFace
    recognised: Recognised | None


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """What one picture of a camera shows.

    Attributes:
        gallery: the name of the gallery that was searched.
        width, height: of the picture, in pixels.
        faces: the largest first.
        faces_left_out: how many more were seen.
    """

    gallery: str
    width: int
    height: int
    faces: tuple[LiveFace, ...]
    faces_left_out: int


def identify_frame(
    call: Call, *, gallery: str, frame: bytes, known: Sequence[KnownFace] = ()
) -> LiveFrame:
    """Find the faces of a picture, and say whom those show of whom that is not known yet.

    Nothing of the picture is kept. A face that is followed already is neither counted nor
    remembered as a search: a camera asks ten times a second about one and the same.

    Args:
        call: who asks, and with what.
        gallery: its name.
        frame: the bytes of the picture's file.
        known: the faces that are followed already.

    Raises:
        ImageError: the bytes are no picture that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: the gallery holds vectors of another model.
        Overloaded: too much else is being looked at.
    """
    permissions.require(call.actor, "photos.identify", gallery)
    check_question(call, gallery=gallery, limit=_CANDIDATES, threshold=None)
    services = call.services
    services.database.rest()
    image = services.reader.decode(frame)

    def unsettled(faces: Sequence[DetectedFace]) -> list[int]:
        places = _places(faces, image, known)
        return [
            number
            for number in range(len(faces))
            if number not in places or not known[places[number]].fresh
        ]

    found = services.engine.analyze_some(image.image_rgb, unsettled, budget=call.budget())
    asked = {number: face for number, face in enumerate(found) if isinstance(face, Face)}
    followed = _places(found.found, image, known)
    recognised: dict[int, Recognised] = {}
    if asked:
        answer = recognise(
            call,
            gallery=gallery,
            probes=[
                Probe(face.embedding, is_legible(face.quality), counted=number not in followed)
                for number, face in asked.items()
            ],
            limit=_CANDIDATES,
        )
        recognised = dict(zip(asked, answer.faces, strict=True))
    return LiveFrame(
        gallery=gallery,
        width=image.width,
        height=image.height,
        faces=tuple(
            LiveFace(in_photo(face, image), recognised.get(number))
            for number, face in enumerate(found)
        ),
        faces_left_out=found.left_out,
    )


def _places(
    faces: Sequence[DetectedFace], image: DecodedImage, known: Sequence[KnownFace]
) -> dict[int, int]:
    """Which of the known faces is at the place of each face that was found."""
    return matched([in_photo(face, image).box for face in faces], [each.box for each in known])
