"""The keys of every page, and photos that are dropped or pasted anywhere."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery

pytestmark = pytest.mark.browser

HAPPENS = """([selector, kind, type, name, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const given = { bubbles: true, cancelable: true };
  const target = document.querySelector(selector);
  if (kind === "paste") target.dispatchEvent(new ClipboardEvent(kind, { ...given, clipboardData: transfer }));
  else target.dispatchEvent(new DragEvent(kind, { ...given, dataTransfer: transfer }));
}"""
ADA = ["image/png", "ada.png", list(draw_photo(["ada"], face_px=90))]


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    sign_in_administrator(site, context)
    for name in ("Ada", "Bob", "Cy"):
        enrol(
            acting(site.runtime.services),
            gallery="default",
            source=Upload(draw_photo([name.lower()])),
            subject=NamedPerson(name),
        )
    return context.new_page()


def open_people(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/galleries/default/people")
    page.locator("[data-keys]:visible").wait_for()


def test_j_and_k_move_over_the_people_and_enter_opens(page: Page, site: Site) -> None:
    open_people(page, site)
    tiles = page.locator("a.tile")
    page.keyboard.press("j")
    expect(tiles.nth(0)).to_be_focused()
    assert page.evaluate("document.activeElement.matches(':focus-visible')")
    for key, place in (("j", 1), ("j", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        expect(tiles.nth(place)).to_be_focused()
    page.keyboard.press("Escape")
    expect(tiles.nth(1)).not_to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cy")


def test_a_key_leads_to_identify_from_every_page(page: Page, site: Site) -> None:
    open_people(page, site)
    page.keyboard.press("i")
    expect(page).to_have_url(f"{site.url}/identify")
    page.get_by_role("link", name="Mien").first.click()
    expect(page).to_have_url(f"{site.url}/")
    expect(page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")


def test_keys_are_letters_where_somebody_types_and_leave_the_browsers_own_alone(
    page: Page, site: Site
) -> None:
    open_people(page, site)
    page.keyboard.press("Control+j")
    expect(page.locator("a.tile:focus")).to_have_count(0)
    page.keyboard.press("/")
    page.keyboard.type("j?ki")
    field = page.get_by_label("Find a name")
    expect(field).to_have_value("j?ki")
    expect(page.locator("dialog.keys")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(page.locator(".tile__name")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


def test_the_keys_are_shown_and_can_be_turned_off(page: Page, site: Site) -> None:
    open_people(page, site)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keys", exact=True).click()
    page.get_by_label("Use these keys in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    for key in ("?", "j", "/"):
        page.keyboard.press(key)
    expect(dialog).to_be_hidden()
    expect(page.locator("a.tile:focus, #field-q:focus")).to_have_count(0)
    page.reload()
    page.locator("[data-keys]:visible").wait_for()
    page.keyboard.press("j")
    expect(page.locator("a.tile:focus")).to_have_count(0)


def test_faces_and_photos_of_an_answer_are_moved_over(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/identify")
    page.locator(".drop.is-ready").wait_for()
    group = draw_photo(["ada", "eve"], face_px=90)
    page.locator("#field-photo").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": group}
    )
    page.locator("#face-1").wait_for()
    page.locator("[data-keys]:visible").wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    expect(page.locator(".face-card").nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator(".face-card").nth(1)).to_be_focused()


@pytest.mark.parametrize("kind", ["drop", "paste"])
def test_a_photo_dropped_or_pasted_anywhere_is_identified(
    page: Page, site: Site, kind: str
) -> None:
    create_gallery(acting(site.runtime.services), name="club")
    page.goto(f"{site.url}/galleries/club/people")
    page.goto(f"{site.url}/account")
    page.locator("[data-keys]:visible").wait_for()
    if kind == "drop":
        page.evaluate(HAPPENS, ["h1", "dragover", *ADA])
        expect(page.locator("[data-said]")).to_have_text("Drop it to identify it in “club”")
    page.evaluate(HAPPENS, ["h1", kind, *ADA])
    # In the gallery that was used last, which knows nobody.
    expect(page.get_by_role("heading", level=1)).to_have_text("Not in this gallery")
    open_people(page, site)
    page.evaluate(HAPPENS, ["h1", kind, *ADA])
    expect(page.get_by_role("heading", level=1)).to_have_text("This looks like Ada")


def test_what_is_no_photo_is_said_and_goes_nowhere(page: Page, site: Site) -> None:
    open_people(page, site)
    page.evaluate(HAPPENS, ["h1", "drop", "text/plain", "notes.txt", [1, 2]])
    expect(page.locator("[data-said]")).to_contain_text("That is not a photo.")
    assert page.url.endswith("/people")


def test_a_page_that_takes_photos_gets_what_is_dropped_beside_its_area(
    page: Page, site: Site
) -> None:
    page.goto(f"{site.url}/compare")
    page.locator(".drop.is-ready").first.wait_for()
    page.locator("[data-keys]:visible").wait_for()
    page.evaluate(HAPPENS, ["h1", "dragover", *ADA])
    expect(page.locator("[data-said]")).to_have_text("Drop it here: First photo")
    for _ in range(2):
        page.evaluate(HAPPENS, ["h1", "drop", *ADA])
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#comparison-answer")).to_have_text("This looks like the same person")
