"""A camera that shows drawn faces: names follow them, and a stranger is given one."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import BrowserContext
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import Playwright
from playwright.sync_api import expect

from browsing import Complaints
from browsing import Site
from browsing import launch
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from filming import drawn_film
from filming import write_film
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.people.list_people import list_people

pytestmark = pytest.mark.browser

TABLE = Path(__file__).resolve().parents[1] / "support" / "tracking_cases.json"
RUN_TABLE = """async ({ address, rules, cases }) => {
  const { Tracker } = await import(`${address}tracking.js`);
  const { RULES } = await import(`${address}rules.js`);
  const wrong = [];
  const check = (is, should, where) => {
    if (JSON.stringify(is) !== JSON.stringify(should)) wrong.push(`${where}: ${JSON.stringify(is)}`);
  };
  const inOrder = (each) => Object.entries(each).sort();
  check(inOrder(RULES), inOrder(rules), "rules");
  for (const { name, frames } of cases) {
    const tracker = new Tracker();
    for (const { at, seen, ids, labels, asks, expect } of frames) {
      if (expect) tracker.expect(...expect);
      const tracks = tracker.see(seen, at);
      check(tracks.map((track) => track.id), ids, `${name}, ids at ${at}`);
      check(tracks.map((track) => track.label), labels, `${name}, labels at ${at}`);
      if (asks) check(tracks.map((track) => tracker.asks(track, at)), asks, `${name}, asks at ${at}`);
    }
  }
  return wrong;
}"""


NOTE_KNOWN = """() => {
  const { append } = FormData.prototype;
  window.known = [];
  FormData.prototype.append = function (name, value, ...rest) {
    if (name === "known") window.known.push(...JSON.parse(value));
    return append.call(this, name, value, ...rest);
  };
}"""


@pytest.fixture(scope="module")
def browser(
    driver: Playwright, chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """One whose camera shows a stranger, and Ada, who moves."""
    film = write_film(tmp_path_factory.mktemp("film") / "two.mjpeg", drawn_film("cy", "ada"))
    with launch(driver, chromium, film=film) as started:
        yield started


@pytest.fixture
def live(context: BrowserContext, site: Site) -> Iterator[Page]:
    """The page of the live camera; Ada is known."""
    user_id = sign_in_administrator(site, context)
    enrol(
        acting(site.runtime.services, user_id),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NamedPerson("Ada"),
    )
    page = context.new_page()
    page.goto(f"{site.url}/live")
    yield page
    # While the server is still there.
    page.close()


def start(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()


def faces(page: Page, decision: str) -> Locator:
    return page.locator(f".live__faces .facebox--{decision}")


def middle(face: Locator) -> float:
    box = face.locator(".facebox__line").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def wait_until(page: Page, expression: str) -> None:
    """Wait for what the page's policy lets nobody wait for inside it."""
    for _ in range(50):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(100)
    raise AssertionError(expression)


def test_a_name_appears_and_follows_the_face(live: Page) -> None:
    start(live)
    ada = faces(live, "match")
    expect(ada).to_contain_text("Ada")
    expect(faces(live, "unknown")).to_contain_text("Unknown")
    places = []
    for _ in range(8):
        places.append(middle(ada))
        live.wait_for_timeout(150)
    # The film moves the face by 120 of 640 pixels within a second.
    stage = live.locator(".live__stage").bounding_box()
    assert stage is not None
    assert (max(places) - min(places)) / stage["width"] > 0.08
    seen = live.locator(".live-seen__one")
    expect(seen).to_have_count(2)
    expect(seen.filter(has_text="Ada")).to_contain_text("since")
    assert float(live.locator("[data-rate]").inner_text()) > 3


def test_a_stranger_is_named_and_shows_the_name(
    live: Page, site: Site, complaints: Complaints
) -> None:
    # The answer to a name that is empty.
    complaints.expected = {422}
    start(live)
    faces(live, "unknown").locator(".facebox__halo").click()
    dialog = live.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill(" ")
    live.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    dialog.get_by_label("Name").fill("Cy Twombly")
    live.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(faces(live, "match").filter(has_text="Cy Twombly")).to_be_visible()
    expect(faces(live, "unknown")).to_have_count(0)
    expect(live.locator(".live-seen__one")).to_have_count(2)
    people = list_people(acting(site.runtime.services), gallery="default").people
    assert {person.name: person.faces for person in people} == {"Ada": 1, "Cy Twombly": 1}


def test_a_known_face_is_embedded_seldom(live: Page) -> None:
    live.evaluate(NOTE_KNOWN)
    start(live)
    expect(faces(live, "match")).to_be_visible()
    live.evaluate("window.known = []")
    live.wait_for_timeout(1_500)
    known: list[dict[str, Any]] = live.evaluate("window.known")
    fresh = [face for face in known if face["fresh"]]
    assert len(known) > 10
    assert len(fresh) > 0.7 * len(known)


def test_keys_pause_mirror_and_close(live: Page) -> None:
    start(live)
    ada = faces(live, "match")
    expect(ada).to_be_visible()
    left = middle(faces(live, "unknown")) < middle(ada)
    live.locator("h1").click()
    live.keyboard.press("m")
    live.wait_for_timeout(300)
    assert (middle(faces(live, "unknown")) < middle(ada)) is not left
    faces(live, "unknown").locator(".facebox__halo").click()
    # What is typed as a name is none of the page's keys.
    live.keyboard.type("m m")
    expect(live.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "false")
    live.keyboard.press("Escape")
    expect(live.get_by_role("dialog")).to_be_hidden()
    live.locator("h1").click()
    live.keyboard.press(" ")
    expect(live.get_by_text("Paused")).to_be_visible()
    asked: list[str] = []
    live.wait_for_timeout(300)
    live.on("request", lambda request: asked.append(request.url))
    live.wait_for_timeout(500)
    assert asked == []
    live.keyboard.press(" ")
    expect(live.get_by_text("Paused")).to_be_hidden()
    live.wait_for_timeout(500)
    assert asked


