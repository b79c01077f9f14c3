"""From an empty installation to nothing left, as one person would go through it."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext
from playwright.sync_api import FilePayload
from playwright.sync_api import Page
from playwright.sync_api import expect
from sqlalchemy import func
from sqlalchemy import select

from browsing import PASSWORD
from browsing import Complaints
from browsing import Site
from building import acting
from drawing import draw_photo
from looking import folder_of
from mien.access.first_administrator import issue_link
from mien.storage.models import FaceRow
from mien.storage.models import PersonRow
from mien.storage.models import PhotoRow
from mien.storage.models import ProbeRow

pytestmark = pytest.mark.browser


def photo_file(*people: str, variant: int = 0, face_px: int = 120) -> FilePayload:
    data = draw_photo(people, variant=variant, face_px=face_px)
    return {"name": f"{'-'.join(people)}.png", "mimeType": "image/png", "buffer": data}


@dataclass(slots=True)
class Walker:
    """Somebody at a browser; with script, a chosen photo is sent at once."""

    page: Page
    site: Site
    script: bool

    def open(self, path: str) -> None:
        self.page.goto(self.site.url + path)

    def go(self, place: str) -> None:
        # Places that a narrow navigation folds away are reached by their addresses.
        link = self.page.get_by_role("navigation", name="Main").get_by_role("link", name=place)
        if link.is_visible():
            link.click()
        else:
            self.open(str(link.get_attribute("href")))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=True).fill(value)

    def heading(self, words: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)

    def told(self, words: str) -> None:
        expect(self.page.locator(".flash__text")).to_contain_text(words)

    def set_up(self) -> None:
        self.open(f"/setup/{issue_link(acting(self.site.runtime.services))}")
        self.heading("Welcome")
        self.fill("Your name", "Root")
        self.fill("Password", PASSWORD)
        self.fill("Password, again", PASSWORD)
        self.press("Create the account")
        self.heading("Who is in this photo?")

    def sign_out(self) -> None:
        self.page.locator(".topbar").get_by_role("button", name="Sign out").click()
        self.heading("Sign in")

    def sign_in(self) -> None:
        self.fill("Name", "root")
        self.fill("Password", PASSWORD)
        self.press("Sign in")
        self.heading("Who is in this photo?")

    def add_person(self, name: str, *photos: FilePayload) -> None:
        self.go("People")
        self.page.get_by_role("link", name="Add").first.click()
        self.fill("Name", name)
        self.page.locator("#field-photos").set_input_files(photos)
        self.press("Add to “default”")
        self.heading(name)

    def identify(self, photo: FilePayload) -> None:
        self.go("Identify")
        self.heading("Who is in this photo?")
        if self.script:
            # What is chosen before the page's script runs is sent by the button.
            self.page.locator(".drop.is-ready").wait_for()
        with self.page.expect_navigation(url="**/identify/*"):
            self.page.locator("#field-photo").set_input_files(photo)
            if not self.script:
                self.press("Identify")

    def verdicts(self) -> list[str]:
        return [text.strip() for text in self.page.locator(".face-card__name").all_inner_texts()]

    def compare(self, first: FilePayload, second: FilePayload) -> str:
        self.go("Compare")
        self.page.locator("#field-photo_a").set_input_files(first)
        self.page.locator("#field-photo_b").set_input_files(second)
        self.press("Compare")
        return self.page.get_by_role("heading", level=2).first.inner_text()

    def rename(self, old: str, new: str) -> None:
        self.go("People")
        self.page.get_by_role("link", name=old).click()
        self.follow("Rename or edit notes")
        self.fill("Name", new)
        self.press("Save")
        self.heading(new)

    def delete_person(self, name: str) -> None:
        self.go("People")
        self.page.get_by_role("link", name=name).click()
        self.follow("Delete")
        self.heading(f"Delete {name}?")
        self.page.locator("#field-at_once").check()
        # The group photo from which Cy was added shows the others too.
        box = self.page.locator("#field-delete_originals")
        if box.count():
            box.check()
        self.press(f"Delete {name}")
        self.told("Checked: nothing is left.")


def rows_left(site: Site) -> int:
    with site.runtime.database.read() as session:
        tables = (PersonRow, FaceRow, PhotoRow, ProbeRow)
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def files_left(site: Site) -> list[Path]:
    return [path for path in folder_of(site.runtime.services).root.glob("??/*") if path.is_file()]


def answer_to(site: Site, key: str) -> tuple[int, list[str]]:
    """Ask the API for people: the status, and their names."""
    asked = urllib.request.Request(
        f"{site.url}/api/v1/galleries/default/people", headers={"Authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.status, [person["name"] for person in json.load(answer)["people"]]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, []


def identify_and_add_the_unknown(walker: Walker) -> None:
    group = photo_file("ada", "bob", "cy", variant=7, face_px=110)
    walker.identify(group)
    assert sorted(walker.verdicts()) == ["Ada", "Bob", "Not in this gallery"]
    card = walker.page.locator(".face-card--unknown")
    card.get_by_label("Who is this?").fill("Cy")
    card.get_by_role("button", name="Add").click()
    walker.told("added as a new person: Cy")
    assert sorted(walker.verdicts()) == ["Ada", "Bob", "Cy"]
    walker.identify(photo_file("cy", variant=3, face_px=90))
    assert walker.verdicts() == ["Cy"]
    walker.press("Delete it now")
    walker.told("Photo deleted.")


def test_from_set_up_to_nothing_left(page: Page, site: Site) -> None:
    walker = Walker(page, site, script=True)
    walker.set_up()
    walker.sign_out()
    walker.sign_in()
    walker.add_person("Ada", photo_file("ada"))
    walker.add_person("Bob", photo_file("bob"), photo_file("bob", face_px=100))
    identify_and_add_the_unknown(walker)
    assert "same person" in walker.compare(photo_file("ada"), photo_file("ada", face_px=100))
    assert "different" in walker.compare(photo_file("ada"), photo_file("bob"))
    walker.rename("Ada", "Ada Byron")

    walker.go("Galleries")
    walker.follow("New gallery")
    walker.fill("Name", "club")
    walker.press("Create the gallery")
    expect(page.locator(".empty__title")).to_have_text("No people yet")
    page.locator(".where .menu__label").click()
    page.get_by_role("link", name="default", exact=True).click()
    expect(page.locator(".tile__name")).to_have_text(["Ada Byron", "Bob", "Cy"])

    walker.go("API keys")
    walker.follow("New key")
    walker.fill("Name", "walk")
    page.get_by_label("read", exact=True).check()
    walker.fill("Your own password", PASSWORD)
    walker.press("Create the key")
    key = page.locator(".copy__text").first.inner_text().strip()
    assert answer_to(site, key) == (200, ["Ada Byron", "Bob", "Cy"])
    walker.follow("Done")
    page.locator("summary", has_text="Revoke").click()
    walker.press("Revoke this key")
    walker.told("revoked")
    assert answer_to(site, key) == (401, [])

    for name in ("Ada Byron", "Bob", "Cy"):
        walker.delete_person(name)
    expect(page.locator(".empty__title")).to_have_text("No people yet")
    walker.sign_out()
    assert rows_left(site) == 0
    assert files_left(site) == []


def test_the_same_walk_without_script(
    plain_context: BrowserContext, site: Site, complaints: Complaints
) -> None:
    walker = Walker(plain_context.new_page(), site, script=False)
    walker.set_up()
    walker.sign_out()
    walker.sign_in()
    walker.add_person("Ada", photo_file("ada"))
    walker.add_person("Bob", photo_file("bob"), photo_file("bob", face_px=100))
    identify_and_add_the_unknown(walker)
    assert "same person" in walker.compare(photo_file("ada"), photo_file("ada", face_px=100))
    walker.rename("Ada", "Ada Byron")
    for name in ("Ada Byron", "Bob", "Cy"):
        walker.delete_person(name)
    walker.sign_out()
