from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import Playwright
from playwright.sync_api import sync_playwright

from browsing import Complaints
from browsing import Site
from browsing import launch
from browsing import serve
from mien.vision.fake import FakeEngine


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """What browsers are started with; there is one of it a process."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright, chromium: Path) -> Iterator[Browser]:
    with launch(driver, chromium) as started:
        yield started


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serve(tmp_path, engine=FakeEngine(calibrated=True)) as running:
        yield running


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains of fails the test, unless it was expected."""
    heard = Complaints()
    yield heard
    assert heard.found == []


@pytest.fixture
def context(browser: Browser, complaints: Complaints) -> Iterator[BrowserContext]:
    opened = browser.new_context(reduced_motion="reduce")
    opened.set_default_timeout(5_000)
    opened.on("page", complaints.listen)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def plain_context(browser: Browser, complaints: Complaints) -> Iterator[BrowserContext]:
    """A browser in which no script runs."""
    opened = browser.new_context(java_script_enabled=False)
    opened.set_default_timeout(5_000)
    opened.on("page", complaints.listen)
    yield opened
    opened.close()
