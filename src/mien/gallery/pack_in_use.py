"""Which model pack this installation uses; the database's choice holds for every process."""

from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from mien.access import audit
from mien.access import permissions
from mien.errors import AlreadyRunning
from mien.errors import Conflict
from mien.errors import ModelFileMissing
from mien.gallery.bind_galleries import bind_galleries
from mien.gallery.bind_galleries import follow_pack
from mien.gallery.bind_galleries import holding_faces
from mien.gallery.bind_galleries import lock_others
from mien.gallery.chosen_pack import EMBEDDING_AGAIN
from mien.gallery.chosen_pack import PACK_KEY
from mien.gallery.chosen_pack import chosen_pack
from mien.gallery.chosen_pack import set_chosen
from mien.gallery.erasing import finish_erasure
from mien.gallery.services import Call
from mien.packs.cache import has
from mien.packs.choose import PassedOver
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.progress import OnProgress
from mien.progress import silent
from mien.storage.alone import alone
from mien.storage.database import Database
from mien.storage.erasures import Noted
from mien.storage.models import InstallationRow
from mien.storage.models import StagedEmbeddingRow


@dataclass(frozen=True, slots=True)
class PackInUse:
    """The pack that holds.

    Attributes:
        first_time: whether it was chosen just now, for a new installation.
        passed_over: better packs that could not be had, and why; empty unless chosen just now.
        left: names of galleries that stay with another pack and cannot be searched, if it was the
            pack in use that was named again.
    """

    manifest: Manifest
    first_time: bool
    passed_over: tuple[PassedOver, ...]
    left: tuple[str, ...] = ()


def current_pack(database: Database) -> str | None:
    """The name of the pack in use; None before the first start."""
    with database.read() as session:
        return chosen_pack(session)


def ensure_pack(call: Call, *, progress: OnProgress = silent) -> PackInUse:
    """Have a pack in use and its files on this machine; the first time, choose one.

    The default gallery exists afterwards.

    Raises:
        ModelError: the pack's files cannot be had.
    """
    permissions.require(call.actor, "packs.use")
    name = current_pack(call.services.database)
    passed_over: tuple[PassedOver, ...] = ()
    first_time = name is None
    if name is None:
        choice = call.services.packs.choose_first(progress=progress)
        passed_over = choice.passed_over
        name = _settle(call, choice.installed.manifest.name)
    manifest = call.services.packs.install(name, progress=progress).manifest
    _bind(call, manifest)
    return PackInUse(manifest=manifest, first_time=first_time, passed_over=passed_over)


def model_files(call: Call) -> tuple[ModelFile, ...]:
    """The files of the pack in use, all of them on this machine.

    Raises:
        ModelFileMissing: no pack was chosen yet, or a file is not there.
        PackNotFound: the pack in use is not known to this version.
    """
    permissions.require(call.actor, "packs.read")
    name = current_pack(call.services.database)
    if name is None:
        raise ModelFileMissing("no_pack")
    files = call.services.packs.find(name).files
    if not all(has(call.services.packs.models_dir, file) for file in files):
        raise ModelFileMissing("pack", words={"name": name})
    return tuple(files)


def use_pack(call: Call, *, name: str, progress: OnProgress = silent) -> PackInUse:
    """Change to another pack; what was staged for a change that did not come about is deleted.

    Empty galleries follow. A gallery with faces of other vectors stands in the way, because
    nobody in it would be found any more; `embedding_again.embed_again` gives them new ones.

    The pack in use can be named again, also while galleries stay with another one.

    Raises:
        ModelError: there is no such pack, or its files cannot be had.
        Conflict: a gallery holds faces of another embedding contract; names the galleries.
        AlreadyRunning: another process embeds photos for a pack at this moment.
    """
    permissions.require(call.actor, "packs.use")
    manifest = call.services.packs.install(name, progress=progress).manifest
    with alone(call.services.database, EMBEDDING_AGAIN) as is_mine:
        if not is_mine:
            raise AlreadyRunning("embedding_again")
        noted, left = _choose(call, manifest)
    for each in noted:
        finish_erasure(call.services, each)
    _bind(call, manifest)
    return PackInUse(manifest=manifest, first_time=False, passed_over=(), left=left)


def _choose(call: Call, manifest: Manifest) -> tuple[list[Noted], tuple[str, ...]]:
    name = manifest.name
    with call.services.database.write() as session:
        is_new = chosen_pack(session) != name
        set_chosen(session, name)
        audit.record(session, call, "pack_changed", pack=[name])
        others = lock_others(session, manifest.contract_id)
        held = holding_faces(session, others)
        names = [
            row.name
            for row in sorted(others, key=lambda row: row.name_key)
            if row.id in held and row.contract_id not in manifest.replaces
        ]
        if names and is_new:
            raise Conflict(
                "other_model", words={"held": ", ".join(names), "pack": name}, galleries=names
            )
        session.execute(delete(StagedEmbeddingRow))
        noted = follow_pack(
            call,
            session,
            pack=manifest.name,
            contract_id=manifest.contract_id,
            replaces=manifest.replaces,
        )
    return noted, tuple(names)


def _bind(call: Call, manifest: Manifest) -> None:
    bind_galleries(
        call,
        pack=manifest.name,
        contract_id=manifest.contract_id,
        replaces=manifest.replaces,
    )


def _settle(call: Call, name: str) -> str:
    """Keep a first choice, unless another process has kept one meanwhile; says which holds."""
    try:
        with call.services.database.write() as session:
            kept = session.get(InstallationRow, PACK_KEY)
            if kept is not None:
                return kept.value
            session.add(InstallationRow(key=PACK_KEY, value=name))
            audit.record(session, call, "pack_chosen", pack=[name])
    except IntegrityError:
        # Where writers do not wait for each other, both find nothing and one row is refused.
        return current_pack(call.services.database) or name
    return name
