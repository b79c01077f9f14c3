"""InferencePermits model files as they are published into files that a runtime can run."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from mien.errors import ConversionFailed
from mien.packs import cache
from mien.packs.locking import lock
from mien.packs.manifest import ModelFile

VERSIONS = {"blocked-quantization": 1, "dlib-resnet": 1, "dynamic-shape": 1}
"""Raised when a converter writes another file, so that earlier ones are made anew."""


def path_of(models_dir: Path, file: ModelFile) -> Path:
    """Where what is run is, or would be: the fetched file itself, or its conversion beside it."""
    fetched = cache.path_of(models_dir, file)
    if file.convert is None:
        return fetched
    return fetched.with_name(f"{fetched.stem}.{file.convert}-{VERSIONS[file.convert]}.onnx")


def has(models_dir: Path, file: ModelFile) -> bool:
    """Whether what is run is there."""
    if file.convert is None:
        return cache.has(models_dir, file)
    path = path_of(models_dir, file)
    return path.is_file() and recorded_digest_path(path).is_file()


def recorded_digest_path(converted: Path) -> Path:
    """Where the SHA-256 of a conversion is kept; it may differ between versions of ONNX."""
    return converted.with_name(f"{converted.name}.sha256")


def obtain(models_dir: Path, file: ModelFile, *, converting: Callable[[], None]) -> Path:
    """Give the path of what is run, converting the fetched file when that has not been done.

    Args:
        models_dir: the cache; it has the fetched file.
        file: which one.
        converting: told before the work begins.

    Raises:
        ConversionFailed: the file is not what its converter expects, or the converted network
            gives other numbers than it should.
    """
    path = path_of(models_dir, file)
    if has(models_dir, file):
        return path
    with lock(path.with_name("lock"), waiting=converting):
        if not has(models_dir, file):
            converting()
            model = _convert(cache.path_of(models_dir, file), file.convert)
            digest = recorded_digest_path(path)
            for target, content in (
                (digest, hashlib.sha256(model).hexdigest().encode() + b"\n"),
                (path, model),
            ):
                partial = target.with_name(f"{target.name}.part")
                partial.write_bytes(content)
                cache.publish(partial, target)
    return path


def _convert(fetched: Path, how: str | None) -> bytes:
    # Imported here: onnx is slow to load, and needed only when a pack is installed.
    match how:
        case "blocked-quantization":
            from mien.packs.conversion.blocked_quantization import convert
        case "dlib-resnet":
            from mien.packs.conversion.dlib_resnet import convert
        case "dynamic-shape":
            from mien.packs.conversion.dynamic_shape import convert
        case _:
            raise ConversionFailed("no_converter", words={"how": how})
    return convert(fetched.read_bytes())
