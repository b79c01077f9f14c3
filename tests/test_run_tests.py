"""tools/run_tests.py: what it makes of pytest's parts."""

from collections import Counter
from pathlib import Path

import pytest
from tools import run_tests
from tools.run_tests import Outcome

THREE = """
import pytest

def test_fine(): pass
def test_wrong(): assert False
def test_elsewhere(): pytest.skip("not here")
"""


NONE = """
import pytest

pytest.importorskip("there_is_no_such_module", reason="no such module is installed")

def test_fine(): pass
"""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pytest is asked for by each part, none of which is run."""
    asked: list[list[str]] = []

    def take_note(options: list[str], *, in_memory: bool) -> Outcome:
        asked.append([*options, "in memory"] if in_memory else options)
        return Outcome(status=0 if "-n" in options else 5, passed=1)

    monkeypatch.setattr(run_tests, "run", take_note)
    return asked


def marks(options: list[str]) -> str:
    return options[options.index("-m") + 1]


def test_what_needs_the_machine_to_itself_comes_after_the_rest(calls: list[list[str]]) -> None:
    assert run_tests.main(["-k", "identify"]) == 0
    assert [marks(each) for each in calls[:2]] == ["not serial", "serial"]
    assert ["-n" in each for each in calls] == [True, False, True]
    assert [each[-2:] for each in calls] == [["-k", "identify"]] * 3


def test_rows_and_the_api_are_tested_on_postgresql_too_unless_tests_are_named(
    calls: list[list[str]],
) -> None:
    run_tests.main([])
    assert "--database=postgresql" in calls[2]
    assert {"tests/api", "tests/storage"} < set(calls[2])
    calls.clear()
    run_tests.main(["tests/api/test_walk.py::test_one"])
    assert len(calls) == 2
    assert not any("--database=postgresql" in each for each in calls)


def test_marks_that_are_asked_for_hold_in_all_parts(calls: list[list[str]]) -> None:
    run_tests.main(["-m", "models or browser"])
    assert [marks(each) for each in calls] == [
        "(models or browser) and (not serial)",
        "(models or browser) and (serial)",
        "(models or browser) and (not serial and not browser)",
    ]


def test_the_quick_part_is_alone(calls: list[list[str]]) -> None:
    run_tests.main(["--quick", "tests/api"])
    [only] = calls
    assert "not processes" in marks(only)
    assert only[-2:] == ["tests/api", "in memory"]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [([0, 0], 0), ([0, 5], 0), ([5, 0], 0), ([5, 5], 5), ([1, 0], 1), ([0, 1], 1), ([2], 2)],
)
def test_it_is_well_when_every_part_is_and_something_was_run(
    statuses: list[int], expected: int
) -> None:
    assert run_tests.verdict(statuses) == expected


def test_the_summary_is_of_all_parts() -> None:
    said = run_tests.summary(
        {
            "side by side": Outcome(1, 61.2, 900, Counter({"no data": 2}), ["a.py::test_a"]),
            "one after another": Outcome(0, 9.0, 10, Counter({"no data": 1})),
        }
    )
    assert said.splitlines() == [
        "",
        "Skipped:",
        "  3 x no data",
        "",
        "Failed:",
        "  a.py::test_a",
        "",
        "All tests: 910 passed, 1 failed, 3 skipped. Side by side 61 s, one after another 9 s.",
    ]


@pytest.mark.processes
def test_what_became_of_the_tests_is_read_from_pytest(tmp_path: Path) -> None:
    file = tmp_path / "test_three.py"
    file.write_text(THREE, encoding="utf-8")
    outcome = run_tests.run([f"--rootdir={tmp_path}", "-p", "no:cacheprovider", str(file)])
    assert (outcome.status, outcome.passed) == (1, 1)
    assert outcome.skipped == {"not here": 1}
    assert outcome.failed == ["test_three.py::test_wrong"]


@pytest.mark.processes
def test_the_reason_is_told_when_a_whole_file_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "test_none.py").write_text(NONE, encoding="utf-8")
    (tmp_path / "test_three.py").write_text(THREE, encoding="utf-8")
    outcome = run_tests.run([f"--rootdir={tmp_path}", "-p", "no:cacheprovider", str(tmp_path)])
    assert outcome.skipped == {"not here": 1, "no such module is installed (a whole file)": 1}
