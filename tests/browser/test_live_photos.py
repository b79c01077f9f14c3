"""A camera that shows a real face, through the networks of the default pack."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Page
from playwright.sync_api import Playwright
from playwright.sync_api import expect

from browsing import Site
from browsing import launch
from browsing import serve
from browsing import sign_in_administrator
from building import acting
from filming import portrait_film
from filming import write_film
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.vision.pack_engine import PackEngine
from mien.vision.reader import ImageReader
from needs import shared_data
from packs_for_tests import real_pack

pytestmark = [pytest.mark.browser, pytest.mark.models]

IMAGES = "face_recognition/tests/test_images"
READER = ImageReader(max_bytes=10**8, max_pixels=10**8)


@pytest.fixture(scope="module")
def photos() -> Path:
    return shared_data(f"{IMAGES}/obama.jpg", f"{IMAGES}/obama2.jpg") / IMAGES


@pytest.fixture(scope="module")
def browser(
    driver: Playwright, chromium: Path, photos: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """One whose camera shows somebody."""
    shown = READER.decode((photos / "obama.jpg").read_bytes()).image_rgb
    film = write_film(tmp_path_factory.mktemp("film") / "one.mjpeg", portrait_film(shown))
    with launch(driver, chromium, film=film) as started:
        yield started


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with ExitStack() as opened:
        engine = PackEngine(real_pack("standard"))
        opened.callback(engine.close)
        yield opened.enter_context(serve(tmp_path, engine=engine))


@pytest.fixture
def live(context: BrowserContext, site: Site, photos: Path) -> Iterator[Page]:
    """The page of the live camera; he is known by another photo, but not in the gallery `club`."""
    user_id = sign_in_administrator(site, context)
    create_gallery(acting(site.runtime.services), name="club")
    enrol(
        acting(site.runtime.services, user_id),
        gallery="default",
        source=Upload((photos / "obama2.jpg").read_bytes()),
        subject=NamedPerson("Barack Obama"),
    )
    page = context.new_page()
    yield page
    # While the server is still there.
    page.close()


def test_a_face_is_named_and_followed(live: Page, site: Site) -> None:
    live.goto(f"{site.url}/live")
    live.get_by_role("button", name="Start the camera").click()
    face = live.locator(".live__faces .facebox--match")
    expect(face).to_contain_text("Barack Obama", timeout=15_000)
    places = []
    for _ in range(8):
        box = face.locator(".facebox__line").bounding_box()
        assert box is not None
        places.append(box["x"])
        live.wait_for_timeout(100)
    assert max(places) - min(places) > 10
    expect(live.locator(".live-seen__one")).to_have_count(1)


def test_somebody_unknown_is_named_and_known_at_once(live: Page, site: Site) -> None:
    live.goto(f"{site.url}/live?gallery=club")
    live.get_by_role("button", name="Start the camera").click()
    unknown = live.locator(".live__faces .facebox--unknown")
    expect(unknown).to_contain_text("who is this?", timeout=15_000)
    # The face moves; its place in the list does not.
    live.locator(".live-seen").get_by_role("button", name="Who is this?").click()
    live.get_by_role("dialog").get_by_label("Name").fill("Barry")
    live.keyboard.press("Enter")
    expect(live.locator(".live__faces .facebox--match")).to_contain_text("Barry")
    expect(live.locator(".live-seen__one")).to_have_count(1)
