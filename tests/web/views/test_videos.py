"""A video on a page without script: sent with the form, looked at, and its timeline."""

import json

import pytest

from drawing import draw_picture
from making_videos import make_video
from making_videos import video_library
from mien.jobs.run_job import run_job
from mien.vision.types import ImageRGB
from visiting import Visitor
from visiting import links
from visiting import says

PAGE = "/galleries/default/video"


@pytest.fixture(scope="module", autouse=True)
def _library() -> None:
    video_library()


@pytest.fixture(scope="module")
def video() -> bytes:
    """Two seconds of Ada, two of nobody, two of a stranger."""

    def picture(people: list[str]) -> ImageRGB:
        return draw_picture(people, size_wh=(640, 320))

    return make_video([picture(who) for who in (["ada"], [], ["cy"]) for _ in range(20)])


def test_a_video_is_sent_and_its_timeline_shown(user: Visitor, video: bytes) -> None:
    ada = user.enrol("ada")
    assert PAGE in links(user.get("/jobs"), "/video")
    page = user.done(PAGE, files=("street.mp4", video), every="0.5")
    job = page.rpartition("/")[2]
    waiting = user.get(page)
    assert "Who is seen when" not in waiting
    assert "street.mp4" in says(waiting)
    run_job(user.runtime.services, job, worker="test")
    shown = user.get(page)
    said = says(shown)
    assert "ada 0:02" in said
    assert "Unknown 1 0:02" in said
    assert "Report as CSV" not in said
    assert ada in links(shown, ada.rpartition("/")[2])
    portraits = links(shown, "/portrait")
    assert len(portraits) == 2
    for portrait in portraits:
        assert user.client.get(portrait).mimetype == "image/jpeg"
    (vtt,), (as_json,) = links(shown, ".vtt"), links(shown, ".json")
    assert user.get(vtt).startswith("WEBVTT\n\n1\n00:00:00.000 --> 00:00:02.000\nada\n")
    told = json.loads(user.get(as_json))
    assert [each["label"] for each in told["appearances"]] == ["ada", "Unknown 1"]
    assert "0:06 of 0:06" in says(user.get("/jobs"))


def test_without_a_video_the_form_is_shown_again(user: Visitor) -> None:
    assert user.done(PAGE, every="1") == PAGE
    assert "Choose one video first." in says(user.get(PAGE))
    assert user.done(PAGE, files=("street.mp4", b"x"), every="7") == PAGE


def test_what_is_no_video_says_so_on_its_page(user: Visitor) -> None:
    page = user.done(PAGE, files=("letter.mp4", b"no video" * 99), every="1")
    run_job(user.runtime.services, page.rpartition("/")[2], worker="test")
    said = says(user.get(page))
    assert "The file is not a video that can be read." in said
    assert "Resume" not in said


def test_it_is_for_those_who_are_signed_in(visitor: object) -> None:
    browser: Visitor = visitor()  # type: ignore[operator]
    assert browser.client.get(PAGE).status_code in {302, 303}
