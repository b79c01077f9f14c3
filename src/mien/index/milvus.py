"""Indexes in Milvus, a search engine of its own on one machine or many.

One collection a length of vectors, partitioned by gallery, and a small one that says of each gallery
up to which revision its vectors are the rows'. What is acknowledged is found: searches ask for the
consistency `Strong`, which waits for everything that was written before. What is said of a gallery
may be read from a moment ago, which is quicker and at worst older; then it is read again, strongly.
"""

import json
import secrets
import threading
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace
from functools import partial
from typing import Any
from typing import Final
from typing import Protocol
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mien.errors import IndexUnavailable
from mien.index.base import NOTHING
from mien.index.base import Hit
from mien.index.milvus_client import connect
from mien.index.milvus_client import import_pymilvus
from mien.index.milvus_schema import GALLERIES
from mien.index.milvus_schema import make_galleries
from mien.index.milvus_schema import make_vectors
from mien.index.shapes import require_queries
from mien.index.shapes import require_vectors


class Turns(Protocol):
    """Lets one of all processes write at a time."""

    def taken(self, name: str) -> AbstractContextManager[Callable[[], None]]:
        """Have a turn for the length of a block, and a way to make sure that it is still one's own."""

    def close(self) -> None:
        """Let go of connections."""


_SECONDS: Final = 15.0
# What is asked of all vectors of a gallery at once.
_LONG_SECONDS: Final = 120.0
_CONNECT_SECONDS: Final = 4.0
_AT_ONCE: Final = 500
_QUERIES_AT_ONCE: Final = 100
_MOST_HITS: Final = 16_384
"""More than these Milvus gives for no query."""

_NOT_READY: Final = frozenset({100, 101})
"""What Milvus says of a collection that is not there, and of one that is not loaded."""

_STRONG: Final = "Strong"
_RECENT: Final = "Bounded"
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _State:
    """What is said of a gallery's vectors.

    Attributes:
        filling: which of its vectors count; others are of a filling that has not come to its end,
            or of one that this one has replaced.
        examples: how many vectors there are.
        people: how many groups they belong to.
        unfinished: somebody has begun to change them and has not said how many there are now.
    """

    contract_id: str
    dimension: int
    revision: int
    filling: int
    examples: int
    people: int
    unfinished: bool


