"""Runs the tests in parts, and says at the end how all of them went.

    tools/run_tests.py [--quick] [arguments of pytest]

First those that may run side by side, on every core, a file at a time; then, one after another,
those marked `serial`; then those of rows and of the API once more, over a PostgreSQL server. With
--quick only the first part, and in it only what needs neither models
nor a network, starts no process, drives no browser and is not marked `thorough`; its files lie in
memory where the system has a folder for that, because every test's database waits for the disk.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
SIDE_BY_SIDE = ("-n", "auto", "--dist", "loadfile")
# What of pytest's plugins only other tests use.
LEFT_OUT = ("-p", "no:schemathesis", "-p", "no:anyio")
NOT_KEPT = "PYTHONDONTWRITEBYTECODE"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
ON_POSTGRESQL = (
    "--database=postgresql",
    *(f"tests/{name}" for name in ("access", "api", "gallery", "maintenance", "storage")),
)
SLOW = ("models", "network", "processes", "browser", "serial", "thorough")
# What pytest says with its exit status.
_PASSED, _FAILED, _NOTHING_SELECTED = 0, 1, 5


@dataclass
class Outcome:
    """What became of one part's tests.

    Attributes:
        seconds: how long the part took.
        skipped: reasons, with how many tests each kept from running.
        failed: names of tests, as pytest takes them.
    """

    status: int
    seconds: float = 0
    passed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Run what the arguments select; the exit status is pytest's."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("-m", dest="marked", default="")
    given, passed_on = parser.parse_known_args(arguments)

    def marked(expression: str) -> list[str]:
        both = f"({given.marked}) and ({expression})" if given.marked else expression
        return ["-m", both, *passed_on]

    if given.quick:
        quick = " and ".join(f"not {name}" for name in SLOW)
        parts = {"side by side": [*SIDE_BY_SIDE, *LEFT_OUT, *marked(quick)]}
    else:
        parts = {
            "side by side": [*SIDE_BY_SIDE, *marked("not serial")],
            "one after another": marked("serial"),
        }
        if not any((ROOT / each.partition("::")[0]).exists() for each in passed_on):
            chosen = marked("not serial and not browser")
            parts["on PostgreSQL"] = [*SIDE_BY_SIDE, *ON_POSTGRESQL, *chosen]
    outcomes: dict[str, Outcome] = {}
    for name, options in parts.items():
        outcomes[name] = run(options, in_memory=given.quick)
        if outcomes[name].status not in {_PASSED, _FAILED, _NOTHING_SELECTED}:
            break
    print(summary(outcomes))
    return verdict([outcome.status for outcome in outcomes.values()])


def run(options: list[str], *, in_memory: bool = False) -> Outcome:
    """Run pytest, and read what it wrote about it."""
    started = time.monotonic()
    below = IN_MEMORY if in_memory and os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=below) as folder:
        report = Path(folder, "report.xml")
        command = [sys.executable, "-m", "pytest", f"--junitxml={report}"]
        command += [f"--basetemp={folder}/tests"] if below else []
        command += options
        # Compiled tests are kept, whatever the machine says: every process would compile them.
        kept = {name: value for name, value in os.environ.items() if name != NOT_KEPT}
        command += ["--override-ini=junit_family=xunit1"]
        status = subprocess.run(command, cwd=ROOT, check=False, env=kept).returncode
        outcome = read(report, status) if report.exists() else Outcome(status)
    outcome.seconds = time.monotonic() - started
    return outcome


def read(report: Path, status: int) -> Outcome:
    """What a report of pytest's in the form of JUnit says."""
    outcome = Outcome(status)
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - written by pytest, just now
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(f"{case.get('file')}::{case.get('name')}")
        elif skipped is not None:
            outcome.skipped[_reason(skipped)] += 1
        else:
            outcome.passed += 1
    return outcome


def _reason(skipped: ET.Element) -> str:
    """Why a test was skipped; of a whole file pytest tells it in the text, as a tuple."""
    whole_file = re.search(r"Skipped: (.*)['\"]\)$", skipped.text or "", re.DOTALL)
    if skipped.get("message") == "collection skipped" and whole_file:
        return f"{whole_file[1]} (a whole file)"
    return skipped.get("message", "")


def verdict(statuses: list[int]) -> int:
    """One exit status for all parts: the first that is bad; nothing selected is, if in every part."""
    bad = [status for status in statuses if status not in {_PASSED, _NOTHING_SELECTED}]
    return bad[0] if bad else min(statuses)


def summary(outcomes: dict[str, Outcome]) -> str:
    """What a person wants to know at the end."""
    every = outcomes.values()
    skipped = sum((outcome.skipped for outcome in every), Counter[str]())
    failed = [name for outcome in every for name in outcome.failed]
    lines = ["", "Skipped:"] if skipped else []
    lines += [f"  {count} x {reason}" for reason, count in sorted(skipped.items())]
    lines += ["", "Failed:"] if failed else []
    lines += [f"  {name}" for name in failed]
    took = ", ".join(f"{name} {outcome.seconds:.0f} s" for name, outcome in outcomes.items())
    counts = [f"{sum(outcome.passed for outcome in every)} passed"]
    counts += [f"{len(failed)} failed"] if failed else []
    counts += [f"{skipped.total()} skipped"] if skipped else []
    return "\n".join([*lines, "", f"All tests: {', '.join(counts)}. {took.capitalize()}."])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
