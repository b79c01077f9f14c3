import re
from collections.abc import Callable
from typing import Any

import pytest

from building import acting
from mien.access.users import list_users
from mien.http.cookies import SIGN_IN_COOKIE
from visiting import PASSWORD
from visiting import Visitor
from visiting import links

NEW = "another good password"


def test_the_password_is_changed_and_other_browsers_are_signed_out(
    user: Visitor, visitor: Callable[[], Visitor]
) -> None:
    other = visitor()
    other.done("/sign-in", name="Sam", password=PASSWORD)
    other.get("/account")
    given = {"current_password": PASSWORD, "password": NEW, "password_again": NEW}
    before = user.client.get_cookie(SIGN_IN_COOKIE)
    assert user.done("/account", **given) == "/account"
    assert user.told("/account") == ["Password changed. You are signed out everywhere else."]
    thief = visitor()
    assert before is not None
    thief.client.set_cookie(SIGN_IN_COOKIE, before.value)
    thief.get("/account", status=303)
    other.get("/account", status=303)
    other.get("/sign-in")
    other.refused("/sign-in", name="Sam", password=PASSWORD)
    other.done("/sign-in", name="Sam", password=NEW)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"current_password": "wrong"}, "The current password is wrong."),
        ({"password": "short", "password_again": "short"}, "at least 10 characters"),
        ({"password_again": "different"}, "The two passwords differ."),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(
    user: Visitor, changed: dict[str, Any], words: str
) -> None:
    given = {"current_password": PASSWORD, "password": NEW, "password_again": NEW}
    page = user.refused("/account", **{**given, **changed})
    assert words in page
    assert NEW not in page


def test_another_browser_can_be_signed_out_but_not_another_persons(
    user: Visitor, admin: Visitor, visitor: Callable[[], Visitor]
) -> None:
    other = visitor()
    other.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (X11; Linux) Firefox/140.0"
    other.done("/sign-in", name="Sam", password=PASSWORD)
    page = user.get("/account")
    assert "Firefox on Linux" in page
    (end,) = links(page, "/end")
    assert admin.post(end).status_code == 404
    other.get("/account")
    assert user.done(end) == "/account"
    other.get("/account", status=303)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_an_appearance_is_kept_by_the_browser(user: Visitor, theme: str) -> None:
    user.done("/account/theme", theme=theme)
    assert f'data-theme="{theme}"' in user.get("/identify")
    user.done("/account/theme", theme="")
    assert "data-theme" not in user.get("/identify")


def test_an_unknown_appearance_is_passed_over(user: Visitor) -> None:
    user.done("/account/theme", theme="neon")
    assert "data-theme" not in user.get("/identify")


def test_an_administrator_adds_and_removes_users(
    admin: Visitor, visitor: Callable[[], Visitor]
) -> None:
    assert admin.done("/users/new", name="Eve", password=PASSWORD) == "/users"
    eve = visitor()
    eve.done("/sign-in", name="eve", password=PASSWORD)
    eve.get("/keys", status=403)
    (remove,) = links(admin.get("/users"), "/remove")
    assert admin.done(remove) == "/users"
    eve.get("/identify", status=303)
    assert admin.post(remove).status_code == 404


def test_an_administrator_signs_somebody_out(
    admin: Visitor, user: Visitor, visitor: Callable[[], Visitor]
) -> None:
    other = visitor()
    other.done("/sign-in", name="Sam", password=PASSWORD)
    (sign_out,) = [link for link in links(admin.get("/users"), "/sign-out") if "/users/" in link]
    assert user.post(sign_out).status_code == 403
    assert admin.done(sign_out) == "/users"
    assert admin.told("/users") == ["Sam is signed out everywhere."]
    for browser in (user, other):
        browser.get("/identify", status=303)
    other.get("/sign-in")
    other.done("/sign-in", name="Sam", password=PASSWORD)
    assert admin.get(sign_out, status=302)


def reset_link(admin: Visitor, user: Visitor) -> str:
    answer = admin.post(f"/users/{user.user_id}/reset", own_password=PASSWORD)
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(r"http://localhost(/reset/[A-Za-z0-9_-]{40,})<", answer.text)
    assert found is not None
    return found.group(1)


def test_an_administrator_makes_a_link_for_a_new_password(
    admin: Visitor, user: Visitor, visitor: Callable[[], Visitor]
) -> None:
    assert "Sam" in admin.get(f"/users/{user.user_id}/reset")
    link = reset_link(admin, user)
    user.get("/identify")
    browser = visitor()
    assert "Sam" in browser.get(link)
    page = browser.refused(link, password="short", password_again="short")
    assert "at least 10 characters" in page
    browser.refused(link, password=NEW, password_again="different")
    assert browser.done(link, password=NEW, password_again=NEW) == "/sign-in"
    user.get("/identify", status=303)
    assert "This link does not work" in browser.get(link, status=403)
    assert browser.post(link, password=NEW, password_again=NEW).status_code == 403
    browser.done("/sign-in", name="Sam", password=NEW)


def test_a_link_needs_the_administrators_own_password(admin: Visitor, user: Visitor) -> None:
    path = f"/users/{user.user_id}/reset"
    assert "Enter your own password." in admin.refused(path)
    assert "This is not your password." in admin.refused(path, own_password="wrong")
    assert user.post(path, own_password=PASSWORD).status_code == 403
    for _ in range(4):
        admin.refused(path, own_password="wrong")
    answer = admin.post(path, own_password=PASSWORD)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert "Try again in 5 seconds." in answer.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "root", "password": PASSWORD}, "An account with this name already exists."),
        ({"name": "Eve", "password": "short"}, "at least 10 characters"),
        ({"name": "", "password": PASSWORD}, "Type a name to sign in with."),
        ({"name": "\u200b\u2060", "password": PASSWORD}, "name"),
        ({"name": "Eve", "password": PASSWORD, "is_admin": "yes"}, "Enter your own password."),
        (
            {"name": "Eve", "password": PASSWORD, "is_admin": "yes", "own_password": "wrong"},
            "This is not your password.",
        ),
    ],
)
def test_a_user_that_cannot_be_made_says_why(
    admin: Visitor, fields: dict[str, Any], words: str
) -> None:
    assert words in admin.refused("/users/new", **fields)
    assert len(list_users(acting(admin.runtime.services))) == 1


def test_an_administrator_is_made_with_the_own_password(admin: Visitor) -> None:
    given = {"name": "Eve", "password": PASSWORD, "is_admin": "yes", "own_password": PASSWORD}
    assert admin.done("/users/new", **given) == "/users"
    users = list_users(acting(admin.runtime.services))
    assert [user.is_admin for user in users] == [True, True]


def test_the_last_administrator_stays(admin: Visitor) -> None:
    answer = admin.post(f"/users/{admin.user_id}/remove")
    assert answer.status_code == 409
    assert "only administrator" in answer.text


def test_who_is_no_administrator_is_led_to_the_apis_reference_too(user: Visitor) -> None:
    assert links(user.get("/account"), "/api/docs")
    user.get("/api/docs")
