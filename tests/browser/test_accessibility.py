"""Every page, in light and in dark, before the rules of axe-core."""

from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page

from browsing import Site
from browsing import sign_in_administrator
from building import acting
from mien.access.first_administrator import issue_link
from touring import Stop
from touring import drawn_photos
from touring import furnish
from touring import visit

pytestmark = pytest.mark.browser

# Colours are all that differs between the two.
LIGHT = "{resultTypes: ['violations']}"
DARK = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"


def axe_script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def findings(page: Page, options: str) -> list[str]:
    """What is serious or critical on the page shown."""
    result: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]


def look(page: Page, site: Site, stop: Stop) -> list[str]:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visit(page, site, stop)
    page.evaluate(axe_script())
    found = [f"{stop.name}, light: {words}" for words in findings(page, LIGHT)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"{stop.name}, dark: {words}" for words in findings(page, DARK)]


def test_no_page_has_serious_findings_in_light_or_dark(browser: Browser, site: Site) -> None:
    # The tool puts styles of its own into pages, which their policy forbids.
    with (
        browser.new_context(bypass_csp=True) as stranger,
        browser.new_context(bypass_csp=True) as administrator,
    ):
        outside, inside = stranger.new_page(), administrator.new_page()
        set_up = Stop(
            "set-up", f"/setup/{issue_link(acting(site.runtime.services))}", signed_in=False
        )
        found = look(outside, site, set_up)
        user_id = sign_in_administrator(site, administrator)
        for stop in furnish(site, drawn_photos(), user_id=user_id):
            found += look(inside if stop.signed_in else outside, site, stop)
    assert found == []
