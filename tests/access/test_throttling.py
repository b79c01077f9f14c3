"""How often a password may be tried, whoever tries it and in whichever process."""

import datetime as dt
from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update

from building import acting
from building import make_runtime
from looking import bytes_of
from looking import rows_of
from mien.access.change_password import change_password
from mien.access.check_password import check_password
from mien.access.known_browsers import new_mark
from mien.access.throttling import FIRST_WAIT_SECONDS
from mien.access.throttling import FREE_TRIES
from mien.access.throttling import LONGEST_WAIT_SECONDS
from mien.access.throttling import Source
from mien.access.throttling import account_key
from mien.access.throttling import network
from mien.access.users import add_user
from mien.errors import TooManyAttempts
from mien.errors import WrongCredentials
from mien.gallery.services import Services
from mien.maintenance.cleanup import clean_up
from mien.runtime import Runtime
from mien.storage.models import PasswordTriesRow

pytestmark = pytest.mark.thorough

GOOD = "correct horse battery"
NOBODY = "Zelda Zauberin"


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Runtime, Runtime]]:
    """Two processes on one database, with one key."""
    url = "" if request.param == "sqlite" else str(request.getfixturevalue("postgresql_url"))
    given: dict[str, Any] = {
        "database_url": url,
        "secret_key": "k" * 32,
        "signin_rate": "12 per minute",
    }
    with (
        closing(make_runtime(tmp_path, **given)) as one,
        closing(make_runtime(tmp_path, **given)) as other,
    ):
        add_user(acting(one.services), name="Root", password=GOOD, is_admin=True)
        yield one, other


@pytest.fixture
def one(services: Services) -> Services:
    add_user(acting(services), name="Root", password=GOOD, is_admin=True)
    return services


def attempt(
    services: Services, name: str = "root", password: str = "wrong", source: Source | None = None
) -> str:
    """What comes of a try: `in`, `wrong`, or how many seconds to wait."""
    try:
        check_password(
            acting(services), name=name, password=password, source=source or Source("192.0.2.1")
        )
    except WrongCredentials:
        return "wrong"
    except TooManyAttempts as error:
        return str(error.extra["retry_after_seconds"])
    return "in"


def wait(services: Services, seconds: float) -> None:
    """Let time go by for what is counted."""
    with services.database.write() as session:
        for row in session.scalars(select(PasswordTriesRow)):
            row.next_at -= dt.timedelta(seconds=seconds)
            row.forget_at -= dt.timedelta(seconds=seconds)


def elsewhere(number: int) -> Source:
    return Source(f"198.51.100.{number}")


def test_an_account_waits_longer_each_time_whoever_tries(
    pair: tuple[Runtime, Runtime],
) -> None:
    """Another address, and another process, get no tries of their own."""
    processes = [runtime.services for runtime in pair]
    for number in range(FREE_TRIES):
        assert attempt(processes[number % 2], source=elsewhere(number)) == "wrong"
    for doublings in range(9):
        expected = min(FIRST_WAIT_SECONDS * 2**doublings, LONGEST_WAIT_SECONDS)
        tries = [attempt(one, password=GOOD, source=elsewhere(77)) for one in processes]
        assert tries == [str(expected)] * 2
        wait(processes[0], expected)
        assert attempt(processes[1], source=elsewhere(88 + doublings)) == "wrong"


def test_the_right_password_is_taken_once_the_wait_is_over_and_begins_anew(one: Services) -> None:
    for _ in range(FREE_TRIES):
        attempt(one)
    assert attempt(one, password=GOOD) == str(FIRST_WAIT_SECONDS)
    wait(one, FIRST_WAIT_SECONDS - 1)
    assert attempt(one, password=GOOD) == "1"
    wait(one, 1)
    assert attempt(one, password=GOOD) == "in"
    assert [attempt(one) for _ in range(FREE_TRIES)] == ["wrong"] * FREE_TRIES


def test_what_is_refused_does_not_make_the_wait_longer(one: Services) -> None:
    for _ in range(FREE_TRIES + 20):
        attempt(one)
    wait(one, FIRST_WAIT_SECONDS)
    assert attempt(one, password=GOOD) == "in"


def test_what_is_refused_waits_for_nobody_who_writes(one: Services) -> None:
    for _ in range(FREE_TRIES):
        attempt(one)
    with one.database.write():
        assert attempt(one) == str(FIRST_WAIT_SECONDS)


def test_tries_at_once_do_not_slip_through(pair: tuple[Runtime, Runtime]) -> None:
    with ThreadPoolExecutor(12) as pool:
        tries = list(
            pool.map(
                lambda number: attempt(pair[number % 2].services, source=elsewhere(number)),
                range(24),
            )
        )
    assert tries.count("wrong") == FREE_TRIES
    assert "in" not in tries


def test_an_address_that_tries_many_accounts_waits(pair: tuple[Runtime, Runtime]) -> None:
    one, other = (runtime.services for runtime in pair)
    with ThreadPoolExecutor(8) as pool:
        tries = list(
            pool.map(
                lambda number: attempt((one, other)[number % 2], f"user {number}"),
                range(20),
            )
        )
    assert tries.count("wrong") == 12
    assert 1 <= int(attempt(other, password=GOOD)) <= 60
    assert attempt(other, password=GOOD, source=elsewhere(1)) == "in"
    wait(one, 60)
    assert attempt(other, password=GOOD) == "in"


def test_right_passwords_use_up_nothing(one: Services) -> None:
    assert {attempt(one, password=GOOD) for _ in range(40)} == {"in"}


