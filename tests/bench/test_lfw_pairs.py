from pathlib import Path

import numpy as np
import pytest
from bench.lfw_pairs import acceptance
from bench.lfw_pairs import accuracy
from bench.lfw_pairs import best_threshold
from bench.lfw_pairs import impostor_tail
from bench.lfw_pairs import read_pairs
from bench.lfw_pairs import similarities


def test_pairs_are_read_with_their_kind_and_fold(tmp_path: Path) -> None:
    lines = ["2\t1", "Ann_A\t1\t4", "Ann_A\t2\tBob_B\t13", "Cy\t1\t2", "Cy\t3\tDi\t1"]
    (tmp_path / "pairs.txt").write_text("\n".join(lines))
    pairs = read_pairs(tmp_path / "pairs.txt")
    assert [(pair.same, pair.fold) for pair in pairs] == [
        (True, 0),
        (False, 0),
        (True, 1),
        (False, 1),
    ]
    assert pairs[1].one == "Ann_A/Ann_A_0002.jpg"
    assert pairs[1].other == "Bob_B/Bob_B_0013.jpg"


def test_the_best_threshold_makes_the_fewest_errors() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.35, 0.6, 0.8])
    same = np.array([False, False, True, False, True, True])
    threshold = best_threshold(scores, same)
    errors = int(((scores >= threshold) != same).sum())
    assert errors == 1
    everywhere = [int(((scores >= cut) != same).sum()) for cut in np.linspace(0, 1, 200)]
    assert errors == min(everywhere)


def test_each_fold_is_judged_by_the_others() -> None:
    random = np.random.default_rng(0)
    same = np.tile([True, False], 300)
    scores = np.where(same, 0.6, 0.1) + random.normal(0, 0.05, 600)
    fold = np.repeat(np.arange(3), 200)
    assert accuracy(scores, same, fold) == (1.0, 0.0)
    # One fold on another scale: its own threshold would be perfect, that of the others is not.
    scores[fold == 2] += 0.7
    mean, error = accuracy(scores, same, fold)
    assert mean < 0.9
    assert error > 0


def test_a_photo_without_a_face_counts_as_different(tmp_path: Path) -> None:
    (tmp_path / "pairs.txt").write_text("1\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\n")
    unit = np.eye(2, dtype=np.float32)
    found = {"Ann/Ann_0001.jpg": unit[0], "Bob/Bob_0001.jpg": unit[1]}
    assert similarities(read_pairs(tmp_path / "pairs.txt"), found).tolist() == [-1.0, 0.0]


def test_acceptance_is_counted_at_the_rate_of_false_matches() -> None:
    scores = np.concatenate([np.linspace(0, 1, 1000), np.linspace(0, 1, 1000)])
    same = np.repeat([True, False], 1000)
    assert acceptance(scores, same, 1e-2) == pytest.approx(0.01, abs=0.002)


def test_only_pairs_of_different_people_make_the_tail() -> None:
    embeddings = {
        "Ann/1.jpg": np.array([1, 0], dtype=np.float32),
        "Ann/2.jpg": np.array([1, 0], dtype=np.float32),
        "Bob/1.jpg": np.array([0, 1], dtype=np.float32),
    }
    tail = impostor_tail(embeddings)
    assert tail["pairs"] == 2
    assert tail["1e-3"] == 0
