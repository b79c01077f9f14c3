"""Samples of jobs: importing, how far one is, and what became of its files."""

from dataclasses import replace

from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.jobs import GroupEntry
from mien.web.pages.jobs import ImportPage
from mien.web.pages.jobs import ItemEntry
from mien.web.pages.jobs import JobEntry
from mien.web.pages.jobs import JobPage
from mien.web.pages.jobs import JobsPage
from mien.web.pages.timelines import AppearanceEntry
from mien.web.pages.timelines import BarEntry
from mien.web.pages.timelines import SubjectEntry
from mien.web.pages.timelines import TimelineEntry
from mien.web.pages.timelines import VideoPage
from samples.cast import HOSTILE
from samples.cast import LATELY
from samples.cast import MAX_BYTES


def job_pages() -> dict[str, Page]:
    working = JobEntry(
        "/jobs/1",
        "Import of people",
        "press photos.zip",
        "default",
        "working",
        "Running",
        412,
        1893,
        LATELY,
    )
    paused = replace(working, url="/jobs/2", title=HOSTILE, state="paused", state_words="Paused")
    done = replace(working, url="/jobs/3", title="", state="done", state_words="Done", done=1893)
    refused = GroupEntry(
        "refused-no_face_found",
        "refused",
        "Rejected",
        "No face was found. Use a photo in which the face is upright.",
        7,
        (
            ItemEntry("press photos/Ada Lovelace/3.jpg", "Ada Lovelace", ""),
            ItemEntry(
                f"press photos/{HOSTILE}/a-very-long-name-without-a-space.jpg", HOSTILE, "/1"
            ),
        ),
        5,
        open=True,
    )
    job = JobPage(
        job=working,
        moving=True,
        stopping=False,
        share=412 / 1893,
        rate=3.25,
        seconds_left=455.0,
        problem="",
        no_worker=False,
        groups=(
            refused,
            replace(refused, id="added-", state="added", title="Added", reason="", open=False),
        ),
        pause_url="/jobs/1/pause",
        resume_url="",
        cancel_url="/jobs/1/cancel",
        undo_url="",
        report_url="/jobs/1/report.csv",
        people_url="/galleries/default",
        review_url="/galleries/default/review",
        back_url="/jobs",
        self_url="/jobs/1",
    )
    seen = replace(
        done, title="street.mp4", what="People in a video", done=754, total=754, is_video=True
    )
    bars = (BarEntry("2.00%", "20.00%"), BarEntry("60.00%", "0.40%"))
    timeline = TimelineEntry(
        subjects=(
            SubjectEntry("Ada Lovelace", "match", "/1", "/portrait/1.jpg", "2:33", bars),
            SubjectEntry(HOSTILE, "match", "/2", "/portrait/2.jpg", "2:33", bars[:1]),
            SubjectEntry("Unknown 1", "unknown", "", "/portrait/3.jpg", "0:03", bars[1:]),
            SubjectEntry("Unknown 2", "ambiguous", "", "/portrait/4.jpg", "0:03", bars[1:]),
        ),
        appearances=(
            AppearanceEntry("Ada Lovelace", "/1", "0:15", "2:45", 0.713, 300),
            AppearanceEntry(HOSTILE, "/2", "0:15", "2:45", 0.55, 280),
            AppearanceEntry("Unknown 1", "", "7:32", "7:35", None, 6),
        ),
        marks=("0:00", "6:17", "12:34"),
        left_out=3,
        vtt_url="/jobs/3/timeline.vtt",
        json_url="/jobs/3/timeline.json",
    )
    ended = replace(
        job,
        job=seen,
        moving=False,
        share=1.0,
        rate=None,
        seconds_left=None,
        groups=(),
        pause_url="",
        cancel_url="",
        report_url="",
        review_url="",
        timeline=timeline,
    )
    return {
        "video": VideoPage(
            gallery="default",
            form=FormState(chosen={"every": ("0.5",)}),
            action_url="/galleries/default/video",
            back_url="/jobs",
        ),
        "video-nothing": VideoPage(
            gallery="default",
            form=FormState(errors={"files": "Choose one video first."}),
            action_url="/galleries/default/video",
            back_url="/jobs",
        ),
        "job-video-working": replace(job, job=replace(seen, state="working", done=12), groups=()),
        "job-video": ended,
        "job-video-nobody": replace(
            ended, timeline=replace(timeline, subjects=(), appearances=(), left_out=0)
        ),
        "jobs": JobsPage(
            (working, paused, done, seen), "/galleries/default/import", "/galleries/default/video"
        ),
        "jobs-none": JobsPage((), "/galleries/default/import"),
        "job-working": job,
        "job-paused": replace(
            job, job=paused, moving=False, pause_url="", resume_url="/jobs/1/resume"
        ),
        "job-waiting": replace(
            job,
            job=replace(working, state="waiting", state_words="Waiting", done=0, total=None),
            share=None,
            rate=None,
            seconds_left=None,
            no_worker=True,
            groups=(),
            report_url="",
        ),
        "job-failed": replace(
            job,
            job=replace(working, state="failed", state_words="Failed"),
            moving=False,
            undo_url="/jobs/1/undo",
            problem="The archive is damaged or incomplete. Create it again and retry.",
            pause_url="",
            resume_url="/jobs/1/resume",
        ),
        "import": ImportPage(
            gallery="default",
            max_bytes=MAX_BYTES,
            form=FormState(chosen={"take": ("agree",), "gate": ("gallery",)}),
            action_url="/galleries/default/import",
            back_url="/galleries/default",
        ),
        "import-nothing": ImportPage(
            gallery="default",
            max_bytes=MAX_BYTES,
            form=FormState(errors={"files": "Choose an archive or pictures first."}),
            action_url="/galleries/default/import",
            back_url="/galleries/default",
        ),
    }
