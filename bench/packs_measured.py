"""What each built-in pack misses and costs, in one run; `mien models list` shows it.

The share of missed people is that of `bench/draws.py`. Times are for whole photos, from the bytes of
the file to embeddings, of all packs in turns on one thread; read is the clock of the process, which
other work on the machine hardly moves. Memory is what a process holds after it has looked at these
photos beyond what it held with the application alone, libraries included, in the median of several
processes, each with as many threads as a server takes.

    python bench/packs_measured.py [--draws 10] [--rounds 15] [--pack NAME ...] [--quick] [--write]

`--write` keeps the result as `src/mien/packs/builtin/measured.json`; needed whenever a built-in pack
gets another version or another embedding contract.
"""

import argparse
import datetime as dt
import importlib.metadata
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

_ROOT = Path(__file__).resolve().parents[1]
if sys.path[0] == str(Path(__file__).resolve().parent):
    sys.path[:1] = [str(_ROOT)]

from bench.all import machine  # noqa: E402  # run as a script, the root is not on the path
from bench.draws import missed  # noqa: E402
from bench.labelled import labelled  # noqa: E402
from bench.many_faces import READER  # noqa: E402
from bench.many_faces import in_turns  # noqa: E402
from bench.many_faces import sheets  # noqa: E402
from bench.memory import held  # noqa: E402
from bench.open_set import FPIR  # noqa: E402
from bench.packs import DEFAULT_DATA  # noqa: E402
from bench.packs import install_pack  # noqa: E402

from mien.packs.catalog import BUILTIN  # noqa: E402
from mien.packs.manifest import InstalledPack  # noqa: E402
from mien.packs.measured import NAME  # noqa: E402
from mien.packs.measured import MeasuredPacks  # noqa: E402
from mien.packs.measured import PackFigures  # noqa: E402
from mien.packs.measured import Searches  # noqa: E402
from mien.packs.measured import Spent  # noqa: E402
from mien.packs.measured import Timed  # noqa: E402
from mien.packs.samples import fetch_samples  # noqa: E402
from mien.settings import Settings  # noqa: E402
from mien.vision.pack_engine import PackEngine  # noqa: E402

KEPT: Final = _ROOT / "src" / "mien" / "packs" / "builtin" / NAME
_DATA_NAME: Final = "Labeled Faces in the Wild, view 2, folds 1 to 5"
_ONE_FACE: Final = ("obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg")
_SEVERAL: Final = 7
_PROCESSES: Final = 3
_TIMES: Final = 3
# Beside Mien and Python: what runs the networks, and what brings photos to them.
_LIBRARIES: Final = ("mien", "openvino", "onnxruntime", "numpy", "opencv-python-headless")


def measure(
    names: Sequence[str],
    *,
    data: Path,
    models_dir: Path | None,
    draws: int,
    rounds: int,
    enrolled: int,
    processes: int,
) -> MeasuredPacks:
    """Measure packs, one after another where that does not matter and in turns where it does."""
    installed = {name: install_pack(name, models_dir=models_dir) for name in names}
    samples = _one_face_photos()
    photos = {**samples, str(_SEVERAL): _several(samples, installed[names[0]])}
    spent = times(installed, photos, rounds=rounds)
    memory = {name: beyond(name, photos, processes=processes) for name in names}
    seen = {name: labelled(pack, data) for name, pack in installed.items()}
    found = {name: missed(each, enrolled=enrolled, draws=draws) for name, each in seen.items()}
    _tell(f"FNIR: { ({name: round(float(np.mean(each)), 4) for name, each in found.items()}) }")
    known = next(iter(seen.values()))
    one_face = spent_by_pack(spent, tuple(samples))
    several = spent_by_pack(spent, (str(_SEVERAL),))
    return MeasuredPacks(
        date=dt.datetime.now(dt.UTC).date(),
        machine=machine(),
        versions=_versions(),
        searches=Searches(
            data=_DATA_NAME if data == DEFAULT_DATA else data.name,
            photos=len(known.photos),
            people=len(np.unique(known.people)),
            enrolled=enrolled,
            fpir=FPIR,
            draws=draws,
        ),
        timed=Timed(
            clock="processor time",
            threads=1,
            one_face=tuple(samples),
            several_faces=_SEVERAL,
            rounds=rounds,
        ),
        packs={
            name: PackFigures(
                version=pack.manifest.version,
                contract_id=pack.manifest.contract_id,
                fnir=_rounded(np.mean(found[name])),
                fnir_standard_error=_rounded(np.std(found[name], ddof=1) / np.sqrt(draws)),
                one_face=one_face[name],
                several_faces=several[name],
                memory_mb=round(memory[name], 1),
                size_bytes=sum(file.size_bytes for file in pack.manifest.files),
            )
            for name, pack in installed.items()
        },
    )


