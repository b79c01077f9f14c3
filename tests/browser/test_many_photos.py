"""Somebody adds many photos of a person at once, good ones and others."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import FilePayload
from playwright.sync_api import Locator
from playwright.sync_api import Page
from playwright.sync_api import Route
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
from mien.gallery.people.list_people import list_people
from mien.storage.models import SignInRow

pytestmark = pytest.mark.browser

GOOD = [(f"good {number}.png", draw_photo(["ada"], face_px=120 - number)) for number in range(14)]
OTHERS = [
    ("party.png", draw_photo(["bob", "ada"], face_px=90)),
    ("garden.png", draw_photo([])),
    ("broken.png", b"no picture"),
    ("wedding.png", draw_photo(["cy", "ada"], face_px=100)),
    ("tiny.png", draw_photo(["ada"], face_px=34)),
]
HUGE = ("huge.png", b"x" * (20 * 1024 * 1024 + 1))


def files(*photos: tuple[str, bytes]) -> list[FilePayload]:
    return [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in photos]


def row(page: Page, name: str) -> Locator:
    return page.locator(".photo-row", has=page.get_by_text(name, exact=True)).first


def choose(page: Page, *photos: tuple[str, bytes]) -> None:
    page.locator(".drop.is-ready").first.wait_for()
    page.locator("#field-photos").set_input_files(files(*photos))
    expect(page.locator("[data-queue] .photo-row")).to_have_count(len(photos))


def faces(site: Site, name: str) -> int:
    found = list_people(acting(site.runtime.services), gallery="default", query=name).people
    return sum(person.faces for person in found)


@pytest.fixture
def ada(context: BrowserContext, site: Site) -> str:
    """The address of the page of somebody with one face."""
    sign_in_administrator(site, context)
    photo = Upload(draw_photo(["ada"], face_px=130))
    call = acting(site.runtime.services)
    done = enrol(call, gallery="default", source=photo, subject=NamedPerson("Ada"))
    return f"{site.url}/galleries/default/people/{done.person.id}"


def test_twenty_photos_are_sent_one_by_one_and_none_stops_another(
    page: Page, site: Site, ada: str, tmp_path: Path
) -> None:
    posts: list[str] = []
    page.on("request", lambda sent: posts.append(sent.url) if sent.method == "POST" else None)
    page.goto(ada)
    page.locator(".drop.is-ready").first.wait_for()
    # From a folder: what is given as bytes is sent to the browser in one message.
    photos = tmp_path / "photos"
    photos.mkdir()
    for name, data in (HUGE, *OTHERS, *GOOD):
        (photos / name).write_bytes(data)
    page.locator("#field-photos").set_input_files(sorted(photos.iterdir()))
    expect(page.locator("[data-queue] .photo-row")).to_have_count(20)
    expect(row(page, "huge.png")).to_contain_text("at most 20 MB")
    expect(row(page, "good 0.png")).to_contain_text("Waiting")
    page.get_by_role("button", name="Add the photos").click()
    expect(page.locator("[data-total]")).to_have_text(
        "14 of 20 added, 4 not added, 2 to choose a face in"
    )
    assert posts == [ada] * 19
    expect(row(page, "good 13.png")).to_contain_text("Added")
    expect(row(page, "garden.png")).to_contain_text("No face was found")
    expect(row(page, "broken.png")).to_contain_text("This file type is not supported")
    expect(row(page, "party.png")).to_contain_text("It shows 2 faces.")
    assert faces(site, "Ada") == 15

    row(page, "tiny.png").get_by_role("button", name="Store it anyway").click()
    expect(row(page, "tiny.png")).to_contain_text("The face is 34 pixels wide")
    expect(page.locator("[data-total]")).to_have_text(re.compile("^15 of 20 added"))
    page.get_by_role("link", name="2 photos show several faces: choose").click()
    for number in (1, 2):
        expect(page.get_by_text("Photo 1 of 2")).to_have_count(2 - number)
        expect(page.locator('input[name="face"]').nth(1)).to_be_checked()
        page.get_by_role("button", name="Add this face").click()
    expect(page).to_have_url(ada)
    assert faces(site, "Ada") == 18


def test_a_photo_that_waits_is_removed_and_those_added_lead_to_the_person(
    page: Page, site: Site, ada: str
) -> None:
    page.goto(ada)
    choose(page, OTHERS[1], *GOOD[:2])
    row(page, "garden.png").get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Add the photos").click()
    expect(page.locator(".person-head__count")).to_contain_text("3 faces")
    expect(page.locator("[data-queue] .photo-row")).to_have_count(0)
    assert faces(site, "Ada") == 3


def test_what_did_not_get_through_is_tried_again(
    page: Page, site: Site, ada: str, complaints: Complaints
) -> None:
    complaints.expected.add(500)
    broken = True

    def fail(route: Route) -> None:
        if broken and route.request.method == "POST":
            route.fulfill(status=500, body="")
        else:
            route.continue_()

    page.route(ada, fail)
    page.goto(ada)
    choose(page, GOOD[0])
    page.get_by_role("button", name="Add the photos").click()
    again = row(page, "good 0.png").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    broken = False
    again.click()
    expect(page.locator(".person-head__count")).to_contain_text("2 faces")


def test_who_is_signed_out_meanwhile_signs_in_and_goes_on(
    page: Page, context: BrowserContext, site: Site, ada: str, complaints: Complaints
) -> None:
    complaints.expected.add(401)
    page.goto(ada)
    choose(page, *GOOD[:4])
    with site.runtime.database.write() as session:
        session.execute(delete(SignInRow))
    page.get_by_role("button", name="Add the photos").click()
    first = row(page, "good 0.png")
    expect(first).to_contain_text("You were signed out.")
    other = context.new_page()
    other.goto(f"{site.url}/sign-in")
    other.get_by_label("Name").fill("root")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(f"{site.url}/")
    first.get_by_role("button", name="Try again").click()
    expect(row(page, "good 3.png")).to_contain_text("Added")
    row(page, "good 1.png").get_by_role("button", name="Try again").click()
    expect(page.locator(".person-head__count")).to_contain_text("5 faces")


def test_somebody_new_is_made_with_the_first_face_and_gets_the_others(
    page: Page, context: BrowserContext, site: Site, ada: str, complaints: Complaints
) -> None:
    complaints.expected.add(422)
    page.goto(f"{site.url}/galleries/default/people/new")
    page.get_by_label("Name", exact=True).fill("ADA")
    cy = [(f"cy {number}.png", draw_photo(["cy"], face_px=120 - number)) for number in range(4)]
    choose(page, ("party.png", draw_photo(["dan", "cy"], face_px=90)), *cy)
    page.get_by_role("button", name="Add to").click()
    expect(page.locator("#field-name-error")).to_contain_text(
        "This gallery already has a person with this"
    )
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.locator(".namesakes").get_by_role("link", name="Ada")).to_have_attribute(
        "href", ada.removeprefix(site.url)
    )
    expect(page.locator("[data-queue] .photo-row")).to_have_count(5)
    page.get_by_label("Name", exact=True).fill("Cy")
    page.get_by_role("button", name="Add to").click()
    expect(page.locator("[data-total]")).to_have_text("4 of 5 added, 1 to choose a face in")
    page.get_by_role("link", name="1 photo shows several faces: choose").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Which face is Cy?")
    expect(page.locator('input[name="face"]').nth(1)).to_be_checked()
    page.get_by_role("button", name="Add this face").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cy")
    assert faces(site, "Cy") == 5


def test_another_person_of_a_name_is_made_when_it_is_said(
    page: Page, site: Site, ada: str, complaints: Complaints
) -> None:
    complaints.expected.add(422)
    page.goto(f"{site.url}/galleries/default/people/new")
    page.get_by_label("Name", exact=True).fill("ADA")
    choose(page, ("cy.png", draw_photo(["cy"])))
    for again in (False, True):
        with page.expect_response(lambda response: response.status == 422):
            page.get_by_role("button", name="Add to").click()
        expect(page.locator(".namesakes")).to_have_count(1)
        page.get_by_label("Another person with this name").set_checked(again)
    page.get_by_role("button", name="Add to").click()
    expect(page.locator(".person-head__count")).to_contain_text("1 face")
    assert page.url != ada


def test_somebody_whose_photos_are_refused_is_added_without_one(
    page: Page, site: Site, ada: str
) -> None:
    page.goto(f"{site.url}/galleries/default/people/new")
    page.get_by_label("Name", exact=True).fill("Cy")
    choose(page, OTHERS[1], OTHERS[4])
    page.get_by_role("button", name="Add to").click()
    expect(page.locator("[data-total]")).to_have_text("0 of 2 added, 2 not added")
    page.get_by_role("button", name="Add without a photo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cy")
    expect(page.get_by_text("1 photo waits for you")).to_be_visible()
    assert faces(site, "Cy") == 0


def test_somebody_new_is_made_from_a_photo_of_several_faces_alone(
    page: Page, site: Site, ada: str
) -> None:
    page.goto(f"{site.url}/galleries/default/people/new")
    page.get_by_label("Name", exact=True).fill("Cy")
    choose(page, ("party.png", draw_photo(["dan", "cy"], face_px=90)), OTHERS[1])
    page.get_by_role("button", name="Add to").click()
    page.get_by_role("button", name="1 photo shows several faces: choose").click()
    expect(page.locator(".photo-row").first).to_contain_text("party.png")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Cy")
    page.get_by_role("radio", name="Face 2").check()
    page.get_by_role("button", name="Add to").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cy")
    assert faces(site, "Cy") == 1


def test_without_script_the_same_photos_go_at_once(
    plain_context: BrowserContext, site: Site
) -> None:
    sign_in_administrator(site, plain_context)
    page = plain_context.new_page()
    page.goto(f"{site.url}/galleries/default/people/new")
    expect(page.locator("#drop-photos-hint")).to_contain_text("at most 12 at once")
    page.get_by_label("Name", exact=True).fill("Ada")
    page.locator("#field-photos").set_input_files(files(*OTHERS, *GOOD[:3]))
    page.get_by_role("button", name="Add to").click()
    expect(page.get_by_text("Photo 1 of 2")).to_be_visible()
    page.get_by_role("button", name="Add this face").click()
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.get_by_text("2 photos were not added")).to_be_visible()
    page.reload()
    expect(page.get_by_text("2 photos wait for you")).to_be_visible()
    page.get_by_role("button", name="Store it anyway").click()
    expect(page.get_by_text("1 photo waits for you")).to_be_visible()
    assert faces(site, "Ada") == 5
