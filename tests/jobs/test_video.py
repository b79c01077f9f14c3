"""A video as a job: sent in parts, looked at by a worker, and nothing of it kept but faces."""

import datetime as dt
import io
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from drawing import draw_photo
from drawing import draw_picture
from making_videos import make_video
from making_videos import video_library
from mien.access.actor import Actor
from mien.errors import FaceNotFound
from mien.errors import InvalidInput
from mien.errors import JobNotFound
from mien.errors import JobNotPossible
from mien.errors import ScopeMissing
from mien.errors import VideoUnavailable
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.galleries import delete_gallery
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition import timeline
from mien.gallery.services import Call
from mien.jobs import start_video as starting
from mien.jobs.control import cancel_job
from mien.jobs.inputs import receive_part
from mien.jobs.inputs import receive_video
from mien.jobs.list_jobs import show_job
from mien.jobs.results import Job
from mien.jobs.run_job import run_job
from mien.jobs.start_import import begin_import
from mien.jobs.start_import import start_import
from mien.jobs.start_video import begin_video
from mien.jobs.start_video import start_video
from mien.jobs.tasks import identify_video as task
from mien.jobs.timelines import read_appearance
from mien.jobs.timelines import read_timeline
from mien.jobs.timelines import show_timeline
from mien.maintenance.cleanup import clean_up
from mien.runtime import Runtime
from mien.schemas.timelines import webvtt_lines
from mien.storage.file_references import referenced
from mien.storage.models import JobInputPartRow
from mien.storage.models import JobRow
from mien.storage.models import VideoAppearanceRow
from mien.storage.models import now

G = "default"
RATE = 10


@pytest.fixture(scope="module", autouse=True)
def _library() -> None:
    video_library()


@pytest.fixture
def runtime(tmp_path: Path, database_url: str) -> Iterator[Runtime]:
    made = make_runtime(tmp_path / "home", database_url=database_url)
    yield made
    made.close()


def film(*scenes: tuple[Sequence[str], float]) -> bytes:
    return make_video(
        [
            draw_picture(list(people), size_wh=(640, 320))
            for people, seconds in scenes
            for _ in range(round(seconds * RATE))
        ],
        rate=RATE,
    )


def add(runtime: Runtime, person: str, gallery: str = G) -> str:
    done = enrol(
        acting(runtime.services),
        gallery=gallery,
        source=Upload(draw_photo([person])),
        subject=NamedPerson(person.title()),
    )
    return done.person.id


def sent(runtime: Runtime, video: bytes, *, gallery: str = G, size: int = 3_000) -> Job:
    call = acting(runtime.services)
    job = begin_video(call, gallery=gallery, title="street.mp4")
    for offset in range(0, len(video), size):
        received = receive_video(
            call, job_id=job.id, offset=offset, data=video[offset : offset + size]
        )
        assert received == min(offset + size, len(video))
    return start_video(call, job_id=job.id)


def done(runtime: Runtime, job: Job) -> Job:
    run_job(runtime.services, job.id, worker="test")
    return show_job(acting(runtime.services), job_id=job.id)


def told(runtime: Runtime, job: Job) -> list[tuple[str, float, float]]:
    line = read_timeline(acting(runtime.services), job_id=job.id)
    return [
        (
            row.person.name if row.person else f"#{row.unknown}",
            round(row.start, 1),
            round(row.end, 1),
        )
        for row in line.rows
    ]


def count(runtime: Runtime, kind: type) -> int:
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def crops(runtime: Runtime) -> list[str]:
    with runtime.database.read() as session:
        return list(session.scalars(select(VideoAppearanceRow.crop_file)))


BOTH: list[tuple[Sequence[str], float]] = [(["ada"], 2.0), ([], 3.0), (["cy"], 2.0)]