def times(
    installed: Mapping[str, InstalledPack], photos: Mapping[str, bytes], *, rounds: int
) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of each round, by photo and pack, all packs in turns on one thread."""
    engines = {name: PackEngine(pack, threads=1) for name, pack in installed.items()}
    spent = {}
    for photo, data in photos.items():
        works: dict[str, Callable[[], object]] = {}
        for name, engine in engines.items():
            faces = len(look(engine, data))
            if photo == str(_SEVERAL) and faces != _SEVERAL:
                raise SystemExit(f"{name} finds {faces} faces where {_SEVERAL} are shown")
            works[name] = partial(look, engine, data)
        spent[photo] = in_turns(works, rounds=rounds, clock=time.process_time)
        _tell(f"{photo}: { ({n: round(statistics.median(t)) for n, t in spent[photo].items()}) }")
    for engine in engines.values():
        engine.close()
    return spent


def look(engine: PackEngine, data: bytes) -> Sequence[object]:
    """The faces of a photo, from the bytes of its file."""
    return engine.analyze(READER.decode(data).image_rgb)


def spent_by_pack(
    spent: Mapping[str, Mapping[str, Sequence[float]]], photos: Sequence[str]
) -> dict[str, Spent]:
    """Medians and least of some photos, each beside those of the quickest pack by its median."""
    names = list(spent[photos[0]])

    def mean_of(figure: Callable[[Sequence[float]], float]) -> dict[str, float]:
        return {
            name: statistics.fmean(figure(spent[photo][name]) for photo in photos) for name in names
        }

    median, least = mean_of(statistics.median), mean_of(min)
    quickest = min(names, key=median.__getitem__)
    return {
        name: Spent(
            median_ms=round(median[name], 1),
            least_ms=round(least[name], 1),
            median_ratio=round(median[name] / median[quickest], 2),
            least_ratio=round(least[name] / least[quickest], 2),
        )
        for name in names
    }


def beyond(name: str, photos: Mapping[str, bytes], *, processes: int) -> float:
    """MB that a process holds with a pack beyond one without, the median of some processes."""
    with tempfile.TemporaryDirectory() as folder:
        for photo, data in photos.items():
            Path(folder, photo).write_bytes(data)
        command = [sys.executable, __file__, "--held", name, "--photos", folder]
        told: list[float] = [
            json.loads(subprocess.run(command, stdout=-1, check=True).stdout)
            for _ in range(processes)
        ]
    _tell(f"{name}: {told} MB")
    return statistics.median(told)


def held_beyond(name: str, folder: Path) -> float:
    """In this process: MB held with a pack that has looked at photos, beyond the application."""
    from mien.app import create_app
    from mien.runtime import build_engine
    from mien.runtime import open_runtime

    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        runtime = open_runtime(settings)
        create_app(runtime)
        photos = [path.read_bytes() for path in sorted(folder.iterdir())]
        before = held()["held"]
        engine = build_engine(settings, install_pack(name))
        engine.warm_up()
        for data in photos * _TIMES:
            engine.analyze(runtime.services.reader.decode(data).image_rgb)
        after = held()["held"]
        runtime.close()
    return after - before


def _one_face_photos() -> dict[str, bytes]:
    samples = fetch_samples(models_dir=Settings().models_dir, offline=False, timeout_seconds=10)
    found = {sample.name: sample.path.read_bytes() for sample in samples}
    return {name: found[name] for name in _ONE_FACE}


def _several(samples: Mapping[str, bytes], installed: InstalledPack) -> bytes:
    engine = PackEngine(installed, threads=1)
    try:
        pictures = [READER.decode(data).image_rgb for data in samples.values()]
        return sheets(pictures, engine.detect)[_SEVERAL]
    finally:
        engine.close()


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _rounded(share: object) -> float:
    return round(float(share), 5)  # type: ignore[arg-type]  # NumPy's own numbers


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pack", action="append", help="may be given again; all when none is")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--enrolled", type=int, default=1000)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, draws and processes")
    parser.add_argument("--write", action="store_true", help="keep it, for all built-in packs")
    parser.add_argument("--held", help=argparse.SUPPRESS)
    parser.add_argument("--photos", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.held:
        print(json.dumps(held_beyond(given.held, given.photos)))
        return 0
    if given.write and (given.pack or given.quick):
        parser.error("what is kept is measured in full, with every built-in pack")
    found = measure(
        given.pack or BUILTIN,
        data=given.data,
        models_dir=given.models_dir,
        draws=2 if given.quick else given.draws,
        rounds=3 if given.quick else given.rounds,
        enrolled=given.enrolled,
        processes=1 if given.quick else _PROCESSES,
    )
    text = json.dumps(found.model_dump(mode="json"), indent=1) + "\n"
    if given.write:
        KEPT.write_text(text, encoding="utf-8")
        _tell(f"Wrote {KEPT.relative_to(_ROOT)}")
    print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
