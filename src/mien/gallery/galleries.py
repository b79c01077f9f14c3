"""Galleries: find, list, create, change, remove."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Final
from typing import Literal
from typing import TypeAlias

from sqlalchemy import Select
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mien.access import audit
from mien.access import permissions
from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import GalleryProtected
from mien.errors import NameTaken
from mien.gallery.chosen_pack import require_chosen
from mien.gallery.erasing import finish_erasure
from mien.gallery.results import Gallery
from mien.gallery.results import GalleryRef
from mien.gallery.services import Call
from mien.gallery.settings import GallerySettings
from mien.gallery.settings import checked_settings
from mien.names import GALLERY_NAME
from mien.names import address_name
from mien.names import clean_gallery_name
from mien.names import clean_name
from mien.names import name_key
from mien.options import DEFAULT_GALLERY
from mien.storage.database import MOMENT_CACHE
from mien.storage.erased import Erased
from mien.storage.erasures import note_erasure
from mien.storage.models import DeletedFaceRow
from mien.storage.models import DeletedPhotoRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import JobInputPartRow
from mien.storage.models import JobInputRow
from mien.storage.models import JobRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import UnknownFaceRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.models import now
from mien.storage.unknown_faces import keep_no_longer_than
from mien.vision.types import EngineSummary

Hold: TypeAlias = Literal["", "stays", "names"]
"""What nobody else does to a gallery before a transaction ends; see `find_gallery`."""

# How often a name that is free is looked for again because somebody took it meanwhile.
_MOST_TRIES = 20


def find_gallery(session: Session, name: str, *, hold: Hold = "") -> GalleryRow:
    """The row of a gallery by its name, whatever the letters' case.

    Args:
        session: reading or writing.
        name: which.
        hold: what nobody else does before this transaction ends: delete the gallery (`stays`), so
            that rows may be added that belong to it, or give its people names as well (`names`).

    Raises:
        GalleryNotFound: there is none.
    """
    key = name_key(name)
    # In one moment the row stays as it is.
    seen: dict[str, GalleryRow] | None = session.info.get(MOMENT_CACHE)
    if seen is not None and key in seen:
        return seen[key]
    query = select(GalleryRow).where(GalleryRow.name_key == key)
    if hold:
        # The lesser is what a foreign key asks for itself; the greater is that of `lock_gallery`.
        # SQLite has one writer and needs none of it.
        query = query.with_for_update(read=hold == "stays", key_share=True)
    row = session.scalar(query)
    if row is None:
        raise GalleryNotFound
    if seen is not None:
        seen[key] = row
    return row


def remember_gallery(session: Session, row: GalleryRow) -> None:
    """Let `find_gallery` give this row for the rest of a moment in which it was read otherwise."""
    seen: dict[str, GalleryRow] | None = session.info.get(MOMENT_CACHE)
    if seen is not None:
        seen[row.name_key] = row


def require_contract(session: Session, gallery: GalleryRow, engine: EngineSummary) -> None:
    """Make sure that the gallery's embeddings and the engine's may be compared.

    Args:
        session: reading or writing; its moment is that of the gallery's row.
        gallery: which.
        engine: of this process.

    Raises:
        PackChanged: they come from two models, and the engine's is not the one in use any more.
        GalleryModelMismatch: they come from two models.
    """
    if gallery.contract_id != engine.contract_id:
        require_chosen(session, engine)
        raise GalleryModelMismatch(
            "version" if gallery.pack == engine.pack else "pack",
            words={"gallery": gallery.display_name or gallery.name},
            gallery_pack=gallery.pack,
            engine_pack=engine.pack,
        )


def list_galleries(call: Call) -> tuple[Gallery, ...]:
    """All galleries, the default one first, then by name."""
    permissions.require(call.actor, "galleries.read")
    with call.services.database.read() as session:
        rows = session.scalars(select(GalleryRow).order_by(GalleryRow.name_key)).all()
        counts = _counts(session)
        answers = [_answer(row, counts.get(row.id, _NOBODY)) for row in rows]
    return tuple(sorted(answers, key=lambda gallery: gallery.name != DEFAULT_GALLERY))


def count_faces(call: Call) -> tuple[int, ...]:
    """How many faces each gallery has, of those that have any; people are not looked at."""
    permissions.require(call.actor, "galleries.read")
    with call.services.database.read() as session:
        return tuple(session.execute(_faces_counted()).scalars("count"))


def list_gallery_names(call: Call) -> tuple[GalleryRef, ...]:
    """The names of all galleries, in the order of `list_galleries`, without counting anything."""
    permissions.require(call.actor, "galleries.read")
    with call.services.database.read() as session:
        rows = session.execute(
            select(GalleryRow.name, GalleryRow.display_name).order_by(GalleryRow.name_key)
        ).all()
    found = [GalleryRef(name, display_name or name) for name, display_name in rows]
    return tuple(sorted(found, key=lambda each: each.name != DEFAULT_GALLERY))


def show_gallery(call: Call, *, name: str) -> Gallery:
    """One gallery.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "galleries.read", name)
    with call.services.database.read() as session:
        return _shown(session, find_gallery(session, name))


