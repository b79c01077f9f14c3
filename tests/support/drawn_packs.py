"""The command `mien` with drawn faces and two packs of them; run as a program of its own.

Which pack a process runs is looked up when it is first asked for its engine, as with real packs:
that of `OtherEngine` where the database names any pack but `fake`, else the usual drawn one. With
MIEN_TEST_SECONDS each photo that is embedded again takes as long.
"""

import os
import sqlite3
import time
from contextlib import closing
from contextlib import suppress
from dataclasses import replace
from typing import Any
from unittest import mock

from mien.__main__ import main as run_mien
from mien.options import Detail
from mien.runtime import using_engine
from mien.settings import Settings
from mien.vision.budget import Budget
from mien.vision.engine import Choose
from mien.vision.fake import FakeEngine
from mien.vision.types import EngineSummary
from mien.vision.types import Face
from mien.vision.types import Faces
from mien.vision.types import ImageRGB
from other_pack import OtherEngine
from other_pack import other_manifest

USUAL = "fake"


class ChosenEngine:
    """The engine of the pack in use when this process, not its parent, first asked for it."""

    def __init__(self) -> None:
        self._of: dict[int, FakeEngine] = {}

    @property
    def _engine(self) -> FakeEngine:
        pid = os.getpid()
        if pid not in self._of:
            self._of[pid] = _engine_of(_chosen() or USUAL)
        return self._of[pid]

    @property
    def summary(self) -> EngineSummary:
        return self._engine.summary

    def detect(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Any]:
        return self._engine.detect(image_rgb, detail=detail, budget=budget)

    def analyze(
        self, image_rgb: ImageRGB, *, detail: Detail = "normal", budget: Budget | None = None
    ) -> Faces[Face]:
        return self._engine.analyze(image_rgb, detail=detail, budget=budget)

    def analyze_some(
        self, image_rgb: ImageRGB, choose: Choose, *, budget: Budget | None = None
    ) -> Faces[Any]:
        return self._engine.analyze_some(image_rgb, choose, budget=budget)

    def warm_up(self) -> None:
        self._engine.warm_up()

    def close(self) -> None:
        self._engine.close()


def _chosen() -> str | None:
    path = Settings().home / "mien.db"
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        found = connection.execute("select value from installation where key = 'pack'").fetchone()
        return None if found is None else str(found[0])
    return None


def _engine_of(name: str) -> FakeEngine:
    if name == USUAL:
        return FakeEngine()
    engine = OtherEngine()
    engine.summary = replace(engine.summary, pack=name)
    return engine


def _slow(_runtime: object, name: str) -> FakeEngine:
    engine = _engine_of(name)
    if isinstance(engine, OtherEngine):
        engine.before = lambda: time.sleep(float(os.environ.get("MIEN_TEST_SECONDS", "0")))
    return engine


class _Installed:
    def __init__(self, name: str) -> None:
        summary = _engine_of(name).summary
        self.manifest = other_manifest(name=name, contract_id=summary.contract_id)


def main() -> None:
    with (
        using_engine(ChosenEngine()),
        mock.patch("mien.runtime.engine_of", _slow),
        mock.patch("mien.packs.store.PackStore.install", lambda _, name, **__: _Installed(name)),
    ):
        run_mien()


if __name__ == "__main__":
    main()
