"""Packs and sources of model files that tests work with."""

import hashlib
import os
from collections.abc import Callable
from collections.abc import Sequence
from functools import cache
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from mien.errors import ModelError
from mien.packs.catalog import builtin
from mien.packs.install import install
from mien.packs.manifest import FileSource
from mien.packs.manifest import FolderSource
from mien.packs.manifest import HttpsSource
from mien.packs.manifest import InstalledPack
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.progress import Progress
from mien.settings import Settings
from mien.words import say
from needs import SHARED_DATA
from needs import absent
from needs import shared_data

Report = tuple[int, list[str], list[str]]
"""Of one process: its id, the digests of what it found or the error, the stages it was told."""

SHARED_MODELS = SHARED_DATA / "models"
"""Where model files lie beside the repository, if they do."""

WHERE = {
    "face_detection_yunet_2023mar.onnx": "yunet/yunet_s_640_640.onnx",
    "face-reidentification-retail-0095.xml": (
        "retail-0095/FP16_face-reidentification-retail-0095.xml"
    ),
    "face-reidentification-retail-0095.bin": (
        "retail-0095/FP16_face-reidentification-retail-0095.bin"
    ),
}
"""For each file of the pack `compact`, where it is in `SHARED_MODELS`."""


def compact_from_folder(folder: Path = SHARED_MODELS) -> Manifest:
    """The built-in pack `compact` with the same files and digests, taken from a local folder."""
    return _with_sources(
        builtin("compact"),
        lambda file: FolderSource(kind="folder", path=folder / WHERE[file.name]),
    )


def compact_from_address(address: str) -> Manifest:
    """The built-in pack `compact`, taken from a server that serves `SHARED_MODELS`."""
    return _with_sources(
        builtin("compact"),
        lambda file: HttpsSource(kind="https", url=f"{address}/{WHERE[file.name]}"),
    )


def shared_models() -> Path:
    """The folder of the real files of the pack `compact`; without them the test is skipped."""
    return shared_data(*(f"models/{path}" for path in WHERE.values())) / "models"


def real_pack(name: str) -> InstalledPack:
    """A built-in pack with its real files; without them the test is skipped.

    They come from beside the repository or from the package index, and stay in the cache of this
    machine's user. Those beside the repository have to be whole, while an index may be out of reach.
    """
    beside = name == "compact" and SHARED_DATA.is_dir()
    if beside:
        shared_models()
    installed = _install(name, beside=beside)
    if isinstance(installed, str):
        why = f"the pack {name} cannot be had here: {installed}"
        if beside:
            absent(why)
        pytest.skip(why)
    return installed


@cache
def _install(name: str, *, beside: bool) -> InstalledPack | str:
    manifest = compact_from_folder() if beside else builtin(name)
    try:
        return install(manifest, models_dir=Settings().models_dir, offline=False, timeout_seconds=5)
    except ModelError as error:
        return say.error(error)


def drawn_bytes(size: int = 300_000) -> bytes:
    """Bytes that are the same every time and nowhere alike."""
    block = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(32))
    return (block * (size // len(block) + 1))[:size]


def drawn_file(sources: Sequence[FileSource], *, content: bytes) -> ModelFile:
    """A file of a manifest with these bytes."""
    return ModelFile(
        name="drawn.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        licence="MIT",
        origin="drawn by the tests",
        sources=tuple(sources),
    )


def drawn_pack(
    *sources: FileSource, content: bytes | None = None, name: str = "drawn", size_bytes: int = 0
) -> Manifest:
    """A pack of one small file that no runtime can run."""
    file = drawn_file(sources, content=drawn_bytes() if content is None else content)
    if size_bytes:
        file = file.model_copy(update={"size_bytes": size_bytes})
    model = builtin("classic")
    return model.model_copy(
        update={
            "name": name,
            "files": (file,),
            "detector": model.detector.model_copy(update={"file": file.name}),
            "recognizers": (model.recognizers[0].model_copy(update={"file": file.name}),),
        }
    )


def install_and_report(
    manifest_json: str, models_dir: str, start: Barrier, answers: "Queue[Report]"
) -> None:
    """What one of several processes does: install at the same moment, tell how that went."""
    manifest = Manifest.model_validate_json(manifest_json)
    stages: set[str] = set()

    def take_note(event: Progress, /) -> None:
        stages.add(event.stage)

    start.wait(timeout=30)
    try:
        installed = install(
            manifest,
            models_dir=Path(models_dir),
            offline=False,
            timeout_seconds=10,
            progress=take_note,
        )
        digests = [
            hashlib.sha256(path.read_bytes()).hexdigest() for path in installed.paths.values()
        ]
        answers.put((os.getpid(), digests, sorted(stages)))
    except Exception as error:  # noqa: BLE001 (the test reads it in the other process)
        answers.put((os.getpid(), [repr(error)], sorted(stages)))


def _with_sources(manifest: Manifest, source_of: Callable[[ModelFile], FileSource]) -> Manifest:
    files = tuple(
        file.model_copy(update={"sources": (source_of(file),)}) for file in manifest.files
    )
    return manifest.model_copy(update={"files": files})
