"""Identify and hold many photos; one photo's trouble is not another's."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field

from mien.access import permissions
from mien.errors import ImageError
from mien.gallery.analysis import Upload
from mien.gallery.held_photos import Held
from mien.gallery.recognition.identify import check_question
from mien.gallery.recognition.identify_held import identify_and_hold
from mien.gallery.recognition.reach import EVERYBODY
from mien.gallery.recognition.reach import Reach
from mien.gallery.services import Call
from mien.options import PhotoOptions


@dataclass(frozen=True, slots=True)
class SentPhoto:
    """A photo that somebody sends.

    Attributes:
        name: what its sender calls it, such as a file's name.
        read: gives the file's bytes, when it is its turn.
    """

    name: str
    read: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentifiedPhoto:
    """What became of one photo: it is held with its answers, or cannot be read.

    Attributes:
        name: as its sender calls it.
        held: where its answers are; None when it was refused.
        refusal: why; None when it is held.
    """

    name: str
    held: Held | None = None
    refusal: ImageError | None = None


def identify_each(
    call: Call,
    *,
    gallery: str,
    photos: Iterable[SentPhoto],
    options: PhotoOptions,
    reach: Reach = EVERYBODY,
) -> Iterator[IdentifiedPhoto]:
    """Identify the faces of each photo, one after the other, and hold it for who acts.

    Args:
        call: who asks, and with what.
        gallery: its name; faces that are added go there.
        photos: each read when it is its turn.
        options: how they are looked at, all of them alike.
        reach: which other galleries are searched, and among whom.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryModelMismatch: a gallery holds vectors of another model.
        NobodySearched: nobody with a face has such metadata.
        InvalidInput: the reach is out of range.
    """
    permissions.require(call.actor, "photos.hold", gallery)
    # What is wrong with the question is no matter of each photo.
    check_question(call, gallery=gallery, limit=1, threshold=None, reach=reach)
    return (_identified(call, gallery, each, options, reach) for each in photos)


def _identified(
    call: Call, gallery: str, sent: SentPhoto, options: PhotoOptions, reach: Reach
) -> IdentifiedPhoto:
    try:
        photo = Upload(sent.read(), options)
        held = identify_and_hold(
            call, gallery=gallery, photo=photo, reach=reach, file_name=sent.name
        )
    except ImageError as refusal:
        return IdentifiedPhoto(sent.name, refusal=refusal)
    return IdentifiedPhoto(sent.name, held=held)
