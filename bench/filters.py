"""What it costs to search only people whose metadata say something, beside searching everybody.

Searches over real rows in SQLite, everything in turn in one run: finding and ranking the nearest of
some people, by the exact index and by that of 8-bit vectors, and choosing them by their metadata,
which is remembered until the gallery changes. Each result is compared with that of a plain comparison
of all the vectors that are left.

    python bench/filters.py [--faces N] [--dimension N] [--seconds S] [--json]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import Final

# Libraries with threads of their own are compared on one.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402
from bench.index import Faces  # noqa: E402
from bench.index import alternating  # noqa: E402
from bench.index import described  # noqa: E402
from bench.index import drawn_faces  # noqa: E402
from bench.index_vectors import even_spread  # noqa: E402
from sqlalchemy import insert  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from mien.decision.rank import rank  # noqa: E402
from mien.gallery.index_origin import RowsOf  # noqa: E402
from mien.gallery.index_sync import Indexes  # noqa: E402
from mien.gallery.people.metadata_terms import parse_terms  # noqa: E402
from mien.gallery.recognition.chosen import people_reached  # noqa: E402
from mien.index.base import ExactSearch  # noqa: E402
from mien.index.exact import ExactBackend  # noqa: E402
from mien.index.int8.backend import Int8Backend  # noqa: E402
from mien.index.several import Narrowed  # noqa: E402
from mien.storage.database import Database  # noqa: E402
from mien.storage.migrate import upgrade  # noqa: E402
from mien.storage.models import FaceRow  # noqa: E402
from mien.storage.models import GalleryRow  # noqa: E402
from mien.storage.models import PersonRow  # noqa: E402

_GALLERY: Final = "00000000-0000-4000-8000-000000000000"
_SHARES: Final = {"1 %": 100, "10 %": 10, "50 %": 2}
"""Every so manieth person is searched."""
_LIMIT: Final = 5


def fill(database: Database, faces: Faces) -> None:
    people = list(dict.fromkeys(faces.people))
    names = ("name", "name_key", "search_text", "sort_key")
    with database.write() as session:
        session.add(
            GalleryRow(id=_GALLERY, name="g", name_key="g", pack="p", contract_id="c", revision=1)
        )
        session.flush()
        session.execute(
            insert(PersonRow),
            [
                {
                    "id": person,
                    "gallery_id": _GALLERY,
                    "details": {
                        "employee": f"E-{number}",
                        "site": ["north", "south"][number % 2],
                        **{share: number % each == 0 for share, each in _SHARES.items()},
                    },
                    **dict.fromkeys(names, person),
                }
                for number, person in enumerate(people)
            ],
        )
        for start in range(0, len(faces.keys), 5_000):
            some = range(start, min(start + 5_000, len(faces.keys)))
            session.execute(insert(FaceRow), [_face(faces, row) for row in some])


def _face(faces: Faces, row: int) -> dict[str, object]:
    return {
        "id": faces.keys[row],
        "gallery_id": _GALLERY,
        "person_id": faces.people[row],
        "crop_file": str(row),
        "revision": 1,
        "embedding": faces.vectors[row],
        "box": [],
        "landmarks": [],
        "score": 1.0,
        "pose": {},
        "quality": {},
    }


def chosen(session: Session, share: str) -> tuple[frozenset[str], int]:
    gallery = session.get_one(GalleryRow, _GALLERY)
    return people_reached(session, gallery, parse_terms([f"{share}=true"]))


def measure(
    backend: ExactBackend | Int8Backend, database: Database, faces: Faces, seconds: float
) -> dict[str, Any]:
    """Milliseconds of searches by one index, and how many results are the exact ones."""
    indexes = Indexes(backend)
    turn = iter(range(1 << 60))
    with database.read() as session:
        known = {share: chosen(session, share) for share in _SHARES}

        def index(share: str = "") -> ExactSearch:
            # As a request does it: nothing of the rows is known from the search before.
            found = indexes.refresh(session, _GALLERY, dimension=faces.vectors.shape[1])
            return Narrowed(found, *known[share]) if share else found

        def ask(share: str = "") -> object:
            query = faces.queries[next(turn) % len(faces.queries)]
            return rank(index(share), query[np.newaxis], limit=_LIMIT)

        ask()
        milliseconds = alternating(
            {"everybody": ask}
            | {f"of {share}": lambda share=share: ask(share) for share in _SHARES}
            | {
                f"choosing {share}": lambda share=share: chosen(session, share) for share in _SHARES
            },
            seconds=seconds,
        )
        same = {share: agreement(index(share), known[share][0], faces) for share in _SHARES}
    indexes.close()

    def ratios(at: str) -> dict[str, float]:
        everybody = milliseconds["everybody"][at]
        return {share: round(milliseconds[f"of {share}"][at] / everybody, 2) for share in _SHARES}

    return {
        "milliseconds": milliseconds,
        "over_everybody": ratios("min"),
        "over_everybody_p50": ratios("p50"),
        "same_people": same,
    }


def agreement(index: ExactSearch, people: frozenset[str], faces: Faces) -> float:
    """Share of queries of which the nearest people are those of a plain comparison."""
    rows = np.array([row for row, person in enumerate(faces.people) if person in people])
    left, good = faces.vectors[rows], 0
    for query, hits in zip(faces.queries, index.search(faces.queries, groups=_LIMIT), strict=True):
        best: dict[str, None] = {}
        for row in rows[np.argsort(-(left @ query))[:500]]:
            best.setdefault(faces.people[row])
        good += [hit.group for hit in hits] == list(best)[:_LIMIT]
    return good / len(faces.queries)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Searching some people beside everybody.")
    parser.add_argument("--faces", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=256)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    faces = drawn_faces(even_spread(options.dimension), options.faces)
    report: dict[str, Any] = {
        "machine": described(),
        "faces": options.faces,
        "people": len(set(faces.people)),
        "dimension": options.dimension,
    }
    with tempfile.TemporaryDirectory() as name:
        database = Database(Path(name) / "mien.db")
        database.make()
        upgrade(database)
        fill(database, faces)
        for backend in (ExactBackend(), Int8Backend(Path(name) / "index", origin=RowsOf(database))):
            report[backend.name] = measure(backend, database, faces, options.seconds)
        database.close()
    print(json.dumps(report, indent=2) if options.json else as_text(report))
    return 0


def as_text(report: dict[str, Any]) -> str:
    machine = report["machine"]
    lines = [
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load']}",
        f"{report['faces']:,} faces of {report['people']:,} people, {report['dimension']} numbers",
    ]
    for name in ("exact", "int8"):
        lines.append(name)
        lines += [
            f"  {work:16} {of['min']:8.2f} {of['p50']:8.2f} ms (min, p50)"
            for work, of in report[name]["milliseconds"].items()
        ]
        for what in ("over_everybody", "over_everybody_p50", "same_people"):
            lines.append(f"  {what}: {report[name][what]}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
