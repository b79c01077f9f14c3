"""What an import is to do: every file as an item, with whom it shows, before the first is looked at."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import PurePosixPath
from typing import Any
from typing import Final

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from mien.errors import FileSkipped
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.gallery.transfer.found import Found
from mien.gallery.transfer.layout import common_folders
from mien.gallery.transfer.layout import person_of
from mien.gallery.transfer.lists import Listed
from mien.gallery.transfer.lists import read_list
from mien.jobs.stored_errors import as_stored
from mien.jobs.tasks.import_files import ImportFiles
from mien.jobs.tasks.import_files import Place
from mien.jobs.work import Settled
from mien.jobs.work import Work
from mien.storage.models import JobItemRow
from mien.storage.models import JobRow

_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Item:
    """A file of an import, before it is looked at."""

    path: str
    person: str
    why: MienError | None = None
    details: dict[str, Any] = field(default_factory=dict)


def plan_import(work: Work, files: ImportFiles) -> None:
    """Write every file of an import down; begun anew where a plan was broken off.

    Raises:
        ArchiveRefused: an archive is damaged or holds too much.
        InvalidInput: a list cannot be read, or there is nothing to import.
    """
    found = []
    for there in files.scan():
        work.go_on()
        found.append(there)
    items = list(_of_list(files, found) or _of_folders(found, within=files.is_folder))
    if not items:
        raise InvalidInput("nothing_to_import", field="file")
    # Somebody's pictures stand together: they are weighed against each other.
    items.sort(key=lambda each: (each.why is None, each.person.casefold(), each.person, each.path))
    database = work.call.services.database
    with database.write() as session:
        session.execute(delete(JobItemRow).where(JobItemRow.job_id == work.job_id))
        work.settle(session, stage="planning", done=0, total=None, counts={})
    number = itertools.count(1)
    for batch in _batches(items):
        work.go_on()
        with database.write() as session:
            session.execute(
                insert(JobItemRow), [_row(work.job_id, next(number), each) for each in batch]
            )
    refused = sum(1 for each in items if each.why is not None)
    for done, each in enumerate((each for each in items if each.why is not None), start=1):
        work.tell(Settled(each.path, done, len(items), refusal=each.why))
    with database.write() as session:
        work.options["planned"] = True
        session.get_one(JobRow, work.job_id).options = dict(work.options)
        session.flush()
        work.settle(
            session,
            stage="importing",
            total=len(items),
            done=refused,
            counts={"refused": refused} if refused else {},
        )


def people_left(work: Work) -> list[str]:
    """The names of people of whom pictures have not been looked at, in their order."""
    with work.call.services.database.read() as session:
        return list(
            session.scalars(
                select(JobItemRow.person)
                .where(JobItemRow.job_id == work.job_id, JobItemRow.state == "pending")
                .group_by(JobItemRow.person)
                .order_by(func.min(JobItemRow.number))
            )
        )


def _batches(items: list[_Item]) -> Iterator[list[_Item]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


def _row(job_id: str, number: int, item: _Item) -> dict[str, Any]:
    told = {"key": "", "facts": {}} if item.why is None else as_stored(item.why)
    return {
        "job_id": job_id,
        "number": number,
        "path": item.path,
        "person": item.person,
        "details": item.details,
        "state": "pending" if item.why is None else "refused",
        "code": told["key"],
        "facts": told["facts"],
    }


def _of_folders(found: list[tuple[Found, Place]], *, within: bool) -> Iterator[_Item]:
    # The folder of a command was named by somebody, who knows what lies in it.
    common = 0 if within else common_folders([each.path for each, _ in found if each.why is None])
    for each, place in found:
        person = person_of(each.path, common=common)
        if each.why is not None:
            yield _Item(each.path, person, each.why)
        elif not person:
            yield _Item(each.path, "", FileSkipped("no_folder"))
        else:
            yield _Item(each.path, person, details={"place": _told(place)})


def _of_list(files: ImportFiles, found: list[tuple[Found, Place]]) -> list[_Item]:
    lists = [(each, place) for each, place in found if each.is_list]
    if not lists:
        return []
    if len(lists) > 1:
        raise InvalidInput("several_lists", field="list")
    (its, where) = lists[0]
    rows = read_list(files.read(where), is_json=its.path.lower().endswith(".json"))
    base = PurePosixPath(its.path).parent
    there = {each.path: (each, place) for each, place in found if not each.is_list}
    items: list[_Item] = []
    listed: set[str] = set()
    for row in rows:
        path = row.file if row.file in there else (base / row.file).as_posix()
        if path not in there:
            items.append(_Item(row.file, row.name, FileSkipped("not_there")))
        elif path in listed:
            items.append(_Item(path, row.name, FileSkipped("listed_twice")))
        else:
            listed.add(path)
            items.append(_listed(row, *there[path]))
    for path, (each, _) in there.items():
        if path not in listed:
            items.append(_Item(path, "", each.why or FileSkipped("not_listed")))
    return items


def _listed(row: Listed, found: Found, place: Place) -> _Item:
    if found.why is not None:
        return _Item(found.path, row.name, found.why)
    details: dict[str, Any] = {"place": _told(place)}
    if row.notes:
        details["notes"] = row.notes
    if row.metadata:
        details["metadata"] = dict(row.metadata)
    return _Item(found.path, row.name, details=details)


def _told(place: Place) -> list[Any]:
    return [place.file, place.at, place.path]
