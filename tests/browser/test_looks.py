"""How pages lie on the screen and on paper."""

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import Route
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson

pytestmark = pytest.mark.browser

LETTERS = """() => document.fonts.ready.then(
  () => Array.from(document.fonts).filter((font) => font.status === "loaded").map(
    (font) => font.family.replaceAll('"', "")))"""


@pytest.fixture
def person(context: BrowserContext, site: Site) -> str:
    """The page of somebody with a kept photo."""
    sign_in_administrator(site, context)
    done = enrol(
        acting(site.runtime.services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    return f"{site.url}/galleries/default/people/{done.person.id}"


def test_letters_come_from_us_and_the_style_in_one_sheet(
    page: Page, site: Site, person: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(person)
    assert set(page.evaluate(LETTERS)) == {"Crimson Pro", "Hanken Grotesk"}
    assert all(url.startswith((site.url, "blob:")) for url in asked)
    assert len([url for url in asked if url.endswith(".css")]) == 1


@pytest.mark.parametrize("path", ["identify", "people", "galleries", "users", "keys"])
def test_a_page_that_fits_does_not_scroll(page: Page, site: Site, person: str, path: str) -> None:
    del person
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{site.url}/{path}")
    assert page.evaluate("document.documentElement.scrollHeight") == 900


def test_on_paper_there_is_nothing_to_click(page: Page, person: str) -> None:
    page.goto(person)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Ada", level=1)).to_be_visible()
    assert page.locator("nav:visible, form:visible, button:visible, .button:visible").count() == 0


def test_a_photo_of_a_face_has_a_page_of_its_own(page: Page, person: str) -> None:
    page.goto(person)
    page.get_by_role("link", name="Photo of face 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Photo of Ada")
    expect(page.locator(".facebox__line")).to_have_count(1)
    page.get_by_role("link", name="Ada").click()
    assert page.url == person


def test_nothing_is_sent_before_it_is_chosen(
    page: Page, site: Site, person: str, tmp_path: Path
) -> None:
    del person
    file = tmp_path / "photo.png"
    file.write_bytes(draw_photo(["ada"], face_px=90))
    page.goto(f"{site.url}/compare")
    button = page.get_by_role("button", name="Compare")
    expect(button).to_be_disabled()
    first, second = page.locator('main input[type="file"]').all()
    first.set_input_files(file)
    expect(button).to_be_disabled()
    second.set_input_files(file)
    expect(button).to_be_enabled()


def test_a_photo_that_is_chosen_before_the_script_has_come_is_shown(
    page: Page, site: Site, person: str, tmp_path: Path
) -> None:
    del person
    file = tmp_path / "photo.png"
    file.write_bytes(draw_photo(["ada"], face_px=90))
    waiting: list[Route] = []
    page.route("**/drop-area.js", lambda route: waiting.append(route))  # noqa: PLW0108 - a built-in takes no attributes
    page.goto(f"{site.url}/compare", wait_until="commit")
    page.locator('input[type="file"]').first.set_input_files(file)
    page.wait_for_timeout(200)
    waiting[0].continue_()
    expect(page.locator(".drop__preview img").first).to_be_visible()
