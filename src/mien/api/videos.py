"""Who is seen when in videos: send one, let it be looked at, and read its timeline."""

from flask import Response
from flask import url_for

from mien.api.blueprint import BODY
from mien.api.blueprint import answer
from mien.api.blueprint import described
from mien.api.blueprint import make_blueprint
from mien.api.bodies import PART_BODY
from mien.api.bodies import json_body
from mien.api.bodies import read_body
from mien.http.auth import asks
from mien.http.context import this_call
from mien.http.request_bodies import read_file_part
from mien.http.responses import file_response
from mien.jobs.inputs import receive_video
from mien.jobs.start_video import begin_video
from mien.jobs.start_video import start_video
from mien.jobs.timelines import read_appearance
from mien.jobs.timelines import read_timeline
from mien.jobs.timelines import show_timeline
from mien.schemas.addresses import GalleryPath
from mien.schemas.jobs import JobOut
from mien.schemas.jobs import JobPath
from mien.schemas.jobs import ReceivedOut
from mien.schemas.timelines import WEBVTT
from mien.schemas.timelines import AppearancePath
from mien.schemas.timelines import JobTimelineOut
from mien.schemas.timelines import VideoIn
from mien.schemas.timelines import VideoPartQuery
from mien.schemas.timelines import webvtt_lines

bp = make_blueprint("videos", "Videos")
_JOB = "/jobs/<id:job_id>"


@bp.post(
    "/galleries/<gallery:gallery>/videos",
    operation_id="begin_video",
    request_body=json_body(VideoIn),
    responses=described(201, JobOut, 404, 409, *BODY, text="The job, which takes the video now."),
)
@asks("videos.identify")
def begin(path: GalleryPath) -> Response:
    """Begin to look for the people of a video; then send it, and start.

    MP4, MOV, MKV, WebM, AVI or MPEG-TS, up to four hours.
    """
    given = read_body(VideoIn)
    job = begin_video(this_call(), gallery=path.gallery, title=given.title, every=given.every)
    location = url_for("api_videos.timeline", job_id=job.id)
    return answer(JobOut.of(job), status=201, location=location)


@bp.put(
    f"{_JOB}/video",
    operation_id="send_video_part",
    request_body=PART_BODY,
    responses=described(200, ReceivedOut, 404, 409, *BODY, text="How much of it has arrived."),
)
@asks("videos.identify")
def send_part(path: JobPath, query: VideoPartQuery) -> Response:
    """Send the video, or the next part of it: at most 16 MiB at a time.

    A part that is sent twice counts once. `job_not_possible` with `received` says where to continue.
    """
    received = receive_video(
        this_call(), job_id=path.job_id, offset=query.offset, data=read_file_part()
    )
    return answer(ReceivedOut(received=received))


@bp.post(
    f"{_JOB}/video/start",
    operation_id="start_video",
    responses=described(202, JobOut, 404, 409, text="The job, which waits for a worker now."),
)
@asks("videos.identify")
def start(path: JobPath) -> Response:
    """Start looking at a video that was sent completely.

    The video is deleted when the job ends, however it ends.
    """
    return answer(JobOut.of(start_video(this_call(), job_id=path.job_id)), status=202)


@bp.get(
    f"{_JOB}/timeline",
    operation_id="show_timeline",
    responses=described(200, JobTimelineOut, 404, text="The job, and its timeline when done."),
)
@asks("videos.read")
def timeline(path: JobPath) -> Response:
    """Show how far a video is looked at, and in the end who is seen when."""
    return answer(JobTimelineOut.of(show_timeline(this_call(), job_id=path.job_id)))


@bp.get(
    f"{_JOB}/timeline.vtt",
    operation_id="read_timeline_vtt",
    responses=described(200, None, 404, 409, text="The timeline.", media_type=WEBVTT),
)
@asks("videos.read")
def webvtt(path: JobPath) -> Response:
    """Get the timeline as WebVTT, to be shown with the video: a cue for everybody who is seen."""
    line = read_timeline(this_call(), job_id=path.job_id)
    return Response("".join(webvtt_lines(line)), mimetype=WEBVTT)


@bp.get(
    f"{_JOB}/timeline/<int:number>/portrait",
    operation_id="read_appearance",
    responses=described(200, None, 404, text="The portrait.", media_type="image/jpeg"),
)
@asks("videos.read")
def portrait(path: AppearancePath) -> Response:
    """Get the best view of somebody who is seen in a video, with an `ETag` for caching."""
    return file_response(read_appearance(this_call(), job_id=path.job_id, number=path.number))
