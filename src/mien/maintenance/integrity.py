"""Look whether rows, files and galleries fit together."""

import time
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from mien.access import permissions
from mien.errors import FilesOfAnotherDatabase
from mien.errors import FilesUnavailable
from mien.errors import ModelError
from mien.gallery.services import Call
from mien.gallery.services import Services
from mien.storage.binding import require_fitting
from mien.storage.deletions import noted
from mien.storage.file_references import referenced
from mien.storage.files import STRAY_SECONDS
from mien.storage.files import FileStore
from mien.storage.migrate import current_revision
from mien.storage.migrate import head_revision
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow

_BYTES = 4


@dataclass(frozen=True, slots=True)
class CheckedGallery:
    """How a gallery stands.

    Attributes:
        comparable: whether its vectors come from the model in use; None when none is chosen.
        wrong_vectors: how many have another length than the model's, or than each other.
    """

    name: str
    pack: str
    faces: int
    comparable: bool | None
    wrong_vectors: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """What looking found.

    Attributes:
        schema: the database's schema revision; None when it is empty.
        schema_needed: this code's.
        damage: what the database says of itself; nothing when it is whole.
        missing_files: stored files that rows speak of and that are not there.
        misfit: the code of the error that keeps Mien from touching the stored files, because they
            are not those of the database; empty where they are.
        stray_files: how many files no row refers to; set aside while Mien runs.
        files_aside: how many are set aside.
        to_delete: files of what was deleted that could not be removed yet.
    """

    schema: str | None
    schema_needed: str
    damage: tuple[str, ...]
    misfit: str
    missing_files: tuple[str, ...]
    stray_files: int
    files_aside: int
    to_delete: int
    galleries: tuple[CheckedGallery, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing needs doing."""
        return (
            self.schema == self.schema_needed
            and not self.damage
            and not self.misfit
            and not self.missing_files
            and all(each.comparable is not False for each in self.galleries)
            and not any(each.wrong_vectors for each in self.galleries)
        )


def check(call: Call) -> Checkup:
    """Look at everything; changes nothing.

    Raises:
        DatabaseUnreachable: the database does not answer.
    """
    permissions.require(call.actor, "maintenance.check")
    schema, needed = current_revision(call.services.database), head_revision()
    damage = call.services.database.find_damage()
    if schema != needed:
        # The tables may not be those that the code knows.
        return Checkup(schema, needed, damage, "", (), 0, 0, 0, ())
    with call.services.database.read() as session:
        known = referenced(session)
        deleted = noted(session)
        galleries = _galleries(call.services, session)
    misfit = _misfit(call.services)
    try:
        missing, stray, aside = _look_at_files(call.services.files, known, {*known, *deleted})
    except FilesUnavailable as error:
        # Nothing is known of what cannot be reached.
        misfit, missing, stray, aside = misfit or error.code, (), 0, 0
    return Checkup(
        schema=schema,
        schema_needed=needed,
        damage=damage,
        misfit=misfit,
        missing_files=missing,
        stray_files=stray,
        files_aside=aside,
        to_delete=len(deleted),
        galleries=galleries,
    )


def _look_at_files(
    files: FileStore, referenced: set[str], known: set[str]
) -> tuple[tuple[str, ...], int, int]:
    """Which files are missing, how many are stray, and how many are set aside."""
    stray = files.stray(known, older_than=time.time() - STRAY_SECONDS)
    missing = tuple(sorted(referenced - files.present(referenced)))
    return missing, sum(1 for _ in stray), sum(1 for _ in files.aside())


def _misfit(services: Services) -> str:
    try:
        require_fitting(services.database, services.files)
    except (FilesOfAnotherDatabase, FilesUnavailable) as error:
        return error.code
    return ""


def _galleries(services: Services, session: Session) -> tuple[CheckedGallery, ...]:
    try:
        summary = services.engine.summary
    except ModelError:
        summary = None
    sizes: dict[str, dict[int, int]] = {}
    size = func.length(FaceRow.embedding)
    for gallery_id, length, count in session.execute(
        select(FaceRow.gallery_id, size, func.count()).group_by(FaceRow.gallery_id, size)
    ):
        sizes.setdefault(gallery_id, {})[length] = count
    checked = []
    for row in session.scalars(select(GalleryRow).order_by(GalleryRow.name_key)):
        counts = sizes.get(row.id, {})
        comparable = None if summary is None else row.contract_id == summary.contract_id
        if summary is not None and comparable:
            expected = summary.dimension * _BYTES
        else:
            expected = max(counts, key=lambda length: counts[length], default=0)
        checked.append(
            CheckedGallery(
                name=row.name,
                pack=row.pack,
                faces=sum(counts.values()),
                comparable=comparable,
                wrong_vectors=sum(n for length, n in counts.items() if length != expected),
            )
        )
    return tuple(checked)