class MilvusBackend:
    """Indexes in a Milvus; every process that uses it sees the same ones.

    Args:
        address: of its server.
        token: `user:password` or an API key; empty where none is asked for.
        name: what the names of the collections begin with; another installation has another.
        turns: among all processes that write to these collections.
    """

    name = "milvus"
    capacity = None
    kept_apart = True
    cannot_keep = False

    def __init__(self, address: str, *, token: str, name: str, turns: Turns) -> None:
        self._address = address
        self._token = token
        self._name = name
        self.turns = turns
        self._client: Any = None
        self._ready: set[str] = set()
        self._lock = threading.Lock()

    def open(self, gallery_id: str, *, contract_id: str, dimension: int) -> "MilvusIndex":
        """See `IndexBackend.open`."""
        state = self.state(gallery_id, strongly=True)
        if state is not None and (state.contract_id, state.dimension) != (contract_id, dimension):
            self.drop(gallery_id)
        return MilvusIndex(self, gallery_id, contract_id, dimension)

    def drop(self, gallery_id: str) -> None:
        """See `IndexBackend.drop`."""
        mine = f"gallery == {json.dumps(gallery_id)}"
        with self.turns.taken(gallery_id):
            # First what says that they are there, then the vectors, whatever their length.
            self.ask(lambda client: client.delete(self.galleries, ids=[gallery_id]), self.galleries)
            for each in self._all_vectors():
                self.ask(partial(_delete, collection=each, which=mine), each)

    def erase_removed(self, gallery_id: str) -> bool:
        """See `IndexBackend.erase_removed`; whoever opens an index brings it up for all."""
        del gallery_id
        return False

    def kept(self) -> Collection[str]:
        """See `IndexBackend.kept`."""
        found = self.ask(
            lambda client: _all(client, self.galleries, 'id != ""', "id"), self.galleries
        )
        return sorted(set(found))

    def close(self) -> None:
        """See `IndexBackend.close`."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()
        self.turns.close()

    @property
    def galleries(self) -> str:
        """The collection of what is said of galleries."""
        return f"{self._name}_{GALLERIES}"

    def vectors(self, dimension: int) -> str:
        """The collection of the vectors of this length."""
        return f"{self._name}_{dimension}"

    def state(self, gallery_id: str, *, strongly: bool) -> _State | None:
        """What is said of a gallery; None where there is nothing.

        Raises:
            IndexUnavailable: it cannot be reached.
        """
        rows = self.ask(
            lambda client: client.query(
                self.galleries,
                filter=f"id in {json.dumps([gallery_id])}",
                output_fields=list(_State.__dataclass_fields__),
                consistency_level=_STRONG if strongly else _RECENT,
                timeout=_SECONDS,
            ),
            self.galleries,
        )
        if not rows:
            return None
        return _State(**{name: rows[0][name] for name in _State.__dataclass_fields__})

    def ask(self, what: Callable[[Any], _Result], collection: str) -> _Result:
        """Ask something about a collection, which is there and can be searched.

        Raises:
            IndexUnavailable: it cannot be reached, or does not do it.
        """
        library = import_pymilvus()
        try:
            try:
                return self._asked(what, collection)
            except library.MilvusException as error:
                if collection not in self._ready or error.code not in _NOT_READY:
                    raise
                # Somebody has taken it away or released it, or the server was started anew.
                self._ready.discard(collection)
                return self._asked(what, collection)
        except (library.MilvusException, OSError) as error:
            raise IndexUnavailable from error

    def prepare(self, dimension: int) -> None:
        """Have the collection for vectors of this length; whoever had some in it is told of none.

        Raises:
            IndexUnavailable: it cannot be reached.
        """
        collection = self.vectors(dimension)
        self.ask(lambda client: self._make(client, collection), self.galleries)

    def _asked(self, what: Callable[[Any], _Result], collection: str) -> _Result:
        client = self._connected()
        if collection not in self._ready and self._make(client, collection):
            # It was asked about vectors that have gone with it.
            raise IndexUnavailable
        return what(client)

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = connect(self._address, self._token, seconds=_CONNECT_SECONDS)
            return self._client

    def _all_vectors(self) -> list[str]:
        names = self.ask(lambda client: client.list_collections(), self.galleries)
        begin = f"{self._name}_"
        return [each for each in names if each.startswith(begin) and each[len(begin) :].isdecimal()]

    def _make(self, client: Any, collection: str) -> bool:
        """Have a collection that can be searched; says whether it had to be made, for vectors."""
        has_lost = False
        if not client.has_collection(collection, timeout=_SECONDS):
            with self.turns.taken(collection):
                if not client.has_collection(collection, timeout=_SECONDS):
                    if collection == self.galleries:
                        make_galleries(client, collection)
                    else:
                        has_lost = True
                        self._forget_what_was_said(collection)
                        make_vectors(client, collection, int(collection.rsplit("_", 1)[1]))
        client.load_collection(collection, timeout=_SECONDS)
        self._ready.add(collection)
        return has_lost

    def _forget_what_was_said(self, collection: str) -> None:
        """What is said of vectors whose collection somebody has dropped is not true any more."""
        dimension = int(collection.rsplit("_", 1)[1])
        self.ask(
            lambda client: client.delete(self.galleries, filter=f"dimension == {dimension}"),
            self.galleries,
        )


class MilvusIndex:
    """One gallery's part of a collection; every question is asked of the server.

    Args:
        backend: has the connection.
        gallery_id: which gallery.
        contract_id: under which its embeddings were made.
        dimension: length of the vectors.
    """

    is_exact = False

    def __init__(
        self, backend: MilvusBackend, gallery_id: str, contract_id: str, dimension: int
    ) -> None:
        self._backend = backend
        self._gallery_id = gallery_id
        self._contract_id = contract_id
        self._dimension = dimension
        self._known: _State | None = None

    @property
    def dimension(self) -> int:
        """See `VectorIndex.dimension`."""
        return self._dimension

    @property
    def applied_revision(self) -> int:
        """See `VectorIndex.applied_revision`."""
        state = self._state()
        return NOTHING if state is None else state.revision

    def __len__(self) -> int:
        state = self._state()
        return 0 if state is None else state.examples

    def held(self, keys: Sequence[str]) -> set[str]:
        """See `VectorIndex.held`."""
        state = self._state()
        if state is None:
            return set()
        part, each = self._part(state.filling), list(dict.fromkeys(keys))
        lots = (each[start : start + _AT_ONCE] for start in range(0, len(each), _AT_ONCE))
        return {key for some in lots for key in part.held(some)}

    @property
    def groups(self) -> int:
        """See `VectorIndex.groups`."""
        state = self._state()
        return 0 if state is None else state.people

    @contextmanager
    def writing(self, *, floor: int = 0) -> "Iterator[_Writer]":
        """See `VectorIndex.writing`."""
        with self._backend.turns.taken(self._gallery_id) as make_sure:
            self._backend.prepare(self._dimension)
            known = self._mine(self._backend.state(self._gallery_id, strongly=True))
            self._known = known
            state = known
            if state is None or state.revision < floor:
                state = self._nothing()
            yield _Writer(self, known or state, state, self._part(state.filling), make_sure)

    def search(
        self,
        queries: NDArray[np.float32],
        *,
        groups: int,
        among: Collection[str] | None = None,
    ) -> list[list[Hit]]:
        """See `VectorIndex.search`."""
        require_queries(queries, self._dimension)
        people = None if among is None else sorted(among)
        state = self._state() if groups > 0 and len(queries) and people != [] else None
        if state is None:
            return [[] for _ in queries]
        part = self._part(state.filling)
        return [
            hits
            for start in range(0, len(queries), _QUERIES_AT_ONCE)
            for hits in _best(part, queries[start : start + _QUERIES_AT_ONCE], groups, people)
        ]

    def overwrite_removed(self) -> None:
        """See `VectorIndex.overwrite_removed`; nothing of it is in this process."""

    def close(self) -> None:
        """See `VectorIndex.close`; the connection is the backend's."""

    def say(self, state: _State) -> None:
        """Let everybody know this of the vectors.

        Raises:
            IndexUnavailable: it cannot be reached.
        """
        row = {name: getattr(state, name) for name in _State.__dataclass_fields__}
        galleries = self._backend.galleries
        self._backend.ask(
            lambda client: client.upsert(
                galleries, [{"id": self._gallery_id, "nothing": [0.0, 0.0], **row}],
                timeout=_SECONDS,
            ),
            galleries,
        )  # fmt: skip
        self._known = state

    def _state(self) -> _State | None:
        known = self._known
        read = self._mine(self._backend.state(self._gallery_id, strongly=False))
        if read is None or (known is not None and read.revision < known.revision):
            # Of a moment ago; or the vectors are gone, or were said to be fewer than they were.
            read = self._mine(self._backend.state(self._gallery_id, strongly=True))
        self._known = read
        return read

    def _mine(self, state: _State | None) -> _State | None:
        mine = (self._contract_id, self._dimension)
        if state is None or (state.contract_id, state.dimension) != mine:
            return None
        return None if state.revision == NOTHING else state

    def _nothing(self) -> _State:
        return _State(
            contract_id=self._contract_id,
            dimension=self._dimension,
            revision=NOTHING,
            filling=secrets.randbits(62),
            examples=0,
            people=0,
            unfinished=True,
        )

    def _part(self, filling: int) -> "_Part":
        return _Part(self._backend, self._gallery_id, self._dimension, filling)


