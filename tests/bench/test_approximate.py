import json
from pathlib import Path

import numpy as np
import pytest
from bench import approximate
from bench.approximate_gallery import DRAWN_KINDS
from bench.approximate_gallery import REAL_KINDS
from bench.approximate_gallery import make_gallery
from bench.approximate_gallery import open_gallery
from bench.approximate_gallery import recalls
from bench.approximate_methods import METHODS
from bench.approximate_methods import OWN
from bench.approximate_methods import leftovers
from bench.index_peers import installed
from bench.index_vectors import drawn
from bench.index_vectors import even_spread
from bench.labelled import Labelled
from bench.page.indexes import show_approximate

from needs import absent

SPREAD = even_spread(32)


def labelled_faces() -> Labelled:
    """Forty people, of whom every other one has one photo and the rest have two or three."""
    embeddings = np.concatenate(list(drawn(SPREAD, 80, seed=5)))
    people = [f"p{i:02}" for i in range(40) for _ in range(1 if i % 2 else 2 + (i % 4 == 0))]
    return Labelled(embeddings[: len(people)], np.array(people), np.array(people))


def needed(module: str) -> None:
    if installed(module) is None:
        absent(f"{module} is not installed; `make test` installs it")


def test_the_nearest_people_are_those_of_all_vectors(tmp_path: Path) -> None:
    known = labelled_faces()
    # More than is drawn at a time.
    make_gallery(tmp_path, SPREAD, 31_000, known)
    gallery = open_gallery(tmp_path)
    assert len(gallery) == 31_000
    assert sorted(set(gallery.kinds.tolist())) == sorted([*REAL_KINDS, *DRAWN_KINDS])
    whose = gallery.people_of(np.arange(len(gallery)))
    assert np.array_equal(np.flatnonzero(np.diff(whose)) + 1, gallery.starts[1:-1])
    read = np.concatenate([vectors for _, vectors in gallery.blocks()])
    assert np.array_equal(read, gallery.vectors)
    for query, truth in list(zip(gallery.queries, gallery.truth, strict=True))[::8]:
        ordered = whose[np.argsort(-(read @ query), kind="stable")]
        assert list(dict.fromkeys(ordered.tolist()))[:10] == truth.tolist()


def test_who_is_searched_is_not_in_the_gallery(tmp_path: Path) -> None:
    known = labelled_faces()
    make_gallery(tmp_path, SPREAD, 0, known)
    gallery = open_gallery(tmp_path)
    scores = gallery.queries @ gallery.vectors.T
    assert scores.max() < 0.999
    assert len(gallery) + len(gallery.queries) == len(known.people)
    assert len(gallery.starts) - 1 == 20


def test_candidates_are_ranked_by_all_rows_of_their_people(tmp_path: Path) -> None:
    make_gallery(tmp_path, SPREAD, 3_000, None)
    gallery = open_gallery(tmp_path)
    query, truth = gallery.queries[0], gallery.truth[0]
    candidates = np.concatenate([truth[::-1], truth[:3], np.arange(5)])
    assert gallery.ranked(query, candidates).tolist() == truth.tolist()


def test_recall_is_told_of_each_kind_of_probes(tmp_path: Path) -> None:
    make_gallery(tmp_path, SPREAD, 3_000, None)
    gallery = open_gallery(tmp_path)
    found = [
        truth if kind == DRAWN_KINDS[0] else np.append(truth[1:], -1)
        for kind, truth in zip(gallery.kinds, gallery.truth, strict=True)
    ]
    assert recalls(gallery, found) == {
        DRAWN_KINDS[0]: {"first": 1.0, "ten": 1.0},
        DRAWN_KINDS[1]: {"first": 0.0, "ten": 0.9},
    }


def test_a_graph_keeps_whom_it_was_told_to_remove() -> None:
    needed("usearch.index")
    assert leftovers(METHODS["HNSW int8"]) == {"the last": True, "one within": True}


def test_plain_codes_do_not_tell_whom_they_had() -> None:
    needed("faiss")
    assert leftovers(METHODS["RaBitQ"]) == {"the last": False, "one within": False}


def test_lists_of_codes_keep_who_was_the_last_of_one() -> None:
    needed("faiss")
    assert leftovers(METHODS["IVF and RaBitQ"]) == {"the last": True, "one within": False}


@pytest.mark.parametrize("name", METHODS)
def test_the_most_thorough_search_finds_the_right_people(name: str, tmp_path: Path) -> None:
    needed(METHODS[name].needs)
    make_gallery(tmp_path, SPREAD, 2_000, labelled_faces())
    for each in {name, OWN.name}:
        approximate.build(each, tmp_path)
    found = approximate.search(name, tmp_path, 0.02)
    assert list(found["efforts"]) == list(METHODS[name].efforts)
    hardest = found["efforts"][METHODS[name].efforts[-1]]["recall"]
    assert set(hardest) == {*REAL_KINDS, *DRAWN_KINDS}
    assert min(each["first"] for each in hardest.values()) > 0.9
    assert min(each["ten"] for each in hardest.values()) > 0.9


@pytest.mark.processes
def test_each_step_is_a_process_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needed("faiss")
    arguments = ["--without-photos", "--sizes", "2000", "--seconds", "0.1", "--json"]
    approximate.main([*arguments, "--only", "RaBitQ", "--folder", str(tmp_path)])
    report = json.loads(capsys.readouterr().out)
    [gallery] = report["galleries"]
    assert list(gallery["methods"]) == ["int8", "RaBitQ"]
    assert gallery["methods"]["int8"]["efforts"]["50 people"]["recall"][DRAWN_KINDS[0]]["ten"] == 1
    assert not list(tmp_path.iterdir())
    assert "| RaBitQ | 4000 faces |" in "\n".join(show_approximate(report))


def test_the_page_says_why_an_index_was_not_made() -> None:
    methods = {"HNSW int8": {"left": "not made of more than 1 face"}}
    gallery = {"faces": 2, "spread": "even", "methods": methods}
    page = show_approximate({"galleries": [gallery], "leftovers": {"int8": None}})
    assert "| HNSW int8 | not made of more than 1 face |" in "\n".join(page)
