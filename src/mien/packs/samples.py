"""Public photos of people that come inside packages, to see Mien work without photos of one's own."""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from mien.errors import ModelFileMissing
from mien.packs import cache
from mien.packs.manifest import FolderSource
from mien.packs.manifest import ModelFile
from mien.packs.manifest import PypiSource
from mien.packs.sources.members import extract
from mien.packs.sources.pypi import download
from mien.progress import OnProgress
from mien.progress import Progress
from mien.progress import silent


@dataclass(frozen=True, slots=True)
class SamplePhoto:
    """A photo, on this machine.

    Attributes:
        name: of the file.
        person: whom its publisher says it shows, where it says so for enrolling; else None.
        path: of the photo.
    """

    name: str
    person: str | None
    path: Path


def _portrait(name: str, size_bytes: int, sha256: str) -> ModelFile:
    return ModelFile(
        name=name,
        sha256=sha256,
        size_bytes=size_bytes,
        licence="MIT",
        origin="official portraits among the test images of face_recognition",
        sources=(
            PypiSource(
                kind="pypi",
                distribution="face_recognition==1.3.0",
                member=f"face_recognition-1.3.0/tests/test_images/{name}",
                sdist=True,
            ),
        ),
    )


def sample_files() -> tuple[ModelFile, ...]:
    """What is fetched, from where, with which digest; photos of one distribution in a row."""
    return (
        _portrait(
            "obama.jpg", 279922, "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6"
        ),
        _portrait(
            "biden.jpg", 353723, "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c"
        ),
        _portrait(
            "obama2.jpg", 184455, "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6"
        ),
        _portrait(
            "obama3.jpg", 595944, "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3"
        ),
        _portrait(
            "obama_partial_face.jpg",
            423060,
            "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117",
        ),
        _portrait(
            "obama_partial_face2.jpg",
            478346,
            "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028",
        ),
        _portrait(
            "32bit.png", 887446, "44dca895a7d635a4aedddd91a4f37af9a8a5b44e66154282a24645a757b5f627"
        ),
        ModelFile(
            name="astronaut.png",
            sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
            size_bytes=791555,
            licence="public domain",
            origin="NASA, among the sample images of scikit-image",
            sources=(
                PypiSource(
                    kind="pypi",
                    distribution="scikit-image==0.26.0",
                    member="skimage/data/astronaut.png",
                ),
            ),
        ),
    )


_ENROLLED = {"obama.jpg": "Barack Obama", "biden.jpg": "Joe Biden"}


def fetch_samples(
    *, models_dir: Path, offline: bool, timeout_seconds: float, progress: OnProgress = silent
) -> tuple[SamplePhoto, ...]:
    """Have every sample photo on this machine; each distribution is fetched once.

    Args:
        models_dir: the cache, shared with model files.
        offline: never fetch.
        timeout_seconds: how long a source may take to answer.
        progress: told what happens.

    Raises:
        ModelFileMissing: a photo is not there and `offline` is set.
        SourceUnavailable: the distribution could not be fetched.
        DigestMismatch: it holds other bytes than it should.
    """
    files = sample_files()
    missing = [file for file in files if not cache.has(models_dir, file)]
    if missing and offline:
        raise ModelFileMissing(
            "sample_offline", words={"models_dir": models_dir}, file=missing[0].name
        )
    models_dir.mkdir(parents=True, exist_ok=True)
    for distribution, group in groupby(missing, key=lambda file: _source(file).distribution):
        _fetch(distribution, list(group), models_dir, timeout_seconds, progress)
    return tuple(
        SamplePhoto(file.name, _ENROLLED.get(file.name), cache.path_of(models_dir, file))
        for file in files
    )


def _fetch(
    distribution: str,
    files: Iterable[ModelFile],
    models_dir: Path,
    timeout_seconds: float,
    progress: OnProgress,
) -> None:
    files = tuple(files)

    def tell(done_bytes: int, total_bytes: int | None, /) -> None:
        progress(Progress(f"samples/{distribution}", done_bytes, total_bytes, stage="fetching"))

    with tempfile.TemporaryDirectory(prefix="samples-", dir=models_dir) as folder:
        tell(0, None)
        (Path(folder) / "distribution").mkdir()
        archive = download(_source(files[0]), Path(folder) / "distribution", progress=tell)
        for file in files:
            taken = Path(folder) / file.name
            extract(archive, _source(file).member, to=taken, size_bytes=file.size_bytes)
            # The cache checks the digest and gives the file its name, whoever else asks for it.
            cache.obtain(
                file.model_copy(update={"sources": (FolderSource(kind="folder", path=taken),)}),
                models_dir=models_dir,
                offline=False,
                timeout_seconds=timeout_seconds,
                progress=tell,
                waiting=lambda: None,
            )
    progress(Progress(f"samples/{distribution}", stage="ready"))


def _source(file: ModelFile) -> PypiSource:
    source = file.sources[0]
    assert isinstance(source, PypiSource)  # noqa: S101 - they are written above
    return source
