from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.decision.clustering import ACCEPTED
from mien.decision.clustering import Cluster
from mien.decision.clustering import Clustering
from mien.decision.clustering import diverse
from mien.decision.clustering import joining_similarity
from mien.decision.rates import expected_rate
from mien.vision.fake import FakeEngine

Vector = NDArray[np.float32]


def unit(*values: float) -> Vector:
    vector = np.array(values, dtype=np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def at(degrees: float) -> Vector:
    """A direction in a plane: two are as alike as the cosine of the angle between them."""
    return unit(np.cos(np.radians(degrees)), np.sin(np.radians(degrees)))


def fresh(needed: float = 0.8) -> Clustering:
    return Clustering([], similarity=lambda _: needed, kind="open")


def put(clustering: Clustering, faces: list[Vector]) -> list[str]:
    """The cluster of each face in the end."""
    placed = [clustering.add(face, new_id=str(number)) for number, face in enumerate(faces)]
    return [clustering.merged.get(each, each) for each in placed]


def test_faces_that_are_alike_come_together() -> None:
    assert put(fresh(), [at(0), at(90), at(10), at(95)]) == ["0", "1", "0", "1"]


def test_a_chain_of_faces_each_like_the_next_makes_no_cluster() -> None:
    # Each is alike enough to the one before; the fifth is nothing like the first.
    found = put(fresh(), [at(0), at(35), at(70), at(105), at(140)])
    assert found[0] != found[-1]
    assert max(Counter(found).values()) <= 2


def test_a_face_like_one_member_alone_does_not_join() -> None:
    clustering = fresh()
    placed = put(clustering, [at(0), at(2), at(4), at(30), at(55)])
    # To the last it is like enough, to the mean of all it is not.
    assert placed == ["0", "0", "0", "0", "4"]


def test_two_clusters_merge_only_when_their_faces_agree_with_one_another() -> None:
    # Two of each that are not alike enough; then faces between them.
    clustering = fresh()
    assert len(set(put(clustering, [at(0), at(1), at(40), at(41)]))) == 2
    clustering = fresh(0.9)
    found = put(clustering, [at(0), at(30), at(14), at(16), at(15)])
    assert set(found) == {"0"}
    assert clustering.merged == {"1": "0"}


def test_many_faces_merge_only_where_fewer_strangers_would_pass() -> None:
    def needed(count: int) -> float:
        return 0.9 if count < 10 else 0.97

    faces = [Cluster("one", at(0), 5), Cluster("two", at(20), 5)]
    clustering = Clustering(faces, similarity=needed)
    assert clustering.add(at(0), new_id="new") == "one"
    assert clustering.merged == {}
    clustering = Clustering([faces[0], Cluster("two", at(20), 1)], similarity=needed)
    clustering.add(at(2), new_id="new")
    assert clustering.merged == {"two": "one"}


def test_the_larger_of_two_that_merge_stays() -> None:
    clustering = Clustering(
        [Cluster("small", at(30), 1), Cluster("large", at(0), 9)], similarity=lambda _: 0.9
    )
    assert clustering.add(at(20), new_id="new") == "large"
    assert clustering.merged == {"small": "large"}
    assert [each.faces for each in clustering.clusters] == [11]


def test_clusters_that_were_parted_never_merge_and_nor_does_what_merges_with_them() -> None:
    apart = [Cluster("one", at(0), 2), Cluster("two", at(1), 2), Cluster("third", at(25), 1)]
    clustering = Clustering(apart, similarity=lambda _: 0.95, apart=[("two", "one")])
    for number in range(5):
        clustering.add(at(0.5), new_id=str(number))
    for number in range(5):
        clustering.add(at(12), new_id=f"more {number}")
    left = {each.id for each in clustering.clusters}
    assert {"one", "two"} <= left
    assert clustering.merged.get("third") in {"one", "two"}


def test_an_ignored_cluster_takes_further_faces_and_swallows_no_other() -> None:
    clustering = Clustering(
        [Cluster("ignored", at(0), 3, "ignored"), Cluster("open", at(20), 1, "open")],
        similarity=lambda _: 0.9,
        kind="open",
    )
    assert clustering.add(at(2), new_id="new") == "ignored"
    assert {each.id: each.kind for each in clustering.clusters} == {
        "ignored": "ignored",
        "open": "open",
    }


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_people_far_apart_are_found_in_any_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    people = [unit(*row) for row in np.eye(8)[:5]]
    faces = [
        (who, unit(*(person + random.normal(0, 0.12, 8))))
        for who, person in enumerate(people)
        for _ in range(4)
    ]
    order = random.permutation(len(faces))
    found = put(fresh(0.5), [faces[place][1] for place in order])
    pairs = {(faces[place][0], cluster) for place, cluster in zip(order, found, strict=True)}
    assert len(pairs) == len(people)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_mean_of_each_is_that_of_its_faces(seed: int) -> None:
    random = np.random.default_rng(seed)
    faces = [unit(*random.normal(0, 1, 4)) for _ in range(30)]
    clustering = fresh(0.6)
    found = put(clustering, faces)
    for cluster in clustering.clusters:
        own = [face for face, into in zip(faces, found, strict=True) if into == cluster.id]
        assert cluster.faces == len(own)
        assert cluster.mean == pytest.approx(np.mean(own, axis=0), abs=1e-5)
    assert {each.id for each in clustering.clusters} == set(found)


def test_the_similarity_needed_follows_from_the_measured_rate_and_rises_with_the_clusters() -> None:
    summary = FakeEngine(calibrated=True).summary
    assert summary.calibration is not None
    needed = joining_similarity(summary)
    assert needed(1) == needed(100) < needed(1_000) < needed(10_000)
    expected = expected_rate(summary.calibration, needed(100), 100.0)
    assert expected == pytest.approx(ACCEPTED, rel=0.01)


def test_without_a_calibration_it_is_what_is_recommended_for_naming() -> None:
    summary = FakeEngine().summary
    assert joining_similarity(summary)(1_000) == summary.identify_threshold


def test_examples_are_good_and_not_the_same_picture() -> None:
    faces = [at(0), at(0.1), at(0.2), at(40), at(80), at(80), at(80)]
    quality = [0.9, 0.95, 0.8, 0.7, 0.1, 0.1, 0.1]
    # The best, the one that is unlike it; neither the same picture again nor a poor one.
    assert diverse(faces, quality, most=3) == [1, 3]
    assert diverse(faces, quality, most=1) == [1]
    assert diverse([at(0)], [0.5], most=5) == [0]
