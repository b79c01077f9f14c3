"""Who may call what."""

from collections.abc import Callable

import pytest
from flask import Flask

from building import acting
from drawing import draw_photo
from mien.access.api_keys import check_key
from mien.access.api_keys import create_key
from mien.access.api_keys import revoke_key
from mien.access.permissions import ACTIONS
from mien.access.sign_ins import open_sign_in
from mien.access.users import add_user
from mien.http.auth import ACTION_MARK
from mien.http.cookies import SIGN_IN_COOKIE
from mien.runtime import Runtime
from serving_app import Api
from serving_app import assert_problem
from serving_app import photo_part

NOBODY = "00000000-0000-4000-8000-000000000000"
SCOPES = {
    ("POST", "/api/v1/detect"): "identify",
    ("POST", "/api/v1/verify"): "identify",
    ("POST", "/api/v1/galleries/{gallery}/identify"): "identify",
    ("POST", "/api/v1/galleries/{gallery}/live"): "identify",
    ("POST", "/api/v1/galleries/{gallery}/identify/batch"): "identify",
    ("GET", "/api/v1/galleries"): "read",
    ("POST", "/api/v1/galleries"): "admin",
    ("GET", "/api/v1/galleries/{gallery}"): "read",
    ("PATCH", "/api/v1/galleries/{gallery}"): "admin",
    ("DELETE", "/api/v1/galleries/{gallery}"): "admin",
    ("GET", "/api/v1/galleries/{gallery}/weigh"): "read",
    ("GET", "/api/v1/galleries/{gallery}/people"): "read",
    ("POST", "/api/v1/galleries/{gallery}/people"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/people/{person_id}"): "read",
    ("PATCH", "/api/v1/galleries/{gallery}/people/{person_id}"): "enrol",
    ("DELETE", "/api/v1/galleries/{gallery}/people/{person_id}"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/people/{person_id}/faces"): "read",
    ("POST", "/api/v1/galleries/{gallery}/people/{person_id}/faces"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/people/{person_id}/faces/{face_id}"): "read",
    ("DELETE", "/api/v1/galleries/{gallery}/people/{person_id}/faces/{face_id}"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/people/{person_id}/faces/{face_id}/crop"): "read",
    ("PUT", "/api/v1/galleries/{gallery}/people/{person_id}/faces/{face_id}/reviewed"): "enrol",
    (
        "PUT",
        "/api/v1/galleries/{gallery}/people/{person_id}/look-alikes/{other_person_id}/reviewed",
    ): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/review"): "read",
    ("DELETE", "/api/v1/galleries/{gallery}/originals/{photo_id}"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/imports"): "enrol",
    ("PUT", "/api/v1/jobs/{job_id}/files"): "enrol",
    ("POST", "/api/v1/jobs/{job_id}/start"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/videos"): "identify",
    ("PUT", "/api/v1/jobs/{job_id}/video"): "identify",
    ("POST", "/api/v1/jobs/{job_id}/video/start"): "identify",
    ("GET", "/api/v1/jobs/{job_id}/timeline"): "identify",
    ("GET", "/api/v1/jobs/{job_id}/timeline.vtt"): "identify",
    ("GET", "/api/v1/jobs/{job_id}/timeline/{number}/portrait"): "identify",
    ("GET", "/api/v1/activity"): "read",
    ("GET", "/api/v1/jobs"): "read",
    ("GET", "/api/v1/jobs/{job_id}"): "read",
    ("POST", "/api/v1/jobs/{job_id}/pause"): "enrol",
    ("POST", "/api/v1/jobs/{job_id}/resume"): "enrol",
    ("POST", "/api/v1/jobs/{job_id}/cancel"): "enrol",
    ("POST", "/api/v1/jobs/{job_id}/undo"): "enrol",
    ("GET", "/api/v1/jobs/{job_id}/items"): "read",
    ("GET", "/api/v1/jobs/{job_id}/report.csv"): "read",
    ("GET", "/api/v1/galleries/{gallery}/unknown"): "read",
    ("GET", "/api/v1/galleries/{gallery}/unknown/{cluster_id}"): "read",
    ("DELETE", "/api/v1/galleries/{gallery}/unknown/{cluster_id}"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/unknown/{cluster_id}/faces/{face_id}/crop"): "read",
    ("POST", "/api/v1/galleries/{gallery}/unknown/{cluster_id}/name"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/unknown/{cluster_id}/split"): "enrol",
    ("PUT", "/api/v1/galleries/{gallery}/unknown/{cluster_id}/ignored"): "enrol",
    ("DELETE", "/api/v1/galleries/{gallery}/unknown/{cluster_id}/ignored"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/people/doubles"): "read",
    ("POST", "/api/v1/galleries/{gallery}/people/copy"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/people/delete"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/people/{person_id}/merge"): "enrol",
    ("PUT", "/api/v1/galleries/{gallery}/people/{person_id}/portrait"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/people/{person_id}/not-this-person"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/people/{person_id}/confusions"): "read",
    ("POST", "/api/v1/galleries/{gallery}/people/{person_id}/faces/{face_id}/wrong"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/faces/delete"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/faces/move"): "enrol",
    ("GET", "/api/v1/galleries/{gallery}/changes"): "read",
    ("GET", "/api/v1/galleries/{gallery}/changes/{change_id}"): "read",
    ("POST", "/api/v1/galleries/{gallery}/changes/{change_id}/undo"): "enrol",
    ("POST", "/api/v1/galleries/{gallery}/changes/{change_id}/erase"): "enrol",
}


OPERATIONS = [
    (
        method,
        path.format(
            gallery="default",
            person_id=NOBODY,
            job_id=NOBODY,
            number=1,
            face_id=NOBODY,
            other_person_id=NOBODY,
            photo_id=NOBODY,
            cluster_id=NOBODY,
            change_id=NOBODY,
        )[7:],
        scope,
    )
    for (method, path), scope in SCOPES.items()
]


def test_the_list_above_is_complete_and_nothing_is_open(app: Flask, api: Api) -> None:
    document = api.client.get("/api/openapi.json", headers=api._headers).get_json()
    described = {
        (method.upper(), path) for path, item in document["paths"].items() for method in item
    }
    assert described == set(SCOPES)
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/"):
            assert getattr(app.view_functions[rule.endpoint], ACTION_MARK) in ACTIONS


@pytest.mark.parametrize(("method", "path", "scope"), OPERATIONS)
def test_a_call_needs_a_key_with_its_scope(
    app: Flask, key_with: Callable[..., str], method: str, path: str, scope: str
) -> None:
    nobody = Api(app)(method, path)
    assert_problem(nobody, 401, "not_authenticated")
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    assert_problem(Api(app, "mien_wrong")(method, path), 401, "key_invalid")
    for other in {"read", "identify", "enrol"} - {scope}:
        answer = Api(app, key_with(other))(method, path)
        assert assert_problem(answer, 403, "scope_missing")["scope"] == scope
    for good in (scope, "admin"):
        assert Api(app, key_with(good))(method, path).status_code not in {401, 403}


def test_a_revoked_key_is_refused_at_once(app: Flask, runtime: Runtime) -> None:
    secret, key = create_key(acting(runtime.services), name="a key", scopes=["read"])
    api = Api(app, secret)
    assert api("GET", "/galleries").status_code == 200
    revoke_key(acting(runtime.services), key_id=key.id)
    assert_problem(api("GET", "/galleries"), 401, "key_invalid")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer {key}"},
        {"Authorization": "bearer  {key} "},
        {"X-API-Key": "{key}"},
        {"X-API-Key": "{key}", "Authorization": "Basic cHJveHk6c2VjcmV0"},
        {"X-API-Key": "{key}", "Authorization": "Bearer of-the-proxy"},
    ],
)
def test_a_key_may_come_in_either_header(
    app: Flask, key_with: Callable[..., str], headers: dict[str, str]
) -> None:
    key = key_with("read")
    filled = {name: value.format(key=key) for name, value in headers.items()}
    assert Api(app)("GET", "/galleries", headers=filled).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic cHJveHk6c2VjcmV0"},
        {"Authorization": "Bearer"},
        {"Authorization": "{key}"},
        {"X-API-Key": ""},
    ],
)
def test_other_headers_are_no_key(
    app: Flask, key_with: Callable[..., str], headers: dict[str, str]
) -> None:
    filled = {name: value.format(key=key_with("read")) for name, value in headers.items()}
    answer = Api(app)("GET", "/galleries", headers=filled)
    assert_problem(answer, 401, "not_authenticated")


@pytest.mark.parametrize("name", ["key", "api_key", "token", "access_token", "X-API-Key"])
def test_a_key_in_the_address_is_not_read(
    app: Flask, key_with: Callable[..., str], name: str
) -> None:
    answer = Api(app)("GET", f"/galleries?{name}={key_with('admin')}")
    assert_problem(answer, 401, "not_authenticated")


def test_a_strange_key_is_just_wrong(app: Flask) -> None:
    for key in ("ä" * 10, "\x7f", "x" * 6000):
        answer = Api(app)("GET", "/galleries", headers={"X-API-Key": key})
        assert_problem(answer, 401, "key_invalid")


def signed_in_cookie(runtime: Runtime) -> str:
    user = add_user(acting(runtime.services), name="Root", password="correct horse", is_admin=True)
    return open_sign_in(acting(runtime.services), user_id=user.id, browser="x", lasts_seconds=600)[
        0
    ]


def test_the_cookie_of_a_browser_opens_nothing(app: Flask, runtime: Runtime) -> None:
    client = app.test_client()
    client.set_cookie(SIGN_IN_COOKIE, signed_in_cookie(runtime))
    for method, path, _ in OPERATIONS:
        answer = client.open(f"/api/v1{path}", method=method)
        assert_problem(answer, 401, "not_authenticated")


def test_the_description_is_for_those_who_belong_here(
    app: Flask, runtime: Runtime, key_with: Callable[..., str]
) -> None:
    client = app.test_client()
    assert_problem(client.get("/api/openapi.json"), 401, "not_authenticated")
    for scope in ("read", "identify", "enrol", "admin"):
        headers = {"X-API-Key": key_with(scope)}
        assert client.get("/api/openapi.json", headers=headers).status_code == 200
    client.set_cookie(SIGN_IN_COOKIE, signed_in_cookie(runtime))
    assert client.get("/api/openapi.json").status_code == 200
    wrong = client.get("/api/openapi.json", headers={"X-API-Key": "wrong"})
    assert_problem(wrong, 401, "key_invalid")


def test_using_a_key_is_noted(app: Flask, runtime: Runtime) -> None:
    secret, key = create_key(acting(runtime.services), name="a key", scopes=["identify"])
    assert key.used_at is None
    Api(app, secret)("POST", "/detect", data={"photo": photo_part(draw_photo(["ada"]))})
    assert check_key(acting(runtime.services), secret=secret).used_at is not None
