"""Of former embeddings nothing is left in an index, whoever searches, writes or is killed."""

import dataclasses
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text

from building import acting
from building import make_runtime
from kept_indexes import add
from kept_indexes import follow
from kept_indexes import found
from kept_indexes import held
from kept_indexes import kept
from kept_indexes import process
from kept_indexes import vector_of
from mien.errors import PackChanged
from mien.gallery.embedding_again import switch
from mien.gallery.embedding_again.embed_again import embed_again
from mien.gallery.galleries import find_gallery
from mien.gallery.recognition.search import search
from mien.gallery.services import Services
from mien.maintenance.finish_erasures import finish_erasures
from mien.storage.models import ErasureRow
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from other_pack import CONTRACT
from other_pack import OtherEngine
from other_pack import other_manifest
from postgresql_server import PostgreSQL


class Killed(BaseException):
    """The process ends here."""


def change(services: Services) -> None:
    done = embed_again(acting(services), manifest=other_manifest(), engine=OtherEngine())
    assert done.changed


def changed(services: Services) -> Services:
    return dataclasses.replace(services, engine=OtherEngine())


@pytest.fixture
def vector(services: Services) -> bytes:
    """Of somebody who is in a file of an index."""
    ada = add(services, "ada")
    add(services, "bob")
    searching = process(services)
    assert found(searching, "ada") == "ada"
    vector = vector_of(services, ada.face.id)
    assert held(services, vector)
    return vector


def test_a_file_of_former_embeddings_goes_whoever_changes_them(
    services: Services, vector: bytes
) -> None:
    change(services)
    assert not held(services, vector)
    new = process(changed(services))
    assert found(new, "ada") == "ada"
    assert kept(services)
    # Another one that has not heard of it writes nothing of it either.
    follow(process(services))
    assert not held(services, vector)


def test_what_a_killed_change_has_left_goes_later(
    services: Services, vector: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def end(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(type(services.indexes), "drop", end)
        patch.setattr(switch, "finish_erasure", end)
        with pytest.raises(Killed):
            change(services)
    assert held(services, vector)
    later = process(services)
    assert finish_erasures(acting(later)) == 1
    assert not held(services, vector)
    with services.database.read() as session:
        assert session.scalars(select(ErasureRow)).all() == []


# The other runtime has the database of the folder.
@pytest.mark.sqlite
def test_who_searches_at_a_moment_before_the_change_compares_what_was_there_then(
    services: Services,
) -> None:
    ada = add(services, "ada")
    with closing(make_runtime(services.files.root.parent)) as other:  # type: ignore[attr-defined]  # a folder
        services.database.begin_moment()
        with services.database.read() as session:
            gallery = find_gallery(session, "default")
            embedding = session.get_one(FaceRow, ada.face.id).embedding
        change(other.services)
        with services.database.read() as session:
            [[candidate]] = search(services, session, gallery, [embedding], limit=1).candidates
            assert candidate.similarity == pytest.approx(1.0)
        services.database.end_moment()
        assert services.indexes.applied_revision(gallery.id) is not None
        follow(services)
        assert services.indexes.applied_revision(gallery.id) is None
        with pytest.raises(PackChanged):
            found(services, "ada")


@pytest.fixture(params=["pgvector", "milvus"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Services]:
    """Opens processes that search in a server; all are closed at the end."""
    given: dict[str, Any] = {"index": request.param}
    if request.param == "pgvector":
        postgresql: PostgreSQL = request.getfixturevalue("pgvector")
        given["database_url"] = postgresql.make_database(f"mien_{tmp_path.parent.name[-8:]}_again")
    else:
        given |= {
            "milvus_url": request.getfixturevalue("milvus"),
            "milvus_name": f"again_{abs(hash(tmp_path))}",
        }

    def start() -> Services:
        made = make_runtime(tmp_path / "home", **given)
        request.addfinalizer(made.close)
        return made.services

    return start


def test_a_server_that_is_searched_has_the_new_embeddings_alone(
    server: Callable[[], Services],
) -> None:
    one = server()
    add(one, "ada")
    assert found(one, "ada") == "ada"
    change(server())
    assert one.indexes.kept() == frozenset()
    follow(one)
    with pytest.raises(PackChanged):
        found(one, "ada")
    new = changed(server())
    assert found(new, "ada") == "ada"
    with new.database.read() as session:
        row = session.scalars(select(GalleryRow)).one()
        index = new.indexes._opened[row.id]
        assert (index.contract_id, row.contract_id, len(index.index)) == (CONTRACT, CONTRACT, 1)
        if new.database.dialect == "postgresql":
            told = session.execute(text("select contract_id from mien_index.gallery")).scalars()
            assert list(told) == [CONTRACT]
