"""Embed every stored photo anew for another pack while the former serves, then change to it."""

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import AlreadyRunning
from mien.errors import PhotosNotKept
from mien.gallery.chosen_pack import EMBEDDING_AGAIN
from mien.gallery.embedding_again.stage import WhyNot
from mien.gallery.embedding_again.stage import stage_embeddings
from mien.gallery.embedding_again.survey import SurveyedGallery
from mien.gallery.embedding_again.survey import survey_galleries
from mien.gallery.embedding_again.switch import ChangedGallery
from mien.gallery.embedding_again.switch import NotEmbeddedError
from mien.gallery.embedding_again.switch import NotReadyError
from mien.gallery.embedding_again.switch import switch_pack
from mien.gallery.person_refs import person_refs
from mien.gallery.results import PersonRef
from mien.gallery.services import Call
from mien.packs.manifest import Manifest
from mien.progress import OnProgress
from mien.progress import silent
from mien.storage.alone import alone
from mien.storage.binding import require_fitting
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import StagedEmbeddingRow
from mien.vision.engine import Engine


@dataclass(frozen=True, slots=True)
class NotEmbedded:
    """A face that cannot be embedded with the other pack.

    Attributes:
        gallery: the name of its gallery.
        person: whose it is.
        face_id: its id.
        why: what is in the way.
    """

    gallery: str
    person: PersonRef
    face_id: str
    why: WhyNot


@dataclass(frozen=True, slots=True)
class EmbeddedAgain:
    """What came of embedding again.

    Attributes:
        changed: whether galleries and installation have changed to the pack. Where not, the faces
            that are in the way are in `not_embedded`, and what was embedded is kept.
        galleries: that have changed.
        left: names of those that stay with their pack and cannot be searched under this one.
        not_embedded: faces that could not be embedded; deleted, if it has changed.
        photos: that were looked at this time.
    """

    changed: bool
    galleries: tuple[ChangedGallery, ...]
    left: tuple[str, ...]
    not_embedded: tuple[NotEmbedded, ...]
    photos: int


def embed_again(
    call: Call,
    *,
    manifest: Manifest,
    engine: Engine,
    leave: Collection[str] = (),
    delete_missing: bool = False,
    progress: OnProgress = silent,
) -> EmbeddedAgain:
    """Embed the stored photos of all galleries with another pack, then change to it at once.

    May be ended at any moment and begun again: what was embedded is kept, and no photo is looked at
    twice. Until the change servers go on as before; faces that they add or delete meanwhile are
    reckoned with. Galleries that may follow the pack as they are, as with `use_pack`, follow.

    Args:
        call: who acts, and with what.
        manifest: of the pack, whose files are on this machine.
        engine: of that pack.
        leave: names of galleries that may stay with their pack, because photos are not stored.
        delete_missing: delete faces that cannot be embedded, instead of changing nothing; neither
            all faces of a gallery nor those whose photo this process does not take.
        progress: told of each photo.

    Raises:
        AlreadyRunning: another process does this already.
        PhotosNotKept: galleries would have to be left that are not in `leave`; names them.
        ModelError: the engine cannot be used.
        StorageError: the stored photos or the database cannot be reached, or have no room.
    """
    permissions.require(call.actor, "packs.use")
    services = call.services
    require_fitting(services.database, services.files)
    acting = replace(call, services=replace(services, engine=engine))
    with alone(services.database, EMBEDDING_AGAIN) as is_mine:
        if not is_mine:
            raise AlreadyRunning("embedding_again")
        failed: dict[str, WhyNot] = {}
        photos = 0
        is_begun = False
        while True:
            found = survey_galleries(
                call, contract_id=manifest.contract_id, replaces=manifest.replaces
            )
            left = [each for each in found if not each.can_change(delete_missing=delete_missing)]
            _require_allowed(left, leave, manifest)
            galleries = [each.id for each in found if each not in left]
            if not is_begun:
                # A network that cannot be loaded is no pack to change to, also without any photo.
                engine.warm_up()
                _begin(call, manifest, galleries=len(galleries))
                is_begun = True
            photos += stage_embeddings(
                acting, galleries=galleries, failed=failed, progress=progress
            )
            told = _told(call, failed)
            try:
                changed = switch_pack(
                    acting,
                    manifest=manifest,
                    galleries=galleries,
                    leave=[each.id for each in left],
                    failed=failed,
                    delete_missing=delete_missing,
                )
            except NotReadyError:
                # Somebody has been added since; what is there already is not done twice.
                continue
            except NotEmbeddedError as error:
                in_the_way = tuple(each for each in told if each.face_id in error.face_ids)
                return EmbeddedAgain(False, (), (), in_the_way, photos)
            return EmbeddedAgain(True, changed, tuple(each.name for each in left), told, photos)


def _require_allowed(
    left: Collection[SurveyedGallery], leave: Collection[str], manifest: Manifest
) -> None:
    names = [each.name for each in left if each.name not in leave]
    if names:
        raise PhotosNotKept(
            words={"held": ", ".join(names), "pack": manifest.name}, galleries=names
        )


def _begin(call: Call, manifest: Manifest, *, galleries: int) -> None:
    """Tell that it begins, and let go of what was embedded for another pack."""
    with call.services.database.write() as session:
        session.execute(
            delete(StagedEmbeddingRow).where(StagedEmbeddingRow.contract_id != manifest.contract_id)
        )
        audit.record(
            session, call, "embedding_again_begun", pack=[manifest.name], galleries=galleries
        )


def _told(call: Call, failed: Mapping[str, WhyNot]) -> tuple[NotEmbedded, ...]:
    """The faces that failed and are still there, by gallery and person."""
    if not failed:
        return ()
    with call.services.database.read() as session:
        rows = _faces(session, sorted(failed))
        people = person_refs(session, {person_id for _, person_id, _ in rows})
    told = [
        NotEmbedded(gallery, people[person_id], face_id, failed[face_id])
        for face_id, person_id, gallery in rows
        if person_id in people
    ]
    return tuple(sorted(told, key=lambda each: (each.gallery, each.person.name, each.face_id)))


def _faces(session: Session, ids: list[str]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for start in range(0, len(ids), 1_000):
        some = ids[start : start + 1_000]
        rows = session.execute(
            select(FaceRow.id, FaceRow.person_id, GalleryRow.name)
            .join(GalleryRow, GalleryRow.id == FaceRow.gallery_id)
            .where(FaceRow.id.in_(some))
        )
        found += [(face_id, person_id, name) for face_id, person_id, name in rows]
    return found
