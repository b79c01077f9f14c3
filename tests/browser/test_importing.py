"""Somebody imports an album on a page, sees how far it is, stops it and lets it go on."""

import re
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy import func
from sqlalchemy import select

from browsing import Site
from browsing import sign_in_administrator
from drawing import draw_photo
from mien.jobs.worker import JobWorker
from mien.storage.models import FaceRow

pytestmark = pytest.mark.browser

PEOPLE = 30


def album(folder: Path, *, count: int = PEOPLE) -> Path:
    path = folder / "press album.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(count):
            archive.writestr(f"press/Person {number:02}/1.png", draw_photo([f"p{number}"]))
        archive.writestr("press/Person 00/none.png", draw_photo([]))
        archive.writestr("press/readme.txt", "no picture")
    return path


def begin(page: Page, site: Site, archive: Path) -> None:
    page.goto(f"{site.url}/galleries/default/import")
    page.locator("#field-files").set_input_files(archive)
    page.get_by_role("button", name="Import into").click()
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.get_by_role("heading", level=1)).to_have_text(archive.name)


def ponder(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each picture take a while, as networks do."""
    analyze = site.runtime.engine.analyze

    def slowly(*given: Any, **named: Any) -> Any:
        time.sleep(0.15)
        return analyze(*given, **named)

    monkeypatch.setattr(site.runtime.engine, "analyze", slowly)


def faces(site: Site) -> int:
    with site.runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(FaceRow)) or 0


def test_an_album_is_imported_stopped_and_goes_on(
    context: BrowserContext,
    page: Page,
    site: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sign_in_administrator(site, context)
    ponder(site, monkeypatch)
    begin(page, site, album(tmp_path))
    state = page.locator(".job__state")
    # Nobody does jobs yet, and the page says so.
    expect(state).to_have_text("Waiting")
    expect(page.locator(".job__problem")).to_contain_text("mien worker")
    first = JobWorker(site.runtime.services, site.runtime.queue, round_seconds=0.2)
    first.start()
    expect(state).to_have_text("Running")
    expect(page.locator(".job__facts")).to_contain_text(f"of {PEOPLE + 2} files")
    page.get_by_role("button", name="Pause").click()
    expect(state).to_have_text("Paused", timeout=15_000)
    stopped = faces(site)
    assert 0 < stopped < PEOPLE
    # Whoever goes on is another.
    first.stop()
    second = JobWorker(site.runtime.services, site.runtime.queue, round_seconds=0.2)
    second.start()
    page.get_by_role("button", name="Resume").click()
    expect(state).to_have_text("Done", timeout=30_000)
    second.stop()
    assert faces(site) == PEOPLE
    expect(page.locator(".job-group")).to_have_count(3)
    refused = page.locator(".job-group", has_text="No face was found")
    expect(refused).to_contain_text("Person 00/none.png")
    with page.expect_download() as download:
        page.get_by_role("link", name="Report as CSV").click()
    assert len(download.value.path().read_text("utf-8").splitlines()) == PEOPLE + 3
    page.goto(f"{site.url}/jobs")
    expect(page.locator(".job-row")).to_have_count(1)


def test_without_script_the_form_sends_the_archive(
    plain_context: BrowserContext, site: Site, tmp_path: Path
) -> None:
    sign_in_administrator(site, plain_context)
    page = plain_context.new_page()
    page.goto(f"{site.url}/galleries/default/import")
    page.get_by_role("button", name="Import into").click()
    expect(page.locator(".error-summary")).to_contain_text("Choose an archive")
    begin(page, site, album(tmp_path, count=2))
    worker = JobWorker(site.runtime.services, site.runtime.queue, round_seconds=0.2)
    worker.start()
    for _ in range(50):
        if page.locator(".job__state").inner_text() == "Done":
            break
        page.get_by_role("link", name="Refresh").click()
    worker.stop()
    expect(page.locator(".job__state")).to_have_text("Done")
    assert faces(site) == 2


def test_a_cancelled_import_lets_go_of_what_was_sent(
    context: BrowserContext, page: Page, site: Site, tmp_path: Path
) -> None:
    sign_in_administrator(site, context)
    begin(page, site, album(tmp_path, count=3))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".job__state")).to_have_text("Cancelled")
    assert site.runtime.services.files.count() == 0
