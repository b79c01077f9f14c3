"""Import people: each picture becomes an example of whom it is said to show.

Pictures that show one face are added as they come. Those that show several wait until the rest of
the person's are through: the face is taken on which these agree. Where they do not, somebody has to
say which is meant; the picture is held for that.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import Final
from typing import cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy import update

from mien.access.actor import SYSTEM
from mien.decision.agreeing_faces import agreeing_faces
from mien.errors import FileSkipped
from mien.errors import MienError
from mien.errors import Overloaded
from mien.errors import PersonNotFound
from mien.errors import SeveralFacesFound
from mien.gallery.analysis import AnalyzedPhoto
from mien.gallery.analysis import Upload
from mien.gallery.analysis import analyze
from mien.gallery.enrolment.duplicates import find_example
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.enrol_each import REFUSALS
from mien.gallery.enrolment.subject import KnownPerson
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import find_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.people import create_person
from mien.gallery.people.person_rows import find_same_name
from mien.gallery.results import Enrolment
from mien.jobs.states import ItemState
from mien.jobs.stored_errors import as_stored
from mien.jobs.tasks.import_files import ImportFiles
from mien.jobs.tasks.import_files import Place
from mien.jobs.tasks.import_files import import_files
from mien.jobs.tasks.import_plan import people_left
from mien.jobs.tasks.import_plan import plan_import
from mien.jobs.work import Settled
from mien.jobs.work import Work
from mien.names import can_be_stored
from mien.options import Gate
from mien.options import PhotoOptions
from mien.options import Take
from mien.storage.models import FaceRow
from mien.storage.models import JobItemRow
from mien.storage.models import JobRow
from mien.storage.models import PersonRow

HELD_SECONDS: Final = 30 * 24 * 3600
"""So long a picture waits until somebody says which face is meant."""

_REFUSALS: Final = (*REFUSALS, FileSkipped)
_BUSY_SECONDS: Final = 1.0
# What was chosen among several because the others agree on it is no doubt.
_CHOSEN: Final = "several_faces"


def import_people(work: Work) -> None:
    """Do an import, or go on with one; see `jobs.start_import` for its options."""
    with import_files(work) as files:
        if not work.options.get("planned"):
            plan_import(work, files)
        for name in people_left(work):
            _Person(work, files, name).add()


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of a picture."""

    state: ItemState
    key: str = ""
    facts: dict[str, Any] | None = None
    person_id: str | None = None
    face_id: str | None = None
    enrolment: Enrolment | None = None
    refusal: MienError | None = None
    held_id: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A picture that shows several faces; float32, shape (faces, dimension)."""

    item: JobItemRow
    embeddings: NDArray[np.float32]
    refusal: SeveralFacesFound


class _Person:
    """Somebody whose pictures are imported.

    Args:
        work: the job.
        files: where the pictures are.
        name: of the person.
    """

    def __init__(self, work: Work, files: ImportFiles, name: str) -> None:
        self._work = work
        self._files = files
        self._name = name
        self._known: KnownPerson | None = None
        options = work.options
        self._photo = PhotoOptions(detail=options.get("detail", "normal"))
        self._gate = cast("Gate | None", options.get("gate"))
        self._take = cast("Take | None", options.get("take"))

    def add(self) -> None:
        """Look at every picture of theirs that was not looked at."""
        self._known = self._somebody()
        waiting: list[_Waiting] = []
        for item in self._items():
            self._work.go_on()
            outcome = self._patiently(item, waiting)
            if outcome is not None:
                self._settle(item, outcome)
        if waiting:
            self._choose(waiting)

    def _somebody(self) -> KnownPerson | None:
        """Whoever has this name; None where nobody has, or several."""
        with self._work.call.services.database.read() as session:
            row = find_gallery(session, self._work.gallery)
            named = find_same_name(session, row, self._name) if can_be_stored(self._name) else []
            return KnownPerson(named[0].id) if len(named) == 1 else None

    def _items(self) -> Sequence[JobItemRow]:
        with self._work.call.services.database.read() as session:
            return session.scalars(
                select(JobItemRow)
                .where(
                    JobItemRow.job_id == self._work.job_id,
                    JobItemRow.state == "pending",
                    JobItemRow.person == self._name,
                )
                .order_by(JobItemRow.number)
            ).all()

    def _patiently(self, item: JobItemRow, waiting: list[_Waiting]) -> _Outcome | None:
        """The same as `_look`, as often as it takes: requests that somebody waits for come first."""
        while True:
            try:
                return self._look(item, waiting)
            except Overloaded:
                self._work.go_on()
                time.sleep(_BUSY_SECONDS)
            except PersonNotFound:
                if self._known is None:
                    raise
                # Deleted meanwhile; what is imported is there again.
                self._known = None

    def _look(self, item: JobItemRow, waiting: list[_Waiting]) -> _Outcome | None:
        """What becomes of a picture; None where the others have to be seen first."""
        call = self._work.call
        try:
            data = self._files.read(_place(item))
            there = find_example(
                call, gallery=self._work.gallery, subject=self._subject(item), photo=data
            )
            if there is not None:
                self._known = KnownPerson(there.person_id)
                # Stored a moment before its worker was killed.
                ours = there.created_at >= self._started()
                return _Outcome(
                    "added" if ours else "known", person_id=there.person_id, face_id=there.face_id
                )
            photo = analyze(call.services, Upload(data, self._photo), call.budget())
        except _REFUSALS as refusal:
            return _refused(refusal)
        try:
            return self._enrolled(item, photo, None)
        except SeveralFacesFound as refusal:
            if self._take is not None:
                # Somebody has said what is to be done with such pictures.
                return _refused(refusal)
            embeddings = np.stack([face.embedding for face in photo.faces])
            waiting.append(_Waiting(item, embeddings, refusal))
            return None
        except _REFUSALS as refusal:
            return _refused(refusal)

    def _choose(self, waiting: Sequence[_Waiting]) -> None:
        """Take the face of each picture on which the person's others agree."""
        summary = self._work.call.services.engine.summary
        numbers = agreeing_faces(
            [each.embeddings for each in waiting],
            examples=self._examples(),
            threshold=summary.verify_threshold,
        )
        for each, number in zip(waiting, numbers, strict=True):
            self._work.go_on()
            self._settle(each.item, self._chosen(each, number))

    def _chosen(self, waiting: _Waiting, number: int | None) -> _Outcome:
        call = self._work.call
        while True:
            try:
                data = self._files.read(_place(waiting.item))
                photo = analyze(call.services, Upload(data, self._photo), call.budget())
                if number is not None:
                    return self._enrolled(waiting.item, photo, number)
                return self._held(waiting, photo)
            except Overloaded:
                self._work.go_on()
                time.sleep(_BUSY_SECONDS)
            except PersonNotFound:
                if self._known is None:
                    raise
                self._known = None
            except _REFUSALS as refusal:
                return _refused(refusal)

    def _enrolled(self, item: JobItemRow, photo: AnalyzedPhoto, number: int | None) -> _Outcome:
        done = enrol(
            self._work.call,
            gallery=self._work.gallery,
            source=photo,
            subject=self._subject(item),
            face_number=number,
            take=(self._take or "only") if number is None else "only",
            gate=self._gate,
            # An import is undone as a whole.
            noted=False,
        )
        self._known = KnownPerson(done.person.id)
        doubts = [each for each in done.warnings if each.code != _CHOSEN]
        state: ItemState = "known" if not done.stored else "check" if doubts else "added"
        first = doubts[0] if doubts else None
        facts = {} if first is None else {"figure": first.figure, "limit": first.limit}
        return _Outcome(
            state,
            key="" if first is None else first.key,
            facts=facts,
            person_id=done.person.id,
            face_id=done.face.id,
            enrolment=done,
        )

    def _held(self, waiting: _Waiting, photo: AnalyzedPhoto) -> _Outcome:
        """Hold a picture until somebody says which face is meant; the person is there for that."""
        call, gallery = self._work.call, self._work.gallery
        if self._known is None:
            subject = self._subject(waiting.item)
            named = cast("NamedPerson", subject)
            made = create_person(
                call,
                gallery=gallery,
                name=named.name,
                notes=named.notes,
                metadata=named.metadata,
            )
            self._known = KnownPerson(made.id)
        held = hold_photo(
            # Not of whoever has started the import: an editor of the gallery decides.
            replace(call, actor=SYSTEM),
            gallery=gallery,
            photo=photo,
            person_id=self._known.id,
            file_name=waiting.item.path.rsplit("/", 1)[-1],
            seconds=HELD_SECONDS,
        )
        return _Outcome(
            "choose",
            **_key_and_facts(waiting.refusal),
            person_id=self._known.id,
            refusal=waiting.refusal,
            held_id=held.id,
        )

    def _subject(self, item: JobItemRow) -> KnownPerson | NamedPerson:
        if self._known is not None:
            return self._known
        details = item.details
        return NamedPerson(self._name, details.get("notes", ""), details.get("metadata", {}))

    def _examples(self) -> NDArray[np.float32] | None:
        """What is known to be theirs; float32, shape (examples, dimension)."""
        if self._known is None:
            return None
        dimension = self._work.call.services.engine.summary.dimension
        with self._work.call.services.database.read() as session:
            rows = session.scalars(
                select(FaceRow.embedding).where(FaceRow.person_id == self._known.id)
            )
            found = [row for row in rows if row.size == dimension]
        return np.stack(found) if found else None

    def _started(self) -> Any:
        with self._work.call.services.database.read() as session:
            return session.scalar(select(JobRow.created_at).where(JobRow.id == self._work.job_id))

    def _settle(self, item: JobItemRow, outcome: _Outcome) -> None:
        with self._work.call.services.database.write() as session:
            # What is told of a picture goes with the person, also where it gave them nothing.
            whose = outcome.person_id or (self._known.id if self._known else None)
            if whose is not None and session.get(PersonRow, whose) is None:
                whose = None
            session.execute(
                update(JobItemRow)
                .where(JobItemRow.job_id == item.job_id, JobItemRow.number == item.number)
                .values(
                    state=outcome.state,
                    code=outcome.key,
                    facts=outcome.facts or {},
                    details={} if outcome.held_id is None else {"held": outcome.held_id},
                    person_id=whose,
                    face_id=outcome.face_id,
                )
            )
            row = session.get_one(JobRow, self._work.job_id)
            counts = dict(row.counts)
            counts[outcome.state] = counts.get(outcome.state, 0) + 1
            done = sum(counts.values())
            self._work.settle(session, done=done, counts=counts)
            total = row.total or done
        self._work.tell(
            Settled(item.path, done, total, enrolment=outcome.enrolment, refusal=outcome.refusal)
        )


def _place(item: JobItemRow) -> Place:
    file, at, path = item.details["place"]
    return Place(file, at, path)


def _refused(refusal: MienError) -> _Outcome:
    return _Outcome("refused", **_key_and_facts(refusal), refusal=refusal)


def _key_and_facts(error: MienError) -> dict[str, Any]:
    told = as_stored(error)
    facts = told["facts"]
    # Where the faces are is nobody's business in a report.
    facts.pop("boxes", None)
    return {"key": told["key"], "facts": facts}
