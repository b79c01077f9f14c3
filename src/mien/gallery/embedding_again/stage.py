"""Embed stored photos under another contract, and keep the embeddings aside until all are there."""

import time
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.errors import DatabaseBusy
from mien.errors import FileMissing
from mien.errors import ImageError
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.embedding_again.which_face import match_faces
from mien.gallery.people.originals import note_seen
from mien.gallery.services import Call
from mien.options import Detail
from mien.options import PhotoOptions
from mien.progress import OnProgress
from mien.progress import Progress
from mien.progress import silent
from mien.storage.binding import require_fitting
from mien.storage.insert import insert_unless_there
from mien.storage.models import FaceRow
from mien.storage.models import PhotoRow
from mien.storage.models import StagedEmbeddingRow
from mien.storage.models import now
from mien.vision.types import Box
from mien.vision.types import Face

WhyNot: TypeAlias = Literal[
    "no_photo", "photo_missing", "photo_unreadable", "photo_refused", "no_face"
]
"""Why a face was not embedded again: its photo was not kept, its file is gone, it is damaged, this
process does not take it (which says nothing against the face), or no face is seen in its place."""

_DAMAGED: Final = frozenset(
    {"unreadable_image", "unsupported_image.unknown", "unsupported_image.empty"}
)
"""What is said of files that are no photo any more. Whatever else is refused, is by limits that are
set, or for lack of a library: the same photo was taken when it was stored."""

_AT_ONCE: Final = 50
# The closer look takes several times as long, and is for faces that the usual one does not find.
_LOOKS: Final[tuple[Detail, ...]] = ("normal", "high")
_TRIES: Final = 10
_PAUSE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Photo:
    """A stored photo with faces that are to be embedded.

    Attributes:
        size_wh: of the upright photo from which the boxes are, in pixels.
        boxes: of all examples that were taken from it, by the face's id.
        left: ids of those that have no embedding yet.
    """

    id: str
    file: str
    size_wh: tuple[int, int]
    boxes: Mapping[str, Box]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Embedded:
    """What came of a photo: faces by their ids, and how many it shows; None where not all count."""

    faces: Mapping[str, Face]
    seen: int | None


def stage_embeddings(
    call: Call,
    *,
    galleries: Sequence[str],
    failed: dict[str, WhyNot],
    progress: OnProgress = silent,
) -> int:
    """Embed each face that has no embedding yet under the contract of the call's engine.

    Each photo is looked at once for all its faces, and what came of it is kept at once: whoever
    ends in between has lost one photo, and the next one goes on behind it. Servers go on with what
    galleries are searched by, which is not touched.

    Args:
        call: who acts; its engine is that of the other pack.
        galleries: ids of those whose faces are embedded.
        failed: faces that were tried in vain, by id, which are passed over; others are added.
        progress: told of each photo.

    Returns:
        How many photos were looked at.

    Raises:
        ModelError: the engine cannot be used.
        FilesUnavailable, StorageFailed: the store of the photos does not answer.
        StorageError: nothing can be written.
    """
    permissions.require(call.actor, "packs.use")
    contract_id = call.services.engine.summary.contract_id
    total, done = _count(call, galleries, contract_id), 0
    for photo in _photos(call, galleries, contract_id):
        if failed.keys() >= set(photo.left):
            continue
        if not done:
            progress(Progress("Photos", 0, total, "photos"))
        embedded, why = _look(call, photo)
        _keep(call, photo, embedded, contract_id)
        failed |= dict.fromkeys(set(photo.left) - embedded.faces.keys(), why)
        done += 1
        progress(Progress("Photos", done, max(total, done), "photos"))
    with call.services.database.read() as session:
        without = select(FaceRow.id).where(
            FaceRow.gallery_id.in_(galleries), FaceRow.photo_id.is_(None), ~is_staged(contract_id)
        )
        failed |= dict.fromkeys(session.scalars(without), "no_photo")
    return done


def is_staged(contract_id: str) -> ColumnElement[bool]:
    """Whether a face has an embedding under another contract; for queries of faces."""
    return (
        select(StagedEmbeddingRow.face_id)
        .where(
            StagedEmbeddingRow.face_id == FaceRow.id, StagedEmbeddingRow.contract_id == contract_id
        )
        .correlate(FaceRow)
        .exists()
    )


def _wanted(galleries: Sequence[str], contract_id: str) -> ColumnElement[bool]:
    """Whether a photo has a face that is to be embedded; for queries of photos."""
    left = (
        select(FaceRow.id)
        .where(
            FaceRow.photo_id == PhotoRow.id,
            FaceRow.gallery_id.in_(galleries),
            ~is_staged(contract_id),
        )
        .correlate(PhotoRow)
        .exists()
    )
    return PhotoRow.gallery_id.in_(galleries) & left


