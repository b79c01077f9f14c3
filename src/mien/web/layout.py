"""What surrounds a page in the present request: navigation, galleries, who is signed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Literal
from typing import TypeAlias
from typing import cast
from typing import get_args

from flask import get_flashed_messages
from flask import request
from flask import session
from flask import url_for

from mien.access.permissions import may
from mien.gallery.galleries import list_gallery_names
from mien.http.auth import load_user
from mien.http.context import this_call
from mien.http.csrf import form_token
from mien.http.default_gallery import default_gallery
from mien.settings import MOST_PHOTOS
from mien.web.language import translated

Theme: TypeAlias = Literal["", "light", "dark"]
"""A chosen appearance; empty follows the system."""
NavPlace: TypeAlias = Literal[
    "",
    "home",
    "identify",
    "live",
    "people",
    "compare",
    "galleries",
    "jobs",
    "activity",
    "keys",
    "users",
    "account",
]
"""Where in the navigation a page belongs; empty for nowhere."""
THEME_COOKIE = "mien_theme"
_REMEMBERED = "gallery"
FlashKind: TypeAlias = Literal["done", "doubt", "problem"]
"""What went well, what was done and may be a mistake, what was not done."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in the navigation.

    Attributes:
        label: one word.
        url: where it leads.
        icon: a name of `components/icon.html`.
        active: whether the page shown belongs to it.
        key: that leads there, with script; empty for none.
    """

    label: str
    url: str
    icon: str
    active: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class GalleryLink:
    """A gallery that one may switch to, at the same place if it has one."""

    name: str
    url: str
    active: bool = False


@dataclass(frozen=True, slots=True)
class FlashLink:
    """Something to do about a message."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Flash:
    """A message about what just happened.

    Attributes:
        text: a sentence or two.
        kind: how it went.
        links: what can be done about it.
        place: id of the part of the page that it is about; empty for the page as a whole.
        undo: id of the face that can be taken back; empty when nothing can.
        undo_url: takes a POST with it in `face`; empty for those who may not.
        change_url: takes a POST that undoes what it is about; empty when nothing can be undone.
    """

    text: str
    kind: FlashKind = "done"
    links: tuple[FlashLink, ...] = ()
    place: str = ""
    undo: str = ""
    undo_url: str = ""
    change_url: str = ""


@dataclass(frozen=True, slots=True)
class DroppedPhotos:
    """Where photos go that are dropped or pasted on a page that takes none itself.

    Attributes:
        url: takes the POST of `photo` and `gallery`, as multipart.
        gallery: its name.
        title: as it is called.
        most: how many photos one form may send.
    """

    url: str
    gallery: str
    title: str
    most: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What surrounds a page.

    Attributes:
        csrf_token: goes into every form that changes something.
        home_url: where the wordmark leads.
        theme: the appearance chosen by this browser.
        user_name: who is signed in; empty shows the page without navigation.
        sign_out_url: takes a POST.
        places: the main places, in order; the bottom bar of a phone shows all of them.
        more_places: the other places: the lower end of the rail, or behind "More" on a phone.
        gallery: the gallery that the page is about; empty where it is about none.
        galleries: those to switch to; the switch is shown from two on.
        here: path and query of the page, to come back to.
        flashes: messages about what just happened.
        placed: those that stand in a part of the page, by its id.
        dropped: where photos go that are dropped anywhere; None for those who may not identify.
    """

    csrf_token: str
    home_url: str
    theme: Theme = ""
    user_name: str = ""
    sign_out_url: str = ""
    places: tuple[NavItem, ...] = ()
    more_places: tuple[NavItem, ...] = ()
    gallery: str = ""
    galleries: tuple[GalleryLink, ...] = ()
    here: str = ""
    flashes: tuple[Flash, ...] = ()
    placed: Mapping[str, tuple[Flash, ...]] = field(default_factory=dict)
    dropped: DroppedPhotos | None = None


def full_layout(*, place: NavPlace = "", gallery: str = "") -> Layout:
    """All that is around a page.

    Args:
        place: where the page belongs.
        gallery: the gallery it is about; remembered for pages that are about none.
    """
    signed_in = load_user()
    if signed_in is None:
        return bare_layout()
    galleries = list_gallery_names(this_call())
    names = tuple(each.name for each in galleries)
    if gallery:
        session[_REMEMBERED] = gallery
    current = gallery or _remembered(names)
    flashes = _flashes()
    links = tuple(
        GalleryLink(each.title, _same_place(place, each.name), active=each.name == gallery)
        for each in galleries
    )
    return Layout(
        csrf_token=form_token(),
        home_url=url_for("home.start", gallery=_unless_default(current)),
        theme=chosen_theme(),
        user_name=signed_in.user.name,
        sign_out_url=url_for("access.sign_out"),
        places=_places(place, current),
        more_places=_more_places(place),
        gallery=next((each.title for each in galleries if each.name == gallery), gallery),
        galleries=links,
        here=request.full_path.rstrip("?"),
        flashes=tuple(each for each in flashes if not each.place),
        placed={
            place: tuple(each for each in flashes if each.place == place)
            for place in {each.place for each in flashes if each.place}
        },
        dropped=_dropped(current, {each.name: each.title for each in galleries}),
    )


def bare_layout() -> Layout:
    """What is around a page when nobody is signed in, or nothing may be asked of the database."""
    return Layout(
        csrf_token=form_token(),
        home_url=url_for("home.start"),
        theme=chosen_theme(),
        flashes=_flashes(),
    )


def current_gallery() -> str:
    """The gallery looked at last, while it is there; else the default one."""
    return _remembered(tuple(each.name for each in list_gallery_names(this_call())))


def chosen_theme() -> Theme:
    """The appearance that this browser has chosen."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return cast("Theme", chosen) if chosen in ("light", "dark") else ""


