import dataclasses
import json
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import select

from building import acting
from mien.gallery import runtimes_in_use
from mien.gallery.runtimes_in_use import have_measured
from mien.gallery.runtimes_in_use import measure_runtimes
from mien.gallery.runtimes_in_use import measured_runtimes
from mien.gallery.services import Services
from mien.packs.catalog import builtin
from mien.settings import Settings
from mien.storage.models import InstallationRow

TIMES = {
    "detector": {"onnxruntime": 5.0, "openvino": 9.0},
    "recognizer": {"onnxruntime": 9.0, "openvino": 5.0},
}


class Measuring:
    """The program that measures; it is not started."""

    def __init__(self, said: str = json.dumps(TIMES)) -> None:
        self.said = said
        self.commands: list[list[str]] = []

    def run(self, command: list[str], **_named: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        if self.said == "crash":
            raise subprocess.CalledProcessError(-4, command, stderr="illegal instruction")
        return subprocess.CompletedProcess(command, 0, self.said, "")


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> Measuring:
    program = Measuring()
    monkeypatch.setattr(subprocess, "run", program.run)
    monkeypatch.setattr(runtimes_in_use, "_version", lambda _distribution: "1")
    return program


def test_what_was_measured_is_kept_for_this_machine(
    services: Services, measuring: Measuring
) -> None:
    manifest = builtin("classic")
    assert measured_runtimes(services.database, manifest).quickest("detector") is None
    measure_runtimes(acting(services), manifest=manifest, threads=2)
    found = measured_runtimes(services.database, manifest)
    assert (found.quickest("detector"), found.quickest("recognizer")) == ("onnxruntime", "openvino")
    assert measuring.commands[0][-2:] == ["classic", "2"]
    assert not measured_runtimes(services.database, builtin("mobile")).times


def test_it_is_measured_once(services: Services, measuring: Measuring) -> None:
    for _ in range(2):
        have_measured(acting(services), manifest=builtin("classic"), threads=1)
    assert len(measuring.commands) == 1


def test_other_versions_of_the_libraries_are_measured_anew(
    services: Services, measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_measured(acting(services), manifest=builtin("classic"), threads=1)
    monkeypatch.setattr(runtimes_in_use, "_version", lambda _distribution: "2")
    have_measured(acting(services), manifest=builtin("classic"), threads=1)
    assert len(measuring.commands) == 2


def test_where_there_is_one_library_nothing_is_measured(
    services: Services, measuring: Measuring, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = {"onnxruntime": "1", "onnxruntime-gpu": "", "openvino": ""}
    monkeypatch.setattr(runtimes_in_use, "_version", installed.__getitem__)
    have_measured(acting(services), manifest=builtin("classic"), threads=1)
    assert measuring.commands == []


@pytest.mark.parametrize("said", ["crash", "", "{}", "no JSON"])
def test_a_measurement_that_fails_keeps_nobody_from_serving(
    services: Services, measuring: Measuring, said: str
) -> None:
    measuring.said = said
    found = measure_runtimes(acting(services), manifest=builtin("classic"), threads=1)
    assert not found.times
    assert not measured_runtimes(services.database, builtin("classic")).times


@pytest.mark.parametrize(
    "value", ["no JSON", "[]", "{}", '{"detector": {"abacus": 1}, "recognizer": {}}',
              '{"detector": {"openvino": "x"}, "recognizer": {}}',
              '{"detector": {"openvino": -1}, "recognizer": {}}'],
)  # fmt: skip
def test_a_row_that_says_nothing_sensible_is_none(
    services: Services, measuring: Measuring, value: str
) -> None:
    measure_runtimes(acting(services), manifest=builtin("classic"), threads=1)
    with services.database.write() as session:
        row = session.scalars(
            select(InstallationRow).where(InstallationRow.key.startswith("runtimes:"))
        ).one()
        row.value = value
    assert not measured_runtimes(services.database, builtin("classic")).times


@pytest.mark.models
@pytest.mark.processes
def test_the_program_times_every_network_with_every_library(services: Services) -> None:
    pytest.importorskip("openvino", reason="the second runtime is not installed")
    packs = dataclasses.replace(services.packs, models_dir=Settings().models_dir)
    manifest = packs.install("classic", offline=False).manifest
    with_packs = dataclasses.replace(services, packs=packs)
    found = measure_runtimes(acting(with_packs), manifest=manifest, threads=1)
    assert set(found.times) == {"detector", "recognizer"}
    for times in found.times.values():
        assert set(times) == {"onnxruntime", "openvino"}
        assert all(0 < spent < 60_000 for spent in times.values())


def test_the_program_is_run_by_the_interpreter_that_runs_this(
    services: Services, measuring: Measuring
) -> None:
    measure_runtimes(acting(services), manifest=builtin("classic"), threads=1)
    assert measuring.commands[0][0] == sys.executable
