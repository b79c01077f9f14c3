"""How soon another process finds a face that was committed: real rows, a real second process."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy import update

from mien.gallery.index_origin import RowsOf
from mien.gallery.index_sync import Indexes
from mien.index.int8.backend import Int8Backend
from mien.storage.database import Database
from mien.storage.migrate import upgrade
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow

_GALLERY = "00000000-0000-4000-8000-000000000000"


def seconds_until_found(faces: NDArray[np.float32], *, rounds: int) -> dict[str, float]:
    """From the end of a commit until another process has the face in its index.

    Args:
        faces: float32, shape (n, dimension), unit length; one person each.
        rounds: faces that are added one by one.
    """
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        database = Database(home / "mien.db")
        database.make()
        upgrade(database)
        _fill(database, faces)
        command = [sys.executable, __file__, str(home), str(faces.shape[1])]
        taken = []
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as other:
            assert other.stdin is not None
            assert other.stdout is not None
            opened = json.loads(other.stdout.readline())
            for turn in range(rounds):
                key = f"added-{turn}"
                other.stdin.write(key + "\n")
                other.stdin.flush()
                other.stdout.readline()
                _add(database, key, faces[turn])
                committed = time.time()
                taken.append(float(other.stdout.readline()) - committed)
            other.stdin.close()
        database.close()
    return {
        "faces": len(faces),
        "open_seconds": round(opened, 3),
        "found_ms_p50": round(statistics.median(taken) * 1e3, 2),
        "found_ms_max": round(max(taken) * 1e3, 2),
    }


def _fill(database: Database, faces: NDArray[np.float32]) -> None:
    with database.write() as session:
        session.add(
            GalleryRow(id=_GALLERY, name="g", name_key="g", pack="p", contract_id="c", revision=1)
        )
        session.flush()
        session.execute(insert(PersonRow), [_person(str(i)) for i in range(len(faces))])
        session.execute(
            insert(FaceRow), [_face(str(i), face, 1) for i, face in enumerate(faces)]
        )  # fmt: skip


def _add(database: Database, key: str, face: NDArray[np.float32]) -> None:
    with database.write() as session:
        [revision] = session.scalars(
            update(GalleryRow)
            .values(revision=GalleryRow.revision + 1)
            .returning(GalleryRow.revision)
        )
        session.execute(insert(PersonRow), [_person(key)])
        session.execute(insert(FaceRow), [_face(key, face, revision)])


def _person(key: str) -> dict[str, object]:
    names = ("name", "name_key", "search_text", "sort_key")
    return {"id": key, "gallery_id": _GALLERY, **dict.fromkeys(names, key)}


def _face(key: str, embedding: NDArray[np.float32], revision: int) -> dict[str, object]:
    return {
        "id": key,
        "gallery_id": _GALLERY,
        "person_id": key,
        "crop_file": key,
        "revision": revision,
        "embedding": embedding,
        "box": [],
        "landmarks": [],
        "score": 1.0,
        "pose": {},
        "quality": {},
    }


def _follow(home: Path, dimension: int) -> None:
    """The other process: asks again and again until each face that it is told of is there."""
    database = Database(home / "mien.db")
    indexes = Indexes(Int8Backend(home / "index", origin=RowsOf(database)))

    def has(key: str) -> bool:
        with database.read() as session:
            indexes.refresh(session, _GALLERY, dimension=dimension)
            return indexes.count_left(session, _GALLERY, [key]) == 1

    start = time.perf_counter()
    has("nobody")
    _tell(time.perf_counter() - start)
    for line in sys.stdin:
        _tell(0.0)
        while not has(line.strip()):
            pass
        _tell(time.time())
    indexes.close()
    database.close()


def _tell(number: float) -> None:
    sys.stdout.write(f"{number!r}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _follow(Path(sys.argv[1]), int(sys.argv[2]))
