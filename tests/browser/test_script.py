"""What script makes quicker."""

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

DROP = """([area, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "photo.png", { type: "image/png" }));
  const event = { bubbles: true, cancelable: true, dataTransfer: transfer };
  area.dispatchEvent(new DragEvent("drop", event));
}"""
PASTE = """bytes => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], "photo.png", { type: "image/png" }));
  const event = { bubbles: true, cancelable: true, clipboardData: transfer };
  document.dispatchEvent(new ClipboardEvent("paste", event));
}"""


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    sign_in_administrator(site, context)
    for word, name in (("ada", "Ada"), ("bob", "Bob")):
        enrol(
            acting(site.runtime.services),
            gallery="default",
            source=Upload(draw_photo([word])),
            subject=NamedPerson(name),
        )
    return context.new_page()


def test_names_are_found_while_one_types_without_leaving_the_page(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/people")
    page.evaluate("window.stayed = true")
    page.get_by_label("Find a name").press_sequentially("bo")
    expect(page.locator(".tile__name")).to_have_text(["Bob"])
    assert page.url.endswith("?q=bo&sort=name&filter=all")
    assert page.evaluate("window.stayed")
    page.get_by_label("Find a name").fill("")
    expect(page.locator(".tile__name")).to_have_text(["Ada", "Bob"])


def test_what_is_typed_before_the_script_has_come_is_searched(page: Page, site: Site) -> None:
    waiting: list[Route] = []
    page.route("**/live-search.js", lambda route: waiting.append(route))  # noqa: PLW0108 - a built-in takes no attributes
    page.goto(f"{site.url}/people", wait_until="commit")
    page.get_by_label("Find a name").fill("bo")
    page.wait_for_timeout(200)
    waiting[0].continue_()
    expect(page.locator(".tile__name")).to_have_text(["Bob"])


def test_the_slash_leads_to_the_search_unless_somebody_types(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/people")
    field = page.get_by_label("Find a name")
    expect(page.locator(".search__key")).to_be_visible()
    page.keyboard.press("Control+/")
    expect(field).not_to_be_focused()
    page.keyboard.press("/")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    field.press_sequentially("a/b")
    expect(field).to_have_value("a/b")
    page.get_by_label("Order").focus()
    page.keyboard.press("/")
    expect(field).not_to_be_focused()


def test_a_dropped_photo_is_identified_at_once(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/identify")
    area = page.locator(".drop.is-ready").element_handle()
    page.evaluate(DROP, [area, list(draw_photo(["ada"], face_px=90))])
    expect(page.get_by_role("heading", level=1)).to_have_text("This looks like Ada")


def test_a_pasted_photo_is_identified_at_once(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/identify")
    page.locator(".drop.is-ready").wait_for()
    page.evaluate(PASTE, list(draw_photo(["bob"], face_px=90)))
    expect(page.get_by_role("heading", level=1)).to_have_text("This looks like Bob")


def test_a_file_that_is_no_photo_is_refused_before_it_is_sent(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/identify")
    area = page.locator(".drop.is-ready").element_handle()
    page.evaluate(DROP.replace("image/png", "text/plain"), [area, [1, 2, 3]])
    expect(page.locator(".drop__problem")).to_contain_text("That is not a photo.")
    assert page.url.endswith("/identify")


def test_a_chosen_appearance_holds_whatever_the_system_says(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{site.url}/account")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_label("Dark", exact=True).check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(paper) != light


def test_a_photo_is_taken_with_the_camera(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/identify")
    page.get_by_role("button", name="Use the camera").click()
    camera = page.get_by_role("dialog", name="Camera")
    expect(camera).to_be_visible()
    expect(camera.locator("video")).to_have_js_property("readyState", 4)
    camera.get_by_role("button", name="Take the photo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No face found")


def test_the_keyboard_goes_the_way_the_eye_goes(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/identify")
    page.locator(".drop.is-ready").wait_for()
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Search only some people")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#field-photo")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Choose a folder")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Use the camera")).to_be_focused()
