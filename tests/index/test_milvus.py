"""Vectors in Milvus: what the contract of all indexes does not say."""

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from contextlib import closing
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray

from building import acting
from building import make_runtime
from drawing import draw_photo
from mien.errors import IndexUnavailable
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NamedPerson
from mien.gallery.people.forget import forget_person
from mien.gallery.recognition.identify import identify
from mien.gallery.services import Services
from mien.index.base import NOTHING
from mien.index.milvus import MilvusBackend
from mien.index.milvus_client import connect
from mien.storage.models import new_id
from mien.storage.turns import FileTurns
from milvus_server import running_milvus
from servers import free_port

pytestmark = pytest.mark.processes

DIMENSION = 16
ADA, BOB = draw_photo(["ada"]), draw_photo(["bob"])


def over(address: str, folder: Path, name: str = "") -> MilvusBackend:
    called = name or f"t{new_id()[:8]}"
    return MilvusBackend(address, token="", name=called, turns=FileTurns(folder / "turns"))


@pytest.fixture
def backend(milvus: str, tmp_path: Path) -> Iterator[MilvusBackend]:
    with closing(over(milvus, tmp_path)) as made:
        yield made


@pytest.fixture
def name() -> str:
    """What the collections of an installation are called."""
    return f"v{new_id()[:8]}"


@pytest.fixture
def processes(tmp_path: Path, milvus: str, name: str) -> Iterator[list[Services]]:
    """The same installation as two processes have it."""
    with ExitStack() as made:
        yield [
            made.enter_context(
                closing(make_runtime(tmp_path, index="milvus", milvus_url=milvus, milvus_name=name))
            ).services
            for _ in range(2)
        ]


@pytest.fixture
def client(milvus: str) -> Iterator[Any]:
    made = connect(milvus, "", seconds=30)
    yield made
    made.close()


