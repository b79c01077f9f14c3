"""What surrounds every page: navigation, galleries, who is signed in, messages."""

from dataclasses import dataclass
from typing import Literal
from typing import TypeAlias

Theme: TypeAlias = Literal["", "light", "dark"]
"""A chosen appearance; empty follows the system."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in the navigation.

    Attributes:
        label: one word.
        url: where it leads.
        icon: a name of `components/icon.html`.
        active: whether the page shown belongs to it.
    """

    label: str
    url: str
    icon: str
    active: bool = False


@dataclass(frozen=True, slots=True)
class GalleryLink:
    """A gallery that one may switch to, at the same place if it has one."""

    name: str
    url: str
    active: bool = False


FlashKind: TypeAlias = Literal["done", "doubt", "problem"]
"""What went well, what was done and may be a mistake, what was not done."""


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
    """

    text: str
    kind: FlashKind = "done"
    links: tuple[FlashLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Chrome:
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
        flashes: messages about what just happened.
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
    flashes: tuple[Flash, ...] = ()
