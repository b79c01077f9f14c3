"""Indexes that do not look at everything, beside the one of 8-bit vectors that does.

Of each: how long it takes to make, what it holds in memory and on the disk, how long a search takes,
how often the people named are those whom all unrounded vectors name, and what taking a face out
costs and leaves behind. Candidates of all are ranked anew by the unrounded vectors of their people,
from a mapped file, which is cheaper than a database. Each is measured by turns with Mien's own index
in a process of its own. Probes are new photos of people in the gallery, and strangers, real and
drawn. A machine that does other things, too, makes milliseconds large: what counts are the ratios.

    python bench/approximate.py [--quick] [--large] [--only NAME ...] [--json]
                                [--pack compact --data ../shared/data/lfw-dev]
"""

import argparse
import json
import mmap
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final

_ROOT: Final = Path(__file__).resolve().parents[1]
# Read by the libraries when they are loaded: searches are by one thread, as in `bench/index.py`.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT)]

import numpy as np  # noqa: E402
from bench.approximate_gallery import Gallery  # noqa: E402
from bench.approximate_gallery import make_gallery  # noqa: E402
from bench.approximate_gallery import open_gallery  # noqa: E402
from bench.approximate_gallery import recalls  # noqa: E402
from bench.approximate_methods import BUILD_THREADS  # noqa: E402
from bench.approximate_methods import METHODS  # noqa: E402
from bench.approximate_methods import OWN  # noqa: E402
from bench.approximate_methods import Opened  # noqa: E402
from bench.approximate_methods import leftovers  # noqa: E402
from bench.approximate_methods import resident_mb  # noqa: E402
from bench.index import Work  # noqa: E402
from bench.index import alternating  # noqa: E402
from bench.index import described  # noqa: E402
from bench.index_peers import installed  # noqa: E402
from bench.index_peers import rounded  # noqa: E402
from bench.index_vectors import Spread  # noqa: E402
from bench.index_vectors import even_spread  # noqa: E402
from bench.index_vectors import spread_of  # noqa: E402
from bench.labelled import Labelled  # noqa: E402
from bench.labelled import labelled  # noqa: E402
from bench.packs import install_pack  # noqa: E402
from bench.packs import pack_options  # noqa: E402

_REMOVED: Final = 1000


def build(name: str, folder: Path) -> dict[str, Any]:
    """Fill an index from the gallery in a folder, and write it to a folder below."""
    gallery, place = open_gallery(folder), folder / name
    place.mkdir()
    start = time.perf_counter()
    METHODS[name].build(gallery, place)
    return {
        "seconds": round(time.perf_counter() - start, 1),
        "most_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "file_mb": round(sum(p.stat().st_size for p in place.rglob("*") if p.is_file()) / 1e6, 1),
    }


def search(name: str, folder: Path, seconds: float) -> dict[str, Any]:
    """Open an index that was built, and see how quick and how right it is beside Mien's own."""
    gallery, method = open_gallery(folder), METHODS[name]
    # Whatever is read of them later is not the index's.
    warm = gallery.ranked(gallery.queries[0], gallery.truth[0])
    assert len(warm)
    before = resident_mb()
    index = method.open(gallery, folder / name)
    index.people(gallery.queries[0], method.efforts[-1])
    held = resident_mb() - before
    works = {effort: _asking(index, gallery, effort) for effort in method.efforts}
    if method is not OWN:
        own = OWN.open(gallery, folder / OWN.name)
        works[OWN.name] = _asking(own, gallery, OWN.efforts[0])
    spent = alternating(works, seconds=seconds)
    base = spent[OWN.name if method is not OWN else OWN.efforts[0]]
    return {
        "memory_mb": round(held, 1),
        "own_milliseconds": base,
        "efforts": {
            effort: {
                "milliseconds": spent[effort],
                "quicker_than_int8": round(base["min"] / spent[effort]["min"], 2),
                "quicker_than_int8_p50": round(base["p50"] / spent[effort]["p50"], 2),
                "recall": recalls(
                    gallery,
                    [
                        gallery.ranked(query, index.people(query, effort))
                        for query in gallery.queries
                    ],
                ),
            }
            for effort in method.efforts
        },
        "removal": _removal(index, gallery, folder / name, own=method is OWN),
    }


def _asking(index: Opened, gallery: Gallery, effort: str) -> Work:
    """One search for another query each time, ranked by the rows."""
    turn = iter(range(1 << 60))

    def work() -> object:
        query = gallery.queries[next(turn) % len(gallery.queries)]
        return gallery.ranked(query, index.people(query, effort))

    return work


