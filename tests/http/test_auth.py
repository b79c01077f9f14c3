import datetime as dt
from collections.abc import Callable

import pytest
from flask import Blueprint
from flask import Flask
from flask import Response
from flask import request
from sqlalchemy import update

from building import acting
from mien.access.permissions import Action
from mien.access.sign_ins import end_sign_in
from mien.access.sign_ins import open_sign_in
from mien.access.sign_ins import who_is
from mien.access.users import add_user
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.auth import current_sign_in
from mien.http.cookies import SIGN_IN_COOKIE
from mien.http.cookies import clear_sign_in_cookie
from mien.http.cookies import set_sign_in_cookie
from mien.runtime import Runtime
from mien.storage.models import SignInRow
from mien.storage.models import now
from serving_app import assert_problem

JSON = {"Accept": "application/json"}


@pytest.fixture
def rooms(app: Flask) -> Flask:
    def room(action: Action) -> Callable[[], str]:
        @asks(action)
        def name() -> str:
            return "in" if request.method == "OPTIONS" else current_sign_in().user.name

        return name

    bp = Blueprint("room", __name__, url_prefix="/room")
    bp.before_request(check_browser)
    for path, view in {"user": room("account.read"), "admin": room("users.read")}.items():
        bp.add_url_rule(f"/{path}", path, view, methods=["GET", "OPTIONS"])
    app.register_blueprint(bp)

    def enter() -> Response:
        response = Response("in")
        set_sign_in_cookie(response, "secret")
        return response

    def leave() -> Response:
        current_sign_in()
        response = Response("out")
        clear_sign_in_cookie(response)
        return response

    app.add_url_rule("/enter", "enter", enter)
    app.add_url_rule("/leave", "leave", leave)
    return app


def sign_in(runtime: Runtime, *, name: str = "Root", is_admin: bool = True) -> tuple[str, str]:
    user = add_user(
        acting(runtime.services), name=name, password="correct horse", is_admin=is_admin
    )
    secret, _ = open_sign_in(
        acting(runtime.services), user_id=user.id, browser="x", lasts_seconds=600
    )
    return secret, user.id


def test_the_cookie_says_who_it_is(rooms: Flask, runtime: Runtime) -> None:
    client = rooms.test_client()
    client.set_cookie(SIGN_IN_COOKIE, sign_in(runtime)[0])
    assert client.get("/room/user").text == "Root"
    assert client.get("/room/admin").text == "Root"


@pytest.mark.parametrize("cookie", ["", "made-up", "ä", "x" * 4000])
def test_without_a_good_cookie_nobody_enters(rooms: Flask, cookie: str) -> None:
    client = rooms.test_client()
    client.set_cookie(SIGN_IN_COOKIE, cookie)
    assert_problem(client.get("/room/user", headers=JSON), 401, "not_authenticated")
    assert_problem(client.get("/room/admin", headers=JSON), 401, "not_authenticated")


def test_an_account_that_is_no_administrators_stays_outside(rooms: Flask, runtime: Runtime) -> None:
    client = rooms.test_client()
    client.set_cookie(SIGN_IN_COOKIE, sign_in(runtime, is_admin=False)[0])
    assert client.get("/room/user").status_code == 200
    assert_problem(client.get("/room/admin", headers=JSON), 403, "not_permitted")


def test_a_sign_in_that_was_ended_is_useless_at_once(rooms: Flask, runtime: Runtime) -> None:
    client = rooms.test_client()
    secret, user_id = sign_in(runtime)
    client.set_cookie(SIGN_IN_COOKIE, secret)
    assert client.get("/room/user").status_code == 200
    found = who_is(acting(runtime.services), secret=secret, lasts_seconds=600, most_seconds=600)
    end_sign_in(acting(runtime.services), user_id=user_id, sign_in_id=found.id)
    assert_problem(client.get("/room/user", headers=JSON), 401, "not_authenticated")


def test_the_cookie_of_an_expired_sign_in_is_useless(rooms: Flask, runtime: Runtime) -> None:
    client = rooms.test_client()
    client.set_cookie(SIGN_IN_COOKIE, sign_in(runtime)[0])
    with runtime.database.write() as session:
        session.execute(update(SignInRow).values(expires_at=now() - dt.timedelta(seconds=1)))
    assert_problem(client.get("/room/user", headers=JSON), 401, "not_authenticated")


def test_a_sign_in_ends_after_the_days_that_are_set(rooms: Flask, runtime: Runtime) -> None:
    client = rooms.test_client()
    client.set_cookie(SIGN_IN_COOKIE, sign_in(runtime)[0])
    days = runtime.settings.session_days

    def begun(**ago: float) -> None:
        with runtime.database.write() as session:
            session.execute(update(SignInRow).values(created_at=now() - dt.timedelta(**ago)))

    begun(days=days, minutes=-1)
    assert client.get("/room/user").status_code == 200
    begun(days=days)
    assert_problem(client.get("/room/user", headers=JSON), 401, "not_authenticated")


def test_an_api_key_signs_nobody_in(rooms: Flask) -> None:
    headers = {**JSON, "Authorization": "Bearer anything", "X-API-Key": "anything"}
    answer = rooms.test_client().get("/room/user", headers=headers)
    assert_problem(answer, 401, "not_authenticated")


def test_the_sign_in_cookie_has_its_marks(rooms: Flask, runtime: Runtime) -> None:
    plain = rooms.test_client().get("/enter").headers["Set-Cookie"].split("; ")
    assert plain[0] == f"{SIGN_IN_COOKIE}=secret"
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(plain)
    assert f"Max-Age={runtime.settings.sign_in_seconds}" in plain
    assert "Secure" not in plain
    over_tls = rooms.test_client().get("/enter", base_url="https://localhost")
    assert "Secure" in over_tls.headers["Set-Cookie"].split("; ")
    assert not any(part.startswith("Domain") for part in plain)


def test_a_browser_in_use_keeps_its_cookie(rooms: Flask, runtime: Runtime) -> None:
    client = rooms.test_client()
    secret, _ = sign_in(runtime)
    client.set_cookie(SIGN_IN_COOKIE, secret)
    assert "Set-Cookie" not in client.get("/room/user").headers
    with runtime.database.write() as session:
        session.execute(update(SignInRow).values(seen_at=now() - dt.timedelta(hours=1)))
    renewed = client.get("/room/user").headers["Set-Cookie"]
    assert renewed.startswith(f"{SIGN_IN_COOKIE}={secret}; ")
    with runtime.database.write() as session:
        session.execute(update(SignInRow).values(seen_at=now() - dt.timedelta(hours=1)))
    left = client.get("/leave").headers.getlist("Set-Cookie")
    assert len(left) == 1
    assert left[0].startswith(f"{SIGN_IN_COOKIE}=; Expires=Thu, 01 Jan 1970")
