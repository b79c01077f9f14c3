"""Runs the benchmarks, keeps what they found, and writes two pages of it.

Each script runs by itself, one after another, and says what it found as JSON, which is kept in
`bench/results/`. `docs/benchmarks.md` and `docs/reliability.md` are made of all that is kept there,
so that one script can be run again.

    python bench/all.py [--quick] [--only NAME ...] [--write-only]
"""

import argparse
import datetime as dt
import json
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from typing import Final

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench.page.section import Section  # noqa: E402
from bench.page.sections import SECTIONS  # noqa: E402
from bench.page.write import write_pages  # noqa: E402

RESULTS: Final = _ROOT / "bench" / "results"
DOCS: Final = _ROOT / "docs"
_MOST_SECONDS: Final = 30 * 60


def run(section: Section, *, quick: bool) -> dict[str, Any] | None:
    """Run a section's script; None where it failed, which it has said on standard error."""
    arguments = section.quick if quick else section.arguments
    command = [sys.executable, str(_ROOT / "bench" / section.script), *arguments, "--json"]
    print(f"{section.name}: {' '.join(command[1:])}", file=sys.stderr, flush=True)
    start = time.monotonic()
    try:
        done = subprocess.run(command, cwd=_ROOT, stdout=-1, timeout=_MOST_SECONDS, check=False)
        found = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        print(f"{section.name} failed: {error!r}"[:500], file=sys.stderr)
        return None
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": machine(),
        "command": f"python bench/{section.script} {' '.join(arguments)}".strip(),
        "seconds": round(time.monotonic() - start),
        "good": done.returncode == 0,
        "found": found,
    }


def machine() -> str:
    """The machine in words: cores, processor, memory, system and Python."""
    cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    cores = len(re.findall(r"^processor\s", cpuinfo, re.MULTILINE))
    name = re.search(r"^model name\s*:\s*(.*)$", cpuinfo, re.MULTILINE)
    flags = [flag for flag in ("avx2", "avx512f", "avx512_vnni", "amx_int8") if flag in cpuinfo]
    memory = Path("/proc/meminfo").read_text(encoding="ascii")
    kilobytes = re.search(r"MemTotal:\s*(\d+)", memory)
    gigabytes = int(kilobytes[1]) / 2**20 if kilobytes else 0
    return (
        f"{cores} cores of {name[1] if name else platform.machine()} ({', '.join(flags)}), "
        f"{gigabytes:.0f} GB, {platform.system()}, Python {platform.python_version()}"
    )


def kept() -> dict[str, dict[str, Any]]:
    """What is kept of every section."""
    return {path.stem: json.loads(path.read_bytes()) for path in sorted(RESULTS.glob("*.json"))}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    names = [section.name for section in SECTIONS]
    parser.add_argument("--quick", action="store_true", help="fewer rounds; keeps no results")
    parser.add_argument("--only", action="append", choices=names, help="may be given again")
    parser.add_argument("--write-only", action="store_true", help="only make the pages anew")
    given = parser.parse_args()
    failed = []
    if not given.write_only:
        failed = run_all((s for s in SECTIONS if s.name in (given.only or names)), given.quick)
    if not given.quick:
        write_pages(DOCS, kept())
        print("Wrote docs/benchmarks.md and docs/reliability.md", file=sys.stderr)
    if failed:
        print(f"Failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run_all(sections: Iterable[Section], quick: bool) -> list[str]:
    """Run some, keep what they found unless it was a quick look; gives those that failed."""
    failed = []
    for section in sections:
        found = run(section, quick=quick)
        if found is None or not found["good"]:
            failed.append(section.name)
        if found is None:
            continue
        if quick:
            print("\n".join(section.show(found["found"])), flush=True)
        else:
            RESULTS.mkdir(exist_ok=True)
            text = json.dumps(found, indent=1, sort_keys=True) + "\n"
            (RESULTS / f"{section.name}.json").write_text(text, encoding="utf-8")
    return failed


if __name__ == "__main__":
    sys.exit(main())
