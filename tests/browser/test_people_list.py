"""The list of people: in an order, filtered, searched, page by page, and back to the same place."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from mien.gallery.people.people import create_person

pytestmark = pytest.mark.browser


def fill(site: Site, context: BrowserContext) -> None:
    sign_in_administrator(site, context)
    for number in range(130):
        create_person(acting(site.runtime.services), gallery="default", name=f"P {number:03}")


@pytest.mark.parametrize("script", [True, False])
def test_one_comes_back_to_where_one_was(
    site: Site, context: BrowserContext, plain_context: BrowserContext, *, script: bool
) -> None:
    used = context if script else plain_context
    fill(site, used)
    page = used.new_page()
    page.goto(f"{site.url}/people")
    page.get_by_label("Order").select_option("newest")
    if not script:
        page.get_by_role("button", name="Find").click()
    expect(page.locator(".tile__name").first).to_have_text("P 129")
    page.get_by_role("link", name="Page 3").click()
    page.get_by_role("link", name="P 005").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("P 005")
    page.locator(".page-head__back a").click()
    expect(page.locator(".pager__page[aria-current]")).to_have_text("Page 3")
    expect(page.locator(".sheet__item:target .tile__name")).to_have_text("P 005")
    expect(page.get_by_role("link", name="P 005")).to_be_in_viewport()
    page.get_by_role("link", name="P 005").click()
    page.go_back()
    expect(page.locator(".pager__page[aria-current]")).to_have_text("Page 3")


def test_a_page_is_gone_to_by_its_number(site: Site, context: BrowserContext, page: Page) -> None:
    sign_in_administrator(site, context)
    for number in range(320):
        create_person(acting(site.runtime.services), gallery="default", name=f"P {number:03}")
    page.goto(f"{site.url}/galleries/default/people?sort=surname&q=P")
    page.get_by_label("Page", exact=True).fill("4")
    page.keyboard.press("Enter")
    expect(page.locator(".tile__name").first).to_have_text("P 180")
    assert page.url.endswith("?q=P&sort=surname&page=4")
