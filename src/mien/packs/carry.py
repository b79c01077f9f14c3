"""Writes the files of packs into a folder that can be carried to a machine without a network."""

import shutil
from collections.abc import Iterable
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mien.errors import InvalidInput
from mien.errors import ModelFileDamaged
from mien.packs import cache
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.packs.sources import describe

_README: Final = """\
Model files of Mien: {packs}

On the machine without a network, with this folder at /media/models:

{commands}

Or set MIEN_MODELS_FROM=/media/models, and the first start of Mien takes them from there. The
files are known by their digests: they may be renamed and lie in other folders.

NOTICES.txt says who made each file, under which licence, and what has to be known of it.
Whoever hands the files on hands that on, too. SHA256SUMS is for `sha256sum --check`.
{own}"""
_OWN: Final = """
Put the manifests below `packs` into the folder `packs` of MIEN_MODELS_DIR first: they are not
part of Mien.
"""


def write_folder(
    manifests: Sequence[Manifest], folder: Path, *, models_dir: Path, own: Sequence[Path] = ()
) -> list[Path]:
    """Write the files of packs, their notices, their digests and how they are used.

    Args:
        manifests: the packs, whose files are all in the cache.
        folder: where to; made where it is not there, and what else is in it stays.
        models_dir: the cache.
        own: manifests and calibrations that the operator wrote, which go along.

    Returns:
        The files that were written.

    Raises:
        InvalidInput: the folder cannot be written to.
        ModelFileDamaged: a file in the cache has other bytes than it was stored with.
    """
    try:
        return list(_written(manifests, folder, models_dir, own))
    except OSError as error:
        raise InvalidInput(
            "folder_not_writable", words={"folder": folder, "why": error.strerror}, field="folder"
        ) from error


def _written(
    manifests: Sequence[Manifest], folder: Path, models_dir: Path, own: Sequence[Path]
) -> Iterable[Path]:
    sums = {}
    for manifest, file in _each_once(manifests):
        source = cache.path_of(models_dir, file)
        if cache.sha256_of(source) != file.sha256:
            raise ModelFileDamaged(words={"pack": manifest.name}, file=file.name)
        yield _copy(source, folder / manifest.name / file.name)
        sums[f"{manifest.name}/{file.name}"] = file.sha256
    for path in own:
        yield _copy(path, folder / "packs" / path.name)
    names = [manifest.name for manifest in manifests]
    texts = {
        "SHA256SUMS": "".join(f"{digest}  {name}\n" for name, digest in sums.items()),
        "NOTICES.txt": "\n".join(
            _notice(manifest, file) for manifest, file in _each_once(manifests)
        ),
        "README.txt": _README.format(
            packs=", ".join(names),
            commands="\n".join(f"  mien models pull {name} --from /media/models" for name in names),
            own=_OWN if own else "",
        ),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        yield folder / name


def _each_once(manifests: Sequence[Manifest]) -> Iterable[tuple[Manifest, ModelFile]]:
    """Every file with the first pack that has it; packs share files."""
    seen: set[str] = set()
    for manifest in manifests:
        for file in manifest.files:
            if file.sha256 not in seen:
                seen.add(file.sha256)
                yield manifest, file


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    try:
        shutil.copyfile(source, part)
        cache.publish(part, target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _notice(manifest: Manifest, file: ModelFile) -> str:
    lines = [
        f"{manifest.name}/{file.name}",
        f"  licence: {file.licence}",
        f"  made by: {file.origin}",
        *([f"  notice: {file.notice}"] if file.notice else []),
        f"  SHA-256: {file.sha256}",
        *(f"  published at: {describe(source)}" for source in file.sources),
    ]
    return "\n".join(lines) + "\n"
