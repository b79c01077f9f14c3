"""Who may do what, by the table."""

import pytest

from mien.access.actor import NOBODY
from mien.access.actor import OPERATOR
from mien.access.actor import SYSTEM
from mien.access.actor import Actor
from mien.access.permissions import ACTIONS
from mien.access.permissions import Action
from mien.access.permissions import require
from mien.access.permissions import require_own
from mien.errors import NotAuthenticated
from mien.errors import NotPermitted
from mien.errors import ScopeMissing
from mien.options import SCOPES
from mien.options import Scope

ADMINISTRATOR = Actor("user", id="a", is_admin=True)
USER = Actor("user", id="u")


def key(*scopes: Scope) -> Actor:
    return Actor("key", id="k", scopes=frozenset(scopes))


@pytest.mark.parametrize("action", ACTIONS)
def test_the_operator_and_the_system_may_do_everything(action: Action) -> None:
    require(OPERATOR, action)
    require(SYSTEM, action)


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_may_do_only_what_needs_a_secret_of_its_own(action: Action) -> None:
    if action in {
        "passwords.check",
        "reset_links.check",
        "reset_links.use",
        "sign_ins.open",
        "sign_ins.check",
        "setup.check",
        "setup.finish",
        "keys.check",
        "input.keep",
    }:
        require(NOBODY, action)
        return
    with pytest.raises(NotAuthenticated):
        require(NOBODY, action)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_ordinary_user_manages_nothing_of_the_installation(action: Action) -> None:
    if ACTIONS[action].everybody:
        return
    kept = {"users", "keys", "packs", "installation", "maintenance", "setup"}
    managing = {"galleries.create", "galleries.change", "galleries.delete", "galleries.bind"}
    if action.partition(".")[0] in kept or action in managing:
        with pytest.raises(NotPermitted):
            require(USER, action)
    else:
        require(USER, action, "club")


@pytest.mark.parametrize(
    "action",
    ["galleries.change", "users.add", "keys.create", "installation.read", "people.delete"],
)
def test_an_administrator_does(action: Action) -> None:
    require(ADMINISTRATOR, action)


@pytest.mark.parametrize("action", ["packs.use", "maintenance.back_up", "galleries.bind"])
def test_what_is_the_machines_is_no_administrators(action: Action) -> None:
    with pytest.raises(NotPermitted):
        require(ADMINISTRATOR, action)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_may_what_its_scope_says_and_admin_includes_the_others(
    action: Action, scope: Scope
) -> None:
    rule = ACTIONS[action]
    if rule.everybody or rule.scope == scope or (rule.scope and scope == "admin"):
        require(key(scope), action)
    elif rule.scope is None:
        with pytest.raises(NotPermitted):
            require(key(scope), action)
    else:
        with pytest.raises(ScopeMissing) as caught:
            require(key(scope), action)
        assert caught.value.extra["scope"] == rule.scope


def test_a_key_without_scopes_may_nothing_that_needs_one() -> None:
    with pytest.raises(ScopeMissing):
        require(key(), "people.read")


def test_an_account_is_its_users_and_the_operators() -> None:
    for allowed in (OPERATOR, SYSTEM, USER):
        require_own(allowed, "u")
    for other in (ADMINISTRATOR, NOBODY, key("admin"), Actor("key", id="u")):
        with pytest.raises(NotPermitted):
            require_own(other, "u")
