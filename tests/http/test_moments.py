"""What a request reads is of one moment, and nothing is held open for what takes long."""

import threading
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from building import acting
from drawing import draw_photo
from mien.access.api_keys import check_key
from mien.access.api_keys import create_key
from mien.access.change_password import change_password
from mien.access.sign_ins import sign_in
from mien.access.users import add_user
from mien.gallery.people.list_people import list_people
from mien.gallery.people.people import create_person
from mien.runtime import Runtime
from serving_app import FORM_FIELDS
from serving_app import key_headers

IDENTIFY = "/api/v1/galleries/default/identify"


class Transactions:
    """How many are open, and how many there were."""

    def __init__(self) -> None:
        self.open = 0
        self.begun = 0
        self._engines: list[Engine] = []

    def watch(self, runtime: Runtime) -> None:
        """Listen to a database."""
        engine = runtime.database._engine
        for happening, change in (("begin", 1), ("rollback", -1), ("commit", -1)):
            event.listen(engine, happening, lambda _connection, by=change: self._count(by))

    def _count(self, by: int) -> None:
        self.open += by
        self.begun += by > 0


class Arriving(BytesIO):
    """A body that notes how many transactions are open whenever some of it is asked for."""

    def __init__(self, data: bytes, seen: list[int], transactions: Transactions) -> None:
        super().__init__(data)
        self._seen = seen
        self._transactions = transactions

    def read(self, size: int | None = -1, /) -> bytes:
        """Some of it."""
        self._seen.append(self._transactions.open)
        return super().read(size)

    def readinto(self, buffer: Any, /) -> int:
        """Some of it, into a buffer."""
        self._seen.append(self._transactions.open)
        return super().readinto(buffer)


@pytest.fixture
def headers(runtime: Runtime) -> dict[str, str]:
    secret, _ = create_key(acting(runtime.services), name="k", scopes=["admin"])
    # That it is used is written down now and then, not with what is counted here.
    check_key(acting(runtime.services), secret=secret)
    return key_headers(secret)


@pytest.fixture
def transactions(runtime: Runtime) -> Transactions:
    made = Transactions()
    made.watch(runtime)
    return made


@pytest.mark.parametrize("path", [IDENTIFY, f"{IDENTIFY}/batch", "/api/v1/detect"])
def test_none_is_open_while_a_photo_arrives(
    app: Flask, headers: dict[str, str], transactions: Transactions, path: str
) -> None:
    photo = draw_photo(["ada"]) + bytes(100_000)
    head = (
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n"
    )
    body = head + photo + b"\r\n--x--\r\n"
    seen: list[int] = []
    answer = app.test_client().post(
        path,
        headers=headers,
        input_stream=Arriving(body, seen, transactions),
        content_type="multipart/form-data; boundary=x",
        content_length=len(body),
    )
    assert answer.status_code == 200, answer.text
    assert seen
    assert set(seen) == {0}
    assert transactions.open == 0


def test_none_is_open_while_a_small_body_arrives(
    app: Flask, headers: dict[str, str], transactions: Transactions
) -> None:
    seen: list[int] = []
    body = b'{"name": "Ada"}'
    for path, kind in ((IDENTIFY, "application/json"), (f"{IDENTIFY}/batch", FORM_FIELDS)):
        app.test_client().post(
            path,
            headers=headers,
            input_stream=Arriving(body, seen, transactions),
            content_type=kind,
            content_length=len(body),
        )
    made = app.test_client().post(
        "/api/v1/galleries/default/people",
        headers=headers,
        input_stream=Arriving(body, seen, transactions),
        content_type="application/json",
        content_length=len(body),
    )
    assert made.status_code == 201, made.text
    assert seen
    assert set(seen) == {0}


def test_a_body_that_ends_early_is_told(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().post(
        "/api/v1/galleries/default/people",
        headers=headers,
        input_stream=BytesIO(b'{"name":'),
        content_type="application/json",
        content_length=100,
    )
    assert answer.status_code == 400
    assert (answer.json or {}).get("code")


def test_none_is_open_while_a_password_is_checked(
    runtime: Runtime, transactions: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, seen = acting(runtime.services), list[int]()
    user = add_user(call, name="ada", password="correct horse battery", is_admin=True)

    def noting(*_given: str) -> bool:
        seen.append(transactions.open)
        return True

    monkeypatch.setattr("mien.access.check_password.password_fits", noting)
    runtime.database.begin_moment()
    list_people(call, gallery="default")
    sign_in(call, name="ada", password="x", browser="", lasts_seconds=60)
    list_people(call, gallery="default")
    change_password(
        call,
        user_id=user.id,
        old_password="x",
        new_password="another horse, and a battery",
    )
    runtime.database.end_moment()
    assert seen == [0, 0]


def test_none_is_open_while_a_photo_is_looked_at(
    app: Flask,
    runtime: Runtime,
    headers: dict[str, str],
    transactions: Transactions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []
    analyze = type(runtime.engine).analyze

    def noting(*given: object, **named: object) -> object:
        seen.append(transactions.open)
        return analyze(*given, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(type(runtime.engine), "analyze", noting)
    form = {"photo": (BytesIO(draw_photo(["ada"])), "a.png")}
    answer = app.test_client().post(IDENTIFY, headers=headers, data=form, content_type=FORM_FIELDS)
    assert answer.status_code == 200
    assert seen == [0]


def test_what_a_request_reads_is_one_transaction_and_ends_with_it(
    app: Flask, headers: dict[str, str], transactions: Transactions
) -> None:
    for path in ("/api/v1/galleries", "/api/v1/galleries/nowhere", "/api/v1/nothing"):
        before = transactions.begun
        app.test_client().get(path, headers=headers)
        assert transactions.begun - before <= 1
        assert transactions.open == 0


def test_what_was_written_is_read_in_the_same_moment(runtime: Runtime) -> None:
    call = acting(runtime.services)
    runtime.database.begin_moment()
    assert list_people(call, gallery="default").total == 0
    create_person(call, gallery="default", name="Ada")
    assert list_people(call, gallery="default").total == 1
    runtime.database.end_moment()


def test_a_moment_is_its_threads_alone(runtime: Runtime) -> None:
    call = acting(runtime.services)
    runtime.database.begin_moment()
    assert list_people(call, gallery="default").total == 0
    seen: list[int] = []

    def elsewhere() -> None:
        create_person(call, gallery="default", name="Ada")
        seen.append(list_people(call, gallery="default").total)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [1]
    assert list_people(call, gallery="default").total == 0, "still the moment of before"
    runtime.database.rest()
    assert list_people(call, gallery="default").total == 1
    runtime.database.end_moment()
