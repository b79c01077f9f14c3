from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.packs.catalog import builtin
from mien.packs.manifest import InstalledPack
from mien.vision import measure_runtimes
from mien.vision import pack_engine
from mien.vision.pack_engine import PackEngine


class Opened:
    """Stands for the library: tells with which shape each network was opened, and shown what."""

    def __init__(self) -> None:
        self.shapes: dict[str, set[Any]] = defaultdict(set)
        self.shown: dict[str, set[tuple[int, ...]]] = defaultdict(set)

    def open_session(self, path: Path, *, input_shape: Any, **_named: Any) -> "Opened.Session":
        self.shapes[path.name].add(input_shape)
        return Opened.Session(self, path.name)

    class Session:
        def __init__(self, opened: "Opened", file: str) -> None:
            self._opened, self._file = opened, file

        def run(self, batch: np.ndarray[Any, Any]) -> None:
            self._opened.shown[self._file].add(batch.shape)


def test_every_network_is_measured_as_the_engine_opens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = builtin("standard")
    pack = InstalledPack(manifest, {file.name: Path(file.name) for file in manifest.files})
    measured, used = Opened(), Opened()
    monkeypatch.setattr(measure_runtimes, "open_session", measured.open_session)
    monkeypatch.setattr(pack_engine, "open_session", used.open_session)
    measure_runtimes.measure(pack, threads=1)
    PackEngine(pack, threads=1)
    assert measured.shapes == used.shapes
    aligner = manifest.aligner
    assert aligner is not None
    assert measured.shown[aligner.file] == {(1, 3, 96, 96)}
