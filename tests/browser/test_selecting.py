"""Several people or faces are selected: with boxes, a range, keys, and without script."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import FilePayload
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.people import create_person

pytestmark = pytest.mark.browser


def fill(site: Site, context: BrowserContext) -> None:
    sign_in_administrator(site, context)
    for number in range(6):
        create_person(acting(site.runtime.services), gallery="default", name=f"P {number}")
    for size in (60, 70, 80, 90):
        enrol(
            acting(site.runtime.services),
            gallery="default",
            source=Upload(draw_photo(["ada"], face_px=size)),
            subject=NamedPerson("Ada"),
        )


def bar(page: Page) -> Locator:
    return page.locator("form.selection")


def names(page: Page) -> Locator:
    return page.locator(".tile__name")


def test_a_range_is_selected_deleted_and_comes_back(site: Site, context: BrowserContext) -> None:
    fill(site, context)
    page = context.new_page()
    page.goto(f"{site.url}/galleries/default/people")
    page.locator("form.selection.is-live").wait_for(state="attached")
    expect(bar(page)).to_be_hidden()
    page.get_by_label("Select P 1").check()
    page.get_by_label("Select P 4").click(modifiers=["Shift"])
    expect(bar(page).get_by_role("status")).to_have_text("4 selected")
    expect(page.locator(":checked[name=person]")).to_have_count(4)
    expect(bar(page)).to_be_in_viewport()
    page.get_by_label("Select P 2").uncheck()
    bar(page).get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete 3 people").click()
    expect(names(page)).to_have_text(["Ada", "P 0", "P 2", "P 5"])
    page.get_by_role("button", name="Undo").click()
    expect(names(page)).to_have_count(7)


def test_keys_select_and_clear_lets_go(site: Site, context: BrowserContext) -> None:
    fill(site, context)
    page = context.new_page()
    page.goto(f"{site.url}/galleries/default/people")
    page.locator("form.selection.is-live").wait_for(state="attached")
    page.locator("[data-keys]:visible").wait_for()
    said = bar(page).get_by_role("status")
    for key in ("j", "x"):
        page.keyboard.press(key)
    expect(said).to_have_text("1 selected")
    for key in ("Shift+J", "Shift+J", "k", "x"):
        page.keyboard.press(key)
    expect(page.get_by_label("Select P 0")).not_to_be_checked()
    expect(page.get_by_label("Select P 1")).to_be_checked()
    expect(said).to_have_text("2 selected")
    bar(page).get_by_role("button", name="Select all").click()
    expect(said).to_have_text("7 selected")
    bar(page).get_by_role("button", name="Clear").click()
    expect(bar(page)).to_be_hidden()
    expect(page.get_by_label("Select Ada")).to_be_focused()
    # What a search draws anew can be selected too.
    page.get_by_label("Find a name").fill("P 3")
    expect(names(page)).to_have_count(1)
    page.get_by_label("Select P 3").check()
    expect(bar(page).get_by_role("status")).to_have_text("1 selected")


@pytest.mark.parametrize("script", [True, False])
def test_faces_are_moved_to_somebody_new_and_back(
    site: Site, context: BrowserContext, plain_context: BrowserContext, *, script: bool
) -> None:
    used = context if script else plain_context
    fill(site, used)
    page = used.new_page()
    page.goto(f"{site.url}/galleries/default/people")
    page.get_by_role("link", name="Ada").click()
    for number in (1, 3):
        page.get_by_label(f"Select face {number}", exact=True).check()
    bar(page).get_by_role("button", name="Move").click()
    page.get_by_label("Name").fill("Eve")
    page.get_by_role("button", name="Move the faces").click()
    expect(page.locator(".sheet--faces .sheet__item")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sheet--faces .sheet__item")).to_have_count(4)


def test_people_are_merged_without_script(site: Site, plain_context: BrowserContext) -> None:
    fill(site, plain_context)
    page = plain_context.new_page()
    page.goto(f"{site.url}/galleries/default/people")
    page.get_by_label("Select P 1").check()
    page.get_by_label("Select P 2").check()
    bar(page).get_by_role("button", name="Merge").click()
    page.get_by_role("radio", name="P 2").check()
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("P 2")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("P 2")


@pytest.mark.parametrize("script", [True, False])
def test_photos_just_added_are_taken_back_together(
    site: Site, context: BrowserContext, plain_context: BrowserContext, *, script: bool
) -> None:
    used = context if script else plain_context
    fill(site, used)
    page = used.new_page()
    page.goto(f"{site.url}/galleries/default/people")
    page.get_by_role("link", name="P 3").click()
    if script:
        page.locator(".drop.is-ready").first.wait_for()
    photos: list[FilePayload] = [
        {
            "name": f"{size}.png",
            "mimeType": "image/png",
            "buffer": draw_photo(["bob"], face_px=size),
        }
        for size in (70, 90)
    ]
    page.locator("#field-photos").set_input_files(photos)
    page.get_by_role("button", name="Add the photos").click()
    expect(page.locator(".sheet--faces .sheet__item")).to_have_count(2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".sheet--faces .sheet__item")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("P 3")
