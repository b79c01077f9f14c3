"""How many processes and threads serve well on a machine; pure arithmetic with its reason."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mien.vision.decoding.memory import budget_bytes
from mien.vision.sessions import usable_cores

_MB: Final = 1024 * 1024
# Measured with each pack: the interpreter and libraries, then some eight times the bytes of the
# model files once the networks have been used at several picture sizes.
_PROCESS_BYTES: Final = 200 * _MB
_BYTES_A_MODEL_BYTE: Final = 8
# Of a picture that was decoded, and of its halvings while it is searched.
_BYTES_A_PIXEL: Final = 4
# The rest is the database's, the proxy's and the page cache's.
_SHARE_OF_MEMORY: Final = 0.7
# Two cores shorten one answer well; from there on a second worker gives more than a third core.
_CORES_FOR_TWO: Final = 4
_MOST_WORKERS: Final = 16
# Threads beside those that infer: slow uploads, pages and health checks go on meanwhile.
_OTHER_THREADS: Final = 4
_CGROUP_MEMORY: Final = Path("/sys/fs/cgroup/memory.max")
_CGROUP_PROCESSOR: Final = Path("/sys/fs/cgroup/cpu.max")


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to serve with.

    Attributes:
        cores: processor cores that may be used, 1 or more.
        memory_bytes: what all processes together may take; None when it cannot be known.
    """

    cores: int
    memory_bytes: int | None


@dataclass(frozen=True, slots=True)
class Need:
    """What one worker takes.

    Attributes:
        model_bytes: of the files of the model pack.
        index_bytes: of the indexes that it keeps for itself.
        photo_bytes: of photos that are decoded and searched; see `photos_bytes`.
        shared_bytes: of indexes in files that all workers of the machine share, once for all.
    """

    model_bytes: int = 0
    index_bytes: int = 0
    photo_bytes: int = 0
    shared_bytes: int = 0

    @property
    def worker_bytes(self) -> int:
        """Memory of one worker in full use; the index for itself and while it is renewed."""
        return (
            _PROCESS_BYTES
            + _BYTES_A_MODEL_BYTE * self.model_bytes
            + 2 * self.index_bytes
            + self.photo_bytes
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How to serve.

    Attributes:
        workers: processes.
        threads: requests that each answers at the same time.
        inference_threads: processor threads of one inference.
        inference_concurrency: inferences at the same time in one worker.
        reason: why, in one sentence for people.
    """

    workers: int
    threads: int
    inference_threads: int
    inference_concurrency: int
    reason: str


def this_machine() -> Machine:
    """The cores and the memory that this process may use, bounds of a container included."""
    cores = usable_cores()
    quota = _read(_CGROUP_PROCESSOR).split()
    if len(quota) > 1 and quota[0].isdigit() and quota[1].isdigit():
        cores = min(cores, max(1, int(quota[0]) // int(quota[1])))
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return Machine(cores, None)
    bound = _read(_CGROUP_MEMORY).strip()
    return Machine(cores, min(memory, int(bound)) if bound.isdigit() else memory)


def photos_bytes(max_pixels: int) -> int:
    """What photos take in one worker: all that are decoded at a time, and one that is searched.

    Args:
        max_pixels: the most that a photo may have.
    """
    return budget_bytes(max_pixels) + _BYTES_A_PIXEL * max_pixels


def plan(
    machine: Machine,
    need: Need,
    *,
    workers: int = 0,
    threads: int = 0,
    inference_threads: int = 0,
    inference_concurrency: int = 0,
) -> Plan:
    """Choose what was left open, so that all inferences together fill the cores and no more.

    Args:
        machine: what there is.
        need: what one worker takes.
        workers: given by the operator; 0 chooses. So for the others.
        threads: see `Plan`.
        inference_threads: see `Plan`.
        inference_concurrency: see `Plan`.
    """
    cores = max(1, machine.cores)
    each = inference_threads or (2 if cores >= _CORES_FOR_TWO else 1)
    by_cores = max(1, cores // (each * max(1, inference_concurrency)))
    by_memory = _fitting(machine, need)
    chosen = workers or min(by_cores, by_memory, _MOST_WORKERS)
    if not inference_threads:
        each = max(1, min(each, cores // chosen))
    at_once = inference_concurrency or max(1, cores // (chosen * each))
    return Plan(
        workers=chosen,
        threads=threads or _OTHER_THREADS + 2 * at_once,
        inference_threads=each,
        inference_concurrency=at_once,
        reason=_reason(
            machine,
            need,
            "given"
            if workers
            else "limited by memory"
            if by_memory < min(by_cores, _MOST_WORKERS)
            else "chosen to use all cores",
        ),
    )


def _fitting(machine: Machine, need: Need) -> int:
    if machine.memory_bytes is None:
        return _MOST_WORKERS
    left = int(machine.memory_bytes * _SHARE_OF_MEMORY) - need.shared_bytes
    return max(1, left // need.worker_bytes)


def _reason(machine: Machine, need: Need, why: str) -> str:
    cores = "1 core" if machine.cores == 1 else f"{machine.cores} cores"
    memory = f"{need.worker_bytes // _MB} MB per worker"
    if need.shared_bytes:
        memory += f" and {need.shared_bytes // _MB} MB shared by all,"
    if machine.memory_bytes is not None:
        memory += f" of {machine.memory_bytes // _MB} MB"
    return f"{why}; {cores}, about {memory}"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""
