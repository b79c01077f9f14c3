"""Samples of what was done."""

from dataclasses import replace

from mien.web.forms.state import Choice
from mien.web.pages.activity import ActivityFilter
from mien.web.pages.activity import ActivityPage
from mien.web.pages.activity import EventEntry
from mien.web.pages.base import Page
from mien.web.pages.changes import ChangeEntry
from samples.cast import HOSTILE
from samples.cast import LATELY
from samples.cast import LONG_AGO

EVENTS = (
    EventEntry("Added a face to Ada Lovelace", "", LATELY, "mara", "default", "/people/0"),
    EventEntry(f"Merged {HOSTILE} into another person", "3 faces", LATELY, HOSTILE, HOSTILE, ""),
    EventEntry("Deleted somebody deleted for good", "2 faces", LONG_AGO, "API key", "default", ""),
    EventEntry("Changed the model pack", "standard", LONG_AGO, "Command line", "", ""),
)


def activity_pages() -> dict[str, Page]:
    change = ChangeEntry(
        what=f"Deleted {HOSTILE}",
        at=LATELY,
        by="mara",
        until=LATELY,
        state="open",
        undo_url="/galleries/default/changes/1/undo",
        erase_url="",
    )
    page = ActivityPage(
        events=EVENTS,
        filters_url="/activity",
        galleries=(Choice("", "All"), Choice("default", "default"), Choice("club", HOSTILE)),
        groups=(Choice("", "All"), Choice("people", "People"), Choice("faces", "Faces")),
        actors=(Choice("", "Anyone"), Choice("u", HOSTILE), Choice("operator", "Command line")),
        chosen=ActivityFilter(),
        person="",
        everybody_url="/activity",
        undoable=(change, replace(change, what="Moved 2 faces between Ada, Bob")),
        undoable_in="default",
        changes_url="/galleries/default/changes",
        next_url="/activity?cursor=1",
        newest_url="",
        filtered=False,
    )
    return {
        "activity": page,
        "activity-person": replace(
            page,
            chosen=ActivityFilter(person="0", group="faces"),
            person=HOSTILE,
            undoable=(),
            next_url="",
            newest_url="/activity",
            filtered=True,
        ),
        "activity-nothing": replace(
            page,
            events=(),
            undoable=(),
            next_url="",
            chosen=ActivityFilter(group="jobs"),
            filtered=True,
        ),
        "activity-none": replace(page, events=(), undoable=(), next_url=""),
    }
