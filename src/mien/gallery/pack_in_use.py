"""Which model pack this installation uses; the database's choice holds for every process."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from mien.errors import Conflict
from mien.errors import ModelFileMissing
from mien.gallery.galleries import bind_galleries
from mien.gallery.services import Services
from mien.packs.cache import has
from mien.packs.choose import PassedOver
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.packs.progress import Progress
from mien.packs.progress import silent
from mien.storage.database import Database
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import InstallationRow

_KEY = "pack"


@dataclass(frozen=True, slots=True)
class PackInUse:
    """The pack that holds.

    Attributes:
        first_time: whether it was chosen just now, for a new installation.
        passed_over: better packs that could not be had, and why; empty unless chosen just now.
    """

    manifest: Manifest
    first_time: bool
    passed_over: tuple[PassedOver, ...]


def current_pack(database: Database) -> str | None:
    """The name of the pack in use; None before the first start."""
    with database.read() as session:
        return session.scalar(select(InstallationRow.value).where(InstallationRow.key == _KEY))


def ensure_pack(services: Services, *, progress: Progress = silent) -> PackInUse:
    """Have a pack in use and its files on this machine; the first time, choose one.

    The default gallery exists afterwards.

    Raises:
        ModelError: the pack's files cannot be had.
    """
    name = current_pack(services.database)
    passed_over: tuple[PassedOver, ...] = ()
    first_time = name is None
    if name is None:
        choice = services.packs.choose_first(progress=progress)
        passed_over = choice.passed_over
        name = _settle(services, choice.installed.manifest.name)
    manifest = services.packs.install(name, progress=progress).manifest
    _bind(services, manifest)
    return PackInUse(manifest=manifest, first_time=first_time, passed_over=passed_over)


def model_files(services: Services) -> tuple[ModelFile, ...]:
    """The files of the pack in use, all of them on this machine.

    Raises:
        ModelFileMissing: no pack was chosen yet, or a file is not there.
        PackNotFound: the pack in use is not known to this version.
    """
    name = current_pack(services.database)
    if name is None:
        raise ModelFileMissing(
            "No model pack has been chosen yet. `mien models pull` chooses one and fetches it."
        )
    files = services.packs.find(name).files
    if not all(has(services.packs.models_dir, file) for file in files):
        raise ModelFileMissing(
            f"A file of the model pack {name} is missing. `mien models pull` fetches it."
        )
    return tuple(files)


def use_pack(services: Services, *, name: str, progress: Progress = silent) -> PackInUse:
    """Change to another pack; running servers take it up when they are started again.

    Empty galleries follow. A gallery with faces of other vectors stands in the way, because
    nobody in it would be found any more.

    Raises:
        ModelError: there is no such pack, or its files cannot be had.
        Conflict: a gallery holds faces of another embedding contract; names the galleries.
    """
    manifest = services.packs.install(name, progress=progress).manifest
    with services.database.write() as session:
        held = session.scalars(
            select(GalleryRow.name)
            .where(
                GalleryRow.contract_id.not_in(
                    [manifest.contract_id, *manifest.recognizer.replaces]
                ),
                select(FaceRow.id).where(FaceRow.gallery_id == GalleryRow.id).exists(),
            )
            .order_by(GalleryRow.name_key)
        ).all()
        if held:
            raise Conflict(
                f"Vectors of two models cannot be compared, and these galleries hold faces of "
                f"another one: {', '.join(held)}. Remove them, or import their people into a new "
                f"installation with MIEN_PACK={name}.",
                galleries=list(held),
            )
        session.merge(InstallationRow(key=_KEY, value=name))
        session.add(EventRow(kind="pack_changed", facts={"pack": name}))
    _bind(services, manifest)
    return PackInUse(manifest=manifest, first_time=False, passed_over=())


def _bind(services: Services, manifest: Manifest) -> None:
    bind_galleries(
        services,
        pack=manifest.name,
        contract_id=manifest.contract_id,
        replaces=manifest.recognizer.replaces,
    )


def _settle(services: Services, name: str) -> str:
    """Keep a first choice, unless another process has kept one meanwhile; says which holds."""
    try:
        with services.database.write() as session:
            kept = session.get(InstallationRow, _KEY)
            if kept is not None:
                return kept.value
            session.add(InstallationRow(key=_KEY, value=name))
            session.add(EventRow(kind="pack_chosen", facts={"pack": name}))
    except IntegrityError:
        # Where writers do not wait for each other, both find nothing and one row is refused.
        return current_pack(services.database) or name
    return name