def create_gallery(call: Call, *, name: str, settings: Mapping[str, Any] | None = None) -> Gallery:
    """Make an empty gallery, bound to the model pack in use.

    Args:
        call: who asks, and with what.
        name: what it is called; where that cannot stand in an address, a name that can is made
            from it, and pages show the gallery as it was called here.
        settings: by field of `GallerySettings`; what is left out is as usual.

    Raises:
        InvalidInput: the name or a setting breaks a rule.
        NameTaken: a gallery of this name exists, or one that pages show under it.
        PackChanged: another pack was chosen since this process has started.
    """
    permissions.require(call.actor, "galleries.create", name)
    chosen = checked_settings(settings or {})
    name = name.strip()
    address = GALLERY_NAME.fullmatch(name) is not None
    if not address:
        called = chosen.display_name or clean_name(name)
        chosen = chosen.changed({"display_name": called})
    summary = call.services.engine.summary
    for tries in itertools.count(1):
        try:
            with call.services.database.write() as session:
                # A process that does not know of another choice yet would bind it to the former.
                require_chosen(session, summary, hold=True)
                _check_shown_name(session, chosen.display_name or name)
                free = name if address else _free_name(session, address_name(name))
                row = GalleryRow(
                    name=free,
                    name_key=name_key(free),
                    pack=summary.pack,
                    contract_id=summary.contract_id,
                    **chosen.as_fields(),
                )
                session.add(row)
                session.flush()
                audit.record(session, call, "gallery_created", gallery_id=row.id)
                return _shown(session, row)
        except IntegrityError as error:
            # Somebody took the name that was free; another number is.
            if address or tries == _MOST_TRIES:
                raise NameTaken("gallery") from error
    raise AssertionError("the last try makes it or raises")


def _check_shown_name(session: Session, shown: str, *, own_id: str | None = None) -> None:
    """Make sure that no other gallery is shown under this name; addresses have their own rule.

    Raises:
        NameTaken: one is.
    """
    columns = GalleryRow.id, GalleryRow.name, GalleryRow.display_name
    others = [row for row in session.execute(select(*columns)) if row.id != own_id]
    if name_key(shown) in {name_key(row.display_name or row.name) for row in others}:
        raise NameTaken("gallery")


def _free_name(session: Session, name: str) -> str:
    """The name, or the same with the first number that makes it free."""
    taken = set(
        session.scalars(
            select(GalleryRow.name_key).where(
                GalleryRow.name_key.startswith(name_key(name), autoescape=True)
            )
        )
    )
    numbered = (f"{name}-{number}" for number in itertools.count(2))
    return next(
        each
        for each in (name, *itertools.islice(numbered, len(taken) + 1))
        if name_key(each) not in taken
    )


def change_gallery(
    call: Call,
    *,
    name: str,
    new_name: str | None = None,
    settings: Mapping[str, Any] | None = None,
    chosen_for: str = "",
) -> Gallery:
    """Rename a gallery or change its settings; what is so already leaves no trace.

    Args:
        call: who asks, and with what.
        name: which gallery.
        new_name: its name from now on; None leaves it.
        settings: by field of `GallerySettings`; what is left out stays.
        chosen_for: the embedding contract for whose similarities the threshold was chosen; empty
            is that of the engine.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryProtected: the default gallery keeps its name.
        PackChanged: a threshold is set, and the engine's pack is not the one in use any more.
        GalleryModelMismatch: a threshold is set for similarities of another model.
        InvalidInput: a value breaks a rule.
        NameTaken: another gallery has the new name, or is shown under it.
    """
    permissions.require(call.actor, "galleries.change", name)
    given = settings or {}
    try:
        with call.services.database.write() as session:
            # A threshold is of one scale: the contract stays until it is written.
            row = find_gallery(session, name, hold="names" if "threshold" in given else "")
            changed = []
            if new_name is not None and new_name != row.name:
                if row.name == DEFAULT_GALLERY:
                    raise GalleryProtected("rename")
                row.name, row.name_key = clean_gallery_name(new_name), name_key(new_name)
                changed.append("name")
            before = GallerySettings.of(row).as_fields()
            after = GallerySettings.of(row).changed(given).as_fields()
            if after["threshold"] != before["threshold"]:
                _check_scale(call, session, row, chosen_for, threshold=after["threshold"])
            if "name" in changed or after["display_name"] != before["display_name"]:
                _check_shown_name(session, after["display_name"] or row.name, own_id=row.id)
            for field, value in after.items():
                if value != before[field]:
                    setattr(row, field, value)
                    changed.append(field)
            if after["keep_unknown_days"] < before["keep_unknown_days"]:
                keep_no_longer_than(session, row, after["keep_unknown_days"])
            if changed:
                row.updated_at = now()
                audit.record(session, call, "gallery_changed", gallery_id=row.id, changed=changed)
                session.flush()
            return _shown(session, row)
    except IntegrityError as error:
        raise NameTaken("gallery") from error


