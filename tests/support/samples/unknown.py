"""Samples of the pages with unknown people."""

from dataclasses import replace

from mien.web.forms.state import FormState
from mien.web.pages.base import Page
from mien.web.pages.unknown import LooksLike
from mien.web.pages.unknown import Sighting
from mien.web.pages.unknown import SightingsPage
from mien.web.pages.unknown import UnknownCard
from mien.web.pages.unknown import UnknownPage
from samples.cast import HOSTILE
from samples.cast import LATELY
from samples.cast import LONG_AGO
from samples.cast import NAMES
from samples.cast import Portrait


def unknown_pages(portrait: Portrait) -> dict[str, Page]:
    cards = tuple(
        UnknownCard(
            id=f"unknown-{number}",
            url=f"/unknown/{number}",
            portrait_url=portrait(number),
            sightings=count,
            first_seen_at=LONG_AGO,
            last_seen_at=LATELY,
            looks_like=like,
            name_url=f"/unknown/{number}/name",
            ignore_url=f"/unknown/{number}/ignore",
            ignored=False,
        )
        for number, (count, like) in enumerate(
            (
                (12, LooksLike(NAMES[0], "/people/0", portrait(0), 0.34)),
                (3, LooksLike(HOSTILE, "/people/1", "", 0.3)),
                (1, None),
            )
        )
    )
    listed = UnknownPage(
        gallery="default",
        people=cards,
        more=1204,
        ignored=False,
        other_url="/unknown?state=ignored",
        other_count=2,
        keep_days=30,
        settings_url="/settings",
        form=FormState(),
        names=NAMES[:3],
        identify_url="/identify",
        back_url="/people",
    )
    bare = replace(cards[2], name_url="", ignore_url="")
    ignored = tuple(replace(card, ignored=True) for card in cards)
    sightings = SightingsPage(
        person=cards[0],
        sightings=tuple(
            Sighting(f"face-{number}", portrait(number), LONG_AGO, LATELY) for number in range(5)
        ),
        form=FormState(),
        names=NAMES[:3],
        split_url="/unknown/0/split",
        delete_url="/unknown/0/delete",
        back_url="/unknown",
    )
    none = replace(listed, people=(), more=0, other_count=0)
    return {
        "unknown": listed,
        "unknown-ignored": replace(listed, people=ignored, ignored=True, more=0),
        "unknown-reader": replace(listed, people=(bare,), more=0, other_count=0),
        "unknown-none": none,
        "unknown-none-ignored": replace(none, ignored=True),
        "unknown-off": replace(none, keep_days=0),
        "unknown-off-reader": replace(none, keep_days=0, settings_url=""),
        "unknown-one": sightings,
        "unknown-one-refused": replace(
            sightings,
            person=ignored[0],
            form=FormState(
                values={"name": HOSTILE},
                chosen={"face_ids": ("face-1",)},
                errors={"name": "Type a name.", "face_ids": "Choose the sightings."},
            ),
        ),
        "unknown-one-reader": replace(
            sightings,
            person=bare,
            sightings=sightings.sightings[:1],
            split_url="",
            delete_url="",
        ),
    }
