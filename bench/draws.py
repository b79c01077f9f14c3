"""How many enrolled people a search misses, by many choices of who is enrolled and with which photo.

One choice of photos leaves the first decimal to a few strangers who look like somebody. Here people
with several photos are enrolled with one of them, and so many others that the gallery has its size;
the other photos of the former are searched for, and one photo of everybody else. FNIR is the share
of searches for enrolled people in which they do not come first or not above the similarity that 1 %
of the strangers reach (FPIR). Stated is its mean over the choices with its standard error, which
says how much is the choice of photos, not of people.

    python bench/draws.py --pack standard [--landmarks detector] [--views one|mirror]
"""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(_ROOT))

from bench.labelled import Labelled  # noqa: E402  # run as a script, the root is not on the path
from bench.labelled import labelled  # noqa: E402
from bench.open_set import Choice  # noqa: E402
from bench.open_set import choice  # noqa: E402
from bench.open_set import fnir  # noqa: E402
from bench.packs import chosen_pack  # noqa: E402
from bench.packs import pack_options  # noqa: E402

from mien.packs.manifest import InstalledPack  # noqa: E402


def choices(data: Labelled, *, enrolled: int, draws: int, seed: int = 5) -> Iterator[Choice]:
    """Choose again and again."""
    random = np.random.default_rng(seed)
    shelves = [np.flatnonzero(data.people == person) for person in np.unique(data.people)]
    several = [place for place, shelf in enumerate(shelves) if len(shelf) > 1]
    single = [place for place, shelf in enumerate(shelves) if len(shelf) == 1]
    for _ in range(draws):
        mixed = [random.permutation(shelf) for shelf in shelves]
        known = list(random.permutation(several)[:enrolled])
        known += list(random.permutation(single)[: enrolled - len(known)])
        strangers = sorted(set(range(len(shelves))) - set(known))
        yield choice(mixed, known, strangers)


def missed(data: Labelled, *, enrolled: int, draws: int, seed: int = 5) -> list[float]:
    """FNIR at an FPIR of 1 % of each choice."""
    return [
        fnir(data.embeddings, each)
        for each in choices(data, enrolled=enrolled, draws=draws, seed=seed)
    ]


def changed(installed: InstalledPack, *, landmarks: str, views: str) -> InstalledPack:
    """The pack with other landmarks or views than it has."""
    manifest = installed.manifest
    if landmarks == "detector":
        manifest = manifest.model_copy(update={"aligner": None})
    if views:
        averaging = "mirror" if views == "mirror" else "none"
        specs = [spec.model_copy(update={"averaging": averaging}) for spec in manifest.recognizers]
        manifest = manifest.model_copy(update={"recognizers": tuple(specs)})
    return dataclasses.replace(installed, manifest=manifest)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser)
    parser.add_argument("--landmarks", choices=("pack", "detector"), default="pack")
    parser.add_argument("--views", choices=("one", "mirror"), default="", help="as the pack does")
    parser.add_argument("--enrolled", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    installed = changed(chosen_pack(options), landmarks=options.landmarks, views=options.views)
    data = labelled(installed, options.data)
    found = missed(data, enrolled=options.enrolled, draws=options.draws)
    report: dict[str, Any] = {
        "pack": installed.manifest.name,
        "contract_id": installed.manifest.contract_id,
        "enrolled": options.enrolled,
        "draws": found,
        "fnir": float(np.mean(found)),
        "standard_error": float(np.std(found, ddof=1) / np.sqrt(len(found))),
    }
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        print(
            f"{report['contract_id']}: FNIR {report['fnir']:.2%} ± {report['standard_error']:.2%} "
            f"at an FPIR of 1 %, {options.enrolled} enrolled, {options.draws} draws"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
