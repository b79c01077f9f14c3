"""`mien models use --embed-again`: what is asked before, shown meanwhile, and told afterwards."""

import dataclasses
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import closing
from contextlib import contextmanager
from typing import TYPE_CHECKING
from typing import Any
from typing import Final

from mien.access.actor import OPERATOR
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import shown_progress
from mien.cli.terminal.prompts import make_sure
from mien.errors import FacesNotEmbedded
from mien.errors import ModelError
from mien.errors import StorageError
from mien.packs.manifest import Manifest
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.embedding_again.embed_again import EmbeddedAgain
    from mien.gallery.embedding_again.embed_again import NotEmbedded
    from mien.gallery.embedding_again.survey import SurveyedGallery
    from mien.runtime import Runtime

_MOST_TOLD: Final = 50
_WHY: Final = {
    "no_photo": "its photo is not stored",
    "photo_missing": "its photo is missing from the stored files",
    "photo_unreadable": "its photo is damaged",
    "photo_refused": "its photo is larger than the limits of this command permit, or of a type that "
    "cannot be read here",
    "no_face": "the pack finds no face there in its photo",
}


def embed_galleries(
    runtime: "Runtime", manifest: Manifest, *, delete_missing: bool, yes: bool
) -> "EmbeddedAgain":
    """Embed the stored photos for a pack and change to it, once the person at the terminal agrees.

    Raises:
        FacesNotEmbedded: faces are in the way; they have been told.
        click.Abort, click.UsageError: nobody agrees.
    """
    from mien.gallery.embedding_again.embed_again import embed_again
    from mien.runtime import engine_of

    call = runtime.call(OPERATOR)
    left = _agreed(runtime, manifest, delete_missing=delete_missing, yes=yes)
    with (
        closing(engine_of(runtime, manifest.name)) as engine,
        _told_when_it_ends(manifest),
        shown_progress() as progress,
    ):
        done = embed_again(
            call,
            manifest=manifest,
            engine=engine,
            leave=left,
            delete_missing=delete_missing,
            progress=progress,
        )
    _tell_faces(done.not_embedded, deleted=done.changed)
    if not done.changed:
        raise FacesNotEmbedded(
            "one" if len(done.not_embedded) == 1 else "several",
            words={"count": f"{len(done.not_embedded):,}", "pack": manifest.name},
            faces=_told_faces(done.not_embedded),
        )
    return done


def leave_to_worker(
    runtime: "Runtime", manifest: Manifest, *, delete_missing: bool, yes: bool, as_json: bool
) -> None:
    """Let a worker do it, once the person at the terminal agrees, and say where one sees how far it is.

    Raises:
        click.Abort, click.UsageError: nobody agrees.
    """
    from mien.jobs.start_embedding_again import start_embedding_again
    from mien.schemas.jobs import JobOut

    left = _agreed(runtime, manifest, delete_missing=delete_missing, yes=yes)
    job = start_embedding_again(
        runtime.call(OPERATOR), pack=manifest.name, leave=left, delete_missing=delete_missing
    )
    if as_json:
        print_json({"job": JobOut.of(job).model_dump(mode="json")})
        return
    print_note(
        f"A worker changes to {manifest.name}: `mien jobs show {job.id}` tells how far it is."
    )
    if not job.has_worker:
        print_note("No worker is running. Start one: `mien worker`.")


def _agreed(
    runtime: "Runtime", manifest: Manifest, *, delete_missing: bool, yes: bool
) -> list[str]:
    """The names of galleries that will be left, once the person at the terminal agrees."""
    from mien.gallery.embedding_again.survey import survey_galleries

    call = runtime.call(OPERATOR)
    found = survey_galleries(call, contract_id=manifest.contract_id, replaces=manifest.replaces)
    left = [each for each in found if not each.can_change(delete_missing=delete_missing)]
    _tell_before(found, left, manifest)
    _ask(left, manifest, delete_missing=delete_missing and len(left) < len(found), yes=yes)
    return [each.name for each in left]


def told_change(done: "EmbeddedAgain") -> dict[str, Any]:
    """What has changed, as JSON says it."""
    told = {field.name: getattr(done, field.name) for field in dataclasses.fields(done)}
    return {**told, "not_embedded": _told_faces(done.not_embedded)}


def tell_change(done: "EmbeddedAgain", manifest: Manifest) -> None:
    """Say on standard error what has changed."""
    for each in done.galleries:
        print_note(f"{each.name}: {counted(each.faces, 'face')} embedded again.")
        if each.threshold_dropped:
            print_note(
                f"{each.name}: the threshold that was set by hand is gone, because similarities of "
                "another model have another scale. It now follows from the accepted error."
            )
        if each.negatives_dropped:
            print_note(
                f"{each.name}: {counted(each.negatives_dropped, 'face')} that somebody had said is "
                "not a person's forgotten. Say it again where a search still names them."
            )
        if each.held_photos:
            print_note(
                f"{each.name}: {counted(each.held_photos, 'photo')} that somebody had just tried "
                "on the pages deleted."
            )
    for name in done.left:
        print_note(f"{name}: stays with its pack and cannot be searched.")
    print_note(
        f"`mien serve` and `mien run` take up {manifest.name} by themselves within seconds. Restart "
        "other servers."
    )


def _told_faces(faces: "Sequence[NotEmbedded]") -> list[dict[str, str]]:
    """Faces as JSON says them, without names."""
    return [
        {
            "gallery": each.gallery,
            "person_id": each.person.id,
            "face_id": each.face_id,
            "why": each.why,
        }
        for each in faces
    ]


def _tell_before(
    found: "Sequence[SurveyedGallery]", left: "Sequence[SurveyedGallery]", manifest: Manifest
) -> None:
    for each in found:
        if each not in left:
            before = f", {each.staged:,} of them embedded before" if each.staged else ""
            print_note(f"{each.name}: {counted(each.faces, 'face')} to embed again{before}.")
    for each in left:
        print_note(
            f"{each.name}: {each.without_photo:,} of {counted(each.faces, 'face')} have no stored "
            f"photo. It would stay with {each.pack} and could not be searched with {manifest.name}."
        )


def _ask(
    left: "Sequence[SurveyedGallery]", manifest: Manifest, *, delete_missing: bool, yes: bool
) -> None:
    if left:
        names = ", ".join(each.name for each in left)
        make_sure(
            f"Change to {manifest.name}, though nobody in these galleries will be found: {names}?",
            yes=yes,
        )
    if delete_missing:
        make_sure("Delete every face that cannot be embedded again?", yes=yes)


@contextmanager
def _told_when_it_ends(manifest: Manifest) -> Iterator[None]:
    """Say that what is done is kept, if it does not come to its end."""
    try:
        yield
    except (KeyboardInterrupt, ModelError, StorageError):
        print_note(
            "Not finished; the pack was not changed, and what is done is kept. Run the same command "
            f"to go on. To give up, run `mien models use` with the pack in use instead of "
            f"{manifest.name}."
        )
        raise


def _tell_faces(faces: "Sequence[NotEmbedded]", *, deleted: bool) -> None:
    said = "deleted: " if deleted else ""
    for each in faces[:_MOST_TOLD]:
        print_note(
            f"{each.gallery}: {each.person.label}, face {each.face_id}: {said}{_WHY[each.why]}."
        )
    if len(faces) > _MOST_TOLD:
        print_note(f"… and {len(faces) - _MOST_TOLD:,} more; --json has all of them.")
