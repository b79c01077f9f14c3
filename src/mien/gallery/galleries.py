"""Galleries: find, list, create, change, remove."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mien.errors import GalleryModelMismatch
from mien.errors import GalleryNotFound
from mien.errors import GalleryProtected
from mien.errors import InvalidInput
from mien.errors import NameTaken
from mien.gallery.results import Gallery
from mien.gallery.services import Services
from mien.names import clean_gallery_name
from mien.names import name_key
from mien.options import ACCEPTED_RATE
from mien.options import DEFAULT_GALLERY
from mien.options import GATES
from mien.options import LEAST_ACCEPTED
from mien.options import MOST_ACCEPTED
from mien.options import Gate
from mien.storage.models import EventRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeFaceRow
from mien.storage.models import ProbeRow
from mien.storage.models import now
from mien.vision.types import EngineSummary


def find_gallery(session: Session, name: str) -> GalleryRow:
    """The row of a gallery by its name, whatever the letters' case.

    Raises:
        GalleryNotFound: there is none.
    """
    row = session.scalar(select(GalleryRow).where(GalleryRow.name_key == name_key(name)))
    if row is None:
        raise GalleryNotFound("There is no gallery of this name.")
    return row


def require_contract(gallery: GalleryRow, engine: EngineSummary) -> None:
    """Make sure that the gallery's embeddings and the engine's may be compared.

    Raises:
        GalleryModelMismatch: they come from two models.
    """
    if gallery.contract_id != engine.contract_id:
        raise GalleryModelMismatch(
            f"The gallery belongs to the model pack {gallery.pack}{_version(gallery, engine)}, but "
            f"{engine.pack} is running, and vectors of two models cannot be compared. If the pack "
            f"was changed meanwhile, start Mien again; else {_way_back(gallery, engine)}, or make "
            "a new gallery.",
            gallery_pack=gallery.pack,
            engine_pack=engine.pack,
        )


def _version(gallery: GalleryRow, engine: EngineSummary) -> str:
    return " of another version" if gallery.pack == engine.pack else ""


def _way_back(gallery: GalleryRow, engine: EngineSummary) -> str:
    if gallery.pack == engine.pack:
        return "go back to the version of Mien that made it"
    return f"go back with `mien models use {gallery.pack}`"


def list_galleries(services: Services) -> tuple[Gallery, ...]:
    """All galleries, the default one first, then by name."""
    with services.database.read() as session:
        rows = session.scalars(select(GalleryRow).order_by(GalleryRow.name_key)).all()
        people, faces = _counts(session)
        answers = [_answer(row, people.get(row.id, 0), faces.get(row.id, 0)) for row in rows]
    return tuple(sorted(answers, key=lambda gallery: gallery.name != DEFAULT_GALLERY))


def list_gallery_names(services: Services) -> tuple[str, ...]:
    """The names of all galleries, in the order of `list_galleries`, without counting anything."""
    with services.database.read() as session:
        names = session.scalars(select(GalleryRow.name).order_by(GalleryRow.name_key)).all()
    return tuple(sorted(names, key=lambda name: name != DEFAULT_GALLERY))


def show_gallery(services: Services, *, name: str) -> Gallery:
    """One gallery.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    with services.database.read() as session:
        return _shown(session, find_gallery(session, name))


def create_gallery(
    services: Services,
    *,
    name: str,
    threshold: float | None = None,
    accepted_fpir: float = ACCEPTED_RATE,
    accepted_fmr: float = ACCEPTED_RATE,
    gate: Gate = "standard",
    keep_photos: bool = True,
) -> Gallery:
    """Make an empty gallery, bound to the model pack in use.

    Raises:
        InvalidInput: the name, the threshold or a rate breaks a rule.
        NameTaken: a gallery of this name exists.
    """
    row = GalleryRow(
        name=clean_gallery_name(name),
        name_key=name_key(name),
        pack=services.engine.summary.pack,
        contract_id=services.engine.summary.contract_id,
        threshold=check_threshold(threshold),
        accepted_fpir=check_rate(accepted_fpir, "accepted_fpir"),
        accepted_fmr=check_rate(accepted_fmr, "accepted_fmr"),
        gate=check_gate(gate),
        keep_photos=keep_photos,
    )
    with _unique(), services.database.write() as session:
        session.add(row)
        session.flush()
        return _shown(session, row)


def bind_galleries(
    services: Services, *, pack: str, contract_id: str, replaces: Sequence[str] = ()
) -> None:
    """Make the default gallery when it is missing, and let galleries follow the pack that may.

    An empty gallery holds no vectors of another model, and one of a contract that this one
    replaces holds vectors that may be compared with its; so nothing is lost.

    Args:
        services: the collaborators.
        pack: in use.
        contract_id: of its embeddings.
        replaces: earlier contracts whose vectors may be compared with them.
    """
    with services.database.read() as session:
        contracts = dict(session.execute(select(GalleryRow.name, GalleryRow.contract_id)).all())
    if DEFAULT_GALLERY in contracts and set(contracts.values()) == {contract_id}:
        return
    with services.database.write() as session:
        if session.scalar(select(GalleryRow.id).filter_by(name_key=DEFAULT_GALLERY)) is None:
            session.add(
                GalleryRow(
                    name=DEFAULT_GALLERY,
                    name_key=DEFAULT_GALLERY,
                    pack=pack,
                    contract_id=contract_id,
                )
            )
            session.flush()
        following = select(GalleryRow).where(
            GalleryRow.contract_id != contract_id,
            or_(
                GalleryRow.contract_id.in_(replaces),
                ~select(FaceRow.id).where(FaceRow.gallery_id == GalleryRow.id).exists(),
            ),
        )
        for row in session.scalars(following):
            row.pack, row.contract_id = pack, contract_id
            services.indexes.drop(row.id)