def test_a_video_that_was_sent_becomes_a_timeline_and_is_gone(runtime: Runtime) -> None:
    add(runtime, "ada")
    job = sent(runtime, film(*BOTH))
    with runtime.database.read() as session:
        parts = list(session.scalars(select(JobInputPartRow.file)))
    assert len(parts) > 1
    ended = done(runtime, job)
    assert (ended.state, ended.error, ended.title) == ("done", None, "street.mp4")
    assert ended.done == ended.total == 7
    assert told(runtime, job) == [("Ada", 0, 2), ("#1", 5, 7)]
    assert count(runtime, JobInputPartRow) == 0
    assert not runtime.services.files.left(parts)
    for number in (1, 2):
        crop = read_appearance(acting(runtime.services), job_id=job.id, number=number)
        assert crop.data.startswith(b"\xff\xd8")
    with pytest.raises(FaceNotFound):
        read_appearance(acting(runtime.services), job_id=job.id, number=3)


def test_before_it_is_done_there_is_no_timeline(runtime: Runtime) -> None:
    job = sent(runtime, film(*BOTH))
    shown = show_timeline(acting(runtime.services), job_id=job.id)
    assert (shown.job.state, shown.line) == ("waiting", None)
    with pytest.raises(JobNotPossible) as refused:
        read_timeline(acting(runtime.services), job_id=job.id)
    assert refused.value.key == "job_not_possible.timeline"


def test_a_file_that_is_no_video_ends_the_job_and_is_deleted(runtime: Runtime) -> None:
    job = sent(runtime, b"no video" * 1000)
    with runtime.database.read() as session:
        parts = list(session.scalars(select(JobInputPartRow.file)))
    ended = done(runtime, job)
    assert ended.state == "failed"
    assert ended.error is not None
    assert ended.error.key == "video_refused.unknown"
    assert not ended.may_resume
    assert not runtime.services.files.left(parts)