def unit(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((count, DIMENSION))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def vectors_in(client: Any, name: str) -> int:
    """How many vectors an installation has in Milvus, whatever is said of them."""
    mine = [each for each in client.list_collections() if each.startswith(f"{name}_")]
    found = [
        client.query(each, filter='id != ""', output_fields=["count(*)"])[0]["count(*)"]
        for each in mine
        if not each.endswith("galleries")
    ]
    return sum(found)


def test_the_verbs_search_in_milvus_and_forget_there(
    processes: list[Services], client: Any, name: str
) -> None:
    one, other = processes
    ada = enrol(acting(one), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    enrol(acting(other), gallery="default", source=Upload(BOB), subject=NamedPerson("Bob"))
    for process in processes:
        [answer] = identify(acting(process), gallery="default", photo=Upload(ADA)).answers
        assert (answer.decision, answer.candidates[0].person) == ("match", ada.person)
    assert vectors_in(client, name) == 2
    assert forget_person(acting(other), gallery="default", person_id=ada.person.id).complete
    assert vectors_in(client, name) == 1
    [answer] = identify(acting(one), gallery="default", photo=Upload(ADA)).answers
    assert [each.person.name for each in answer.candidates] == ["Bob"]


def test_collections_that_somebody_has_dropped_are_filled_again(
    processes: list[Services], client: Any, name: str
) -> None:
    enrol(acting(processes[0]), gallery="default", source=Upload(ADA), subject=NamedPerson("Ada"))
    identify(acting(processes[1]), gallery="default", photo=Upload(ADA))
    for ending in ("galleries", "all"):
        for each in client.list_collections():
            if each.startswith(f"{name}_") and (ending == "all" or each.endswith(ending)):
                client.drop_collection(each)
        for process in processes:
            # Who asks first may hear that it is gone; nobody hears that Ada is unknown.
            told = []
            for _ in range(3):
                with suppress(IndexUnavailable):
                    found = identify(acting(process), gallery="default", photo=Upload(ADA))
                    told.append(found.answers[0].decision)
            assert len(told) > 1
            assert set(told) == {"match"}
        assert vectors_in(client, name) == 1


def test_a_server_that_is_away_is_an_index_that_cannot_be_reached(tmp_path: Path) -> None:
    port = free_port()
    backend = over(f"http://127.0.0.1:{port}", tmp_path, "away")
    with running_milvus(tmp_path, port=port):
        index = backend.open("g", contract_id="one", dimension=DIMENSION)
        with index.writing() as writer:
            writer.upsert(["a"], ["P"], unit(1))
            writer.commit(1)
    for ask in (
        lambda: index.applied_revision,
        lambda: len(index),
        lambda: index.search(unit(1), groups=1),
        lambda: backend.open("other", contract_id="one", dimension=DIMENSION),
        lambda: backend.drop("g"),
        backend.kept,
    ):
        with pytest.raises(IndexUnavailable):
            ask()
    with pytest.raises(IndexUnavailable), index.writing() as writer:
        pass
    with running_milvus(tmp_path, port=port):
        end = time.monotonic() + 20
        while True:
            try:
                assert index.applied_revision == 1
            except IndexUnavailable:
                # A connection that was refused is not tried again for a moment.
                assert time.monotonic() < end
                time.sleep(0.1)
            else:
                break
        assert [hit.key for hit in index.search(unit(1), groups=1)[0]] == ["a"]
        backend.close()


def test_whoever_breaks_off_is_noticed_and_nothing_is_left_of_it(
    backend: MilvusBackend, client: Any
) -> None:
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    with index.writing() as writer:
        writer.upsert(["a", "b"], ["P", "Q"], unit(2))
        writer.commit(1)
    # Once in what is searched, once in a filling aside.
    for floor in (0, 9):
        with suppress(MemoryError), index.writing(floor=floor) as writer:
            writer.upsert(["c", "d"], ["R", "R"], unit(2, 1))
            raise MemoryError
        assert index.applied_revision == 1
    assert vectors_in(client, backend.galleries.rsplit("_", 1)[0]) == 6
    with index.writing() as writer:
        writer.upsert(["c"], ["R"], unit(1, 1))
        writer.remove(["a", "d"])
        writer.commit(2)
    assert (len(index), index.groups) == (2, 2)
    assert vectors_in(client, backend.galleries.rsplit("_", 1)[0]) == 2


def test_of_a_first_filling_that_was_broken_off_the_gallery_is_known(
    backend: MilvusBackend,
) -> None:
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    with suppress(MemoryError), index.writing() as writer:
        writer.upsert(["c"], ["R"], unit(1))
        raise MemoryError
    assert (index.applied_revision, list(backend.kept())) == (NOTHING, ["g"])


def test_searches_wait_for_all_that_was_written_before(
    backend: MilvusBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Milvus Lite does so always; a cluster only where it is asked to."""
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    with index.writing() as writer:
        writer.upsert(["a"], ["P"], unit(1))
        writer.commit(1)
    client = backend._connected()
    search = Mock(wraps=client.search)
    monkeypatch.setattr(client, "search", search)
    index.search(unit(1), groups=1)
    assert [each.kwargs["consistency_level"] for each in search.mock_calls] == ["Strong"]


def test_what_is_said_a_moment_ago_is_asked_for_again(
    backend: MilvusBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = backend.open("g", contract_id="one", dimension=DIMENSION)
    old = None
    for revision in (1, 2):
        with index.writing() as writer:
            writer.upsert([f"k{revision}"], ["P"], unit(1))
            writer.commit(revision)
        old = old or backend.state("g", strongly=True)
    real = backend.state
    for late in (None, old):
        monkeypatch.setattr(
            backend,
            "state",
            lambda gallery, *, strongly, late=late: (
                real(gallery, strongly=True) if strongly else late
            ),
        )
        assert (index.applied_revision, len(index)) == (2, 2)


def test_the_library_is_quiet_and_reads_no_file_that_is_not_its_own(
    tmp_path: Path, backend: MilvusBackend, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "PYTHON_DOTENV_DISABLED" not in os.environ
    nobody = over(f"http://127.0.0.1:{free_port()}", tmp_path)
    with pytest.raises(IndexUnavailable):
        nobody.kept()
    assert capfd.readouterr().err == ""
    assert logging.getLogger("pymilvus").handlers == []


def test_without_the_library_the_way_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(IndexUnavailable) as told:
        over("http://127.0.0.1:1", tmp_path).kept()
    assert told.value.key == "index_unavailable.no_pymilvus"