def change_gallery(
    services: Services,
    *,
    name: str,
    new_name: str | None = None,
    threshold: float | None = None,
    automatic_threshold: bool = False,
    accepted_fpir: float | None = None,
    accepted_fmr: float | None = None,
    gate: Gate | None = None,
    keep_photos: bool | None = None,
) -> Gallery:
    """Rename a gallery or change its settings; None leaves a setting as it is.

    Args:
        services: the collaborators.
        name: which gallery.
        new_name: its name from now on.
        threshold: similarity from which a candidate is a match, in [-1, 1]; goes before the
            accepted rate.
        automatic_threshold: let the threshold follow from the accepted rate again.
        accepted_fpir: share of strangers' searches that may name somebody.
        accepted_fmr: share of comparisons of two people that may pass as one.
        gate: how much a photo has to be worth to be stored.
        keep_photos: whether photos of later enrolments are kept.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryProtected: the default gallery keeps its name.
        InvalidInput: a value breaks a rule.
        NameTaken: another gallery has the new name.
    """
    with _unique(), services.database.write() as session:
        row = find_gallery(session, name)
        if new_name is not None and new_name != row.name:
            if row.name == DEFAULT_GALLERY:
                raise GalleryProtected("The default gallery keeps its name.")
            row.name, row.name_key = clean_gallery_name(new_name), name_key(new_name)
        if threshold is not None:
            row.threshold = check_threshold(threshold)
        if automatic_threshold:
            row.threshold = None
        if accepted_fpir is not None:
            row.accepted_fpir = check_rate(accepted_fpir, "accepted_fpir")
        if accepted_fmr is not None:
            row.accepted_fmr = check_rate(accepted_fmr, "accepted_fmr")
        if gate is not None:
            row.gate = check_gate(gate)
        if keep_photos is not None:
            row.keep_photos = keep_photos
        row.updated_at = now()
        session.flush()
        return _shown(session, row)


def delete_gallery(services: Services, *, name: str) -> Gallery:
    """Remove a gallery with all its people, faces, crops and photos; says what it was.

    Raises:
        GalleryNotFound: no gallery has this name.
        GalleryProtected: the default gallery stays.
    """
    with services.database.write() as session:
        row = find_gallery(session, name)
        if row.name == DEFAULT_GALLERY:
            raise GalleryProtected("The default gallery cannot be removed; remove its people.")
        answer = _shown(session, row)
        files = _files(session, row.id)
        session.delete(row)
        session.add(
            EventRow(
                kind="gallery_removed",
                gallery_id=row.id,
                facts={"people": answer.people, "faces": answer.faces, "files": len(files)},
            )
        )
    services.files.delete(files)
    services.indexes.drop(answer.id)
    services.database.scrub()
    return answer


class _unique:  # noqa: N801 - reads as a word in a with statement
    """Names the one constraint that a gallery can break."""

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, IntegrityError):
            raise NameTaken("A gallery of this name exists already.") from error


def check_threshold(threshold: float | None) -> float | None:
    """The threshold, if it is one.

    Raises:
        InvalidInput: it is out of range.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise InvalidInput("A threshold is a similarity from -1 to 1.", field="threshold")
    return threshold


def check_rate(rate: float, field: str) -> float:
    """The accepted rate, if it is one.

    Raises:
        InvalidInput: it is out of range.
    """
    if not LEAST_ACCEPTED <= rate <= MOST_ACCEPTED:
        raise InvalidInput(
            "An accepted rate is a share from 0.000001 (1 of a million) to 0.5 (every second).",
            field=field,
        )
    return rate


def check_gate(gate: Gate) -> Gate:
    """The gate, if it is one.

    Raises:
        InvalidInput: there is no such gate.
    """
    if gate not in GATES:
        raise InvalidInput(f"A gate is one of {', '.join(GATES)}.", field="gate")
    return gate


def _files(session: Session, gallery_id: str) -> list[str]:
    queries = (
        select(FaceRow.crop_file).where(FaceRow.gallery_id == gallery_id),
        select(PhotoRow.file).where(PhotoRow.gallery_id == gallery_id),
        select(ProbeRow.original_file).where(ProbeRow.gallery_id == gallery_id),
        select(ProbeRow.display_file).where(ProbeRow.gallery_id == gallery_id),
        select(ProbeFaceRow.crop_file).join(ProbeRow).where(ProbeRow.gallery_id == gallery_id),
    )
    return [name for query in queries for name in session.scalars(query)]


def _counts(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    people = session.execute(
        select(PersonRow.gallery_id, func.count()).group_by(PersonRow.gallery_id)
    )
    faces = session.execute(select(FaceRow.gallery_id, func.count()).group_by(FaceRow.gallery_id))
    return dict(people.all()), dict(faces.all())


def _shown(session: Session, row: GalleryRow) -> Gallery:
    people = session.scalar(
        select(func.count()).select_from(PersonRow).where(PersonRow.gallery_id == row.id)
    )
    faces = session.scalar(
        select(func.count()).select_from(FaceRow).where(FaceRow.gallery_id == row.id)
    )
    return _answer(row, people or 0, faces or 0)


def _answer(row: GalleryRow, people: int, faces: int) -> Gallery:
    return Gallery(
        id=row.id,
        name=row.name,
        pack=row.pack,
        contract_id=row.contract_id,
        threshold=row.threshold,
        accepted_fpir=row.accepted_fpir,
        accepted_fmr=row.accepted_fmr,
        gate=cast("Gate", row.gate),
        keep_photos=row.keep_photos,
        people=people,
        faces=faces,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
