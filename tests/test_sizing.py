import pytest

from mien.sizing import Machine
from mien.sizing import Need
from mien.sizing import plan
from mien.sizing import this_machine

GB = 1024**3
NEED = Need(model_bytes=12_000_000, index_bytes=1_000_000, photo_bytes=150_000_000)


@pytest.mark.parametrize("cores", [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128])
@pytest.mark.parametrize("memory", [GB, 4 * GB, 256 * GB, None])
def test_inferences_of_all_workers_together_never_crowd_the_cores(
    cores: int, memory: int | None
) -> None:
    chosen = plan(Machine(cores, memory), NEED)
    busy = chosen.workers * chosen.inference_threads * chosen.inference_concurrency
    assert cores // 2 < busy <= cores
    assert chosen.threads > chosen.inference_concurrency, "others are answered meanwhile"


def test_little_memory_means_few_workers_and_says_so() -> None:
    small = plan(Machine(8, GB), NEED)
    assert small.workers == 1
    assert small.reason.startswith("limited by memory; 8 cores, about ")
    assert small.reason.endswith(" MB per worker of 1024 MB")
    assert plan(Machine(8, 64 * GB), NEED).workers == 4


def test_a_large_gallery_counts() -> None:
    large = Need(model_bytes=12_000_000, index_bytes=GB)
    assert plan(Machine(8, 8 * GB), large).workers < plan(Machine(8, 8 * GB), NEED).workers


def test_what_workers_share_counts_once() -> None:
    machine = Machine(16, 24 * GB)
    shared = plan(machine, Need(model_bytes=12_000_000, shared_bytes=2 * GB))
    own = plan(machine, Need(model_bytes=12_000_000, index_bytes=2 * GB))
    assert own.workers < shared.workers == 8
    assert " and 2048 MB shared by all, of " in shared.reason


def test_what_the_operator_says_holds() -> None:
    chosen = plan(Machine(2, 4 * GB), NEED, workers=5, threads=3, inference_threads=4)
    assert (chosen.workers, chosen.threads, chosen.inference_threads) == (5, 3, 4)
    assert chosen.reason.startswith("given;")


def test_a_given_number_of_workers_still_fills_the_cores() -> None:
    chosen = plan(Machine(16, 64 * GB), NEED, workers=2)
    assert chosen.inference_threads * chosen.inference_concurrency == 8


def test_this_machine_has_a_core_and_some_memory() -> None:
    here = this_machine()
    assert here.cores >= 1
    assert here.memory_bytes is None or here.memory_bytes > 2**26