def test_ones_own_password_pays_for_no_guesses_at_others(tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path, signin_rate="4 per minute")) as runtime:
        services = runtime.services
        add_user(acting(services), name="Root", password=GOOD, is_admin=True)
        tries = []
        for number in range(6):
            tries += [attempt(services, f"user {number}"), attempt(services, password=GOOD)]
    assert tries[:7] == ["wrong", "in"] * 3 + ["wrong"]
    assert "in" not in tries[7:]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("nonsense", "nonsense"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(address: str, expected: str) -> None:
    assert network(address) == expected


def test_names_of_nobody_are_counted_alike(one: Services) -> None:
    def story(name: str) -> list[str]:
        tries = [attempt(one, name, source=elsewhere(9)) for _ in range(FREE_TRIES + 1)]
        wait(one, FIRST_WAIT_SECONDS)
        return [*tries, attempt(one, name, source=elsewhere(9)), attempt(one, name)]

    assert story("root") == story(NOBODY)


def test_no_name_and_no_address_is_kept(one: Services, home: Path) -> None:
    attempt(one, NOBODY, source=Source("203.0.113.77"))
    kept = bytes_of(home)
    assert "password_tries" in rows_of(one)
    for clear in (NOBODY, NOBODY.casefold(), "203.0.113.77"):
        assert clear.encode() not in kept


def known(services: Services, name: str = "root") -> Source:
    secret = services.throttle.secret()
    mark = new_mark(secret=secret, account=account_key(secret, name))
    return Source("192.0.2.1", mark)


def test_strangers_keep_nobody_out_who_has_been_in(one: Services) -> None:
    """Neither by their guesses at the account nor from the same address, as behind a proxy."""
    own = known(one)
    for number in range(200):
        attempt(one, f"user {number}")
    for number in range(FREE_TRIES):
        attempt(one, source=elsewhere(number))
    assert attempt(one, password=GOOD, source=elsewhere(99)) == str(FIRST_WAIT_SECONDS)
    assert attempt(one, password=GOOD) != "in"
    assert attempt(one, password=GOOD, source=own) == "in"


def test_a_known_browser_has_no_more_tries_than_a_stranger(one: Services) -> None:
    own = known(one)
    tries = [attempt(one, source=own) for _ in range(FREE_TRIES + 1)]
    assert tries == ["wrong"] * FREE_TRIES + [str(FIRST_WAIT_SECONDS)]


@pytest.mark.parametrize(
    "forge",
    [
        lambda mark: mark + "0",
        lambda mark: "other" + mark,
        lambda mark: mark.partition(".")[0],
        lambda mark: "\ud800.ü",
    ],
)
def test_a_forged_mark_is_none(one: Services, forge: Callable[[str], str]) -> None:
    own = known(one)
    forged = Source("192.0.2.1", forge(own.mark))
    tries = [attempt(one) for _ in range(FREE_TRIES)]
    assert tries == ["wrong"] * FREE_TRIES
    assert attempt(one, source=forged) == str(FIRST_WAIT_SECONDS)


def test_a_mark_is_good_for_its_account_alone(one: Services) -> None:
    others = known(one, "eve")
    for _ in range(FREE_TRIES):
        attempt(one)
    assert attempt(one, source=others) == str(FIRST_WAIT_SECONDS)


def test_the_current_password_is_counted_with_the_others(one: Services) -> None:
    user = add_user(acting(one), name="Eve", password=GOOD, is_admin=False)

    def change(old: str) -> None:
        change_password(
            acting(one, user),
            user_id=user.id,
            old_password=old,
            new_password="another password",
        )

    for _ in range(FREE_TRIES):
        with pytest.raises(WrongCredentials):
            change("wrong")
    with pytest.raises(TooManyAttempts):
        change(GOOD)
    assert attempt(one, "eve", GOOD) == str(FIRST_WAIT_SECONDS)


def test_an_address_of_many_has_more_tries_and_not_any_number(tmp_path: Path) -> None:
    with closing(make_runtime(tmp_path, signin_rate="4 per minute")) as runtime:
        for address in ("127.0.0.1", ""):
            proxy = Source(address, is_shared=True)
            tries = [attempt(runtime.services, f"u {n}", source=proxy) for n in range(41)]
            assert tries.count("wrong") == 40


def test_where_no_address_is_known_the_account_alone_counts(one: Services) -> None:
    for number in range(200):
        assert attempt(one, f"user {number}", source=Source()) == "wrong"


@pytest.mark.parametrize(
    ("seconds", "key"),
    [(0.2, "second"), (1.5, "seconds"), (90, "seconds"), (91, "minutes")],
)
def test_a_wait_is_told_in_seconds_or_minutes(one: Services, seconds: float, key: str) -> None:
    attempt(one)
    with one.database.write() as session:
        at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        session.execute(update(PasswordTriesRow).values(next_at=at))
    with pytest.raises(TooManyAttempts) as caught:
        check_password(acting(one), name="root", password=GOOD)
    assert caught.value.key == f"too_many_attempts.{key}"
    if key == "minutes":
        assert caught.value.words["minutes"] == 2


def test_what_makes_no_difference_any_more_is_removed(one: Services) -> None:
    attempt(one)
    wait(one, 3600)
    clean_up(acting(one))
    with one.database.read() as session:
        assert len(session.scalars(select(PasswordTriesRow)).all()) == 1, "of the address"
    wait(one, 24 * 3600)
    clean_up(acting(one))
    assert "password_tries" not in rows_of(one)
