"""Links by which somebody who has lost their password sets a new one."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from building import acting
from looking import bytes_of
from looking import rows_of
from mien.access.actor import NOBODY
from mien.access.actor import Actor
from mien.access.change_password import change_password
from mien.access.check_password import check_password
from mien.access.confirm import OwnPassword
from mien.access.reset_links import check_reset_link
from mien.access.reset_links import issue_reset_link
from mien.access.reset_links import use_reset_link
from mien.access.sign_ins import list_sign_ins
from mien.access.sign_ins import open_sign_in
from mien.access.users import User
from mien.access.users import add_user
from mien.access.users import remove_user
from mien.access.users import set_password
from mien.errors import InvalidInput
from mien.errors import NotPermitted
from mien.errors import ResetLinkInvalid
from mien.errors import UserNotFound
from mien.errors import WrongCredentials
from mien.gallery.services import Services
from mien.maintenance.cleanup import clean_up
from mien.storage.models import ResetLinkRow
from mien.storage.models import now

GOOD, NEW = "correct horse battery", "another fine horse"


@pytest.fixture
def eve(services: Services) -> User:
    return add_user(acting(services), name="Eve", password=GOOD, is_admin=False)


def issued(services: Services) -> str:
    secret, _ = issue_reset_link(acting(services), name="EVE")
    return secret


def use(services: Services, secret: str, password: str = NEW) -> User:
    return use_reset_link(acting(services, NOBODY), secret=secret, password=password)


def sign_ins(services: Services, user: User) -> int:
    open_sign_in(acting(services), user_id=user.id, browser="", lasts_seconds=600)
    return len(list_sign_ins(acting(services), user_id=user.id))


def test_a_link_sets_a_password_once_and_ends_all_sign_ins(services: Services, eve: User) -> None:
    assert sign_ins(services, eve) == 1
    secret = issued(services)
    assert check_reset_link(acting(services, NOBODY), secret=secret) == eve
    check_password(acting(services), name="eve", password=GOOD)
    assert sign_ins(services, eve) == 2, "making a link ends nothing"
    assert use(services, secret) == eve
    assert list_sign_ins(acting(services), user_id=eve.id) == ()
    check_password(acting(services), name="eve", password=NEW)
    with pytest.raises(WrongCredentials):
        check_password(acting(services), name="eve", password=GOOD)
    with pytest.raises(ResetLinkInvalid):
        use(services, secret, GOOD)


def test_a_link_survives_a_password_that_is_none(services: Services, eve: User) -> None:
    secret = issued(services)
    with pytest.raises(InvalidInput):
        use(services, secret, "short")
    use(services, secret)


def test_only_the_newest_link_works(services: Services, eve: User) -> None:
    old, new = issued(services), issued(services)
    with pytest.raises(ResetLinkInvalid):
        use(services, old)
    use(services, new)


@pytest.mark.parametrize("secret", ["", "wrong", "\ud800", "ü" * 10_000])
def test_a_wrong_link_is_refused(services: Services, eve: User, secret: str) -> None:
    issued(services)
    with pytest.raises(ResetLinkInvalid):
        check_reset_link(acting(services, NOBODY), secret=secret)
    with pytest.raises(ResetLinkInvalid):
        use(services, secret)


def test_a_link_is_too_old_after_a_day_and_then_removed(services: Services, eve: User) -> None:
    secret = issued(services)

    def let_hours_pass(hours: float) -> None:
        with services.database.write() as session:
            row = session.scalars(select(ResetLinkRow)).one()
            row.expires_at -= dt.timedelta(hours=hours)

    with services.database.read() as session:
        left = session.scalars(select(ResetLinkRow)).one().expires_at - now()
    assert dt.timedelta(hours=23) < left <= dt.timedelta(hours=24)
    let_hours_pass(23.9)
    clean_up(acting(services))
    check_reset_link(acting(services, NOBODY), secret=secret)
    let_hours_pass(0.2)
    with pytest.raises(ResetLinkInvalid):
        use(services, secret)
    clean_up(acting(services))
    assert "reset_link" not in rows_of(services)


def _change(services: Services, eve: User) -> None:
    change_password(acting(services), user_id=eve.id, old_password=GOOD, new_password=NEW)


def _set(services: Services, _eve: User) -> None:
    set_password(acting(services), name="eve", password=NEW)


def _remove(services: Services, _eve: User) -> None:
    remove_user(acting(services), name="eve")


@pytest.mark.parametrize("end", [_change, _set, _remove])
def test_a_link_ends_with_the_password_that_it_was_to_replace(
    services: Services, eve: User, end: Callable[[Services, User], None]
) -> None:
    secret = issued(services)
    end(services, eve)
    with pytest.raises(ResetLinkInvalid):
        use(services, secret)


def test_of_several_at_once_one_sets_the_password(services: Services, eve: User) -> None:
    secret = issued(services)

    def one(number: int) -> int:
        try:
            use(services, secret, f"{NEW} {number}")
        except ResetLinkInvalid:
            return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(one, range(4))) == 1


def test_no_link_is_kept(services: Services, eve: User, home: Path) -> None:
    assert issued(services).encode() not in bytes_of(home)


def test_an_administrator_shows_their_own_password_first(services: Services, eve: User) -> None:
    root = add_user(acting(services), name="Root", password=GOOD, is_admin=True)
    own = acting(services, root)
    for wrong in (None, OwnPassword(""), OwnPassword("wrong")):
        with pytest.raises(WrongCredentials) as caught:
            issue_reset_link(own, name="eve", own_password=wrong)
        assert caught.value.key == "wrong_credentials.own_password"
    assert "reset_link" not in rows_of(services)
    secret, link = issue_reset_link(own, name="eve", own_password=OwnPassword(GOOD))
    assert (link.user, use(services, secret)) == (eve, eve)
    with pytest.raises(UserNotFound):
        issue_reset_link(own, name="nobody", own_password=OwnPassword(GOOD))


def test_neither_a_user_nor_a_key_makes_links(services: Services, eve: User) -> None:
    for who in (eve.actor, Actor("key", id="k", scopes=frozenset({"admin"}))):
        with pytest.raises(NotPermitted):
            issue_reset_link(acting(services, who), name="eve", own_password=OwnPassword(GOOD))


def test_an_own_password_is_in_no_traceback() -> None:
    assert GOOD not in repr(OwnPassword(GOOD))