def _count(call: Call, galleries: Sequence[str], contract_id: str) -> int:
    with call.services.database.read() as session:
        count = select(func.count()).select_from(PhotoRow).where(_wanted(galleries, contract_id))
        return session.scalar(count) or 0


def _photos(call: Call, galleries: Sequence[str], contract_id: str) -> Iterator[_Photo]:
    """The photos with faces that are to be embedded, some read at a time, in the order of ids."""
    after = ""
    while True:
        with call.services.database.read() as session:
            some = _some_photos(session, galleries, contract_id, after)
        if not some:
            return
        yield from some
        after = some[-1].id


def _some_photos(
    session: Session, galleries: Sequence[str], contract_id: str, after: str
) -> list[_Photo]:
    rows = session.execute(
        select(PhotoRow.id, PhotoRow.file, PhotoRow.width, PhotoRow.height)
        .where(_wanted(galleries, contract_id), PhotoRow.id > after)
        .order_by(PhotoRow.id)
        .limit(_AT_ONCE)
    ).all()
    faces: dict[str, list[tuple[str, Box, bool]]] = {row.id: [] for row in rows}
    of_photos = select(FaceRow.photo_id, FaceRow.id, FaceRow.box, is_staged(contract_id))
    for photo_id, face_id, box, is_done in session.execute(
        of_photos.where(FaceRow.photo_id.in_(list(faces))).order_by(FaceRow.id)
    ):
        faces[photo_id or ""].append((face_id, Box(*box), is_done))
    return [
        _Photo(
            id=row.id,
            file=row.file,
            size_wh=(row.width, row.height),
            boxes={face_id: box for face_id, box, _ in faces[row.id]},
            left=tuple(face_id for face_id, _, is_done in faces[row.id] if not is_done),
        )
        for row in rows
    ]


def _look(call: Call, photo: _Photo) -> tuple[_Embedded, WhyNot]:
    """Find the faces of a photo, and why others are not found."""
    services = call.services
    nothing = _Embedded({}, None)
    try:
        data = services.files.read(photo.file)
    except FileMissing:
        # A disk that is away has no files either, and says nothing of them.
        require_fitting(services.database, services.files)
        return nothing, "photo_missing"
    found: dict[str, Face] = {}
    seen: int | None = None
    for detail in _LOOKS:
        try:
            looked = analyze(services, Upload(data, PhotoOptions(detail=detail)), call.budget())
        except ImageError as error:
            damaged = error.key in _DAMAGED or error.code in _DAMAGED
            return _Embedded(found, seen), "photo_unreadable" if damaged else "photo_refused"
        boxes = {
            face_id: _scaled(box, photo.size_wh, looked.size_wh)
            for face_id, box in photo.boxes.items()
        }
        left = [face_id for face_id in photo.left if face_id not in found]
        found |= match_faces(boxes, tuple(looked.faces), looked_for=left)
        seen = None if looked.faces.left_out else len(looked.faces)
        if len(found) == len(photo.left):
            break
    return _Embedded(found, seen), "no_face"


def _scaled(box: Box, stored_wh: tuple[int, int], size_wh: tuple[int, int]) -> Box:
    """The box in pixels of the stored file, where that has another size than the photo had."""
    if stored_wh == size_wh:
        return box
    across, down = size_wh[0] / stored_wh[0], size_wh[1] / stored_wh[1]
    return Box(box.left * across, box.top * down, box.right * across, box.bottom * down)


def _keep(call: Call, photo: _Photo, embedded: _Embedded, contract_id: str) -> None:
    if not embedded.faces and embedded.seen is None:
        return
    for tries in range(1, _TRIES + 1):
        try:
            with call.services.database.write() as session:
                _write(session, photo, embedded, contract_id)
        except DatabaseBusy:
            # Hours of work do not end because a server stores many faces at this moment.
            if tries == _TRIES:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _write(session: Session, photo: _Photo, embedded: _Embedded, contract_id: str) -> None:
    # Those that were deleted meanwhile have no embedding; those that are here stay until the end.
    there = session.scalars(
        select(FaceRow.id)
        .where(FaceRow.id.in_(embedded.faces))
        .order_by(FaceRow.id)
        .with_for_update(read=True, key_share=True)
    ).all()
    for face_id in there:
        insert_unless_there(
            session,
            StagedEmbeddingRow,
            {
                "face_id": face_id,
                "contract_id": contract_id,
                "embedding": embedded.faces[face_id].embedding,
                "created_at": now(),
            },
            unique=("face_id", "contract_id"),
        )
    if embedded.seen is not None:
        note_seen(session, {photo.id: embedded.seen})
