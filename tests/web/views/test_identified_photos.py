import re
from collections.abc import Callable
from typing import Any

import pytest

from drawing import draw_photo
from mien.web.pages.identified_photos import MOST_TOGETHER
from visiting import Visitor
from visiting import links
from visiting import says

ADA = ("ada.png", draw_photo(["ada"], face_px=90))
GROUP = ("group.png", draw_photo(["ada", "eve"], face_px=100))
NOBODY = ("hills.png", draw_photo([]))


def shown(page: str) -> list[tuple[str, str]]:
    """The names of the photos with what is said of each."""
    return re.findall(
        r'identified__name"><a [^>]+>([^<]+)</a>.*?summary">([^<]+)<', page, re.DOTALL
    )


def test_several_photos_are_identified_at_once_and_lead_to_their_own_pages(user: Visitor) -> None:
    user.enrol("ada")
    address = user.done("/identify", photo=[ADA, GROUP, NOBODY], gallery="default")
    page = user.get(address)
    assert shown(page) == [
        ("ada.png", "1 face, 1 recognised"),
        ("group.png", "2 faces, 1 recognised"),
        ("hills.png", "No face found"),
    ]
    assert [words for words in ("ada", "Unknown") if f"{words}</span></a>" in page] == [
        "ada",
        "Unknown",
    ]
    ids = re.findall(r"photo=([^&]+)", address)
    assert all("face" in says(user.get(f"/identify/{probe_id}")) for probe_id in ids)
    assert all(user.client.get(url).status_code == 200 for url in links(page, "/portrait"))


def test_one_photo_that_cannot_be_read_is_told_and_stops_no_other(user: Visitor) -> None:
    user.enrol("ada")
    address = user.done("/identify", photo=[("notes.txt", b"no image"), ADA], gallery="default")
    page = user.get(address)
    assert [name for name, _ in shown(page)] == ["ada.png"]
    assert "notes.txt: This file type is not supported" in says(page).replace(" :", ":")
    assert "notes.txt" not in user.get(address), "told once"


def test_too_many_photos_for_one_form_are_refused_with_how_many_may_be_sent(user: Visitor) -> None:
    page = user.refused("/identify", photo=[ADA] * 13, gallery="default")
    assert "You chose 13 photos. At most 12 can be sent at once" in page


def test_a_wrong_question_is_no_matter_of_each_photo(user: Visitor) -> None:
    user.enrol("ada")
    fields: dict[str, Any] = {"photo": [ADA, GROUP], "gallery": "default", "where": "team=night"}
    assert "Metadata: " in says(user.refused("/identify", **fields))
    answer = user.post("/identify", headers={"X-Partial": "1"}, **fields)
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"where"}


def test_script_sends_one_photo_after_the_other(user: Visitor) -> None:
    user.enrol("ada")
    headers = {"X-Partial": "1"}
    told = user.post("/identify", photo=GROUP, gallery="default", headers=headers).get_json()
    assert (told["state"], told["reason"]) == ("found", "2 faces, 1 recognised")
    assert [name for name, _ in shown(user.get(f"/identify/photos?photo={told['held']}"))] == [
        "group.png"
    ]
    assert user.done(told["let_go_url"]) == "/identify"
    user.get(told["url"], status=404)
    bad = ("notes.txt", b"no image")
    told = user.post("/identify", photo=bad, gallery="default", headers=headers).get_json()
    assert told["state"] == "refused"
    assert told["reason"].startswith("This file type is not supported")


def test_photos_are_their_senders_alone_and_deleted_at_once_when_asked(
    user: Visitor, visitor: Callable[[], Visitor]
) -> None:
    user.enrol("ada")
    address = user.done("/identify", photo=[ADA, GROUP], gallery="default")
    other = visitor().signed_in("Other").get(address)
    assert shown(other) == []
    assert other.count("This photo has been deleted.") == 2
    ids = re.findall(r"photo=([^&]+)", address)
    assert user.done("/identify/photos/let-go", held=ids) == "/identify"
    assert user.get(address).count("This photo has been deleted.") == 2


@pytest.mark.parametrize("page", ["0", "2", "99", "x"])
def test_many_photos_come_page_by_page(user: Visitor, page: str) -> None:
    ids = [f"{number:032}" for number in range(MOST_TOGETHER + 5)]
    address = "/identify/photos?" + "&".join(f"photo={each}" for each in ids) + f"&page={page}"
    told = user.get(address)
    assert told.count("This photo has been deleted.") == (2 if page == "99" else 12)
    assert told.count('name="held"') == MOST_TOGETHER
