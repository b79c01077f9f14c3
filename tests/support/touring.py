"""A furnished installation and the addresses of all its pages, to be looked at one by one."""

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page

from browsing import PASSWORD
from browsing import Site
from building import acting
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.access.reset_links import issue_reset_link
from mien.access.users import add_user
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.held_photos import hold_photo
from mien.gallery.people.clusters.list_unknown import list_unknown
from mien.gallery.people.people import change_person
from mien.gallery.recognition.identify import identify


@dataclass(frozen=True, slots=True)
class Photos:
    """What an installation is furnished with.

    Attributes:
        people: names, each with a photo of that person alone.
        group: some of them, and a stranger.
        pair: two photos of one of them.
        nobody: a photo without a face.
    """

    people: Sequence[tuple[str, bytes]]
    group: bytes
    pair: tuple[bytes, bytes]
    nobody: bytes


@dataclass(frozen=True, slots=True)
class Stop:
    """One page.

    Attributes:
        name: for files and messages.
        path: its address.
        signed_in: whether one has to be.
        act: what to do there first, where the page to look at answers a form.
    """

    name: str
    path: str
    signed_in: bool = True
    act: Callable[[Page], None] | None = None


def visit(page: Page, site: Site, stop: Stop) -> None:
    """Go to a page and do there what has to be done."""
    page.goto(site.url + stop.path)
    if stop.act is not None:
        stop.act(page)


def drawn_photos() -> Photos:
    """Photos whose people `FakeEngine` knows."""
    names = ("Ada Lovelace", "Grace Hopper", "Noor Inayat", "Zoë Ångström", "José Ruiz", "Li Wei")
    words = [name.split()[0].lower() for name in names]
    return Photos(
        people=[(name, draw_photo([word])) for name, word in zip(names, words, strict=True)],
        group=draw_photo([words[0], "stranger", words[1]], variant=4, face_px=150),
        pair=(draw_photo([words[0]], variant=1), draw_photo([words[0]], variant=2, face_px=90)),
        nobody=draw_photo([]),
    )


def furnish(site: Site, photos: Photos, *, user_id: str) -> list[Stop]:
    """Fill an installation and say where all its pages are.

    Args:
        site: empty but for its administrator.
        photos: whom to fill it with.
        user_id: the administrator, who holds the photos looked at.
    """
    services = site.runtime.services
    made = [
        enrol(acting(services), gallery="default", source=Upload(photo), subject=NamedPerson(name))
        for name, photo in photos.people
    ]
    first = made[0]
    enrol(
        acting(services),
        gallery="default",
        source=Upload(photos.pair[1]),
        subject=NamedPerson(photos.people[0][0]),
    )
    change_person(
        acting(services),
        gallery="default",
        person_id=first.person.id,
        notes="Consent given in March.\nComes on Tuesdays.",
        metadata={"membership": "1815"},
    )
    create_gallery(acting(services), name="club", settings={"keep_photos": False})
    for name, scopes in (("Door", ["identify"]), ("Register", ["read", "enrol"])):
        create_key(acting(services), name=name, scopes=scopes)
    sam = add_user(acting(services), name="Sam", password=PASSWORD, is_admin=False)
    kim = add_user(acting(services), name="Kim", password=PASSWORD, is_admin=False)
    reset, _ = issue_reset_link(acting(services), name=kim.name)

    def hold(photo: bytes) -> str:
        return hold_photo(acting(services, user_id), gallery="default", photo=Upload(photo)).id

    group, nobody = hold(photos.group), hold(photos.nobody)
    twins = hold_photo(
        acting(services, user_id), gallery=_with_twins(site, photos), photo=Upload(photos.group)
    ).id
    suspected, mistakes = _with_mistakes(site, photos), "/galleries/mistakes"
    wrong = hold_photo(
        acting(services, user_id), gallery="mistakes", photo=Upload(photos.pair[0])
    ).id
    several, some, no_one = (
        hold_photo(
            acting(services, user_id),
            gallery="default",
            photo=Upload(photos.group),
            also=also,
            terms=terms,
        ).id
        for also, terms in (
            (["mistakes"], []),
            ([], ["membership=1815"]),
            ([], ["membership=none"]),
        )
    )
    pair = [hold(photo) for photo in photos.pair]
    somebody_else = hold(photos.people[1][1])
    people = "/galleries/default/people"
    person = f"{people}/{first.person.id}"
    return [
        Stop("sign-in", "/sign-in", signed_in=False),
        Stop("sign-in-refused", "/sign-in", signed_in=False, act=_mistype),
        Stop("identify", "/identify"),
        Stop("live", "/live"),
        Stop("live-camera", "/live", act=_look),
        Stop("identify-empty-gallery", "/identify?gallery=club"),
        Stop("identify-reach", "/identify?also=club&where=membership%3D1815"),
        Stop("result-several-galleries", f"/identify/{several}"),
        Stop("result-some-people", f"/identify/{some}"),
        Stop("result-nobody-searched", f"/identify/{no_one}"),
        Stop("identify-result", f"/identify/{group}"),
        Stop("identify-three-answers", f"/identify/{twins}"),
        Stop("identify-added", f"/identify/{wrong}", act=_add_to(photos.people[1][0])),
        Stop("identify-no-face", f"/identify/{nobody}"),
        Stop("identified-photos", f"/identify/photos?photo={group}&photo={pair[0]}&photo={nobody}"),
        Stop("people", people),
        Stop("people-search", f"{people}?q=o"),
        Stop("people-filtered", f"{people}?filter=no-face&sort=surname"),
        Stop("people-empty", "/galleries/club/people"),
        Stop("person-new", f"{people}/new"),
        Stop("person", person),
        Stop("person-suspected", f"{mistakes}/people/{suspected}"),
        Stop("review", f"{mistakes}/review"),
        Stop("review-nothing", "/galleries/club/review"),
        Stop("unknown", "/galleries/street/unknown"),
        Stop("unknown-off", "/galleries/club/unknown"),
        Stop("unknown-sightings", f"/galleries/street/unknown/{_with_unknown(site, photos)}"),
        Stop("person-edit", f"{person}/edit"),
        Stop("person-choose-face", f"{person}/choose/{group}"),
        Stop("person-delete", f"{person}/delete"),
        Stop("face-delete", f"{person}/faces/{first.face.id}/delete"),
        Stop("check", f"{person}/check"),
        Stop("checked", f"{person}/check/{group}"),
        Stop("compare", "/compare"),
        Stop("compare-several", f"/compare/{pair[0]}/{group}"),
        Stop("compare-same", f"/compare/{pair[0]}/{pair[1]}"),
        Stop("compare-different", f"/compare/{pair[0]}/{somebody_else}"),
        Stop("galleries", "/galleries"),
        Stop("gallery-new", "/galleries/new"),
        Stop("gallery-settings", "/galleries/twins/settings"),
        Stop("gallery-settings-empty", "/galleries/club/settings"),
        Stop("gallery-settings-refused", "/galleries/twins/settings", act=_set_no_similarity),
        Stop("gallery-settings-looked-at", "/galleries/twins/settings", act=_look_at_similarity),
        Stop("gallery-delete", "/galleries/club/delete"),
        Stop("keys", "/keys"),
        Stop("key-new", "/keys/new"),
        Stop("key-created", "/keys/new", act=_create_key),
        Stop("api-reference", "/api/docs"),
        Stop("users", "/users"),
        Stop("user-new", "/users/new"),
        Stop("users-managed", "/users", act=_manage_user),
        Stop("user-reset", f"/users/{sam.id}/reset"),
        Stop("user-reset-created", f"/users/{sam.id}/reset", act=_create_reset_link),
        Stop("reset", f"/reset/{reset}", signed_in=False),
        Stop("account", "/account"),
        Stop("patterns", "/patterns"),
        Stop("not-found", "/nothing"),
    ]


