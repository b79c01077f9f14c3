"""What holds for every verb: it asks who may, and what it changes it writes down."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

import mien.access
import mien.gallery
import mien.maintenance
from mien.access.permissions import ACTIONS
from mien.access.permissions import Action
from mien.access.permissions import EventKind

PACKAGES = (mien.access, mien.gallery, mien.maintenance)


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)


def functions(module: ModuleType) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef))


def first_parameter(function: ast.FunctionDef) -> tuple[str, str]:
    if not function.args.args:
        return "", ""
    first = function.args.args[0]
    return first.arg, ast.unparse(first.annotation) if first.annotation else ""


def verbs() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (module.__name__, function)
        for module in modules()
        for function in functions(module)
        if first_parameter(function)[0] == "call" and not function.name.startswith("_")
    ]


VERBS = verbs()


def asked(function: ast.FunctionDef) -> str | None:
    """The action of `permissions.require(call.actor, …)`, when that is what comes first."""
    statement = function.body[1] if len(function.body) > 1 else None
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return None
    call = statement.value
    if ast.unparse(call.func) != "permissions.require":
        return None
    who, action = call.args[:2]
    if ast.unparse(who) != "call.actor" or not isinstance(action, ast.Constant):
        return None
    return str(action.value)


def test_there_are_verbs_to_look_at() -> None:
    assert len(VERBS) > 50


@pytest.mark.parametrize(
    ("module", "function"), VERBS, ids=[f"{module}.{verb.name}" for module, verb in VERBS]
)
def test_a_verb_asks_who_may_before_anything_else(module: str, function: ast.FunctionDef) -> None:
    assert asked(function) in ACTIONS, "the first line is no permissions.require"


def test_nothing_that_is_no_verb_opens_a_transaction_for_others() -> None:
    """A function that is given the collaborators alone does not know who acts."""
    for module in modules():
        for function in functions(module):
            name, kind = first_parameter(function)
            if kind != "Services" or function.name.startswith("_"):
                continue
            text = ast.unparse(function)
            assert f"{name}.database.read" not in text, f"{module.__name__}.{function.name}"
            assert f"{name}.database.write" not in text, f"{module.__name__}.{function.name}"


def test_the_table_names_every_action_and_no_other() -> None:
    assert set(ACTIONS) == set(get_args(Action))
    told = {kind for rule in ACTIONS.values() for kind in rule.events}
    assert told == set(get_args(EventKind))


def test_every_action_is_some_verbs() -> None:
    assert set(ACTIONS) == {asked(function) for _, function in VERBS} - {None}


def test_a_verb_that_writes_tells_the_audit_trail_or_changes_nothing_of_record() -> None:
    """What opens a writing transaction records an event that its action's rule names."""
    quiet = {
        # A held photo is its user's alone and gone within the hour.
        "hold_photo",
        "let_go_of_photo",
        # When a sign-in or a key was last used is no change of either.
        "who_is",
        "check_key",
        # By the clock: what is removed had its time told when it was made.
        "tidy",
        "remove_expired_probes",
    }
    for module, function in VERBS:
        source = ast.unparse(function)
        if "call.services.database.write()" not in source or function.name in quiet:
            continue
        whole = Path(importlib.import_module(module).__file__ or "").read_text(encoding="utf-8")
        action = asked(function)
        events = ACTIONS[action].events  # type: ignore[index]  # that it is one is tested above
        assert events, f"{function.name} writes, and {action} tells of nothing"
        assert any(f'"{kind}"' in whole for kind in events), f"{function.name} records nothing"