def _dropped(gallery: str, titles: Mapping[str, str]) -> DroppedPhotos | None:
    if not may(this_call().actor, "photos.identify", gallery):
        return None
    return DroppedPhotos(
        url_for("identify.submit"), gallery, titles.get(gallery, gallery), MOST_PHOTOS
    )


def _remembered(names: tuple[str, ...]) -> str:
    remembered = session.get(_REMEMBERED)
    return remembered if remembered in names else default_gallery()


def _unless_default(gallery: str) -> str | None:
    return None if gallery == default_gallery() else gallery


def _same_place(place: NavPlace, gallery: str) -> str:
    if place == "people":
        return url_for("people.sheet", gallery=gallery)
    if place == "home":
        return url_for("home.start", gallery=gallery)
    if place == "live":
        return url_for("live.home", gallery=gallery)
    return url_for("identify.home", gallery=gallery)


def _places(place: NavPlace, gallery: str) -> tuple[NavItem, ...]:
    home = url_for("home.start", gallery=_unless_default(gallery))
    identify = url_for("identify.home", gallery=_unless_default(gallery))
    live = url_for("live.home", gallery=_unless_default(gallery))
    people = url_for("people.sheet", gallery=gallery)
    return (
        NavItem(translated("Home"), home, "home", active=place == "home"),
        NavItem(translated("Identify"), identify, "identify", active=place == "identify", key="i"),
        NavItem(translated("Live"), live, "camera", active=place == "live"),
        NavItem(translated("People"), people, "people", active=place == "people"),
        NavItem(
            translated("Compare"), url_for("compare.ask"), "compare", active=place == "compare"
        ),
    )


def _more_places(place: NavPlace) -> tuple[NavItem, ...]:
    actor = this_call().actor
    account = NavItem(
        translated("Account"), url_for("account.show_own"), "account", active=place == "account"
    )
    galleries = NavItem(
        translated("Galleries"),
        url_for("galleries.show_all"),
        "galleries",
        active=place == "galleries",
    )
    jobs = NavItem(translated("Jobs"), url_for("jobs.show_all"), "jobs", active=place == "jobs")
    activity = NavItem(
        translated("Activity"),
        url_for("activity.show_all"),
        "activity",
        active=place == "activity",
    )
    users = NavItem(
        translated("Users"), url_for("users.show_all"), "users", active=place == "users"
    )
    keys = NavItem(translated("API keys"), url_for("keys.show_all"), "keys", active=place == "keys")
    return (
        galleries,
        jobs,
        activity,
        *((users,) if may(actor, "users.read") else ()),
        *((keys,) if may(actor, "keys.read") else ()),
        account,
    )


def _flashes() -> tuple[Flash, ...]:
    found = cast("list[tuple[str, Any]]", get_flashed_messages(with_categories=True))
    return tuple(_flash(kind, message) for kind, message in found)


def _flash(kind: str, message: Any) -> Flash:
    known = cast("FlashKind", kind) if kind in get_args(FlashKind) else "done"
    if isinstance(message, str):
        return Flash(message, known)
    # The cookie keeps plain values; see `flashes.say_so`.
    links = tuple(FlashLink(label, url) for label, url in message["links"])
    # One that was kept before an upgrade has no address.
    undo_url = message.get("undo_url", "")
    change_url = message.get("change_url", "")
    return Flash(
        message["text"], known, links, message["place"], message["undo"], undo_url, change_url
    )
