"""What somebody typed while their sign-in ended."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy import select

from drawing import draw_photo
from mien.http.cookies import SIGN_IN_COOKIE
from mien.storage.models import KeptInputRow
from mien.storage.models import SignInRow
from visiting import PASSWORD
from visiting import Visitor
from visiting import says

KEPT = "You were signed out. Sign in again; what you typed is kept."
TOLD = "You were signed out. Sign in again."
PEOPLE = "/galleries/default/people"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def post_late(visitor: Visitor, path: str, page: str = "", **fields: Any) -> str:
    """Send a form of a page whose sign-in has ended since; gives where it leads."""
    found = _TOKEN.search(visitor.client.get(page or path).text)
    assert found is not None
    end(visitor)
    answer = visitor.client.post(path, data={"csrf_token": found.group(1), **fields})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def end(visitor: Visitor) -> None:
    with visitor.runtime.database.write() as session:
        session.execute(delete(SignInRow).where(SignInRow.user_id == visitor.user_id))


def sign_in(visitor: Visitor, door: str, name: str = "root", password: str = PASSWORD) -> str:
    """Sign in on a page; gives where that leads."""
    found = re.search(r'name="next" value="([^"]+)"', visitor.get(door))
    wanted = {"next": found.group(1)} if found else {}
    return visitor.done("/sign-in", name=name, password=password, **wanted)


def kept(visitor: Visitor) -> list[KeptInputRow]:
    with visitor.runtime.database.read() as session:
        return list(session.scalars(select(KeptInputRow)))


def test_notes_of_a_person_are_filled_in_after_signing_in_again(admin: Visitor) -> None:
    edit = f"{admin.enrol('ada')}/edit"
    notes = "x" * 9_000
    door = post_late(admin, edit, name="Ada Byron", notes=notes)
    page = admin.get(door)
    assert KEPT in page
    assert notes not in page
    assert sign_in(admin, door) == edit
    page = admin.get(edit)
    assert 'value="Ada Byron"' in page
    assert notes in page
    assert "This is not saved yet" in page
    assert kept(admin) == []
    assert 'value="ada"' in admin.get(edit)


@pytest.mark.parametrize(
    ("path", "fields", "shown"),
    [
        ("/galleries/new", {"name": "club"}, 'value="club"'),
        ("/galleries/default/settings", {"display_name": "Rowing"}, 'value="Rowing"'),
        ("/keys/new", {"name": "camera", "scopes": "read"}, 'value="camera"'),
        ("/users/new", {"name": "Sam", "password": "a secret of Sam"}, 'value="Sam"'),
        (f"{PEOPLE}/new", {"name": "Ada"}, 'value="Ada"'),
    ],
)
def test_other_forms_are_filled_in_too(
    admin: Visitor, path: str, fields: dict[str, str], shown: str
) -> None:
    door = post_late(admin, path, **fields)
    assert KEPT in admin.get(door)
    assert "a secret of Sam" not in str([row.content for row in kept(admin)])
    assert sign_in(admin, door) == path
    assert shown in admin.get(path)


def test_a_new_person_comes_back_without_the_photos_which_are_to_be_chosen_again(
    admin: Visitor,
) -> None:
    new = f"{PEOPLE}/new"
    found = _TOKEN.search(admin.get(new))
    assert found is not None
    end(admin)
    fields = {"csrf_token": found.group(1), "name": "Ada", "notes": "1815"}
    photo = io.BytesIO(draw_photo(["ada"]))
    answer = admin.client.post(new, data={**fields, "photos": (photo, "ada.png")})
    door = answer.headers["Location"]
    assert sign_in(admin, door) == new
    page = admin.get(new)
    assert "1815" in page
    assert "Choose the photos again." in page


def test_what_was_typed_is_shown_to_nobody_else(
    admin: Visitor, visitor: Callable[[], Visitor]
) -> None:
    visitor().signed_in("Sam", is_admin=False)
    edit = f"{admin.enrol('ada')}/edit"
    door = post_late(admin, edit, name="Ada Byron", notes="a secret")
    assert sign_in(admin, door, name="sam") == edit
    page = admin.get(edit)
    assert "a secret" not in page
    assert 'value="ada"' in page


def test_a_form_of_another_site_keeps_nothing(admin: Visitor) -> None:
    edit = f"{admin.enrol('ada')}/edit"
    end(admin)
    answer = admin.client.post(edit, data={"csrf_token": "forged", "name": "x"})
    assert answer.status_code == 400
    assert kept(admin) == []


def test_what_only_asks_for_a_yes_is_asked_again(admin: Visitor) -> None:
    ask = f"{admin.enrol('ada')}/delete"
    door = post_late(admin, ask)
    page = admin.get(door)
    assert TOLD in page
    assert KEPT not in page
    assert sign_in(admin, door) == ask
    assert "Delete ada?" in admin.get(ask)


def test_a_page_that_is_opened_after_the_end_says_so_once(admin: Visitor) -> None:
    end(admin)
    door = admin.client.get("/people").headers["Location"]
    assert TOLD in says(admin.get(door))
    assert TOLD not in says(admin.get(door))
    assert sign_in(admin, door) == "/people"


def test_a_stranger_was_not_signed_out(visitor: Callable[[], Visitor], admin: Visitor) -> None:
    browser = visitor()
    assert browser.client.get_cookie(SIGN_IN_COOKIE) is None
    assert TOLD not in browser.get(browser.client.get("/people").headers["Location"])
    picture = {"Sec-Fetch-Dest": "image"}
    end(admin)
    admin.client.get("/people", headers=picture)
    assert TOLD not in says(admin.get("/sign-in"))


def test_an_installation_without_an_account_says_where_the_link_is(
    visitor: Callable[[], Visitor],
) -> None:
    assert 'id="nobody-yet"' in visitor().get("/sign-in")
    visitor().signed_in()
    assert 'id="nobody-yet"' not in visitor().get("/sign-in")