def _removal(index: Opened, gallery: Gallery, place: Path, *, own: bool) -> dict[str, Any]:
    """Milliseconds to take out one face, and many; of Mien's own, whether the file still has it."""
    half = len(gallery) // 2
    row = gallery.vectors[half : half + 1]
    told = {"one": index.remove(np.array([half]))}
    if own:
        told["left"] = {"the file": _is_in_file(rounded(row).tobytes(), place)}
    many = np.arange(half + 10, half + 10 + min(_REMOVED, half // 2))
    return told | {"many": index.remove(many), "of_many": len(many)}


def _is_in_file(wanted: bytes, place: Path) -> bool:
    for path in place.rglob("*"):
        if path.is_file() and path.stat().st_size:
            with path.open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as held:
                if held.find(wanted) >= 0:
                    return True
    return False


def step(*arguments: object, threads: int = 1) -> Any:
    """What one step says that runs in a process of its own."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    done = subprocess.run(
        [sys.executable, __file__, "--step", *map(str, arguments)],
        env=os.environ | dict.fromkeys(names, str(threads)),
        stdout=subprocess.PIPE,
        check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else None


def take_step(what: str, name: str, folder: str, seconds: str = "0") -> None:
    if what == "build":
        print(json.dumps(build(name, Path(folder))))
    else:
        print(json.dumps(search(name, Path(folder), float(seconds))))


def measure(
    folder: Path, names: Sequence[str], count: int, seconds: float
) -> Iterator[tuple[str, Any]]:
    """Of every method, what was found; the gallery lies in the folder."""
    for name in names:
        if count > METHODS[name].most:
            yield name, {"left": f"not made of more than {METHODS[name].most:,} faces"}
            continue
        built = step("build", name, folder, threads=BUILD_THREADS)
        found = None if built is None else step("search", name, folder, seconds)
        yield name, {"left": "failed"} if found is None else {"build": built, **found}
        if name != OWN.name:
            for path in (folder / name).rglob("*"):
                path.unlink()


def galleries(options: argparse.Namespace) -> Iterator[tuple[Spread, Labelled | None, int]]:
    known = None
    if options.data.is_dir() and not options.without_photos:
        pack = install_pack(options.pack, models_dir=options.models_dir, folders=options.files)
        known = labelled(pack, options.data)
    spread = even_spread(256) if known is None else spread_of(*_told(known), options.pack)
    if known is not None:
        yield spread, known, 0
    sizes = options.sizes or [100_000 if options.quick else 1_000_000]
    for count in [*sizes, *[5_000_000] * options.large]:
        yield spread, known, count


def _told(known: Labelled) -> tuple[Any, Any]:
    return known.embeddings, known.people


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    pack_options(parser, pack="compact")
    parser.add_argument("--quick", action="store_true", help="a hundred thousand faces")
    parser.add_argument("--large", action="store_true", help="five million, too")
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--seconds", type=float, default=30.0, help="for the searches of each")
    parser.add_argument("--only", action="append", choices=list(METHODS), help="beside int8")
    parser.add_argument("--without-photos", action="store_true", help="drawn faces alone")
    parser.add_argument("--folder", type=Path, help="for galleries and indexes")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step:
        take_step(*options.step)
        return 0
    names = [
        name
        for name, method in METHODS.items()
        if installed(method.needs) is not None
        and (not options.only or name in options.only or name == OWN.name)
    ]
    report: dict[str, Any] = {
        "machine": described(),
        "absent": [name for name, method in METHODS.items() if installed(method.needs) is None],
        "leftovers": {name: leftovers(METHODS[name]) for name in names},
        "galleries": [],
    }
    for spread, known, count in galleries(options):
        with tempfile.TemporaryDirectory(dir=options.folder) as place:
            folder = Path(place)
            make_gallery(folder, spread, count, known)
            faces = len(open_gallery(folder))
            each: dict[str, Any] = {
                "faces": faces,
                "real": faces if not count else None,
                "spread": spread.source,
                "load": round(os.getloadavg()[0], 1),
                "methods": {},
            }
            report["galleries"].append(each)
            # Of so few faces as the real ones are, a search takes no time.
            seconds = options.seconds if count else options.seconds / 6
            for name, found in measure(folder, names, faces, seconds):
                each["methods"][name] = found
                print(json.dumps({"faces": faces, name: found}), file=sys.stderr, flush=True)
    print(json.dumps(report, indent=2) if options.json else "\n".join(as_text(report)))
    return 0


def as_text(report: Mapping[str, Any]) -> Iterator[str]:
    machine = report["machine"]
    yield f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}"
    yield f"what a file tells of whom it had: {report['leftovers']}"
    for each in report["galleries"]:
        yield f"{each['faces']:,} faces ({each['spread']}), load {each['load']}"
        for name, found in each["methods"].items():
            if "left" in found:
                yield f"  {name}: {found['left']}"
                continue
            built = found["build"]
            yield (
                f"  {name}: {built['seconds']} s, {found['memory_mb']} MB held, "
                f"{built['file_mb']} MB on the disk; taking out {found['removal']}"
            )
            for effort, of in found["efforts"].items():
                spent = of["milliseconds"]
                yield (
                    f"    {effort:24} {spent['min']:8.2f} {spent['p50']:8.2f} {spent['p99']:8.2f} "
                    f"ms (min, p50, p99), {of['quicker_than_int8']:.2f} "
                    f"({of['quicker_than_int8_p50']:.2f}) times as quick as int8"
                )
                for kind, right in of["recall"].items():
                    yield f"      {kind}: first {right['first']:.3f}, ten {right['ten']:.3f}"


if __name__ == "__main__":
    sys.exit(main())
