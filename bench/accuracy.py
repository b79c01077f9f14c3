"""Measures how accurate packs are, keeps it, and fills the tables of a page with it.

Of each pack, on one labelled set and at the settings of a new gallery: labelled pairs; searches with
strangers among them, in galleries of several sizes; many choices of who is enrolled; whether stated
rates hold for people that a calibration has not seen; several photos of a person; faces of unknown
people put together; photos made worse, and what the gate before storing makes of them. What a pack
makes of the photos is kept in the temporary folder, so that a second run takes no look at them, but
for those made worse.

    python bench/accuracy.py [--pack NAME ...] [--part NAME ...] [--write-only]
"""

import argparse
import contextlib
import dataclasses
import datetime as dt
import io
import json
import sys
import time
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import Final

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT), str(_ROOT / "tests" / "support")]

from bench import calibration  # noqa: E402  # run as a script, the root is not on the path
from bench import draws  # noqa: E402
from bench import examples  # noqa: E402
from bench import gate  # noqa: E402
from bench import unknown  # noqa: E402
from bench.all import machine  # noqa: E402
from bench.labelled import ONE_PERSON  # noqa: E402
from bench.labelled import acquired  # noqa: E402
from bench.packs import DEFAULT_DATA  # noqa: E402
from bench.packs import install_pack  # noqa: E402
from bench.page.accuracy import write_accuracy  # noqa: E402

from mien.evaluation.figures import Made  # noqa: E402
from mien.evaluation.figures import OperatingSettings  # noqa: E402
from mien.evaluation.figures import PairsFigures  # noqa: E402
from mien.evaluation.figures import SearchFigures  # noqa: E402
from mien.evaluation.one_person import merge_people  # noqa: E402
from mien.evaluation.one_person import read_one_person  # noqa: E402
from mien.evaluation.open_set import measure_searches  # noqa: E402
from mien.evaluation.pairs import measure_pairs  # noqa: E402
from mien.evaluation.pairs import score_pairs  # noqa: E402
from mien.evaluation.pairs_file import read_pairs  # noqa: E402
from mien.evaluation.photos import find_named  # noqa: E402
from mien.evaluation.photos import people_folder  # noqa: E402
from mien.evaluation.photos import photos_of_people  # noqa: E402
from mien.evaluation.searches import search_split  # noqa: E402
from mien.evaluation.split import Enrolled  # noqa: E402
from mien.evaluation.split import split_people  # noqa: E402
from mien.options import ACCEPTED_RATE  # noqa: E402
from mien.packs.catalog import BUILTIN  # noqa: E402
from mien.vision.pack_summary import summarise  # noqa: E402

RESULTS: Final = _ROOT / "bench" / "results" / "accuracy"
PAGE: Final = _ROOT / "docs" / "accuracy.md"
SIZES: Final[tuple[Enrolled, ...]] = (100, "half", "all", 1000)
_SETTINGS: Final = OperatingSettings(None, ACCEPTED_RATE, ACCEPTED_RATE, None)


def measure_labelled(name: str, data: Path) -> dict[str, Any]:
    """Pairs and searches of one pack, as `mien evaluate` measures them."""
    installed = install_pack(name)
    summary = summarise(installed.manifest, calibration=installed.calibration)
    made = Made(
        pack=name,
        contract_id=summary.contract_id,
        detector=summary.detector,
        recognizer=summary.recognizer,
        calibrated=summary.calibration is not None,
        face="nearest-centre",
    )
    seen = acquired(installed, data)
    folder = people_folder(data)
    listed = read_pairs(data / "pairs.txt")
    photos = find_named(folder, (name for pair in listed for name in (pair.one, pair.other)))
    pairs = measure_pairs(
        score_pairs(listed, photos, seen.samples),
        seen,
        summary=summary,
        settings=_SETTINGS,
        made=made,
    )
    people = photos_of_people(folder)
    one_person = merge_people(people, read_one_person(ONE_PERSON))

    def searches(
        shelves: Mapping[str, list[str]], enrolled: Enrolled, photos_each: int = 1
    ) -> dict[str, Any]:
        split = split_people(shelves, enrolled=enrolled, examples=photos_each)
        figures = measure_searches(
            search_split(split, seen.samples, summary=summary, settings=_SETTINGS),
            seen,
            seed=0,
            examples=photos_each,
            settings=_SETTINGS,
            made=made,
        )
        return _without_photos(figures)

    return {
        "pairs": _without_photos(pairs),
        "searches": [searches(people, size) for size in SIZES],
        "one_person": searches(one_person, 1000),
        "several": searches(people, 200, 3),
    }


def _without_photos(figures: PairsFigures | SearchFigures) -> dict[str, Any]:
    """The figures alone; of photos only how many could not be used."""
    told = dataclasses.asdict(figures)
    told["not_acquired"] = len(told["not_acquired"])
    for key in ("made", "not_acquired_reasons", "wrong_matches", "fold_results"):
        told.pop(key, None)
    return told


def _script(main: Callable[[list[str]], int], *arguments: str) -> Any:
    """What a script prints as JSON."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        main([*arguments, "--json"])
    return json.loads(printed.getvalue())


def _parts(name: str, data: Path) -> dict[str, Callable[[], Any]]:
    given = ("--pack", name, "--data", str(data))
    few = ("--half", "report", "--people", "100", "--strangers", "250")
    return {
        "labelled": lambda: measure_labelled(name, data),
        "draws": lambda: _script(draws.main, *given),
        "rates": lambda: _script(calibration.main, *given)["agreement"],
        "ways": lambda: _script(examples.main, *given, "--draws", "10")["ways"],
        "unknown": lambda: _script(unknown.main, *given),
        "gate": lambda: _script(gate.main, *given, *few),
    }


def measure(name: str, data: Path, parts: list[str] | None) -> None:
    """Measure some parts of a pack, or all, and keep each as soon as it is there."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    kept = json.loads(path.read_bytes()) if path.exists() else {}
    contract_id = install_pack(name).manifest.contract_id
    if kept.get("contract_id") != contract_id:
        kept = {"contract_id": contract_id, "parts": {}}
    for part, run in _parts(name, data).items():
        if parts and part not in parts:
            continue
        start = time.monotonic()
        found = run()
        seconds = round(time.monotonic() - start)
        print(f"{name}: {part}, {seconds} s", file=sys.stderr, flush=True)
        kept["parts"][part] = {
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "machine": machine(),
            "seconds": seconds,
            "found": found,
        }
        text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
        path.write_text(text, encoding="utf-8")


def kept() -> dict[str, dict[str, Any]]:
    """What is kept of each pack, in the order in which packs are listed."""
    return {
        name: json.loads((RESULTS / f"{name}.json").read_bytes())
        for name in BUILTIN
        if (RESULTS / f"{name}.json").exists()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pack", action="append", choices=BUILTIN, help="may be given again")
    parser.add_argument(
        "--part",
        action="append",
        choices=("labelled", "draws", "rates", "ways", "unknown", "gate"),
        help="may be given again",
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--write-only", action="store_true", help="only fill the page anew")
    given = parser.parse_args()
    if not given.write_only:
        for name in given.pack or BUILTIN:
            measure(name, given.data, given.part)
    write_accuracy(PAGE, kept())
    print(f"Filled {PAGE.relative_to(_ROOT)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
