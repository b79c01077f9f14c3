"""Somebody adds a wrong face on a result page, sees it at once, and takes it back."""

import pytest
from playwright.sync_api import BrowserContext
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
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.list_people import list_people

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1440, "height": 900}


def furnish(site: Site, context: BrowserContext) -> str:
    """Three women, the first with three photos; gives the page of a photo with three men."""
    user_id = sign_in_administrator(site, context)
    call = acting(site.runtime.services, user_id)
    for name, count in (("Ada", 3), ("Bea", 1), ("Cleo", 1)):
        for number in range(count):
            photo = draw_photo([name.lower()], face_px=120 - number)
            enrol(call, gallery="default", source=Upload(photo), subject=NamedPerson(name))
    group = draw_photo(["hal", "ian", "jim"], face_px=100)
    held = hold_photo(call, gallery="default", photo=Upload(group))
    return f"{site.url}/identify/{held.id}"


def faces(site: Site) -> int:
    people = list_people(acting(site.runtime.services), gallery="default").people
    return sum(person.faces for person in people)


def add(card: Locator, field: str, name: str, button: str) -> None:
    card.get_by_label(field).fill(name)
    card.get_by_role("button", name=button, exact=True).click()


@pytest.mark.parametrize("screen", [PHONE, WIDE], ids=["phone", "wide"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_wrong_face_is_seen_on_its_card_and_taken_back(
    context: BrowserContext,
    plain_context: BrowserContext,
    site: Site,
    screen: dict[str, int],
    *,
    script: bool,
) -> None:
    chosen = context if script else plain_context
    address = furnish(site, chosen)
    page = chosen.new_page()
    page.set_viewport_size({"width": screen["width"], "height": screen["height"]})
    page.goto(address)
    card = page.locator("#face-3")

    add(card, "Who is this?", "Ada", "Add")
    message = card.locator(".card-message").first
    expect(message).to_contain_text("Face 3 was added to Ada.")
    expect(message).to_be_in_viewport(ratio=1)
    expect(card.get_by_text("The face does not look like this person")).to_be_in_viewport()
    expect(message if script else card).to_be_focused()
    expect(card.get_by_text("A match here needs")).to_be_visible()
    assert faces(site) == 6
    page.reload()
    assert faces(site) == 6
    expect(card.locator(".card-message")).to_have_count(0)

    card.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("no longer stored for Ada")
    expect(message).to_be_in_viewport(ratio=1)
    assert faces(site) == 5


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_what_went_wrong_is_seen_on_its_card(
    context: BrowserContext, plain_context: BrowserContext, site: Site, *, script: bool
) -> None:
    chosen = context if script else plain_context
    address = furnish(site, chosen)
    page = chosen.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    card = page.locator("#face-3")
    add(card, "Who is this?", " ", "Add")
    message = card.get_by_role("alert")
    expect(message).to_contain_text("A name cannot be empty.")
    expect(message).to_be_in_viewport(ratio=1)
    expect(message if script else card).to_be_focused()
    page.reload()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_names_are_typed_one_after_the_other(
    page: Page, context: BrowserContext, site: Site
) -> None:
    page.goto(furnish(site, context))
    page.locator("#face-2").get_by_label("Who is this?").fill("Ian")
    page.keyboard.press("Enter")
    following = page.locator("#face-3")
    expect(following.locator(".card-message")).to_contain_text("Face 2 was added as a new person")
    expect(following.locator(".card-message")).to_be_in_viewport(ratio=1)
    expect(following.get_by_label("Who is this?")).to_be_focused()
    assert faces(site) == 6
    following.get_by_role("button", name="Undo").click()
    expect(page.locator("#face-2 .card-message")).to_contain_text("The new person Ian")
    assert faces(site) == 5


def test_names_that_the_page_does_not_list_are_offered_while_one_types(
    page: Page, context: BrowserContext, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mien.web.pages.identify._MOST_NAMES", 2)
    page.goto(furnish(site, context))
    offered = page.locator("#names option")
    expect(offered).to_have_count(2)
    field = page.locator("#face-2").get_by_label("Who is this?")
    expect(page.get_by_text("Suggests the first 2 of 3 names")).to_have_count(3)
    expect(page.get_by_text("Suggests the first 2 of 3 names").first).to_be_hidden()
    field.press_sequentially("cle")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "Cleo")
    field.fill("Cleo")
    page.keyboard.press("Enter")
    expect(page.locator("#face-2 .card-message, #face-3 .card-message").first).to_contain_text(
        "Face 2 was added to Cleo"
    )


def test_somebody_new_is_taken_back_with_their_only_face(
    page: Page, context: BrowserContext, site: Site
) -> None:
    page.goto(furnish(site, context))
    card = page.locator("#face-3")
    add(card, "Who is this?", "Ian", "Add")
    expect(card.locator(".card-message")).to_contain_text("added as a new person: Ian.")
    expect(card).to_contain_text("Ian has no other face to compare it with.")
    card.get_by_role("button", name="Undo").click()
    expect(card.locator(".card-message")).to_contain_text("The new person Ian")
    assert faces(site) == 5


def test_a_suspected_face_is_found_and_kept_from_the_list_of_people(
    page: Page, context: BrowserContext, site: Site
) -> None:
    address = furnish(site, context)
    page.goto(address)
    add(page.locator("#face-1"), "Who is this?", "Ada", "Add")
    expect(page.locator("#face-1 .card-message").first).to_be_visible()
    page.goto(f"{site.url}/galleries/default/people")
    page.get_by_role("link", name="1 to review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To review")
    review = page.locator(".review")
    expect(review).to_contain_text("It does not look like the other faces of Ada")
    expect(review.locator(".portrait")).to_have_count(2)
    review.get_by_role("button", name="Keep").click()
    expect(page.locator(".empty__title")).to_have_text("Nothing to review")
