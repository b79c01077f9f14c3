"""Somebody unknown is seen twice, named, and recognised from then on."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from mien.gallery.galleries import change_gallery

pytestmark = pytest.mark.browser


def identify(page: Page, site: Site, who: str, variant: int) -> None:
    page.goto(f"{site.url}/identify")
    photo = draw_photo([who], variant=variant, face_px=120 - 4 * variant)
    page.locator("main input[type=file]").set_input_files(
        {"name": "seen.png", "mimeType": "image/png", "buffer": photo}
    )
    if page.url.endswith("/identify"):
        page.wait_for_url("**/identify/*")


def test_an_unknown_person_seen_twice_is_named_and_recognised(
    page: Page, context: BrowserContext, site: Site
) -> None:
    sign_in_administrator(site, context)
    change_gallery(
        acting(site.runtime.services), name="default", settings={"keep_unknown_days": 30}
    )
    identify(page, site, "zoe", 0)
    identify(page, site, "zoe", 1)
    page.goto(f"{site.url}/galleries/default/people")
    page.get_by_role("link", name="1 unknown").click()
    card = page.locator(".unknown")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Seen 2 times")
    card.get_by_label("Who is this?").fill("Zoe")
    card.get_by_role("button", name="Name").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoe")
    identify(page, site, "zoe", 2)
    expect(page.locator("#face-1")).to_contain_text("Zoe")
    page.goto(f"{site.url}/galleries/default/unknown")
    expect(page.locator(".empty__title")).to_have_text("No unknown people")
