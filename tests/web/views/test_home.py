"""Home says what there is to do, and nothing where there is nothing."""

import datetime as dt
import re

import pytest

from building import acting
from drawing import draw_photo
from mien.maintenance.installation import show_installation
from mien.storage import disk
from mien.storage.models import JobRow
from mien.storage.models import now
from visiting import Visitor
from visiting import links
from visiting import says


def attention(page: str) -> list[str]:
    return [says(each) for each in re.findall(r'attention__title"[^>]*>(.*?)<', page)]


def lately(page: str) -> list[str]:
    return [says(each) for each in re.findall(r'lately__what"[^>]*>(.*?)<', page)]


def job(user: Visitor, state: str, *, ended_days_ago: int = 0) -> None:
    with user.runtime.database.write() as session:
        session.add(
            JobRow(
                kind="import_people",
                actor_kind="operator",
                state=state,
                wanted="work",
                finished_at=now() - dt.timedelta(days=ended_days_ago),
            )
        )


def test_an_installation_without_people_shows_the_first_steps(user: Visitor) -> None:
    page = user.get("/")
    assert "No people yet" in page
    assert links(page, "/people/new") == ["/galleries/default/people/new"]
    assert links(page, "/import") == ["/galleries/default/import"]
    assert attention(page) == []
    user.enrol("ada")
    assert "No people yet" not in user.get("/")


def test_a_photo_is_identified_from_there(user: Visitor) -> None:
    user.enrol("ada")
    assert 'action="/identify"' in user.get("/")
    sent = user.done("/identify", photo=draw_photo(["ada"], variant=2), gallery="default")
    assert "ada" in says(user.get(sent))
    user.runtime.services.searches.flush()
    page = says(user.get("/"))
    assert "1 person , 1 face in “default”; 1 face searched in the last 24 hours" in page


def test_what_waits_for_somebody_is_counted(user: Visitor) -> None:
    user.enrol("ada")
    user.enrol("Countess", face_px=120)
    assert attention(user.get("/")) == []
    photo = draw_photo(["ada"])
    user.done("/galleries/default/people/new", name="Byron", photos=photo, anyway="yes")
    page = user.get("/")
    assert [each for each in attention(page) if each.endswith(" to review")]
    assert links(page, "/review")


def test_jobs_are_told_as_they_stand(user: Visitor) -> None:
    job(user, "failed", ended_days_ago=1)
    job(user, "failed", ended_days_ago=8)
    job(user, "paused")
    job(user, "done")
    assert attention(user.get("/")) == ["1 job failed", "1 job is paused"]
    job(user, "waiting")
    page = user.get("/")
    assert attention(page) == ["1 job failed", "1 job waits", "1 job is paused"]
    assert "No worker is running" in page


def test_the_installation_is_shown_to_administrators_alone(
    admin: Visitor, user: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Free disk space" in admin.get("/")
    assert "Free disk space" not in user.get("/")
    assert attention(admin.get("/")) == []
    monkeypatch.setattr(
        "mien.maintenance.installation.room_of", lambda _: disk.Room(10 * 1024**2, 1024**4)
    )
    page = admin.get("/")
    assert attention(page) == ["The disk is nearly full"]
    assert "10 MB left" in page
    assert attention(user.get("/")) == []


def test_a_large_disk_and_a_small_one_have_little_room_at_different_figures(
    user: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, home = acting(user.runtime.services), user.runtime.settings.home
    gib = 1024**3
    for free, total, little in (
        (6 * gib, 1000 * gib, False),
        (4 * gib, 1000 * gib, True),
        (1 * gib, 10 * gib, False),
        (gib // 4, 10 * gib, True),
    ):
        room = disk.Room(free, total)
        monkeypatch.setattr("mien.maintenance.installation.room_of", lambda _, room=room: room)
        assert show_installation(call, home=home).little_room is little


def test_the_last_of_what_was_done_is_listed(user: Visitor) -> None:
    for name in ("ada", "bob", "cy"):
        user.enrol(name)
    page = user.get("/")
    assert lately(page) == [
        "Added a face to cy",
        "Added cy",
        "Added a face to bob",
        "Added bob",
        "Added a face to ada",
    ]
    assert links(page, "/activity") == ["/activity"]


def test_it_is_of_the_gallery_that_is_looked_at(user: Visitor) -> None:
    assert "No people yet" in user.get("/?gallery=default")
    user.get("/?gallery=nowhere", status=404)
