"""People by the thousand in a gallery that is there, written as rows: as if each had been enrolled."""

import uuid
from collections.abc import Iterator
from typing import Any
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from mien.storage.database import Database
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow

_BATCH: Final = 20_000


def fill_gallery(
    database: Database, *, gallery: str, count: int, dimension: int, seed: int = 1
) -> None:
    """Add people with one face each, who look like nobody else.

    Args:
        database: at the newest revision.
        gallery: the name of one.
        count: how many people.
        dimension: length of the gallery's embeddings.
        seed: decides their embeddings and ids.
    """
    random = np.random.default_rng(seed)
    with database.write() as session:
        row = session.scalars(select(GalleryRow).where(GalleryRow.name_key == gallery)).one()
        gallery_id, revision = row.id, row.revision + 1
        session.execute(
            update(GalleryRow).where(GalleryRow.id == gallery_id).values(revision=revision)
        )
    for start in range(0, count, _BATCH):
        some = range(start, min(start + _BATCH, count))
        faces = _unit(random.standard_normal((len(some), dimension), dtype=np.float32))
        people, ids = list(_ids(random, len(some))), list(_ids(random, len(some)))
        with database.write() as session:
            session.execute(
                insert(PersonRow),
                [
                    _person(person_id, gallery_id, f"filled {number:07}")
                    for person_id, number in zip(people, some, strict=True)
                ],
            )
            session.execute(
                insert(FaceRow),
                [
                    _face(face_id, person_id, gallery_id, revision, embedding)
                    for face_id, person_id, embedding in zip(ids, people, faces, strict=True)
                ],
            )


def _person(person_id: str, gallery_id: str, name: str) -> dict[str, Any]:
    names = ("name", "name_key", "search_text", "sort_key")
    return {"id": person_id, "gallery_id": gallery_id, **dict.fromkeys(names, name)}


def _face(
    face_id: str, person_id: str, gallery_id: str, revision: int, embedding: NDArray[np.float32]
) -> dict[str, Any]:
    return {
        "id": face_id,
        "gallery_id": gallery_id,
        "person_id": person_id,
        "crop_file": f"{face_id.replace('-', '')}.jpg",
        "crop_hash": face_id[:8],
        "photo_sha256": face_id.replace("-", "") * 2,
        "revision": revision,
        "embedding": embedding,
        "box": [0.0, 0.0, 100.0, 100.0],
        "landmarks": [[30.0, 40.0], [70.0, 40.0], [50.0, 60.0], [36.0, 78.0], [64.0, 78.0]],
        "score": 0.99,
        "pose": {},
        "quality": {},
    }


def _ids(random: np.random.Generator, count: int) -> Iterator[str]:
    """Random UUIDs, as rows have them."""
    for _ in range(count):
        yield str(uuid.UUID(bytes=random.bytes(16), version=4))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    made: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return made
