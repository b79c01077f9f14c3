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
import mien.jobs
import mien.maintenance
from mien.access.permissions import ACTIONS
from mien.access.permissions import Action
from mien.access.permissions import EventKind

PACKAGES = (mien.access, mien.gallery, mien.jobs, mien.maintenance)


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            yield importlib.import_module(found.name)


def functions(module: ModuleType) -> Iterator[ast.FunctionDef]:
    tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
    yield from (node for node in tree.body if isinstance(node, ast.FunctionDef))


def parameters(function: ast.FunctionDef) -> dict[str, str]:
    """Name and annotation of everything a function takes, in any position."""
    given = function.args
    return {
        each.arg: ast.unparse(each.annotation) if each.annotation else ""
        for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)
    }


def is_verb(function: ast.FunctionDef) -> bool:
    is_asked = any(kind in {"Call", "AccessCall"} for kind in parameters(function).values())
    return is_asked and not function.name.startswith("_")


def verbs() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (module.__name__, function)
        for module in modules()
        for function in functions(module)
        if is_verb(function) and function.name != "record"
    ]


def reached(module: ModuleType, function: ast.FunctionDef) -> list[ast.FunctionDef]:
    """A function and the private ones of its module that it comes to, one by way of another."""
    private = {each.name: each for each in functions(module) if each.name.startswith("_")}
    found, left = {function.name: function}, [function]
    while left:
        for node in ast.walk(left.pop()):
            if isinstance(node, ast.Name) and node.id in private and node.id not in found:
                found[node.id] = private[node.id]
                left.append(private[node.id])
    return list(found.values())


def opens(function: ast.FunctionDef, transaction: str) -> bool:
    """Whether it opens a transaction of this kind, whatever it calls the database."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == transaction
        and not node.args
        and {keyword.arg for keyword in node.keywords} <= {"briefly"}
        for node in ast.walk(function)
    )


def recorded(functions: list[ast.FunctionDef]) -> set[str]:
    """The kinds of events that `audit.record(session, call, kind, …)` is given."""
    return {
        str(constant.value)
        for function in functions
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
        for constant in ast.walk(node.args[2])
        if isinstance(constant, ast.Constant)
    }


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
    assert next(iter(parameters(function))) == "call", "a verb takes its call first"
    assert asked(function) in ACTIONS, "the first line is no permissions.require"


def test_nothing_that_is_no_verb_opens_a_transaction_for_others() -> None:
    """What does not know who acts reads and writes in the transaction of who does."""
    inside = {
        # The engine asks for it before anybody acts.
        "current_pack",
        # Puts a whole installation in the place of another, its audit trail included; the
        # operator's command alone has it.
        "restore",
        # A worker acts for whoever has started a job, and was asked for then.
        "run_job",
        "waiting_jobs",
        "end_interrupted",
        "plan_import",
        "people_left",
        "identify_video",
    }
    for module in modules():
        for function in functions(module):
            if is_verb(function) or function.name.startswith("_") or function.name in inside:
                continue
            for each in reached(module, function):
                told = f"{module.__name__}.{function.name} by way of {each.name}"
                assert not opens(each, "write"), told
                if not set(parameters(function)) & {"session", "database"}:
                    assert not opens(each, "read"), told


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
        "let_photos_wait_for",
        # What was typed is its user's alone and gone within minutes.
        "keep_input",
        "take_input",
        # When a sign-in or a key was last used is no change of either.
        "who_is",
        "check_key",
        # By the clock: what is removed had its time told when it was made.
        "clean_up",
        "settle",
        "remove_expired_probes",
        # Nothing searches what is staged; that it begins, and the change, are told by `embed_again`.
        "stage_embeddings",
        # What is sent for an import is told of when that starts.
        "receive_part",
        "receive_video",
    }
    for module, function in VERBS:
        bodies = reached(importlib.import_module(module), function)
        if function.name in quiet or not any(opens(each, "write") for each in bodies):
            continue
        action = asked(function)
        events = ACTIONS[action].events  # type: ignore[index]  # that it is one is tested above
        assert events, f"{function.name} writes, and {action} tells of nothing"
        assert recorded(bodies) & set(events), f"{function.name} records nothing"
