"""Processes over one installation that keep files of galleries, and what is in these files."""

import dataclasses
from pathlib import Path

import numpy as np
from sqlalchemy import select

from building import acting
from drawing import draw_photo
from looking import folder_of
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.index_origin import RowsOf
from mien.gallery.index_sync import Indexes
from mien.gallery.recognition.identify import identify
from mien.gallery.results import Enrolment
from mien.gallery.services import Services
from mien.index.base import IndexBackend
from mien.index.int8.backend import Int8Backend
from mien.index.int8.index import Upkeep
from mien.index.int8.rounding import rounded
from mien.storage.models import FaceRow

AT_ONCE = Upkeep(kept_from=0, tail_rows=0, tail_share=0)
# As a large gallery has it: a file, and what has come since in each process.
SELDOM = Upkeep(kept_from=0, tail_rows=1000, tail_share=0)


def index_folder_of(services: Services) -> Path:
    """Where an installation keeps files of indexes."""
    return folder_of(services).root.parent / "index"


def process(
    services: Services, upkeep: Upkeep = AT_ONCE, *, backend: IndexBackend | None = None
) -> Services:
    """The same installation as another process sees it, which keeps a file of any gallery."""
    made = backend or Int8Backend(
        index_folder_of(services), upkeep=upkeep, origin=RowsOf(services.database)
    )
    return dataclasses.replace(services, indexes=Indexes(made, services.observer))


def node(services: Services) -> Services:
    """Another node over the same rows, with a home of its own."""
    elsewhere = folder_of(services).root.parent / "elsewhere"
    backend = Int8Backend(elsewhere, origin=RowsOf(services.database))
    return dataclasses.replace(services, indexes=Indexes(backend))


def add(services: Services, name: str, *, gallery: str = "default") -> Enrolment:
    """Enrol somebody who looks like their name."""
    photo = Upload(draw_photo([name]))
    return enrol(acting(services), gallery=gallery, source=photo, subject=NewPerson(name))


def found(services: Services, name: str, *, gallery: str = "default") -> str | None:
    """Who is found for a photo of somebody."""
    photo = Upload(draw_photo([name]))
    [answer] = identify(acting(services), gallery=gallery, photo=photo).answers
    return answer.candidates[0].person.name if answer.decision == "match" else None


def follow(services: Services) -> None:
    """What a process that serves does now and then."""
    with services.database.read() as session:
        services.indexes.follow(session)


def kept(services: Services) -> list[Path]:
    """The files of indexes."""
    return sorted(index_folder_of(services).glob("*/*.snapshot"))


def held(services: Services, vector: bytes) -> bool:
    """Whether any file below the home's folder of indexes has these bytes."""
    files = (path for path in index_folder_of(services).rglob("*") if path.is_file())
    return any(vector in path.read_bytes() for path in files)


def vector_of(services: Services, face_id: str) -> bytes:
    """A face as a file of the 8-bit index has it."""
    with services.database.read() as session:
        embedding = session.scalars(select(FaceRow.embedding).where(FaceRow.id == face_id)).one()
    return rounded(embedding[np.newaxis]).tobytes()
