import hashlib
import multiprocessing
from pathlib import Path

import pytest

from mien.packs.manifest import HttpsSource
from mien.packs.manifest import Manifest
from model_server import ModelServer
from packs_for_tests import Report
from packs_for_tests import drawn_bytes
from packs_for_tests import drawn_pack
from packs_for_tests import install_and_report

PROCESSES = 4


def pull_at_once(manifest: Manifest, models_dir: Path) -> list[Report]:
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(PROCESSES)
    answers: multiprocessing.Queue[Report] = spawn.Queue()
    processes = [
        spawn.Process(
            target=install_and_report,
            args=(manifest.model_dump_json(), str(models_dir), start, answers),
        )
        for _ in range(PROCESSES)
    ]
    for process in processes:
        process.start()
    try:
        reports = [answers.get(timeout=60) for _ in processes]
    finally:
        for process in processes:
            process.join(timeout=10)
            process.kill()
            process.join()
            process.close()
        answers.close()
        answers.join_thread()
    return reports


@pytest.mark.processes
def test_of_several_processes_one_fetches_and_all_find(
    server: ModelServer, models_dir: Path
) -> None:
    source = HttpsSource(kind="https", url=f"{server.address('late')}/drawn.onnx")
    reports = pull_at_once(drawn_pack(source), models_dir)
    good = [hashlib.sha256(drawn_bytes()).hexdigest()]
    assert [digests for _, digests, _ in reports] == [good] * PROCESSES
    assert server.requests == {"late": 1}
    assert sum("fetching" in stages for _, _, stages in reports) == 1


@pytest.mark.processes
def test_of_several_processes_each_is_told_when_there_is_nothing_to_find(
    server: ModelServer, models_dir: Path
) -> None:
    source = HttpsSource(kind="https", url=f"{server.address('wrong')}/drawn.onnx")
    reports = pull_at_once(drawn_pack(source), models_dir)
    assert all("DigestMismatch" in digests[0] for _, digests, _ in reports)
    assert not list(models_dir.rglob("drawn.onnx*"))
