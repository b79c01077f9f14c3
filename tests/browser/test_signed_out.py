"""What a browser keeps when somebody has signed out, or was."""

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import CDPSession
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy import delete

from browsing import PASSWORD
from browsing import Complaints
from browsing import Site
from browsing import sign_in_administrator
from building import acting
from drawing import draw_photo
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.storage.models import SignInRow

pytestmark = pytest.mark.browser

# Whether a picture comes out of the browser's own cache, whatever the server would say.
CACHED = """async (address) => {
  try {
    const answer = await fetch(address, { cache: "only-if-cached", mode: "same-origin" });
    return answer.ok;
  } catch {
    return false;
  }
}"""


@pytest.fixture
def crop(context: BrowserContext, site: Site) -> str:
    """The address of somebody's portrait."""
    sign_in_administrator(site, context)
    photo = Upload(draw_photo(["ada"]))
    call = acting(site.runtime.services)
    done = enrol(call, gallery="default", source=photo, subject=NamedPerson("Ada"))
    return f"{site.url}/galleries/default/people/{done.person.id}/faces/{done.face.id}/crop"


def look_at(page: Page, crop: str) -> str:
    """Open the pages that show the face; gives the address of the photo."""
    person = crop.partition("/faces/")[0]
    page.goto(person)
    expect(page.locator(".portrait__image").first).to_be_visible()
    page.get_by_role("link", name="Photo of face 1").click()
    photo = page.locator(".photo__image")
    expect(photo).to_have_js_property("complete", True)
    page.go_back()
    page.wait_for_load_state("networkidle")
    return f"{crop.removesuffix('/crop')}/photo"


def test_after_signing_out_no_picture_is_left(
    page: Page, site: Site, crop: str, complaints: Complaints
) -> None:
    complaints.expected.add(504)
    photo = look_at(page, crop)
    assert page.evaluate(CACHED, crop)
    assert not page.evaluate(CACHED, photo)
    page.locator(".topbar").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not page.evaluate(CACHED, crop)
    page.goto(crop)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator(".portrait__image")).to_have_count(0)


def test_after_a_sign_in_has_ended_elsewhere_no_picture_is_left(
    page: Page, site: Site, crop: str, complaints: Complaints
) -> None:
    complaints.expected.add(504)
    look_at(page, crop)
    with site.runtime.database.write() as session:
        session.execute(delete(SignInRow))
    page.goto(f"{site.url}/people")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert not page.evaluate(CACHED, crop)


def test_offline_back_shows_nothing_of_before(page: Page, site: Site, crop: str) -> None:
    look_at(page, crop)
    page.locator(".topbar").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    session: CDPSession = page.context.new_cdp_session(page)
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", offline)
    page.evaluate("history.back()")
    page.wait_for_timeout(500)
    expect(page.locator(".portrait__image")).to_have_count(0)
    expect(page.get_by_text("Ada", exact=True)).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_what_was_typed_comes_back_after_signing_in_again(
    context: BrowserContext, plain_context: BrowserContext, site: Site, *, script: bool
) -> None:
    chosen = context if script else plain_context
    sign_in_administrator(site, chosen)
    page = chosen.new_page()
    page.goto(f"{site.url}/galleries/default/people/new")
    page.get_by_label("Name", exact=True).fill("Ada")
    page.get_by_label("Notes").fill("Countess of Lovelace")
    with site.runtime.database.write() as session:
        session.execute(delete(SignInRow))
    page.get_by_role("button", name="Add to").click()
    expect(page.get_by_text("what you typed is kept")).to_be_visible()
    page.get_by_label("Name").fill("root")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Add a person")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ada")
    expect(page.get_by_label("Notes")).to_have_value("Countess of Lovelace")
