"""Comparing goes on with the photos that are there, with script and without."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import FilePayload
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_group
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson

pytestmark = pytest.mark.browser

ADA, BOB = draw_photo(["ada"], face_px=90), draw_photo(["bob"], face_px=90)
GROUP = draw_group([("bob", 80), ("ada", 140)])


def png(data: bytes) -> FilePayload:
    return {"name": "photo.png", "mimeType": "image/png", "buffer": data}


@pytest.fixture(params=[True, False])
def page(
    request: pytest.FixtureRequest,
    site: Site,
    context: BrowserContext,
    plain_context: BrowserContext,
) -> Page:
    used: BrowserContext = context if request.param else plain_context
    sign_in_administrator(site, used)
    return used.new_page()


def test_a_face_is_chosen_and_a_photo_replaced(page: Page, site: Site) -> None:
    answer = page.locator("#comparison-answer")
    page.goto(f"{site.url}/compare")
    page.locator("#field-photo_a").set_input_files(png(ADA))
    page.locator("#field-photo_b").set_input_files(png(GROUP))
    page.get_by_role("button", name="Compare").click()
    expect(answer).to_have_text("This looks like the same person")
    page.get_by_role("radio", name="Face 1").check()
    page.get_by_role("button", name="Compare").click()
    expect(answer).to_have_text("These look like two different people")
    page.get_by_role("link", name="Swap them").click()
    expect(page.locator(".compare-form__side").first.get_by_role("radio")).to_have_count(2)
    expect(page.get_by_role("radio", name="Face 1")).to_be_checked()
    page.locator("#field-photo_b").set_input_files(png(BOB))
    page.get_by_role("button", name="Compare").click()
    expect(answer).to_have_text("This looks like the same person")


def test_a_photo_is_checked_against_one_person(page: Page, site: Site) -> None:
    done = enrol(
        acting(site.runtime.services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    page.goto(f"{site.url}/galleries/default/people/{done.person.id}")
    page.locator("#field-photo").set_input_files(png(ADA))
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#comparison-answer")).to_have_text("This looks like Ada")
    page.locator("#field-photo").set_input_files(png(GROUP))
    page.get_by_role("button", name="Check").click()
    page.get_by_role("radio", name="Face 1").check()
    page.get_by_role("button", name="Compare this face").click()
    expect(page.locator("#comparison-answer")).to_have_text("This does not look like Ada")