def _with_twins(site: Site, photos: Photos) -> str:
    """A gallery in which one of the group looks like two, and one like herself alone."""
    (name, photo), (other, other_photo) = photos.people[:2]
    create_gallery(acting(site.runtime.services), name="twins")
    for whose, whom in ((photo, name), (photo, f"{name}'s twin"), (other_photo, other)):
        enrol(
            acting(site.runtime.services),
            gallery="twins",
            source=Upload(whose),
            subject=NamedPerson(whom),
        )
    return "twins"


def _with_mistakes(site: Site, photos: Photos) -> str:
    """A gallery in which one has a face of another, and one is there twice; gives the first."""
    (name, photo), (other, other_photo) = photos.people[:2]
    create_gallery(acting(site.runtime.services), name="mistakes")
    first = ""
    for whose, whom in (
        (photo, name),
        (other_photo, other),
        (other_photo, name),
        (photos.pair[1], f"{name} again"),
    ):
        done = enrol(
            acting(site.runtime.services),
            gallery="mistakes",
            source=Upload(whose),
            subject=NamedPerson(whom),
        )
        first = done.person.id if whom == name else first
    return first


def _with_unknown(site: Site, photos: Photos) -> str:
    """A gallery that has seen people whom it does not know; gives the one seen most often."""
    call = acting(site.runtime.services)
    create_gallery(call, name="street", settings={"keep_unknown_days": 30})
    for photo in (photos.group, *photos.pair):
        identify(call, gallery="street", photo=Upload(photo))
    return list_unknown(call, gallery="street").people[0].id


def _add_to(name: str) -> Callable[[Page], None]:
    def add(page: Page) -> None:
        card = page.locator(".face-card").first
        if not card.locator(".card-message").count() and card.locator("summary").count():
            card.locator("summary").click()
            card.get_by_label("Who is this?").fill(name)
            card.get_by_role("button", name="Add", exact=True).click()
            card.locator(".card-message").first.wait_for()

    return add


def _set_no_similarity(page: Page) -> None:
    page.get_by_label("Set the similarity by hand").check()
    page.get_by_label("Similarity set by hand").fill("much")
    page.get_by_role("button", name="Save").click()
    page.locator(".error-summary").wait_for()


def _look_at_similarity(page: Page) -> None:
    page.get_by_label("Similarity set by hand").fill("0.61")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("cell", name="0.61").wait_for()


def _mistype(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Root")
    page.get_by_label("Password", exact=True).fill("a guess")
    page.get_by_role("button", name="Sign in").click()
    page.locator(".error-summary").wait_for()


def _look(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()
    page.locator(".live__stage").wait_for()


def _manage_user(page: Page) -> None:
    page.get_by_text("Manage", exact=True).first.click()


def _create_reset_link(page: Page) -> None:
    page.get_by_label("Your own password").fill(PASSWORD)
    page.get_by_role("button", name="Create the link").click()
    page.locator(".copy").first.wait_for()


def _create_key(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Archive")
    page.get_by_label("identify", exact=True).check()
    page.get_by_label("Your own password").fill(PASSWORD)
    page.get_by_role("button", name="Create the key").click()
    page.locator(".copy").first.wait_for()
