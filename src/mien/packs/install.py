"""Puts a pack's files on this machine: fetched, checked, converted, kept."""

from collections.abc import Container
from pathlib import Path
from typing import Protocol

from mien.errors import InferenceRuntimeMissing
from mien.errors import ModelFileDamaged
from mien.inference_libraries import import_openvino
from mien.options import RuntimeChoice
from mien.packs import cache
from mien.packs import conversion
from mien.packs import soundness
from mien.packs.calibration import find_calibration
from mien.packs.folder import with_files_of
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.progress import OnProgress
from mien.progress import Progress
from mien.progress import ProgressStage
from mien.progress import silent


def install(
    manifest: Manifest,
    *,
    models_dir: Path,
    offline: bool,
    timeout_seconds: float,
    progress: OnProgress = silent,
    stall_seconds: float = cache.STALL_SECONDS,
    folder: Path | None = None,
) -> InstalledPack:
    """Make every file of a pack ready to run; what is there already costs nothing.

    Args:
        manifest: the pack.
        models_dir: the cache, shared by any number of processes.
        offline: never fetch.
        timeout_seconds: how long an address may take to give its first answer.
        progress: told what happens, file by file.
        stall_seconds: how long a source may be silent once it has begun to send.
        folder: take what is missing from here and from nowhere else; no network is asked, so that
            `offline` does not matter.

    Raises:
        ModelFileMissing: a file is not there and `offline` is set, or not in the folder; nothing
            was taken from it then.
        InvalidInput: there is no such folder.
        ModelFileDamaged: a file has other bytes than it was stored with.
        PackUnavailable: no source gave a file.
        DigestMismatch: no source gave a file, and at least one gave other bytes.
        ConversionFailed: a file could not be converted.
        PackInvalid: the operator's calibration of the pack breaks a rule.
    """
    paths = {}
    where = manifest
    if folder is not None:
        where, offline = with_files_of(manifest, folder, models_dir=models_dir), False
    for file in where.files:
        _require_whole(manifest, file, models_dir=models_dir, offline=offline)
        paths[file.name] = _ready(
            manifest,
            file,
            models_dir=models_dir,
            offline=offline,
            timeout_seconds=timeout_seconds,
            progress=progress,
            stall_seconds=stall_seconds,
        )
        soundness.require_sound(manifest, file, models_dir=models_dir)
    calibration = find_calibration(
        manifest.name, contract_id=manifest.contract_id, models_dir=models_dir
    )
    return InstalledPack(manifest=manifest, paths=paths, calibration=calibration)


def fetch(
    manifest: Manifest,
    *,
    models_dir: Path,
    offline: bool,
    timeout_seconds: float,
    progress: OnProgress = silent,
    folder: Path | None = None,
) -> None:
    """Have every file of a pack here as it is published; nothing is converted or run.

    Args and errors as of `install`.
    """
    if folder is not None:
        manifest, offline = with_files_of(manifest, folder, models_dir=models_dir), False
    for file in manifest.files:
        tell = _teller(manifest, file, progress)
        _obtain(
            file,
            models_dir=models_dir,
            offline=offline,
            timeout_seconds=timeout_seconds,
            tell=tell,
            stall_seconds=cache.STALL_SECONDS,
        )
        tell("ready", file.size_bytes, file.size_bytes)


def is_begun(manifest: Manifest, *, models_dir: Path, shared: Container[str] = ()) -> bool:
    """Whether any file is there, whole or not, that belongs to this pack and not to others too.

    Args:
        manifest: the pack.
        models_dir: the cache.
        shared: digests of files that say nothing, because other packs have them too.
    """
    return any(
        cache.path_of(models_dir, file).exists()
        for file in manifest.files
        if file.sha256 not in shared
    )


def is_installed(manifest: Manifest, *, models_dir: Path) -> bool:
    """Whether every file is there, converted where needed, so that nothing has to be fetched."""
    return all(
        cache.has(models_dir, file) and conversion.has(models_dir, file) for file in manifest.files
    )


def require_runtime(manifest: Manifest, *, runtime: RuntimeChoice = "auto") -> None:
    """Make sure that a library is installed, and allowed, which runs the pack.

    Raises:
        InferenceRuntimeMissing: none is; the message says what to install or to set.
    """
    needed = any(spec.format == "openvino" for spec in manifest.recognizers)
    if not needed and runtime in {"auto", "onnxruntime", "cuda"}:
        return
    if needed and runtime == "onnxruntime":
        raise InferenceRuntimeMissing("pack_other_chosen", words={"pack": manifest.name})
    try:
        import_openvino()
    except ImportError as error:
        raise InferenceRuntimeMissing("pack_openvino", words={"pack": manifest.name}) from error


def _require_whole(manifest: Manifest, file: ModelFile, *, models_dir: Path, offline: bool) -> None:
    """Tell a file that was cut from one that was never there; with a network it is fetched again."""
    cut = cache.path_of(models_dir, file).is_file() and not cache.has(models_dir, file)
    if offline and cut:
        raise ModelFileDamaged(words={"pack": manifest.name}, file=file.name)


def _ready(
    manifest: Manifest,
    file: ModelFile,
    *,
    models_dir: Path,
    offline: bool,
    timeout_seconds: float,
    progress: OnProgress,
    stall_seconds: float,
) -> Path:
    tell = _teller(manifest, file, progress)
    _obtain(
        file,
        models_dir=models_dir,
        offline=offline,
        timeout_seconds=timeout_seconds,
        tell=tell,
        stall_seconds=stall_seconds,
    )
    path = conversion.obtain(models_dir, file, converting=lambda: tell("converting"))
    tell("ready", file.size_bytes, file.size_bytes)
    return path


class _Tell(Protocol):
    def __call__(
        self, stage: ProgressStage, done_bytes: int = 0, total_bytes: int | None = None, /
    ) -> None: ...


def _teller(manifest: Manifest, file: ModelFile, progress: OnProgress) -> _Tell:
    def tell(stage: ProgressStage, done_bytes: int = 0, total_bytes: int | None = None, /) -> None:
        progress(Progress(f"{manifest.name}/{file.name}", done_bytes, total_bytes, stage=stage))

    return tell


def _obtain(
    file: ModelFile,
    *,
    models_dir: Path,
    offline: bool,
    timeout_seconds: float,
    tell: _Tell,
    stall_seconds: float,
) -> None:
    cache.obtain(
        file,
        models_dir=models_dir,
        offline=offline,
        timeout_seconds=timeout_seconds,
        progress=lambda done, total, /: tell("fetching", done, total),
        waiting=lambda: tell("waiting"),
        stall_seconds=stall_seconds,
    )
