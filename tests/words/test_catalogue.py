"""Every key that the code raises has a sentence, every sentence is raised, every field is given."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from mien import errors
from mien.errors import MienError
from mien.errors import sentence_key
from mien.options import TAKES
from mien.vision.kinds import OTHERS
from mien.words.errors import ERRORS
from mien.words.gate import GATE
from mien.words.warnings import WARNINGS

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = [*(ROOT / "src").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, MienError)
}
# A file says by its first bytes what it is; the variant is looked up there.
LOOKED_UP = {
    "UnsupportedImage": {*(variant for _, variant in OTHERS), "unknown"},
    # What was to be done with the job; see `jobs.control`.
    "JobNotPossible": {"pause", "resume", "cancel"},
    # Whose files they are is said by who writes them; see `storage.disk.told_of_files`.
    **{key: {"", "temporary"} for key in ("StorageFull", "StorageReadOnly", "StorageFailed")},
}
# What `say` adds where an error has reasons.
OF_REASONS = {"advice"}


@dataclass(frozen=True, slots=True)
class Site:
    """Where an error is made: its key, and the fields that its sentence may use."""

    place: str
    key: str
    fields: frozenset[str] | None


def calls(*names: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Every call of one of these names in the code; a bare `raise Name` is one, too."""
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        # Werkzeug has a NotFound, too.
        foreign = set(re.findall(r"^from werkzeug\.exceptions import (\w+)$", text, re.MULTILINE))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Raise) and isinstance(node.exc, (ast.Name, ast.Attribute)):
                called = ast.Call(func=node.exc, args=[], keywords=[])
            elif isinstance(node, ast.Call):
                called = node
            else:
                continue
            name = ast.unparse(called.func).removeprefix("errors.")
            if name in names and name not in foreign:
                yield f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", name, called


def constants(value: ast.expr | None) -> set[str] | None:
    """The texts that an argument can be; None when the code alone does not say."""
    match value:
        case None:
            return {""}
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))):
            return {one, other}
    return None


def fields_of(call: ast.Call) -> frozenset[str] | None:
    """The fields that a call gives; None when it passes on what it does not name."""
    given: set[str] = set()
    for keyword in call.keywords:
        if keyword.arg is None:
            return None
        if keyword.arg == "words":
            assert isinstance(keyword.value, ast.Dict), ast.unparse(call)
            given |= {ast.literal_eval(key) for key in keyword.value.keys if key is not None}
        else:
            given.add(keyword.arg)
    return frozenset(given)


def sites() -> list[Site]:
    found = []
    for place, name, call in calls(*KINDS):
        variants = constants(call.args[0] if call.args else None) or LOOKED_UP[name]
        code = KINDS[name].code
        found += [Site(place, sentence_key(code, each), fields_of(call)) for each in variants]
    return found


SITES = sites()


def needed(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_there_is_something_to_look_at() -> None:
    assert len(SITES) > 200


def test_every_error_that_is_raised_has_a_sentence() -> None:
    assert [(site.place, site.key) for site in SITES if site.key not in ERRORS] == []


def test_every_sentence_is_raised_somewhere() -> None:
    assert set(ERRORS) - {site.key for site in SITES} == set()


def test_every_field_of_a_sentence_is_given_wherever_it_is_raised() -> None:
    missing = [
        (site.place, site.key, names)
        for site in SITES
        if site.fields is not None
        and (names := needed(ERRORS[site.key]) - site.fields - OF_REASONS)
    ]
    assert missing == []


def test_every_value_for_a_sentence_is_used_by_it() -> None:
    unused = []
    for place, name, call in calls(*KINDS):
        words = next((each.value for each in call.keywords if each.arg == "words"), None)
        variants = constants(call.args[0] if call.args else None) or LOOKED_UP[name]
        if isinstance(words, ast.Dict):
            given = {ast.literal_eval(key) for key in words.keys if key is not None}
            templates = [ERRORS[sentence_key(KINDS[name].code, each)] for each in variants]
            unused += [(place, given)] * bool(given - set().union(*map(needed, templates)))
    assert unused == []


@pytest.mark.parametrize("key", ERRORS)
def test_a_sentence_belongs_to_an_error_and_reads_like_one(key: str) -> None:
    code, _, variant = key.partition(".")
    assert code in {kind.code for kind in KINDS.values()}
    assert re.fullmatch(r"[a-z0-9_]*", variant)
    # Some end in what another program has said.
    assert re.search(r"([.?]|\{(?:why|places|reasons|advice|packs)\})$", ERRORS[key])


def objections() -> set[str]:
    keys = set()
    for _, _, call in calls("Objection"):
        given = {each.arg: each.value for each in call.keywords}
        for code in constants(given["code"]) or set():
            keys |= {sentence_key(code, each) for each in constants(given.get("variant")) or set()}
    for _, _, call in calls("_objection"):
        keys |= constants(call.args[0]) or set()
    # How a face was taken, and what a command can do about several, are variants.
    ways = {take.replace("-", "_") for take in TAKES if take != "only"}
    for _, _, call in calls("enrol_photos"):
        ways |= (
            constants(next(each.value for each in call.keywords if each.arg == "way_out")) or set()
        )
    for _, _, call in calls("with_way_out"):
        ways |= constants(call.args[1]) or set()
    return keys | {sentence_key("several_faces", each) for each in ways}


def test_every_reason_against_a_face_has_its_sentences_and_no_other_has() -> None:
    assert objections() == set(GATE)


def test_every_warning_has_its_sentences_and_no_other_has() -> None:
    keys = {
        sentence_key(code, variant)
        for _, _, call in calls("EnrolmentWarning")
        for code in (constants(call.args[0]) or set())
        for variant in (constants(call.args[1] if len(call.args) > 1 else None) or set())
    }
    assert keys == set(WARNINGS)


@pytest.mark.parametrize("told", [*GATE.values(), *WARNINGS.values()], ids=[*GATE, *WARNINGS])
def test_reasons_and_warnings_are_sentences_with_known_fields(told: object) -> None:
    what, advice = told.what, told.advice  # type: ignore[attr-defined]  # ids and values of one kind
    assert re.fullmatch(r"[A-Z].*\.", what)
    assert re.fullmatch(r"[A-Z].*\.", advice)
    assert needed(what) <= {"figure", "limit"}
    assert needed(advice) == set()
