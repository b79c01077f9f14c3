"""What surrounds a page in the present request: navigation, galleries, who is signed in."""

from typing import Any
from typing import Literal
from typing import TypeAlias
from typing import cast
from typing import get_args

from flask import get_flashed_messages
from flask import request
from flask import session
from flask import url_for
from flask_wtf.csrf import generate_csrf

from mien.gallery.galleries import list_gallery_names
from mien.http.auth import load_user
from mien.http.context import services
from mien.http.default_gallery import default_gallery
from mien.web.contexts.chrome import Chrome
from mien.web.contexts.chrome import Flash
from mien.web.contexts.chrome import FlashKind
from mien.web.contexts.chrome import FlashLink
from mien.web.contexts.chrome import GalleryLink
from mien.web.contexts.chrome import NavItem
from mien.web.contexts.chrome import Theme

Place: TypeAlias = Literal[
    "", "identify", "people", "compare", "galleries", "keys", "users", "account"
]
"""Where in the navigation a page belongs; empty for nowhere."""

THEME_COOKIE = "mien_theme"
_REMEMBERED = "gallery"


def surroundings(*, place: Place = "", gallery: str = "") -> Chrome:
    """All that is around a page.

    Args:
        place: where the page belongs.
        gallery: the gallery it is about; remembered for pages that are about none.
    """
    signed_in = load_user()
    if signed_in is None:
        return bare_surroundings()
    names = list_gallery_names(services())
    if gallery:
        session[_REMEMBERED] = gallery
    current = gallery or _remembered(names)
    links = tuple(
        GalleryLink(name, _same_place(place, name), active=name == gallery) for name in names
    )
    return Chrome(
        csrf_token=generate_csrf(),
        home_url=url_for("identify.home", gallery=_unless_default(current)),
        theme=chosen_theme(),
        user_name=signed_in.user.name,
        sign_out_url=url_for("access.sign_out"),
        places=_places(place, current),
        more_places=_more_places(place, is_admin=signed_in.user.is_admin),
        gallery=gallery,
        galleries=links,
        flashes=_flashes(),
    )


def bare_surroundings() -> Chrome:
    """What is around a page when nobody is signed in, or nothing may be asked of the database."""
    return Chrome(
        csrf_token=generate_csrf(),
        home_url=url_for("identify.home"),
        theme=chosen_theme(),
        flashes=_flashes(),
    )


def current_gallery() -> str:
    """The gallery looked at last, while it is there; else the default one."""
    return _remembered(list_gallery_names(services()))


def chosen_theme() -> Theme:
    """The appearance that this browser has chosen."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return cast("Theme", chosen) if chosen in ("light", "dark") else ""


def _remembered(names: tuple[str, ...]) -> str:
    remembered = session.get(_REMEMBERED)
    return remembered if remembered in names else default_gallery()


def _unless_default(gallery: str) -> str | None:
    return None if gallery == default_gallery() else gallery


def _same_place(place: Place, gallery: str) -> str:
    if place == "people":
        return url_for("people.sheet", gallery=gallery)
    return url_for("identify.home", gallery=gallery)


def _places(place: Place, gallery: str) -> tuple[NavItem, ...]:
    identify = url_for("identify.home", gallery=_unless_default(gallery))
    people = url_for("people.sheet", gallery=gallery)
    return (
        NavItem("Identify", identify, "identify", active=place == "identify"),
        NavItem("People", people, "people", active=place == "people"),
        NavItem("Compare", url_for("compare.ask"), "compare", active=place == "compare"),
    )


def _more_places(place: Place, *, is_admin: bool) -> tuple[NavItem, ...]:
    account = NavItem("Account", url_for("account.show_own"), "account", active=place == "account")
    galleries = NavItem(
        "Galleries", url_for("galleries.show_all"), "galleries", active=place == "galleries"
    )
    if not is_admin:
        return (galleries, account)
    return (
        galleries,
        NavItem("Users", url_for("users.show_all"), "users", active=place == "users"),
        NavItem("API keys", url_for("keys.show_all"), "keys", active=place == "keys"),
        account,
    )


def _flashes() -> tuple[Flash, ...]:
    found = cast("list[tuple[str, Any]]", get_flashed_messages(with_categories=True))
    return tuple(_flash(kind, message) for kind, message in found)


def _flash(kind: str, message: Any) -> Flash:
    known = cast("FlashKind", kind) if kind in get_args(FlashKind) else "done"
    if isinstance(message, str):
        return Flash(message, known)
    # The cookie keeps plain lists; see `doubts.tell`.
    text, links = message
    return Flash(text, known, tuple(FlashLink(label, url) for label, url in links))
