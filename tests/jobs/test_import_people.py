"""An import: every file as an item, one face of each picture, and nothing twice."""

import datetime as dt
import io
import json
import secrets
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from mien.errors import JobNotPossible
from mien.gallery.people.changes import list_changes
from mien.gallery.people.review import list_review
from mien.gallery.people.undo import undo_change
from mien.jobs import work
from mien.jobs.control import cancel_job
from mien.jobs.control import pause_job
from mien.jobs.control import resume_job
from mien.jobs.inputs import receive_part
from mien.jobs.list_items import every_item
from mien.jobs.list_jobs import list_jobs
from mien.jobs.list_jobs import show_job
from mien.jobs.results import Job
from mien.jobs.run_job import run_job
from mien.jobs.run_job import waiting_jobs
from mien.jobs.start_import import ImportOptions
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.jobs.undo_import import undo_import
from mien.jobs.work import Settled
from mien.maintenance.cleanup import clean_up
from mien.runtime import Runtime
from mien.storage.models import FaceRow
from mien.storage.models import JobInputPartRow
from mien.storage.models import JobItemRow
from mien.storage.models import JobRow
from mien.storage.models import PersonRow
from mien.storage.models import UserRow
from mien.storage.models import now

G = "default"


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    made = make_runtime(tmp_path / "home")
    yield made
    made.close()


def photo(*names: str, variant: int = 0) -> bytes:
    return draw_photo(list(names), variant=variant)


