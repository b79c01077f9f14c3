"""Takes the best pack whose files can be had, and says which were passed over and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.errors import ModelError
from mien.errors import PackUnavailable
from mien.options import RuntimeChoice
from mien.packs import cache
from mien.packs.catalog import AUTO
from mien.packs.catalog import builtin
from mien.packs.install import install
from mien.packs.install import require_runtime
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import Manifest
from mien.progress import OnProgress
from mien.progress import silent


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A pack that was not taken.

    Attributes:
        pack: its name.
        why: what stood in the way.
    """

    pack: str
    why: ModelError


@dataclass(frozen=True, slots=True)
class PackChoice:
    """The pack that was taken, ready to run, and those before it that were not."""

    installed: InstalledPack
    passed_over: tuple[PassedOver, ...]


def choose(
    *,
    models_dir: Path,
    offline: bool,
    timeout_seconds: float,
    runtime: RuntimeChoice = "auto",
    progress: OnProgress = silent,
    candidates: Sequence[Manifest] | None = None,
    stall_seconds: float = cache.STALL_SECONDS,
    folder: Path | None = None,
) -> PackChoice:
    """Install the first pack that can be had and run.

    Args:
        models_dir: the cache.
        offline: never fetch; only what is there can be taken.
        timeout_seconds: how long an address may take to answer before it is passed over.
        runtime: the library that the operator has set.
        progress: told what happens, file by file.
        candidates: the packs to try, the best first; None takes the built-in
            ones that `auto` tries.
        stall_seconds: how long a source may be silent once it has begun to send.
        folder: take what is missing from here and from nowhere else.

    Raises:
        PackUnavailable: none can; the message and `extra["passed_over"]` say why for each.
    """
    passed_over: list[PassedOver] = []
    for manifest in candidates or [builtin(name) for name in AUTO]:
        try:
            require_runtime(manifest, runtime=runtime)
            installed = install(
                manifest,
                models_dir=models_dir,
                offline=offline,
                timeout_seconds=timeout_seconds,
                progress=progress,
                stall_seconds=stall_seconds,
                folder=folder,
            )
        except ModelError as error:
            passed_over.append(PassedOver(manifest.name, error))
        else:
            return PackChoice(installed=installed, passed_over=tuple(passed_over))
    raise PackUnavailable(
        "none",
        words={
            "packs": [
                PackUnavailable("one", words={"pack": each.pack, "why": each.why})
                for each in passed_over
            ]
        },
        passed_over=[
            {"pack": each.pack, "code": each.why.code, "reason": each.why} for each in passed_over
        ],
    )
