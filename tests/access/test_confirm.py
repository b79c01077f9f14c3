"""What only the person may do, and not whoever has got hold of a signed-in browser."""

from collections.abc import Callable

import pytest

from building import acting
from looking import rows_of
from mien.access.actor import OPERATOR
from mien.access.actor import SYSTEM
from mien.access.actor import Actor
from mien.access.api_keys import create_key
from mien.access.confirm import OwnPassword
from mien.access.reset_links import issue_reset_link
from mien.access.throttling import FREE_TRIES
from mien.access.users import User
from mien.access.users import add_user
from mien.errors import TooManyAttempts
from mien.errors import WrongCredentials
from mien.gallery.services import Call
from mien.gallery.services import Services

GOOD, OTHER = "correct horse battery", "another fine horse"


def _key(call: Call, own: OwnPassword | None) -> None:
    create_key(call, name="door", scopes=["read"], own_password=own)


def _administrator(call: Call, own: OwnPassword | None) -> None:
    add_user(call, name="New", password=GOOD, is_admin=True, own_password=own)


def _link(call: Call, own: OwnPassword | None) -> None:
    issue_reset_link(call, name="eve", own_password=own)


Act = Callable[[Call, OwnPassword | None], None]
ACTS = pytest.mark.parametrize("act", [_key, _administrator, _link])


@pytest.fixture
def root(services: Services) -> User:
    add_user(acting(services), name="Eve", password=OTHER, is_admin=False)
    return add_user(acting(services), name="Root", password=GOOD, is_admin=True)


@ACTS
def test_it_takes_the_password_of_the_one_who_acts(
    services: Services, root: User, act: Act
) -> None:
    before = rows_of(services)
    for own in (None, OwnPassword(""), OwnPassword("wrong"), OwnPassword(OTHER)):
        with pytest.raises(WrongCredentials) as caught:
            act(acting(services, root), own)
        assert caught.value.key == "wrong_credentials.own_password"
    changed = {"event", "password_tries"}
    assert {n: c for n, c in rows_of(services).items() if n not in changed} == {
        n: c for n, c in before.items() if n not in changed
    }
    act(acting(services, root), OwnPassword(GOOD))


@ACTS
def test_guesses_are_counted(services: Services, root: User, act: Act) -> None:
    for _ in range(FREE_TRIES):
        with pytest.raises(WrongCredentials):
            act(acting(services, root), OwnPassword("wrong"))
    with pytest.raises(TooManyAttempts):
        act(acting(services, root), OwnPassword(GOOD))


@ACTS
@pytest.mark.parametrize("who", [OPERATOR, SYSTEM])
def test_whoever_is_no_user_has_none(services: Services, root: User, act: Act, who: Actor) -> None:
    act(acting(services, who), None)


def test_an_ordinary_account_takes_none(services: Services, root: User) -> None:
    add_user(acting(services, root), name="Sam", password=GOOD, is_admin=False)


def test_somebody_who_is_gone_confirms_nothing(services: Services) -> None:
    gone = Actor("user", id="gone", is_admin=True)
    with pytest.raises(WrongCredentials):
        create_key(
            acting(services, gone), name="k", scopes=["read"], own_password=OwnPassword(GOOD)
        )