def zipped(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return held.getvalue()


def sent(runtime: Runtime, files: dict[str, bytes], *, options: ImportOptions | None = None) -> Job:
    call = acting(runtime.services, make_user(runtime.services, f"u{secrets.token_hex(4)}"))
    job = begin_import(call, gallery=G, title="album", options=options)
    for path, data in files.items():
        receive_part(call, job_id=job.id, path=path, offset=0, data=data)
    return start_import(call, job_id=job.id)


def done(runtime: Runtime, job: Job) -> Job:
    run_job(runtime.services, job.id, worker="test")
    return show_job(acting(runtime.services), job_id=job.id)


def states(runtime: Runtime, job: Job) -> dict[str, str]:
    return {
        each.path: each.key if each.state == "refused" else each.state
        for each in every_item(acting(runtime.services), job_id=job.id)
    }


def people(runtime: Runtime) -> dict[str, int]:
    """How many faces everybody has."""
    with runtime.database.read() as session:
        rows = session.execute(
            select(PersonRow.name, func.count(FaceRow.id))
            .outerjoin(FaceRow, FaceRow.person_id == PersonRow.id)
            .group_by(PersonRow.name)
        )
        return {name: count for name, count in rows}  # noqa: C416 - rows are no tuples to mypy


def similarity_within(runtime: Runtime, name: str) -> float:
    """Of the two of somebody's faces that are least alike."""
    with runtime.database.read() as session:
        rows = session.scalars(
            select(FaceRow.embedding)
            .join(PersonRow, PersonRow.id == FaceRow.person_id)
            .where(PersonRow.name == name)
        )
        faces = np.stack(list(rows))
    return float((faces @ faces.T).min())


@contextmanager
def looking_always() -> Iterator[None]:
    """Let workers look at every item for what is wanted, and not once a second."""
    before, work._LOOK_SECONDS = work._LOOK_SECONDS, 0.0  # type: ignore[misc]
    try:
        yield
    finally:
        work._LOOK_SECONDS = before  # type: ignore[misc]


def test_an_archive_becomes_people(runtime: Runtime) -> None:
    album = zipped(
        {
            "press/Ada/1.png": photo("ada"),
            "press/Bea/1.png": photo("bea"),
            "press/Bea/empty.png": photo(),
            "press/Bea/notes.txt": b"no picture",
            "press/loose.png": photo("cyd"),
            "../outside/Eve/1.png": photo("eve"),
        }
    )
    job = done(runtime, sent(runtime, {"album.zip": album}))
    assert (job.state, job.done, job.total) == ("done", 6, 6)
    assert states(runtime, job) == {
        "press/Ada/1.png": "added",
        "press/Bea/1.png": "added",
        "press/Bea/empty.png": "no_face_found",
        "press/Bea/notes.txt": "file_skipped.not_a_picture",
        "press/loose.png": "file_skipped.no_folder",
        "../outside/Eve/1.png": "file_skipped.unsafe_path",
    }
    with runtime.database.read() as session:
        assert set(session.scalars(select(PersonRow.name))) == {"Ada", "Bea"}
        # What was sent is gone once it is done.
        assert session.scalar(select(func.count()).select_from(JobInputPartRow)) == 0
    assert runtime.services.files.count() == 4


def test_a_face_is_taken_on_which_the_others_agree(runtime: Runtime) -> None:
    job = done(
        runtime,
        sent(
            runtime,
            {
                "Ada/alone.png": photo("ada"),
                "Ada/with_bea.png": photo("bea", "ada", variant=1),
                "Ada/with_cyd.png": photo("ada", "cyd", variant=2),
                "Dan/1.png": photo("dan", "eve", variant=3),
                "Dan/2.png": photo("fay", "dan", variant=4),
                "Dan/3.png": photo("dan", "gus", variant=5),
                # Always together: nobody can tell which of the two is meant.
                "Kim/1.png": photo("kim", "lou", variant=6),
                "Kim/2.png": photo("lou", "kim", variant=7),
            },
        ),
    )
    # Drawn faces of one person look like one photo, which is told.
    assert dict(job.counts) == {"added": 3, "check": 3, "choose": 2}
    found = people(runtime)
    assert found == {"Ada": 3, "Dan": 3, "Kim": 0}
    assert similarity_within(runtime, "Ada") > 0.8
    assert similarity_within(runtime, "Dan") > 0.8
    waiting = list_review(acting(runtime.services), gallery=G).photos
    assert [(each.person.name, each.file_name) for each in waiting] == [
        ("Kim", "1.png"),
        ("Kim", "2.png"),
    ]


def test_a_known_person_says_which_face_is_meant(runtime: Runtime) -> None:
    done(runtime, sent(runtime, {"Ada/1.png": photo("ada")}))
    job = done(
        runtime,
        sent(runtime, {"ada/2.png": photo("bea", "ada", variant=1), "x/y.txt": b"no"}),
    )
    assert dict(job.counts) == {"check": 1, "refused": 1}
    assert people(runtime) == {"Ada": 2}
    assert similarity_within(runtime, "Ada") > 0.8


def test_importing_again_adds_nothing(runtime: Runtime) -> None:
    files = {"Ada/1.png": photo("ada"), "Bea/1.png": photo("bea")}
    assert dict(done(runtime, sent(runtime, files)).counts) == {"added": 2}
    again = {**files, "Bea/2.png": photo("bea", variant=1)}
    assert dict(done(runtime, sent(runtime, again)).counts) == {"known": 2, "check": 1}
    assert people(runtime) == {"Ada": 1, "Bea": 2}


@pytest.mark.parametrize("packing", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_is_read_however_it_is_packed(runtime: Runtime, packing: str) -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=packing) as archive:  # type: ignore[call-overload]
        for path, data in {"Ada/1.png": photo("ada"), "./Bea/1.png": photo("bea")}.items():
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("Eve/1.png")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    job = done(runtime, sent(runtime, {"album.tar": held.getvalue()}))
    assert states(runtime, job) == {
        "Ada/1.png": "added",
        "Bea/1.png": "added",
        "Eve/1.png": "file_skipped.link_in_archive",
    }


def test_a_list_says_whom_pictures_show(runtime: Runtime) -> None:
    table = "file;name;team\na.png;Ada;blue\nb.png;Bea;\nc.png;Cyd;red\na.png;Eve;red\n"
    job = done(
        runtime,
        sent(
            runtime,
            {
                "album.zip": zipped(
                    {
                        "people.csv": table.encode("utf-8-sig"),
                        "a.png": photo("ada"),
                        "b.png": photo("bea"),
                        "d.png": photo("dan"),
                    }
                )
            },
        ),
    )
    assert dict(job.counts) == {"added": 2, "refused": 3}
    assert states(runtime, job) == {
        "a.png": "added",
        "b.png": "added",
        "c.png": "file_skipped.not_there",
        "d.png": "file_skipped.not_listed",
    }
    with runtime.database.read() as session:
        found = {row.name: row.details for row in session.scalars(select(PersonRow))}
    assert found == {"Ada": {"team": "blue"}, "Bea": {}}


def test_a_json_list_may_carry_notes(runtime: Runtime) -> None:
    told = [{"file": "pics/a.png", "name": "Ada", "notes": "met 1843", "metadata": {"n": 1}}]
    files = {"people.json": json.dumps(told).encode(), "pics/a.png": photo("ada")}
    assert dict(done(runtime, sent(runtime, files)).counts) == {"added": 1}
    with runtime.database.read() as session:
        ada = session.scalars(select(PersonRow)).one()
        assert (ada.notes, ada.details) == ("met 1843", {"n": 1})


@pytest.mark.parametrize(
    ("name", "data", "key"),
    [
        ("broken.zip", zipped({"Ada/1.png": b"x" * 5000})[:-40], "archive_refused.damaged"),
        ("people.csv", b"a,b\n1,2\n", "invalid_input.list_headings"),
        ("people.json", b"{}", "invalid_input.list_json"),
        ("people.csv", b"file,name\n1.png,\n", "invalid_input.list_entry"),
    ],
)
def test_what_cannot_be_read_ends_the_job_and_says_why(
    runtime: Runtime, name: str, data: bytes, key: str
) -> None:
    job = done(runtime, sent(runtime, {name: data}))
    assert job.state == "failed"
    assert job.error is not None
    assert job.error.key == key


def test_a_member_that_unpacks_to_more_than_a_photo_is_refused(tmp_path: Path) -> None:
    runtime = make_runtime(tmp_path / "home", max_upload_bytes=100_000, max_import_bytes=1_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Ada/bomb.png", bytes(200_000))
        archive.writestr("Ada/1.png", photo("ada"))
        archive.writestr("Ada/inner.zip", b"PK")
    job = done(runtime, sent(runtime, {"bomb.zip": (tmp_path / "bomb.zip").read_bytes()}))
    assert states(runtime, job) == {
        "Ada/bomb.png": "image_too_large.file",
        "Ada/1.png": "added",
        "Ada/inner.zip": "file_skipped.nested_archive",
    }
    with zipfile.ZipFile(tmp_path / "many.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"Ada/{number}.png", bytes(90_000))
    job = done(runtime, sent(runtime, {"many.zip": (tmp_path / "many.zip").read_bytes()}))
    assert job.error is not None
    assert job.error.key == "archive_refused.too_large"
    runtime.close()


def test_a_job_stops_between_two_items_and_goes_on(runtime: Runtime) -> None:
    files = {f"P{number}/1.png": photo(f"p{number}") for number in range(6)}
    job = sent(runtime, files)
    call = acting(runtime.services)
    seen: list[Settled] = []

    def pause_after_two(settled: Settled) -> None:
        seen.append(settled)
        if len(seen) == 2:
            pause_job(call, job_id=job.id)

    with looking_always():
        run_job(runtime.services, job.id, worker="one", tell=pause_after_two)
    stopped = show_job(call, job_id=job.id)
    assert (stopped.state, stopped.done) == ("paused", 2)
    run_job(runtime.services, job.id, worker="one")
    assert show_job(call, job_id=job.id).done == 2
    resume_job(call, job_id=job.id)
    assert dict(done(runtime, job).counts) == {"added": 6}
    with pytest.raises(JobNotPossible):
        resume_job(call, job_id=job.id)


def test_a_cancelled_job_keeps_what_it_has_done_and_lets_go_of_the_rest(runtime: Runtime) -> None:
    job = sent(runtime, {f"P{number}/1.png": photo(f"p{number}") for number in range(4)})
    call = acting(runtime.services)

    def cancel(settled: Settled) -> None:
        if settled.done == 1:
            cancel_job(call, job_id=job.id)

    with looking_always():
        run_job(runtime.services, job.id, worker="one", tell=cancel)
    assert show_job(call, job_id=job.id).state == "cancelled"
    assert len(people(runtime)) == 1
    assert runtime.services.files.count() == 2


def test_what_a_killed_worker_left_is_done_once(runtime: Runtime) -> None:
    files = {f"P{number}/1.png": photo(f"p{number}") for number in range(5)}
    job = sent(runtime, files)

    class KilledError(BaseException):
        pass

    def die(settled: Settled) -> None:
        if settled.done == 2:
            raise KilledError

    with pytest.raises(KilledError):
        run_job(runtime.services, job.id, worker="one", tell=die)
    # As long as its lease lasts nobody else takes it.
    run_job(runtime.services, job.id, worker="two")
    call = acting(runtime.services)
    assert show_job(call, job_id=job.id).done == 2
    with runtime.database.write() as session:
        session.execute(update(JobRow).values(lease_until=now() - dt.timedelta(seconds=1)))
        # It was killed after the face was stored and before that was written down.
        session.execute(
            update(JobItemRow)
            .where(JobItemRow.number == 2)
            .values(state="pending", person_id=None, details={"place": [2, None, ""]})
        )
    assert waiting_jobs(runtime.services) == [job.id]
    run_job(runtime.services, job.id, worker="two")
    assert states(runtime, job) == dict.fromkeys(files, "added")
    assert set(people(runtime).values()) == {1}


def test_parts_come_in_order_and_twice_counts_once(runtime: Runtime) -> None:
    data = zipped({"Ada/1.png": photo("ada")})
    call = acting(runtime.services, make_user(runtime.services))
    job = begin_import(call, gallery=G)
    half = len(data) // 2

    def send(offset: int, part: bytes) -> int:
        return receive_part(call, job_id=job.id, path="a.zip", offset=offset, data=part)

    assert send(0, data[:half]) == half
    with pytest.raises(JobNotPossible) as refused:
        send(half + 1, data[half + 1 :])
    assert refused.value.extra["received"] == half
    assert send(0, data[:half]) == half
    assert send(half, data[half:]) == len(data)
    assert runtime.services.files.count() == 2
    start_import(call, job_id=job.id)
    assert dict(done(runtime, job).counts) == {"added": 1}
    with pytest.raises(JobNotPossible):
        send(len(data), b"more")


def test_who_may_no_longer_does_no_more(runtime: Runtime) -> None:
    job = sent(runtime, {"Ada/1.png": photo("ada")})
    with runtime.database.write() as session:
        session.execute(delete(UserRow))
    job = done(runtime, job)
    assert job.state == "failed"
    assert job.error is not None
    assert job.error.key == "not_authenticated"
    assert people(runtime) == {}


def test_old_reports_and_what_was_never_started_go(runtime: Runtime) -> None:
    old = done(runtime, sent(runtime, {"Ada/1.png": photo("ada")}))
    fresh = done(runtime, sent(runtime, {"Bea/1.png": photo("bea")}))
    call = acting(runtime.services)
    left = begin_import(call, gallery=G)
    receive_part(call, job_id=left.id, path="a.zip", offset=0, data=b"half an archive")
    before = dt.timedelta(days=31)
    with runtime.database.write() as session:
        session.execute(
            update(JobRow).where(JobRow.id == old.id).values(finished_at=now() - before)
        )
        session.execute(
            update(JobRow).where(JobRow.id == left.id).values(created_at=now() - before)
        )
    files = runtime.services.files.count()
    clean_up(call)
    assert [each.id for each in list_jobs(call)] == [fresh.id]
    assert runtime.services.files.count() == files - 1
    with runtime.database.read() as session:
        assert set(session.scalars(select(JobItemRow.job_id))) == {fresh.id}


def test_an_import_is_taken_back_as_a_whole_and_can_come_back(runtime: Runtime) -> None:
    call = acting(runtime.services)
    done(runtime, sent(runtime, {"Ada/1.png": photo("ada")}))
    job = done(
        runtime,
        sent(
            runtime,
            {
                "Ada/2.png": photo("ada", variant=1),
                "Bea/1.png": photo("bea"),
                "Cyd/1.png": photo("cyd"),
            },
        ),
    )
    assert show_job(call, job_id=job.id).may_undo
    # It is one thing to undo, and not one for each picture.
    assert list_changes(call, gallery=G).changes == ()
    undone = undo_import(call, job_id=job.id)
    assert (undone.people, undone.faces) == (2, 3)
    assert people(runtime) == {"Ada": 1}
    assert not show_job(call, job_id=job.id).may_undo
    with pytest.raises(JobNotPossible):
        undo_import(call, job_id=job.id)
    for change in list_changes(call, gallery=G).changes:
        undo_change(call, gallery=G, change_id=change.id)
    assert people(runtime) == {"Ada": 2, "Bea": 1, "Cyd": 1}
