"""Several photos, or a folder of them, are identified at once."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import FilePayload
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson

pytestmark = pytest.mark.browser


def png(name: str, *people: str) -> FilePayload:
    return {
        "name": f"{name}.png",
        "mimeType": "image/png",
        "buffer": draw_photo(people, face_px=90),
    }


def open_identify(site: Site, context: BrowserContext) -> Page:
    sign_in_administrator(site, context)
    enrol(
        acting(site.runtime.services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    page = context.new_page()
    page.goto(f"{site.url}/identify")
    return page


def test_photos_are_sent_one_by_one_and_shown_together(site: Site, context: BrowserContext) -> None:
    page = open_identify(site, context)
    page.locator(".drop.is-ready").wait_for()
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.locator("#field-photo").set_input_files(
        [png("one", "ada"), png("two", "eve"), png("three", "ada", "eve")]
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("3 photos")
    assert sent.count("POST") == 3
    expect(page.locator(".identified__summary")).to_have_text(
        ["1 face, 1 recognised", "1 face, 0 recognised", "2 faces, 1 recognised"]
    )
    page.get_by_role("link", name="three.png", exact=True).last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 faces")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 photos")


def test_what_cannot_be_read_is_said_in_its_row(site: Site, context: BrowserContext) -> None:
    page = open_identify(site, context)
    page.locator(".drop.is-ready").wait_for()
    notes: FilePayload = {"name": "notes.png", "mimeType": "image/png", "buffer": b"no image"}
    page.locator("#field-photo").set_input_files([png("one", "ada"), notes])
    expect(page.locator("[data-total]")).to_have_text("1 of 2 identified, 1 not identified")
    expect(page.locator('[data-state="refused"]')).to_contain_text("This file type")
    page.get_by_role("link", name="Show the photos").click()
    expect(page.locator(".identified__name")).to_have_text(["one.png"])


def test_a_folder_is_taken_as_a_whole_but_for_what_is_no_photo(
    site: Site, context: BrowserContext, tmp_path: Path
) -> None:
    page = open_identify(site, context)
    inner = tmp_path / "album" / "more"
    inner.mkdir(parents=True)
    (tmp_path / "album" / "a.png").write_bytes(draw_photo(["ada"], face_px=90))
    (inner / "b.png").write_bytes(draw_photo(["eve"], face_px=90))
    (inner / "notes.txt").write_bytes(b"no image")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose a folder").click()
    chooser.value.set_files(tmp_path / "album")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 photos")


def test_of_too_many_photos_the_first_are_taken_and_it_is_said(
    site: Site, context: BrowserContext
) -> None:
    page = open_identify(site, context)
    page.locator(".drop.is-ready").wait_for()
    page.locator("#field-photo").set_input_files([png(f"p{number}", "ada") for number in range(51)])
    expect(page.locator("[data-limit]")).to_contain_text("You chose 51 photos, and 50 can")
    expect(page.locator(".photo-row")).to_have_count(50)
    expect(page.locator("[data-total]")).to_have_text("50 of 50 identified", timeout=30_000)
    expect(page.get_by_role("link", name="Show the photos")).to_be_visible()


def test_without_script_a_form_takes_several(site: Site, plain_context: BrowserContext) -> None:
    page = open_identify(site, plain_context)
    page.locator("#field-photo").set_input_files([png("one", "ada"), png("two", "eve")])
    page.get_by_role("button", name="Identify").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 photos")
