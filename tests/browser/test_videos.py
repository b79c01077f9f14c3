"""Somebody sends a video on a page, in parts, and sees who is in it when."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from drawing import draw_picture
from making_videos import make_video
from making_videos import video_library
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.jobs.worker import JobWorker

pytestmark = pytest.mark.browser


def street(folder: Path) -> Path:
    scenes: list[list[str]] = [["ada"], [], ["cy"], [], ["ada", "dan"], [], ["cy"]]
    path = folder / "street.mp4"
    pictures = [draw_picture(who, size_wh=(640, 320)) for who in scenes for _ in range(25)]
    path.write_bytes(make_video(pictures))
    return path


def test_a_video_is_sent_and_becomes_a_timeline(
    context: BrowserContext, page: Page, site: Site, tmp_path: Path
) -> None:
    video_library()
    services = site.runtime.services
    source = Upload(draw_photo(["ada"]))
    enrol(acting(services), gallery="default", source=source, subject=NamedPerson("Ada"))
    sign_in_administrator(site, context)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.goto(f"{site.url}/galleries/default/video")
    page.locator("#field-files").set_input_files(street(tmp_path))
    expect(page.locator("[data-words]")).to_contain_text("street.mp4")
    page.get_by_label("Twice a second").check()
    page.get_by_role("button", name="Search in").click()
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("street.mp4")
    worker = JobWorker(services, site.runtime.queue, round_seconds=0.2)
    worker.start()
    expect(page.locator(".job__state")).to_have_text("Done", timeout=30_000)
    worker.stop()
    subjects = page.locator(".timeline__who")
    expect(subjects).to_have_count(3)
    expect(subjects.nth(0)).to_contain_text("Ada")
    expect(subjects.nth(1)).to_contain_text("Unknown 1")
    bars = page.locator(".timeline__subject").nth(1).locator("rect")
    expect(bars).to_have_count(2)
    axis, bar = page.locator(".timeline__bars").nth(1).bounding_box(), bars.first.bounding_box()
    assert axis is not None
    assert bar is not None
    assert (bar["x"] - axis["x"]) / axis["width"] == pytest.approx(5 / 17.5, abs=0.02)
    expect(page.locator("tbody tr")).to_have_count(5)
    with page.expect_download() as download:
        page.get_by_role("link", name="WebVTT").click()
    assert download.value.path().read_text("utf-8").startswith("WEBVTT")
    assert not problems
