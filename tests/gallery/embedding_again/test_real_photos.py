"""From one real pack to another: people are found as if they had been added with it."""

import itertools
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from building import acting
from building import make_runtime
from mien.gallery.analysis import Upload
from mien.gallery.embedding_again.embed_again import embed_again
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.galleries import create_gallery
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import PersonRow
from mien.vision.pack_engine import PackEngine
from needs import shared_data
from packs_for_tests import real_pack

pytestmark = [pytest.mark.models, pytest.mark.thorough]

_PEOPLE = 12


def people() -> Iterator[tuple[str, Path, Path]]:
    """Somebody's name and two photos."""
    folder = shared_data("lfw-dev/images") / "lfw-dev" / "images"
    for each in sorted(folder.iterdir()):
        photos = sorted(each.glob("*.jpg")) if each.is_dir() else []
        if len(photos) > 1:
            yield each.name, photos[0], photos[-1]


def add(services: Services, name: str, photo: Path, *, gallery: str) -> None:
    enrol(
        acting(services),
        gallery=gallery,
        source=Upload(photo.read_bytes()),
        subject=NamedPerson(name),
        take="nearest-centre",
        gate="off",
    )


def embeddings(services: Services, gallery: str) -> dict[str, np.ndarray]:
    with services.database.read() as session:
        rows = session.execute(
            select(PersonRow.name, FaceRow.embedding)
            .join(FaceRow, FaceRow.person_id == PersonRow.id)
            .join(GalleryRow, GalleryRow.id == PersonRow.gallery_id)
            .where(GalleryRow.name == gallery)
        )
        return dict(rows.all())


def test_similarities_are_those_of_a_fresh_enrolment(tmp_path: Path) -> None:
    former, pack = real_pack("mobile"), real_pack("standard")
    some = list(itertools.islice(people(), _PEOPLE))
    with (
        closing(PackEngine(former)) as engine,
        closing(make_runtime(tmp_path / "home", engine=engine)) as runtime,
        closing(PackEngine(pack)) as other,
    ):
        services = runtime.services
        for name, photo, _ in some:
            add(services, name, photo, gallery="default")
        done = embed_again(acting(services), manifest=pack.manifest, engine=other)
        assert done.changed, done.not_embedded
        new = replace(services, engine=other)
        create_gallery(acting(new), name="fresh")
        for name, photo, probe in some:
            add(new, name, photo, gallery="fresh")
            [answer, *_] = identify(
                acting(new), gallery="default", photo=Upload(probe.read_bytes())
            ).answers
            assert answer.candidates[0].person.name == name
        again, fresh = embeddings(services, "default"), embeddings(services, "fresh")
    assert again.keys() == fresh.keys()
    for name, embedding in again.items():
        assert float(embedding @ fresh[name]) == pytest.approx(1.0, abs=1e-4)
