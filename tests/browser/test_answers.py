"""The three answers, told apart with colours and without."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import expect

from browsing import Complaints
from browsing import Site
from browsing import sign_in_administrator
from building import acting
from mien.gallery.galleries import show_gallery
from touring import drawn_photos
from touring import furnish

pytestmark = pytest.mark.browser


def style(of: Locator, name: str) -> str:
    found: str = of.evaluate(f"element => getComputedStyle(element).{name}")
    return found


def address(site: Site, context: BrowserContext, stop: str) -> str:
    user_id = sign_in_administrator(site, context)
    stops = {each.name: each for each in furnish(site, drawn_photos(), user_id=user_id)}
    return site.url + stops[stop].path


def test_the_three_answers_differ_in_word_shape_and_line(page: Page, site: Site) -> None:
    page.goto(address(site, page.context, "identify-three-answers"))
    expect(page.locator("h1")).to_have_text("3 faces: 1 recognised, 1 ambiguous, 1 unknown")
    dashes, shapes, words = set(), set(), set()
    for decision in ("match", "ambiguous", "unknown"):
        card = page.locator(f".face-card--{decision}")
        words.add(card.locator(".verdict").inner_text())
        box = page.locator(f".facebox--{decision}")
        dashes.add(style(box.locator(".facebox__line"), "strokeDasharray"))
        # The box's badge carries the same shape as the card's verdict.
        for mark in (card.locator(".verdict .mark"), box.locator(".facebox__badge .mark")):
            shapes.add(
                (decision, mark.locator(".mark__fill").count(), mark.locator("path").count())
            )
    assert words == {"Match", "Ambiguous", "Unknown"}
    assert len(dashes) == 3
    assert shapes == {("match", 1, 0), ("ambiguous", 1, 1), ("unknown", 0, 0)}


def test_badges_stay_light_and_lines_bright_in_both_appearances(page: Page, site: Site) -> None:
    page.goto(address(site, page.context, "identify-three-answers"))
    seen = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        box = page.locator(".facebox--match")
        seen.append(
            (
                style(box.locator(".facebox__line"), "stroke"),
                style(box.locator(".facebox__badge .mark__fill"), "fill"),
            )
        )
    assert seen[0] == seen[1]
    line, mark = seen[0]
    assert line != mark


def test_an_accepted_error_is_moved_without_script(
    plain_context: BrowserContext, site: Site, complaints: Complaints
) -> None:
    page = plain_context.new_page()
    page.goto(address(site, plain_context, "gallery-settings"))
    row = page.get_by_role("row", name="1 in 100,000")
    expect(row).to_be_visible()
    row.get_by_role("radio").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".flash__text")).to_have_text(
        "Saved. Accepted error: 1 in 100,000, before 1 in 1,000."
    )
    expect(page.get_by_role("row", name="1 in 100,000 current")).to_be_visible()
    assert (
        show_gallery(acting(site.runtime.services), name="twins").settings.accepted_fpir == 0.00001
    )
