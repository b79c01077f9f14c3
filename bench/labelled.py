"""Embeddings of a labelled set of photos, made once a pack and kept in the temporary folder."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.evaluation.acquire import Acquired
from mien.evaluation.acquire import acquire
from mien.evaluation.cache import cache_key
from mien.evaluation.cache import load_cache
from mien.evaluation.cache import save_cache
from mien.evaluation.one_person import read_one_person
from mien.evaluation.photos import people_folder
from mien.evaluation.photos import photos_of_people
from mien.packs.manifest import InstalledPack
from mien.vision.pack_engine import PackEngine
from mien.vision.reader import ImageReader

ONE_PERSON = Path(__file__).with_name("lfw_one_person.txt")


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A labelled set as one pack sees it.

    Attributes:
        embeddings: float32, shape (n, dimension), unit length.
        people: whom each shows, shape (n,); those known to be one person have one name.
        photos: their names, shape (n,).
    """

    embeddings: NDArray[np.float32]
    people: NDArray[np.str_]
    photos: NDArray[np.str_]


def acquired(installed: InstalledPack, data: Path) -> Acquired:
    """Find and embed the face nearest the centre of every photo.

    Args:
        installed: the pack.
        data: has one folder a person, or such folders in `images`.
    """
    folder = people_folder(data)
    photos = {photo for photos in photos_of_people(folder).values() for photo in photos}
    key = cache_key(folder, contract_id=installed.manifest.contract_id)
    cache = Path(tempfile.gettempdir()) / f"mien-bench-{key[:16]}.npz"
    known = load_cache(cache, key=key, folder=folder)
    if set(known.samples) | set(known.refused) != photos:
        print(f"embedding {len(photos):,} photos", file=sys.stderr)
        engine = PackEngine(installed)
        reader = ImageReader(max_bytes=10**8, max_pixels=10**8)
        known = acquire(engine, reader, folder, photos, face="nearest-centre")
        engine.close()
        save_cache(cache, known, key=key, folder=folder)
    return known


def labelled(installed: InstalledPack, data: Path) -> Labelled:
    """The embeddings of `acquired` in one matrix, and whom each shows."""
    known = acquired(installed, data)
    shelves = photos_of_people(people_folder(data))
    name_of = {photo: person for person, photos in shelves.items() for photo in photos}
    photos = sorted(known.samples)
    aliases = {name: names[0] for names in read_one_person(ONE_PERSON) for name in names}
    return Labelled(
        embeddings=np.stack([known.samples[photo].embedding for photo in photos]),
        people=np.array([aliases.get(name_of[photo], name_of[photo]) for photo in photos]),
        photos=np.array(photos),
    )