def test_what_was_interrupted_begins_again_and_nothing_is_there_twice(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(runtime, "ada")
    job = sent(runtime, film(*BOTH))
    looked: list[float] = []

    def leaving() -> bool:
        looked.append(0)
        return len(looked) > 5

    run_job(runtime.services, job.id, worker="one", leaving=leaving)
    assert show_job(acting(runtime.services), job_id=job.id).state == "waiting"
    assert count(runtime, VideoAppearanceRow) == 0
    assert done(runtime, job).state == "done"
    first = crops(runtime)
    # A worker that was killed between its last transaction and the end of the job.
    with runtime.database.write() as session:
        session.execute(update(JobRow).values(state="waiting"))
    monkeypatch.setattr(task, "put_together", lambda work, parts, stack: open_film())
    assert done(runtime, job).state == "done"
    assert told(runtime, job) == [("Ada", 0, 2), ("#1", 5, 7)]
    assert not runtime.services.files.left(first)


def open_film() -> io.BytesIO:
    return io.BytesIO(film(*BOTH))


def test_cancelled_before_it_began_nothing_is_left(runtime: Runtime) -> None:
    job = sent(runtime, film(*BOTH))
    cancel_job(acting(runtime.services), job_id=job.id)
    assert count(runtime, JobInputPartRow) == 0


def test_whoever_is_deleted_is_in_no_timeline_and_neither_is_a_stranger_who_looks_like_them(
    runtime: Runtime,
) -> None:
    ada = add(runtime, "ada")
    job = sent(runtime, film((["ada"], 2.0), ([], 3.0), (["cy", "dan"], 2.0)))
    done(runtime, job)
    assert told(runtime, job) == [("Ada", 0, 2), ("#1", 5, 7), ("#2", 5, 7)]
    before = crops(runtime)
    cy = add(runtime, "cy")
    proof = forget_person(acting(runtime.services), gallery=G, person_id=ada)
    assert proof.rows_left == proof.files_left == 0
    assert [who for who, *_ in told(runtime, job)] == ["#1", "#2"]
    forget_person(acting(runtime.services), gallery=G, person_id=cy)
    ((left, _, _),) = told(runtime, job)
    assert left in {"#1", "#2"}
    assert len(runtime.services.files.left(before)) == 1


def test_whoever_is_deleted_while_it_is_looked_at_is_in_no_timeline(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = add(runtime, "ada")
    watch = timeline.watch_video

    def watch_and_forget(call: Call, **given: object) -> object:
        line = watch(call, **given)  # type: ignore[arg-type]
        forget_person(acting(runtime.services), gallery=G, person_id=ada)
        return line

    monkeypatch.setattr(task, "watch_video", watch_and_forget)
    job = sent(runtime, film(*BOTH))
    assert done(runtime, job).state == "done"
    assert told(runtime, job) == [("#1", 5, 7)]


def test_a_gallery_takes_its_timelines_along(runtime: Runtime) -> None:
    create_gallery(acting(runtime.services), name="door")
    job = sent(runtime, film(*BOTH), gallery="door")
    done(runtime, job)
    files = crops(runtime)
    assert len(files) == 2
    with runtime.database.read() as session:
        assert referenced(session, files) == set(files)
    delete_gallery(acting(runtime.services), name="door")
    assert count(runtime, VideoAppearanceRow) == 0
    assert not runtime.services.files.left(files)


def test_a_timeline_goes_with_its_report(runtime: Runtime) -> None:
    job = sent(runtime, film(*BOTH))
    done(runtime, job)
    files = crops(runtime)
    with runtime.database.write() as session:
        session.execute(update(JobRow).values(finished_at=now() - dt.timedelta(days=31)))
    clean_up(acting(runtime.services))
    with pytest.raises(JobNotFound):
        show_timeline(acting(runtime.services), job_id=job.id)
    assert not runtime.services.files.left(files)


def test_a_key_for_identifying_cannot_fill_or_start_an_import(runtime: Runtime) -> None:
    """Nor can one for adding people feed a video: each job takes what it was made for."""
    call = acting(runtime.services)
    album, video = begin_import(call, gallery=G), begin_video(call, gallery=G)
    with pytest.raises(JobNotFound):
        receive_video(call, job_id=album.id, offset=0, data=b"x")
    with pytest.raises(JobNotFound):
        start_video(call, job_id=album.id)
    with pytest.raises(JobNotFound):
        receive_part(call, job_id=video.id, path="a.jpg", offset=0, data=b"x")
    with pytest.raises(JobNotFound):
        start_import(call, job_id=video.id)
    with pytest.raises(JobNotFound):
        show_timeline(call, job_id=album.id)


def test_what_is_refused_before_anything_is_stored(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = acting(runtime.services)
    with pytest.raises(InvalidInput):
        begin_video(call, gallery=G, every=60)
    with pytest.raises(InvalidInput):
        begin_video(call, gallery=G, title="a\nb")
    job = begin_video(call, gallery=G)
    with pytest.raises(InvalidInput) as nothing:
        start_video(call, job_id=job.id)
    assert nothing.value.key == "invalid_input.no_video_sent"
    reader = Actor("key", id="k", scopes=frozenset({"read"}))
    with pytest.raises(ScopeMissing):
        begin_video(Call(runtime.services, reader), gallery=G)
    with pytest.raises(ScopeMissing):
        show_timeline(Call(runtime.services, reader), job_id=job.id)

    def missing() -> None:
        raise VideoUnavailable

    monkeypatch.setattr(starting, "require_library", missing)
    with pytest.raises(VideoUnavailable):
        begin_video(call, gallery=G)


def test_webvtt_names_everybody_while_they_are_seen_and_no_name_is_markup(
    runtime: Runtime,
) -> None:
    enrol(
        acting(runtime.services),
        gallery=G,
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("A<b> --> & B"),
    )
    job = sent(runtime, film(*BOTH))
    done(runtime, job)
    line = read_timeline(acting(runtime.services), job_id=job.id)
    assert "".join(webvtt_lines(line)) == (
        "WEBVTT\n"
        "\n1\n00:00:00.000 --> 00:00:02.000\nA&lt;b&gt; --&gt; &amp; B\n"
        "\n2\n00:00:05.000 --> 00:00:07.000\nUnknown 1\n"
    )
