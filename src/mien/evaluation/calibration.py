"""Makes a calibration from labelled photos."""

import os
from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mien.decision.fit_calibration import fit_calibration
from mien.errors import InvalidInput
from mien.evaluation.acquire import Acquired
from mien.options import FaceChoice
from mien.packs.calibration import Calibration
from mien.packs.calibration import write_calibration

_FIELD = "output"
_TAKEN = {
    "nearest-centre": "the face nearest the centre of each photo",
    "largest": "the largest face of each photo",
}


def calibrate_photos(
    photos: Mapping[str, Sequence[str]],
    acquired: Acquired,
    *,
    contract_id: str,
    data: str,
    face: FaceChoice,
) -> Calibration:
    """Measure a calibration on all pairs of photos.

    Args:
        photos: by person.
        acquired: what came of them.
        contract_id: of the embeddings.
        data: the set, in words.
        face: which one was taken.

    Raises:
        InvalidInput: there are too few people or photos.
    """
    rows = [
        (acquired.samples[photo].embedding, person)
        for person, some in photos.items()
        for photo in some
        if photo in acquired.samples
    ]
    if not rows:
        raise InvalidInput("no_face", field="folder")
    return fit_calibration(
        np.stack([embedding for embedding, _ in rows]),
        [person for _, person in rows],
        contract_id=contract_id,
        data=data,
        protocol=f"all pairs of photos, every person weighing the same; {_TAKEN[face]}",
    )


def check_output(path: Path) -> None:
    """Complain of a place where no calibration could be written, before the long work.

    Raises:
        InvalidInput: its folder is not there, or it cannot be written to.
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InvalidInput("no_folder", words={"folder": folder}, field=_FIELD)
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InvalidInput("write_protected", words={"path": path}, field=_FIELD)


def save_calibration(path: Path, calibration: Calibration) -> None:
    """Write a calibration; it holds figures only.

    Raises:
        InvalidInput: the file cannot be written.
    """
    try:
        path.write_text(write_calibration(calibration), encoding="utf-8")
    except OSError as error:
        raise InvalidInput(
            "not_writable", words={"path": path, "why": error.strerror}, field=_FIELD
        ) from error