def _check_scale(
    call: Call, session: Session, gallery: GalleryRow, chosen_for: str, *, threshold: float | None
) -> None:
    """Make sure that a threshold to be set is of the scale of the gallery's similarities.

    Raises:
        PackChanged: see `change_gallery`.
        GalleryModelMismatch: see `change_gallery`.
    """
    if threshold is not None:
        require_contract(session, gallery, call.services.engine.summary)
    if chosen_for and chosen_for != gallery.contract_id:
        raise GalleryModelMismatch("threshold", gallery_pack=gallery.pack)


def delete_gallery(call: Call, *, name: str) -> Gallery:
    """Remove a gallery with all its people, faces, crops and photos; says what it was.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryProtected: the default gallery stays.
    """
    permissions.require(call.actor, "galleries.delete", name)
    with call.services.database.write() as session:
        row = find_gallery(session, name)
        if row.name == DEFAULT_GALLERY:
            raise GalleryProtected("remove")
        answer = _shown(session, row)
        files = _files(session, row.id)
        session.delete(row)
        erasure = note_erasure(
            session, files, erased=[Erased("gallery", row.id)], gallery_id=row.id
        )
        audit.record(
            session,
            call,
            "gallery_removed",
            gallery_id=row.id,
            people=answer.people,
            faces=answer.faces,
            files=len(files),
        )
    finish_erasure(call.services, erasure)
    call.services.indexes.drop(answer.id)
    return answer


def _files(session: Session, gallery_id: str) -> list[str]:
    queries = (
        select(FaceRow.crop_file).where(FaceRow.gallery_id == gallery_id),
        select(PhotoRow.file).where(PhotoRow.gallery_id == gallery_id),
        select(DeletedFaceRow.crop_file).where(DeletedFaceRow.gallery_id == gallery_id),
        select(DeletedPhotoRow.file).where(DeletedPhotoRow.gallery_id == gallery_id),
        select(ProbeRow.original_file).where(ProbeRow.gallery_id == gallery_id),
        select(ProbeRow.display_file).where(ProbeRow.gallery_id == gallery_id),
        select(ProbeFaceRow.crop_file).join(ProbeRow).where(ProbeRow.gallery_id == gallery_id),
        select(JobInputPartRow.file)
        .join(JobInputRow, JobInputRow.id == JobInputPartRow.input_id)
        .join(JobRow, JobRow.id == JobInputRow.job_id)
        .where(JobRow.gallery_id == gallery_id),
        select(UnknownFaceRow.crop_file).where(UnknownFaceRow.gallery_id == gallery_id),
        select(VideoAppearanceRow.crop_file)
        .join(JobRow, JobRow.id == VideoAppearanceRow.job_id)
        .where(JobRow.gallery_id == gallery_id),
    )
    return [name for query in queries for name in session.scalars(query)]


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many people a gallery has, how many of them a face, and how many faces there are."""

    people: int = 0
    searched: int = 0
    faces: int = 0


_NOBODY: Final = _Counts()


def _counts(session: Session) -> dict[str, _Counts]:
    """By the gallery's id; empty ones are left out."""
    people = session.execute(_people_counted().group_by(PersonRow.gallery_id)).all()
    faces = dict(session.execute(_faces_counted()).all())
    return {
        gallery_id: _Counts(count, searched, faces.get(gallery_id, 0))
        for gallery_id, count, searched in people
    }


def _faces_counted() -> Select[str, int]:
    return select(FaceRow.gallery_id, func.count().label("count")).group_by(FaceRow.gallery_id)


def _people_counted() -> Select[str, int, int]:
    has_face = select(FaceRow.id).where(FaceRow.person_id == PersonRow.id).exists()
    return select(
        PersonRow.gallery_id, func.count(), func.coalesce(func.sum(case((has_face, 1), else_=0)), 0)
    )


def _shown(session: Session, row: GalleryRow) -> Gallery:
    counted = _people_counted().where(PersonRow.gallery_id == row.id).group_by(PersonRow.gallery_id)
    found = session.execute(counted).one_or_none()
    faces = session.scalar(
        select(func.count()).select_from(FaceRow).where(FaceRow.gallery_id == row.id)
    )
    return _answer(row, _Counts(found[1], found[2], faces or 0) if found else _NOBODY)


def _answer(row: GalleryRow, counts: _Counts) -> Gallery:
    return Gallery(
        id=row.id,
        name=row.name,
        pack=row.pack,
        contract_id=row.contract_id,
        settings=GallerySettings.of(row),
        people=counts.people,
        searched=counts.searched,
        faces=counts.faces,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