def test_a_busy_server_is_asked_more_slowly_and_then_again(
    live: Page, complaints: Complaints
) -> None:
    complaints.expected = {503}
    refused: list[float] = []

    def refuse(route: Any) -> None:
        refused.append(time.monotonic())
        route.fulfill(status=503, headers={"Retry-After": "1"}, json={"code": "overloaded"})

    live.route("**/live/frame", refuse)
    start(live)
    expect(live.locator("[data-state]")).to_contain_text("The server is busy")
    live.wait_for_timeout(1_500)
    assert len(refused) <= 3
    live.unroute("**/live/frame")
    expect(faces(live, "match")).to_be_visible()


def test_another_gallery_knows_other_people(live: Page, site: Site) -> None:
    create_gallery(acting(site.runtime.services), name="club")
    live.goto(f"{site.url}/live?gallery=club")
    start(live)
    expect(faces(live, "unknown")).to_have_count(2)
    expect(faces(live, "match")).to_have_count(0)


def test_somebody_with_a_double_is_told_apart_from_the_others(live: Page, site: Site) -> None:
    for name in ("Ada", "Eve"):
        source = Upload(draw_photo(["ada"], face_px=130 + ord(name[0]) % 7))
        enrol(
            acting(site.runtime.services),
            gallery="default",
            source=source,
            subject=NamedPerson(name),
        )
    live.reload()
    start(live)
    expect(faces(live, "ambiguous")).to_contain_text("Perhaps")
    expect(faces(live, "unknown")).to_be_visible()
    expect(live.locator(".live-seen__one").filter(has_text="Perhaps")).to_be_visible()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotAllowedError", "The camera is blocked"),
        ("NotFoundError", "No camera was found"),
        ("NotReadableError", "Another program may be using it"),
    ],
)
def test_why_there_is_no_picture_is_said(live: Page, error: str, words: str) -> None:
    live.evaluate(
        """(name) => {
          navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", name));
        }""",
        error,
    )
    start(live)
    expect(live.get_by_role("alert")).to_contain_text(words)
    expect(live.get_by_role("button", name="Start the camera")).to_be_enabled()


def test_a_page_that_is_not_secure_says_so(live: Page) -> None:
    live.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    live.reload()
    expect(live.get_by_role("alert")).to_contain_text("only to secure pages")
    expect(live.get_by_role("button", name="Start the camera")).to_be_disabled()


def test_without_script_the_page_says_what_it_needs(
    plain_context: BrowserContext, site: Site
) -> None:
    sign_in_administrator(site, plain_context)
    page = plain_context.new_page()
    page.goto(f"{site.url}/live")
    expect(page.get_by_text("This page needs JavaScript and a camera")).to_be_visible()
    expect(page.get_by_role("button", name="Start the camera")).to_be_hidden()
    page.get_by_role("link", name="Identify a photo", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is in this photo?")


def test_another_camera_is_chosen(live: Page) -> None:
    live.evaluate(
        """() => {
          const { mediaDevices } = navigator;
          const ask = mediaDevices.getUserMedia.bind(mediaDevices);
          const list = mediaDevices.enumerateDevices.bind(mediaDevices);
          window.wanted = [];
          mediaDevices.getUserMedia = (wanted) => {
            window.wanted.push(wanted.video);
            return ask({ video: true });
          };
          mediaDevices.enumerateDevices = async () => [
            ...await list(), { kind: "videoinput", deviceId: "back", label: "The back one" },
          ];
        }"""
    )
    start(live)
    expect(faces(live, "match")).to_be_visible()
    live.get_by_label("Camera", exact=True).select_option("The back one")
    expect(faces(live, "match")).to_be_visible()
    first, second = live.evaluate("window.wanted")
    assert first["facingMode"] == "user"
    assert second["deviceId"] == {"exact": "back"}


def test_a_camera_that_is_allowed_too_late_goes_off_again(live: Page) -> None:
    live.evaluate(
        """() => {
          const { mediaDevices } = navigator;
          const ask = mediaDevices.getUserMedia.bind(mediaDevices);
          mediaDevices.getUserMedia = async (wanted) => {
            const stream = await ask(wanted);
            window.late = stream.getTracks()[0];
            await new Promise((done) => { window.allow = done; });
            return stream;
          };
        }"""
    )
    start(live)
    wait_until(live, "Boolean(window.allow)")
    live.evaluate("window.dispatchEvent(new Event('pagehide'))")
    live.evaluate("window.allow()")
    wait_until(live, "window.late.readyState === 'ended'")
    expect(live.locator(".live__stage")).to_be_hidden()


def test_the_camera_goes_off(live: Page) -> None:
    start(live)
    expect(faces(live, "match")).to_be_visible()
    live.evaluate("window.track = document.querySelector('video').srcObject.getTracks()[0]")
    live.get_by_role("button", name="Stop").click()
    assert live.evaluate("window.track.readyState") == "ended"
    expect(live.locator(".live-seen__one").filter(has_text="Ada")).to_contain_text(" to ")
    expect(live.get_by_role("button", name="Start the camera")).to_be_visible()
    start(live)
    expect(faces(live, "match")).to_be_visible()


def test_the_script_follows_faces_as_the_table_says(live: Page) -> None:
    script = live.locator('script[type="module"]').first.get_attribute("src")
    assert script is not None
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    address = script.replace("js/main.js", "js/modules/live/")
    assert live.evaluate(RUN_TABLE, {"address": address, **table}) == []