@dataclass(frozen=True, slots=True)
class _Part:
    """The vectors of one filling of one gallery."""

    backend: MilvusBackend
    gallery_id: str
    dimension: int
    filling: int

    @property
    def gallery(self) -> str:
        """Which vectors are this gallery's."""
        return f"gallery == {json.dumps(self.gallery_id)}"

    @property
    def mine(self) -> str:
        """Which of them count."""
        return f"{self.gallery} and filling == {self.filling}"

    def ask(self, what: Callable[[Any, str], _Result]) -> _Result:
        """Ask about the collection that they are in."""
        collection = self.backend.vectors(self.dimension)
        return self.backend.ask(lambda client: what(client, collection), collection)

    def id_of(self, key: str) -> str:
        """What a vector is called among those of all galleries."""
        return f"{self.gallery_id}/{self.filling}/{key}"

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Add vectors, or replace them."""
        rows = [
            {
                "id": self.id_of(key),
                "gallery": self.gallery_id,
                "filling": self.filling,
                "person": group,
                "vector": vector,
            }
            for key, group, vector in zip(keys, groups, vectors, strict=True)
        ]
        self.ask(lambda client, collection: client.upsert(collection, rows, timeout=_SECONDS))

    def remove(self, keys: Sequence[str]) -> None:
        """Take vectors out."""
        ids = [self.id_of(key) for key in keys]
        self.ask(lambda client, collection: client.delete(collection, ids=ids, timeout=_SECONDS))

    def remove_others(self) -> None:
        """Take out what other fillings of the gallery have left."""
        others = f"{self.gallery} and filling != {self.filling}"
        self.ask(lambda client, collection: _delete(client, collection, others))

    def owners(self, keys: Sequence[str]) -> list[str]:
        """The groups of these keys' vectors, one for each that is there."""
        return self._of(keys, "person")

    def held(self, keys: Sequence[str]) -> list[str]:
        """Those of these keys whose vectors are there."""
        begin = len(self.id_of(""))
        return [each[begin:] for each in self._of(keys, "id")]

    def _of(self, keys: Sequence[str], field: str) -> list[str]:
        """A field of each of these keys' vectors that is there."""
        ids = json.dumps([self.id_of(key) for key in keys])
        rows = self.ask(
            lambda client, collection: client.query(
                collection,
                filter=f"id in {ids}",
                output_fields=[field],
                consistency_level=_STRONG,
                timeout=_SECONDS,
            )
        )
        return [row[field] for row in rows]

    def present(self, people: Sequence[str]) -> set[str]:
        """Which of some groups have a vector."""
        some = f"{self.mine} and person in {json.dumps(list(people))}"
        return set(self.ask(lambda client, collection: _all(client, collection, some, "person")))

    def everybody(self) -> list[str]:
        """The group of each vector."""
        return self.ask(lambda client, collection: _all(client, collection, self.mine, "person"))

    def search(
        self, queries: NDArray[np.float32], take: int, people: Sequence[str] | None
    ) -> list[list[Hit]]:
        """The nearest vectors of each query, of some people or of everybody."""
        chosen = self.mine
        if people is not None:
            chosen = f"{chosen} and person in {json.dumps(list(people))}"
        found = self.ask(
            lambda client, collection: client.search(
                collection,
                data=list(queries),
                anns_field="vector",
                filter=chosen,
                limit=take,
                output_fields=["person"],
                search_params={"metric_type": "IP"},
                consistency_level=_STRONG,
                timeout=_SECONDS,
            )
        )
        begin = len(self.id_of(""))
        return [
            [
                Hit(
                    key=hit["id"][begin:],
                    group=hit["entity"]["person"],
                    similarity=float(np.clip(hit["distance"], -1.0, 1.0)),
                )
                for hit in hits
            ]
            for hits in found
        ]


