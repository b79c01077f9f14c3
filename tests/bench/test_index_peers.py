import numpy as np
import psycopg
import pytest
from bench.index_peers import CANDIDATES
from bench.index_peers import installed
from bench.index_peers import nearest
from bench.index_peers import peers
from bench.index_peers import recall
from bench.index_peers import told
from bench.index_vectors import drawn
from bench.index_vectors import even_spread
from numpy.typing import NDArray

from needs import absent
from postgresql_server import PostgreSQL

VECTORS = np.concatenate(list(drawn(even_spread(32), 2_000, seed=1)))
QUERIES = np.concatenate(list(drawn(even_spread(32), 12, seed=2)))


def scan(query: NDArray[np.float32]) -> NDArray[np.int64]:
    return nearest(VECTORS @ query, CANDIDATES)


def test_who_names_all_of_the_nearest_in_any_order_has_found_them() -> None:
    assert recall(lambda query: scan(query)[::-1], VECTORS, QUERIES) == 1.0


def test_who_names_every_other_of_the_nearest_has_found_half() -> None:
    assert recall(lambda query: scan(query)[::2], VECTORS, QUERIES) == 0.5


def test_each_peer_names_the_nearest_of_few_faces(pgvector: PostgreSQL) -> None:
    for module in ("faiss", "usearch"):
        if installed(module) is None:
            absent(f"{module} is not installed; `make test` installs it")
    with peers(VECTORS) as made:
        found = {name: recall(peer.search, VECTORS, QUERIES) for name, peer in made.items()}
        rows = {name: peer.search(QUERIES[0]) for name, peer in made.items()}
    graphs = {"pgvector HNSW, 40", "pgvector HNSW, 400"}
    assert set(found) == {"faiss SQ8", "usearch int8", "pgvector"} | graphs
    assert {len(each) for each in rows.values()} == {CANDIDATES}
    assert {found[name] for name in set(found) - graphs} == {1.0}
    assert min(found.values()) > 0.8
    reported = told(
        made,
        {name: {"min": 1.0, "p50": 2.0, "p99": 3.0} for name in made},
        dict.fromkeys(made, 4.0),
        found,
    )
    assert reported["pgvector"]["over_int8_p50"] == 0.5


def test_a_graph_is_not_used_to_read_all(pgvector: PostgreSQL) -> None:
    with peers(VECTORS) as made:
        assert recall(made["pgvector"].search, VECTORS, QUERIES) == 1.0


def test_no_server_is_left_running(pgvector: PostgreSQL) -> None:
    with peers(VECTORS) as made:
        search = made["pgvector"].search
    with pytest.raises(psycopg.OperationalError):
        search(QUERIES[0])
