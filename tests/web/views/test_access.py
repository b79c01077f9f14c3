from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from building import acting
from mien.access.first_administrator import issue_link
from mien.http.cookies import SIGN_IN_COOKIE
from mien.runtime import Runtime
from mien.storage.models import SignInRow
from visiting import PASSWORD
from visiting import Visitor
from visiting import says

Visitors = Callable[[], Visitor]
GIVEN = {"name": "Root", "password": PASSWORD, "password_again": PASSWORD}


def test_set_up_makes_the_administrator_signs_in_and_leads_home(
    visitor: Visitors, runtime: Runtime
) -> None:
    link = f"/setup/{issue_link(acting(runtime.services))}"
    browser = visitor()
    assert "Welcome" in browser.get(link)
    assert browser.done(link, **GIVEN) == "/"
    assert "No people yet" in browser.get("/")


def test_set_up_is_over_once_there_is_an_administrator(visitor: Visitors, runtime: Runtime) -> None:
    link = f"/setup/{issue_link(acting(runtime.services))}"
    visitor().done(link, **GIVEN)
    late = visitor()
    late.get(link, status=303)
    assert late.told() == ["Mien is already set up. Sign in instead."]
    assert late.done(link, **GIVEN) == "/sign-in"


def test_a_wrong_link_is_refused(visitor: Visitors, runtime: Runtime) -> None:
    issue_link(acting(runtime.services))
    browser = visitor()
    assert "This link does not work" in browser.get("/setup/guessed", status=403)
    assert browser.post("/setup/guessed", **GIVEN).status_code == 403


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " "}, "Type a name to sign in with."),
        ({"password": "short", "password_again": "short"}, "at least 10 characters"),
        ({"password_again": "another"}, "The two passwords differ."),
    ],
)
def test_set_up_says_what_is_wrong_and_keeps_the_name(
    visitor: Visitors, runtime: Runtime, changed: dict[str, Any], words: str
) -> None:
    link = f"/setup/{issue_link(acting(runtime.services))}"
    page = visitor().refused(link, **{**GIVEN, **changed})
    assert words in page
    assert PASSWORD not in page
    assert ('value="Root"' in page) == (changed.get("name") is None)


def test_signing_in_leads_to_where_one_wanted_to_go(admin: Visitor, visitor: Visitors) -> None:
    browser = visitor()
    response = browser.client.get("/keys?a=b")
    assert response.status_code == 303
    assert response.headers["Location"] == "/sign-in?next=/keys?a%3Db"
    assert 'value="/keys?a=b"' in browser.get(response.headers["Location"])
    given = {"name": "root", "password": PASSWORD}
    assert browser.done("/sign-in", next="/keys?a=b", **given) == "/keys?a=b"
    assert "API keys" in browser.get("/keys")


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil", "keys"])
def test_signing_in_never_leads_to_another_site(
    admin: Visitor, visitor: Visitors, elsewhere: str
) -> None:
    browser = visitor()
    assert elsewhere not in browser.client.get("/sign-in", query_string={"next": elsewhere}).text
    given = {"name": "root", "password": PASSWORD}
    assert browser.done("/sign-in", next=elsewhere, **given) == "/"


@pytest.mark.parametrize("given", [("Root", "wrong"), ("Nobody", PASSWORD)])
def test_wrong_credentials_do_not_say_which_is_wrong(
    admin: Visitor, visitor: Visitors, given: tuple[str, str]
) -> None:
    page = visitor().refused("/sign-in", name=given[0], password=given[1])
    assert "Wrong name or password." in page
    assert f'value="{given[0]}"' in page


def test_too_many_attempts_are_told_on_the_page(admin: Visitor, visitor: Visitors) -> None:
    browser = visitor()
    answers = [browser.post("/sign-in", name="root", password="x") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) == 5
    assert "Try again in 5 seconds." in answers[-1].text
    assert 'value="root"' in answers[-1].text
    assert browser.post("/sign-in", name="root", password=PASSWORD).status_code == 429


def test_whoever_was_in_before_comes_in_past_the_guesses_of_strangers(
    admin: Visitor, visitor: Visitors
) -> None:
    own, given = visitor(), {"name": "root", "password": PASSWORD}
    own.done("/sign-in", **given)
    own.done("/sign-out")
    stranger = visitor()
    for _ in range(6):
        stranger.post("/sign-in", name="root", password="x")
    assert stranger.post("/sign-in", **given).status_code == 429
    own.done("/sign-in", **given)


def test_tries_to_change_a_password_are_told_on_the_page(user: Visitor) -> None:
    given: dict[str, Any] = {
        "current_password": "wrong",
        "password": PASSWORD + "!",
        "password_again": PASSWORD + "!",
    }
    for _ in range(5):
        user.refused("/account", **given)
    answer = user.post("/account", **given)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "5"
    assert "Try again in 5 seconds." in answer.text


def sign_in_from(app: Flask, number: int, trusted: dict[str, str] | None = None) -> int:
    """Try one of many accounts; gives the status."""
    app.config.update(WTF_CSRF_METHODS=set(), WTF_CSRF_ENABLED=False)
    return (
        app.test_client()
        .post(
            "/sign-in",
            data={"name": f"user {number}", "password": "x"},
            headers=trusted,
            environ_overrides={"REMOTE_ADDR": "192.0.2.1" if trusted is None else "127.0.0.1"},
        )
        .status_code
    )


