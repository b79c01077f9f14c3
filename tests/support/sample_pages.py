"""One of every page, in each of its states, with people who do not exist."""

from dataclasses import replace

from mien.web.layout import Flash
from mien.web.layout import FlashLink
from mien.web.layout import Layout
from mien.web.pages.base import Page
from samples.activity import activity_pages
from samples.cast import Portrait
from samples.doors import door_pages
from samples.home import home_pages
from samples.identify import identify_pages
from samples.identify import live_page
from samples.jobs import job_pages
from samples.layout import signed_in
from samples.layout import signed_out
from samples.others import other_pages
from samples.others import user_pages
from samples.people import people_pages
from samples.reference import reference_page
from samples.unknown import unknown_pages


def all_pages(portrait: Portrait, photo_url: str) -> dict[str, tuple[Page, Layout]]:
    """Every sample by a short name, with what surrounds it."""
    done = (
        Flash("Ada Lovelace was added."),
        Flash("The face looks like another.", "doubt", (FlashLink("Remove it", "/face/1"),)),
        Flash("One photo was refused.", "problem"),
    )
    found: dict[str, tuple[Page, Layout]] = {}
    for name, page in identify_pages(portrait, photo_url).items():
        found[name] = (page, signed_in("Identify"))
    found["live"] = (live_page(), signed_in("Live"))
    for name, page in people_pages(portrait, photo_url).items():
        found[name] = (page, signed_in("People"))
    for name, page in unknown_pages(portrait).items():
        found[name] = (page, signed_in("People"))
    for name, page in other_pages(portrait).items():
        place = {"compare": "Compare", "key": "Keys", "keys": "Keys", "account": "Account"}
        found[name] = (page, signed_in(place.get(name.split("-")[0], "Galleries")))
    for name, page in job_pages().items():
        found[name] = (page, signed_in("Jobs"))
    for name, page in home_pages().items():
        found[name] = (page, signed_in("Home"))
    for name, page in activity_pages().items():
        found[name] = (page, signed_in("Activity"))
    for name, page in user_pages().items():
        found[name] = (page, signed_in("Account"))
    found["api-reference"] = (reference_page(), signed_in("Keys"))
    for name, page in door_pages().items():
        found[name] = (page, signed_out())
    found["people"] = (found["people"][0], replace(found["people"][1], flashes=done))
    found["compare"] = (found["compare"][0], replace(found["compare"][1], theme="dark"))
    return found
