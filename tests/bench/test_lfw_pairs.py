import numpy as np
from bench.lfw_pairs import impostor_tail
from bench.lfw_pairs import rates_at


def test_only_pairs_of_different_people_make_the_tail() -> None:
    embeddings = {
        "Ann/1.jpg": np.array([1, 0], dtype=np.float32),
        "Ann/2.jpg": np.array([1, 0], dtype=np.float32),
        "Bob/1.jpg": np.array([0, 1], dtype=np.float32),
    }
    tail = impostor_tail(embeddings)
    assert tail["pairs"] == 2
    assert tail["1e-3"] == 0


def test_a_pair_at_the_threshold_passes() -> None:
    scores = np.array([0.2, 0.5, 0.5, 0.4])
    same = np.array([False, False, True, True])
    assert rates_at(0.5, scores, same) == {
        "threshold": 0.5,
        "false_match_rate": 0.5,
        "false_non_match_rate": 0.5,
    }