def test_an_address_tries_so_many_accounts_and_no_more(app: Flask) -> None:
    statuses = [sign_in_from(app, number) for number in range(31)]
    assert statuses == [422] * 30 + [429]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_behind_a_proxy_that_is_not_trusted_there_is_room_for_many(app: Flask, header: str) -> None:
    statuses = {sign_in_from(app, number, {header: "198.51.100.1"}) for number in range(40)}
    assert statuses == {422}


def test_signing_in_twice_leads_home(admin: Visitor) -> None:
    assert admin.client.get("/sign-in").headers["Location"] == "/"


def test_signing_out_lets_the_browser_forget_its_pictures(admin: Visitor) -> None:
    assert admin.post("/sign-out").headers["Clear-Site-Data"] == '"cache"'


def test_a_sign_in_that_ended_by_itself_is_forgotten_like_one_that_was_ended(
    admin: Visitor,
) -> None:
    assert "Clear-Site-Data" not in admin.client.get("/identify").headers
    with admin.runtime.database.write() as session:
        session.execute(delete(SignInRow))
    answer = admin.client.get("/identify")
    assert answer.status_code == 303
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert admin.client.get_cookie(SIGN_IN_COOKIE) is None
    assert "Clear-Site-Data" not in admin.client.get("/identify").headers


def test_signing_in_gives_a_new_session_and_ends_the_one_before(
    admin: Visitor, visitor: Visitors
) -> None:
    token = admin.client.get("/account").text.split('name="csrf_token" value="')[1].split('"')[0]
    before = admin.client.get_cookie(SIGN_IN_COOKIE)
    given = {"csrf_token": token, "name": "root", "password": PASSWORD}
    assert admin.client.post("/sign-in", data=given).status_code == 303
    after = admin.client.get_cookie(SIGN_IN_COOKIE)
    assert before is not None
    assert after is not None
    assert after.value != before.value
    other = visitor()
    other.client.set_cookie(SIGN_IN_COOKIE, before.value)
    other.get("/identify", status=303)


def test_signing_out_ends_the_row_and_not_only_the_cookie(admin: Visitor) -> None:
    cookie = admin.client.get_cookie(SIGN_IN_COOKIE)
    assert cookie is not None
    assert admin.done("/sign-out") == "/sign-in"
    assert admin.client.get_cookie(SIGN_IN_COOKIE) is None
    assert admin.told() == ["You are signed out."]
    admin.client.set_cookie(SIGN_IN_COOKIE, cookie.value)
    admin.get("/identify", status=303)


def test_form_tokens_of_before_are_not_good_after_signing_in(
    admin: Visitor, visitor: Visitors
) -> None:
    browser = visitor()
    browser.get("/sign-in")
    with browser.client.session_transaction() as session:
        before = session["csrf_token"]
    browser.done("/sign-in", name="root", password=PASSWORD)
    browser.get("/identify")
    with browser.client.session_transaction() as session:
        assert session["csrf_token"] != before


def test_nothing_but_the_doors_is_open_to_strangers(app: Flask, visitor: Visitors) -> None:
    browser = visitor()
    some_id = "00000000-0000-4000-8000-000000000000"
    values: dict[str, Any] = {
        "gallery": "default",
        "number": 1,
        "probe_id": "p",
        "first": "a",
        "second": "b",
        "_what": "delete-selected",
    }
    ids = dict.fromkeys(
        (
            "person_id",
            "other_person_id",
            "face_id",
            "key_id",
            "user_id",
            "sign_in_id",
            "cluster_id",
            "job_id",
            "change_id",
        ),
        some_id,
    )
    opened = set()
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            area = rule.endpoint.split(".")[0]
            # Programs on the machine itself may read the figures; their own tests say who else.
            if area.startswith("api") or area in ("health", "metrics", "static_file", "access"):
                continue
            path = app.url_for(
                rule.endpoint, **{k: v for k, v in {**values, **ids}.items() if k in rule.arguments}
            )
            for method in (rule.methods or set()) - {"OPTIONS"}:
                answer = (
                    browser.post(path)
                    if method == "POST"
                    else browser.client.open(path, method=method)
                )
                assert answer.status_code == 303, (method, path, answer.status_code)
                assert answer.headers["Location"].startswith("/sign-in"), path
                opened.add(rule.endpoint)
    assert len(opened) > 40


ADMIN_ONLY = (
    "/galleries/new",
    "/galleries/default/settings",
    "/galleries/default/delete",
    "/keys",
    "/keys/new",
    "/users",
    "/users/new",
    "/patterns",
)


@pytest.mark.parametrize("path", ADMIN_ONLY)
def test_what_is_for_administrators_is_closed_to_others(user: Visitor, path: str) -> None:
    assert "Only administrators can do this." in user.get(path, status=403)
    if path not in ("/patterns", "/keys", "/users"):
        assert user.post(path).status_code == 403


def test_users_identify_compare_and_work_with_people(user: Visitor) -> None:
    person = user.enrol("ada")
    for path in ("/identify", "/compare", "/galleries", "/galleries/default/people", person):
        page = user.get(path)
        assert "API keys" not in says(page)
        assert 'href="/users"' not in page
    user.done(f"{person}/edit", name="Ada")


@pytest.mark.parametrize("path", ["/identify", "/keys/new", "/account", "/sign-out", "/sign-in"])
def test_a_form_without_its_token_changes_nothing(admin: Visitor, path: str) -> None:
    answer = admin.client.post(path, data={"name": "x", "scopes": "read"})
    assert answer.status_code == 400
    assert "This page has been open too long" in answer.text


def test_a_form_from_another_site_changes_nothing(admin: Visitor) -> None:
    page = admin.client.get("/galleries/new").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = admin.client.post(
        "/galleries/new",
        data={"csrf_token": token, "name": "club"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 400
