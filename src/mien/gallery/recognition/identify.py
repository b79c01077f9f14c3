"""Say who is in a photo."""

from collections.abc import Sequence

from mien.access import permissions
from mien.gallery.analysis import AnalyzedPhoto
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.people.clusters.keep_unknown import keep_unknown
from mien.gallery.recognition.reach import EVERYBODY
from mien.gallery.recognition.reach import Reach
from mien.gallery.recognition.reach import reached_galleries
from mien.gallery.recognition.reach import require_reach
from mien.gallery.recognition.reach import require_somebody
from mien.gallery.recognition.recognise import Itself
from mien.gallery.recognition.recognise import Probe
from mien.gallery.recognition.recognise import recognise
from mien.gallery.recognition.search import check_query
from mien.gallery.results import Answer
from mien.gallery.results import Identification
from mien.gallery.results import Recognised
from mien.gallery.same_face import SeenFace
from mien.gallery.services import Call
from mien.vision.quality_limits import is_legible
from mien.vision.types import DetectedFace


def identify(
    call: Call,
    *,
    gallery: str,
    photo: Upload | AnalyzedPhoto,
    limit: int = 5,
    threshold: float | None = None,
    itself: Itself = "marked",
    reach: Reach = EVERYBODY,
) -> Identification:
    """Answer, for every face of a photo, who of a gallery it shows, or that it is nobody.

    Faces of nobody are kept where the gallery keeps them, unless others are searched than all of
    its people, or by another threshold than its own.

    Args:
        call: who asks, and with what.
        gallery: its name.
        photo: as it was sent, or analysed already.
        limit: how many people to name for each face at most, 1 to 100.
        threshold: similarity from which a candidate is a match, for this call; None takes the
            gallery's.
        itself: whether an example that is the very face is compared with and marked, or left out.
        reach: which other galleries are searched, and among whom.

    Raises:
        ImageError: the bytes are no photo that can be read.
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: a gallery holds vectors of another model.
        NobodySearched: nobody with a face has such metadata.
        InvalidInput: the limit, the threshold or the reach is out of range.
    """
    permissions.require(call.actor, "photos.identify", gallery)
    check_question(call, gallery=gallery, limit=limit, threshold=threshold, reach=reach)
    analyzed = analyze(call.services, photo, call.budget())
    found = recognise(
        call,
        gallery=gallery,
        probes=_probes(analyzed),
        limit=limit,
        threshold=threshold,
        itself=itself,
        reach=reach,
    )
    # Unknown to all of this gallery, as it decides itself; else it says nothing of whom it knows.
    if threshold is None and not reach.also and not reach.terms:
        unknown = [
            face
            for face, each in zip(analyzed.faces, found.faces, strict=True)
            if each.decision == "unknown"
        ]
        keep_unknown(call, gallery=gallery, photo=analyzed, unknown=unknown)
    return Identification(
        gallery=found.gallery,
        point=found.point,
        width=analyzed.image.width,
        height=analyzed.image.height,
        answers=answers(analyzed.faces, found.faces),
        faces_left_out=analyzed.faces.left_out,
        searched=found.searched,
        where=tuple(map(str, reach.terms)),
    )


def _probes(photo: AnalyzedPhoto) -> list[Probe]:
    digest = photo.sha256
    return [
        Probe(face.embedding, is_legible(face.quality), SeenFace(digest, face.box))
        for face in photo.faces
    ]


def check_question(
    call: Call,
    *,
    gallery: str,
    limit: int,
    threshold: float | None,
    reach: Reach = EVERYBODY,
) -> None:
    """Refuse what cannot be answered, before a photo is looked at.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: a gallery holds vectors of another model.
        NobodySearched: nobody with a face has such metadata.
        InvalidInput: the limit, the threshold or the reach is out of range.
    """
    permissions.require(call.actor, "photos.identify", gallery)
    require_reach(call.actor, gallery, reach)
    check_query(limit=limit, threshold=threshold)
    with call.services.database.read() as session:
        galleries = reached_galleries(session, call.services.engine.summary, gallery, reach)
        require_somebody(call.services, session, galleries, reach)


def answers(faces: Sequence[DetectedFace], recognised: Sequence[Recognised]) -> tuple[Answer, ...]:
    """One answer a face, numbered from 1."""
    return tuple(
        Answer.about(face, number, each)
        for number, (face, each) in enumerate(zip(faces, recognised, strict=True), start=1)
    )
