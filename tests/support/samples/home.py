"""Samples of Home."""

from dataclasses import replace

from mien.web.pages.base import Page
from mien.web.pages.home import Attention
from mien.web.pages.home import HomePage
from mien.web.pages.home import InstallationFact
from samples.activity import EVENTS
from samples.cast import HOSTILE
from samples.cast import MAX_BYTES


def home_pages() -> dict[str, Page]:
    page = HomePage(
        gallery="default",
        title="default",
        identify_url="/identify",
        photos_url="/identify/photos",
        most_photos=12,
        most_together=500,
        max_bytes=MAX_BYTES,
        people_count=1204,
        face_count=5310,
        people_url="/galleries/default/people",
        searched="31 faces searched in the last 24 hours",
        add_url="/galleries/default/people/new",
        import_url="/galleries/default/import",
        attention=(
            Attention("The disk is nearly full", "812 MB left. Make room soon.", problem=True),
            Attention("1 job failed", "In the last 7 days.", "/jobs", problem=True),
            Attention("12 to review", "Faces that may be a mistake.", "/review"),
            Attention("3 unknown people", "Seen in photos, not named yet.", "/unknown"),
        ),
        events=EVENTS,
        activity_url="/activity",
        installation=(
            InstallationFact("Mien", "0.1.0"),
            InstallationFact("Model pack", "standard"),
            InstallationFact("Free disk space", "812 MB"),
            InstallationFact("Job worker", "running"),
        ),
    )
    return {
        "home": page,
        "home-calm": replace(page, attention=(), installation=(), searched="", title=HOSTILE),
        "home-first": replace(
            page, people_count=0, face_count=0, attention=(), events=(), searched=""
        ),
        "home-no-identify": replace(page, identify_url="", add_url="", import_url=""),
    }
