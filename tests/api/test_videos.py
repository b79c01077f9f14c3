"""Videos over the API: sent in parts, then a timeline as JSON and as WebVTT."""

import io

import pytest

from drawing import draw_photo
from drawing import draw_picture
from making_videos import make_video
from making_videos import video_library
from mien.http.context import runtime
from mien.jobs.run_job import run_job
from serving_app import Api
from serving_app import assert_problem

BYTES = {"Content-Type": "application/octet-stream"}


@pytest.fixture(scope="module", autouse=True)
def _library() -> None:
    video_library()


@pytest.fixture(scope="module")
def video() -> bytes:
    """Two seconds of Ada, three of nobody, one of a stranger."""
    scenes = [*[["ada"]] * 20, *[[]] * 30, *[["cy"]] * 10]
    return make_video([draw_picture(people, size_wh=(640, 320)) for people in scenes])


def begin(api: Api, **given: object) -> str:
    made = api("POST", "/galleries/default/videos", json={"title": "street.mp4", **given})
    assert made.status_code == 201, made.text
    job = str(made.get_json()["id"])
    assert made.headers["Location"].endswith(f"/jobs/{job}/timeline")
    return job


def work(api: Api, job_id: str) -> None:
    with api.client.application.app_context():
        run_job(runtime().services, job_id, worker="test")


def test_a_video_is_sent_in_parts_and_its_timeline_read(api: Api, video: bytes) -> None:
    ada = api("POST", "/galleries/default/people", json={"name": "Ada"}).get_json()["id"]
    api(
        "POST",
        f"/galleries/default/people/{ada}/faces",
        data={"photo": (io.BytesIO(draw_photo(["ada"])), "a.png")},
    )
    job = begin(api, every=0.5)
    place = f"/jobs/{job}/video"
    assert_problem(api("POST", f"{place}/start"), 422, "invalid_input")
    half = len(video) // 2
    assert api("PUT", place, data=video[:half], headers=BYTES).get_json() == {"received": half}
    behind = api("PUT", f"{place}?offset={half + 9}", data=b"x", headers=BYTES)
    assert assert_problem(behind, 409, "job_not_possible")["received"] == half
    api("PUT", f"{place}?offset={half}", data=video[half:], headers=BYTES)
    started = api("POST", f"{place}/start")
    assert (started.status_code, started.get_json()["kind"]) == (202, "video")
    waiting = api("GET", f"/jobs/{job}/timeline").get_json()
    assert (waiting["job"]["state"], waiting["timeline"]) == ("waiting", None)
    assert_problem(api("GET", f"/jobs/{job}/timeline.vtt"), 409, "job_not_possible")

    work(api, job)
    shown = api("GET", f"/jobs/{job}/timeline").get_json()
    assert shown["job"]["state"] == "done"
    line = shown["timeline"]
    assert (line["gallery"], line["every"], line["left_out"]) == ("default", 0.5, 0)
    first, second = line["appearances"]
    assert (first["label"], first["start"], first["end"]) == ("Ada", 0.0, pytest.approx(2.0))
    assert first["person"]["id"] == ada
    assert (first["unknown"], first["decision"]) == (None, "match")
    assert (second["person"], second["unknown"], second["label"]) == (None, 1, "Unknown 1")
    vtt = api("GET", f"/jobs/{job}/timeline.vtt")
    assert vtt.mimetype == "text/vtt"
    assert vtt.text.startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\nAda\n")
    portrait = api("GET", f"/jobs/{job}/timeline/1/portrait")
    assert portrait.mimetype == "image/jpeg"
    assert portrait.data.startswith(b"\xff\xd8")
    assert_problem(api("GET", f"/jobs/{job}/timeline/9/portrait"), 404, "face_not_found")


def test_what_is_no_video_says_so_in_the_job(api: Api) -> None:
    job = begin(api)
    api("PUT", f"/jobs/{job}/video", data=b"no video" * 99, headers=BYTES)
    api("POST", f"/jobs/{job}/video/start")
    work(api, job)
    told = api("GET", f"/jobs/{job}").get_json()
    assert (told["state"], told["error"]["code"]) == ("failed", "video_refused")
    assert_problem(api("POST", f"/jobs/{job}/resume"), 409, "job_not_possible")


@pytest.mark.parametrize("given", [{"every": 0.01}, {"every": 60}, {"title": "a\nb"}])
def test_refusals(api: Api, given: dict[str, object]) -> None:
    refused = api("POST", "/galleries/default/videos", json=given)
    assert_problem(refused, 422, "invalid_input")