class _Writer:
    """See `IndexWriter`. Who breaks off leaves a sign, and the next one counts everything anew.

    Args:
        index: what is written to.
        said: of the vectors that are searched meanwhile.
        state: from where to go on.
        part: the vectors that are written.
        make_sure: raises when it is another's turn.
    """

    def __init__(
        self,
        index: MilvusIndex,
        said: _State,
        state: _State,
        part: _Part,
        make_sure: Callable[[], None],
    ) -> None:
        self._index = index
        self._said = said
        self._has_begun = False
        self._state = state
        self._part = part
        self._make_sure = make_sure
        self._counts_all = state.unfinished
        self.applied_revision = state.revision

    def upsert(
        self, keys: Sequence[str], groups: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """See `IndexWriter.upsert`."""
        require_vectors(keys, groups, vectors, self._index.dimension)
        # Of a key that is given twice the last vector counts.
        last = list({key: position for position, key in enumerate(keys)}.values())
        for start in range(0, len(last), _AT_ONCE):
            some = last[start : start + _AT_ONCE]
            names, owners = [keys[i] for i in some], [groups[i] for i in some]
            with self._counted(names, set(owners)):
                self._part.upsert(names, owners, vectors[some])

    def remove(self, keys: Sequence[str]) -> None:
        """See `IndexWriter.remove`."""
        # One that is asked about twice is told of twice.
        each = list(dict.fromkeys(keys))
        for start in range(0, len(each), _AT_ONCE):
            some = each[start : start + _AT_ONCE]
            with self._counted(some, set()):
                self._part.remove(some)

    def commit(self, revision: int) -> None:
        """See `IndexWriter.commit`."""
        self._make_sure()
        state = replace(self._state, revision=revision, unfinished=False)
        if self._counts_all:
            people = self._part.everybody()
            state = replace(state, examples=len(people), people=len(set(people)))
            # What others have left goes once nobody looks for it, and before all is said to be done.
            self._index.say(replace(state, unfinished=True))
            self._part.remove_others()
        self._index.say(state)

    @contextmanager
    def _counted(self, keys: Sequence[str], people: set[str]) -> Iterator[None]:
        """Keep the counts right over a change of some keys, which may now belong to these people."""
        self._make_sure()
        if not self._has_begun:
            self._index.say(replace(self._said, unfinished=True))
            self._has_begun = True
        if self._counts_all:
            yield
            return
        before = self._part.owners(keys)
        touched = [*people.union(before)]
        had = self._present(touched)
        yield
        self._state = replace(
            self._state,
            examples=self._state.examples + len(self._part.owners(keys)) - len(before),
            people=self._state.people + len(self._present(touched)) - len(had),
        )

    def _present(self, people: Sequence[str]) -> set[str]:
        return self._part.present(people) if people else set()


def _best(
    part: _Part, queries: NDArray[np.float32], wanted: int, people: Sequence[str] | None
) -> list[list[Hit]]:
    """The nearest vector of each of the nearest groups, for each query."""
    take = min(4 * wanted, _MOST_HITS)
    answers: list[list[Hit]] = [[] for _ in queries]
    open_ones = list(range(len(queries)))
    while open_ones:
        found = part.search(queries[open_ones], take, people)
        left = []
        for number, hits in zip(open_ones, found, strict=True):
            best: dict[str, Hit] = {}
            for hit in sorted(hits, key=lambda hit: (-hit.similarity, hit.key)):
                best.setdefault(hit.group, hit)
            answers[number] = list(best.values())[:wanted]
            # Vectors beyond are no nearer than the last one, so enough groups are the best.
            if len(best) < wanted and len(hits) == take < _MOST_HITS:
                left.append(number)
        open_ones, take = left, min(4 * take, _MOST_HITS)
    return answers


def _delete(client: Any, collection: str, which: str) -> None:
    """Take out every row that fits."""
    client.delete(collection, filter=which, timeout=_LONG_SECONDS)


def _all(client: Any, collection: str, which: str, field: str) -> list[str]:
    """One field of every row that fits, however many there are."""
    rows = client.query_iterator(
        collection,
        batch_size=5_000,
        filter=which,
        output_fields=[field],
        consistency_level=_STRONG,
        timeout=_SECONDS,
    )
    found: list[str] = []
    try:
        while batch := rows.next():
            found += [row[field] for row in batch]
    finally:
        rows.close()
    return found
