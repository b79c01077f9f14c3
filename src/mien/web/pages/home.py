"""Home: identify first, then what needs attention, and what was done last."""

from dataclasses import dataclass
from typing import ClassVar
from typing import Final

from flask import url_for

from mien.access.permissions import may
from mien.gallery.activity import list_activity
from mien.gallery.galleries import show_gallery
from mien.gallery.people.clusters.list_unknown import count_unknown
from mien.gallery.people.review import count_review
from mien.gallery.recent_searches import count_searches
from mien.gallery.services import Call
from mien.http.context import runtime
from mien.jobs.standing import Standing
from mien.jobs.standing import count_jobs
from mien.maintenance.installation import Installation
from mien.maintenance.installation import show_installation
from mien.settings import MOST_PHOTOS
from mien.web.language import translated
from mien.web.pages.activity import EventEntry
from mien.web.pages.activity import event_entries
from mien.web.pages.base import Page
from mien.web.pages.identified_photos import MOST_TOGETHER
from mien.web.text.filters import counted
from mien.web.text.filters import file_size
from mien.web.text.filters import thousands

_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class Attention:
    """Something that somebody should look at.

    Attributes:
        title: what, with its number.
        words: what is meant.
        url: where it is looked at; empty for nowhere.
        problem: whether something does not work, or soon will not.
    """

    title: str
    words: str
    url: str = ""
    problem: bool = False


@dataclass(frozen=True, slots=True)
class InstallationFact:
    """One thing about the installation."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class HomePage(Page):
    """Identify, what needs attention, and what was done last.

    Attributes:
        gallery: its name.
        title: as it is called.
        identify_url: takes the POST of `photo` and `gallery`; empty for those who may not.
        photos_url: the page that shows several photos, named by `photo`.
        most_photos: how many one form may send.
        most_together: how many script sends one after the other.
        max_bytes: largest file accepted.
        people_count, face_count: in the gallery; nobody shows first steps.
        people_url: its people.
        searched: how much was searched lately; empty for not at all.
        add_url, import_url: begin a gallery; empty for those who may not.
        attention: what somebody should look at, what does not work first.
        events: what was done last.
        activity_url: more of that.
        installation: for administrators; else empty.
    """

    template: ClassVar[str] = "home.html"

    gallery: str
    title: str
    identify_url: str
    photos_url: str
    most_photos: int
    most_together: int
    max_bytes: int
    people_count: int
    face_count: int
    people_url: str
    searched: str
    add_url: str
    import_url: str
    attention: tuple[Attention, ...]
    events: tuple[EventEntry, ...]
    activity_url: str
    installation: tuple[InstallationFact, ...]


def home_page(call: Call, *, gallery: str) -> HomePage:
    """What there is to do in a gallery and in the installation.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown = show_gallery(call, name=gallery)
    jobs = count_jobs(call)
    installed = None
    if may(call.actor, "installation.read"):
        installed = show_installation(call, home=runtime().settings.home)
    attention = (
        *_of_installation(installed),
        *_of_jobs(jobs),
        *_of_gallery(call, shown.name),
    )
    return HomePage(
        gallery=shown.name,
        title=shown.title,
        identify_url=url_for("identify.submit")
        if may(call.actor, "photos.identify", shown.name)
        else "",
        photos_url=url_for("identified_photos.show_all"),
        most_photos=MOST_PHOTOS,
        most_together=MOST_TOGETHER,
        max_bytes=runtime().settings.max_upload_bytes,
        people_count=shown.people,
        face_count=shown.faces,
        people_url=url_for("people.sheet", gallery=shown.name),
        searched=_searched(call, shown.name),
        add_url=url_for("people.new", gallery=shown.name)
        if may(call.actor, "people.create", shown.name)
        else "",
        import_url=url_for("imports.ask", gallery=shown.name)
        if may(call.actor, "people.import", shown.name)
        else "",
        attention=tuple(sorted(attention, key=lambda each: not each.problem)),
        events=event_entries(list_activity(call, limit=_LINES).events),
        activity_url=url_for("activity.show_all"),
        installation=_facts(installed, jobs),
    )


def _searched(call: Call, gallery: str) -> str:
    found = count_searches(call, gallery=gallery)
    if not found.faces:
        return ""
    faces = f"{thousands(found.faces)}+ faces" if found.more else counted(found.faces, "face")
    return translated(
        "%(faces)s searched in the last %(hours)s hours", faces=faces, hours=str(found.hours)
    )


def _of_gallery(call: Call, gallery: str) -> tuple[Attention, ...]:
    review = count_review(call, gallery=gallery)
    unknown = count_unknown(call, gallery=gallery)
    found = []
    if review:
        found.append(
            Attention(
                translated("%(count)s to review", count=thousands(review)),
                translated("Faces that may be a mistake, similar people, and photos to choose."),
                url_for("review.show_all", gallery=gallery),
            )
        )
    if unknown:
        found.append(
            Attention(
                counted(unknown, translated("unknown person"), translated("unknown people")),
                translated("Seen in photos, not named yet."),
                url_for("unknown.show_all", gallery=gallery),
            )
        )
    return tuple(found)


def _of_jobs(jobs: Standing) -> tuple[Attention, ...]:
    url = url_for("jobs.show_all")
    found = []
    if jobs.failed:
        found.append(
            Attention(
                counted(jobs.failed, translated("job failed"), translated("jobs failed")),
                translated("In the last %(days)s days.", days=str(jobs.failed_days)),
                url,
                problem=True,
            )
        )
    if jobs.waiting:
        found.append(
            Attention(
                counted(jobs.waiting, translated("job waits"), translated("jobs wait")),
                translated("It starts when the worker is free.")
                if jobs.has_worker
                else translated("No worker is running. Start one with “mien worker”."),
                url,
                problem=not jobs.has_worker,
            )
        )
    if jobs.working:
        found.append(
            Attention(
                counted(jobs.working, translated("job runs"), translated("jobs run")),
                translated("See how far it is."),
                url,
            )
        )
    if jobs.paused:
        found.append(
            Attention(
                counted(jobs.paused, translated("job is paused"), translated("jobs are paused")),
                translated("Resume or cancel it."),
                url,
            )
        )
    return tuple(found)


def _of_installation(installed: Installation | None) -> tuple[Attention, ...]:
    if installed is None or not installed.little_room or installed.free_bytes is None:
        return ()
    return (
        Attention(
            translated("The disk is nearly full"),
            translated("%(room)s left. Make room soon.", room=file_size(installed.free_bytes)),
            problem=True,
        ),
    )


def _facts(installed: Installation | None, jobs: Standing) -> tuple[InstallationFact, ...]:
    if installed is None:
        return ()
    found = [InstallationFact(translated("Mien"), installed.version)]
    if installed.pack:
        found.append(InstallationFact(translated("Model pack"), installed.pack))
    if installed.free_bytes is not None:
        found.append(
            InstallationFact(translated("Free disk space"), file_size(installed.free_bytes))
        )
    running = translated("running") if jobs.has_worker else translated("not running")
    found.append(InstallationFact(translated("Job worker"), running))
    return tuple(found)
