import numpy as np
import pytest
from numpy.typing import NDArray

from mien.decision import count_pairs
from mien.decision import fit_calibration as fit_calibration_module
from mien.decision.fit_calibration import fit_calibration
from mien.decision.rates import expected_rate
from mien.decision.rates import false_match_rate
from mien.decision.rates import threshold_for
from mien.errors import InvalidInput
from mien.packs.calibration import Calibration
from mien.packs.calibration import parse_calibration
from mien.packs.calibration import write_calibration

DIMENSION = 48


def photos(people: int, each: int, *, seed: int) -> tuple[NDArray[np.float32], list[str]]:
    """Random directions for people, and around each of them their photos."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(people, DIMENSION))
    found = np.repeat(centres, each, axis=0) + 0.7 * random.normal(size=(people * each, DIMENSION))
    unit = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit.astype(np.float32), [f"p{i}" for i in range(people) for _ in range(each)]


def fitted(people: int = 500, each: int = 2, *, seed: int = 1) -> Calibration:
    embeddings, who = photos(people, each, seed=seed)
    return fit_calibration(embeddings, who, contract_id="c", data="made up", protocol="random")


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return fitted()


def test_it_counts_what_it_was_measured_on(calibration: Calibration) -> None:
    measured = calibration.measured
    assert (measured.people, measured.photos) == (500, 1000)
    assert measured.genuine_pairs == 500
    assert measured.impostor_pairs == 1000 * 999 // 2 - 500


def test_strangers_of_another_draw_err_as_often_as_it_states(calibration: Calibration) -> None:
    strangers, _ = photos(5_000, 1, seed=3)
    galleries = [photos(200, 1, seed=seed)[0] for seed in range(10, 20)]
    best = np.concatenate([(strangers @ gallery.T).max(axis=1) for gallery in galleries])
    for accepted in (0.1, 0.01):
        threshold = threshold_for(calibration, accepted=accepted, comparisons=200)
        found = float((best >= threshold).mean())
        assert found == pytest.approx(accepted, rel=0.25)
        assert expected_rate(calibration, threshold, 200) == pytest.approx(accepted, rel=1e-3)


def test_the_tail_speaks_about_rates_that_few_pairs_reach(calibration: Calibration) -> None:
    one, _ = photos(3_000, 1, seed=4)
    other, _ = photos(3_000, 1, seed=5)
    similarities = np.sort((one @ other.T).ravel())[::-1]
    for rate in (1e-4, 1e-5):
        at = float(similarities[int(rate * len(similarities))])
        assert false_match_rate(calibration, at) == pytest.approx(rate, rel=0.5)


def test_a_person_with_many_photos_weighs_as_much_as_one_with_few() -> None:
    embeddings, who = photos(300, 2, seed=6)
    many = np.concatenate([embeddings, np.repeat(embeddings[:1], 400, axis=0)])
    plain = fit_calibration(embeddings, who, contract_id="c", data="d", protocol="p")
    heavy = fit_calibration(many, [*who, *[who[0]] * 400], contract_id="c", data="d", protocol="p")
    assert heavy.tail.start == pytest.approx(plain.tail.start, abs=0.01)
    assert heavy.impostor_mean == pytest.approx(plain.impostor_mean, abs=0.003)


def test_the_order_of_photos_changes_nothing() -> None:
    embeddings, who = photos(200, 2, seed=7)
    order = np.random.default_rng(8).permutation(len(who))
    one = fit_calibration(embeddings, who, contract_id="c", data="d", protocol="p")
    other = fit_calibration(
        embeddings[order], [who[i] for i in order], contract_id="c", data="d", protocol="p"
    )
    assert one.tail.start == pytest.approx(other.tail.start, abs=1e-5)
    assert one.genuine_mean == pytest.approx(other.genuine_mean, abs=1e-5)


@pytest.mark.parametrize(("people", "each"), [(99, 3), (150, 1)])
def test_too_few_people_or_pairs_are_refused(people: int, each: int) -> None:
    with pytest.raises(InvalidInput, match="too_little_to_calibrate"):
        fitted(people, each)


def test_labels_that_cannot_be_right_are_refused() -> None:
    embeddings, who = photos(150, 2, seed=9)
    # Everybody's second photo goes to whoever is least like the first.
    least = (embeddings[0::2] @ embeddings[0::2].T).argmin(axis=1)
    embeddings[1::2] = embeddings[0::2][least]
    with pytest.raises(InvalidInput, match="not_separable"):
        fit_calibration(embeddings, who, contract_id="c", data="d", protocol="p")


def test_some_people_under_two_names_do_not_break_the_tail() -> None:
    embeddings, who = photos(120, 2, seed=10)
    # Equal excess: as much as a whole tail of pairs that are one photo.
    embeddings[2:40:2] = embeddings[0]
    tail = fit_calibration(embeddings, who, contract_id="c", data="d", protocol="p").tail
    assert tail.scale > 0
    assert -0.5 <= tail.shape <= 0.5


def test_what_is_written_is_read_again(calibration: Calibration) -> None:
    assert parse_calibration(write_calibration(calibration)) == calibration


def test_a_tail_of_equal_pairs_has_a_scale() -> None:
    embeddings, who = photos(120, 2, seed=11)
    # Of all pairs of two people, one in a hundred is the same photo twice.
    embeddings[2:60:2] = embeddings[0]
    tail = fit_calibration(embeddings, who, contract_id="c", data="d", protocol="p").tail
    assert tail.scale > 0
    assert tail.start == pytest.approx(1, abs=2e-5)


def test_matches_are_those_of_a_whole_table(monkeypatch: pytest.MonkeyPatch) -> None:
    ones, _ = photos(90, 1, seed=12)
    table = ones @ ones.T
    np.fill_diagonal(table, -1)
    monkeypatch.setattr(count_pairs, "_PAIRS_AT_ONCE", 7 * len(ones))
    found = fit_calibration_module._matches(ones, [0.1, 0.3])
    assert (found == [(table >= 0.1).sum(axis=1), (table >= 0.3).sum(axis=1)]).all()


class Beyond:
    """Counted pairs of which only those in the tail are looked at."""

    def __init__(self, excess: NDArray[np.float64]) -> None:
        self.excess = np.sort(excess)

    def tail_from(
        self, _rate: float
    ) -> tuple[float, float, NDArray[np.float64], NDArray[np.float64]]:
        weights = np.full(len(self.excess), 1 / len(self.excess))
        return 0.3, 1e-3, self.excess, weights


@pytest.mark.parametrize("shape", [-0.4, -0.2, 0.0, 0.2, 0.4])
def test_the_shape_of_a_tail_is_found_again(shape: float) -> None:
    chance = (np.arange(20_000) + 0.5) / 20_000
    excess = -np.log(chance) if shape == 0 else (chance**-shape - 1) / shape
    tail = fit_calibration_module._fit_tail(Beyond(0.02 * excess), people=500)  # type: ignore[arg-type]  # all that is asked
    assert tail.shape == pytest.approx(shape, abs=0.02)
    assert tail.scale == pytest.approx(0.02, rel=0.03)


@pytest.mark.parametrize(("power", "shape"), [(3.0, 0.5), (0.05, -0.5)])
def test_a_shape_that_no_tail_of_ours_has_is_cut(power: float, shape: float) -> None:
    chance = (np.arange(20_000) + 0.5) / 20_000
    excess = chance**-0.9 if power > 1 else chance**power
    tail = fit_calibration_module._fit_tail(Beyond(excess), people=500)  # type: ignore[arg-type]  # all that is asked
    assert tail.shape == shape


def test_what_a_photo_carries_of_a_likeness_is_a_regression_about_the_mean() -> None:
    random = np.random.default_rng(8)
    # All lean one way, as faces of one network do, and some people are alike.
    centres = random.normal(size=(300, DIMENSION)) + 0.5
    centres[150:] = 0.75 * centres[:150] + 0.45 * random.normal(size=(150, DIMENSION))
    found = np.repeat(centres, 2, axis=0) + 0.6 * random.normal(size=(600, DIMENSION))
    unit = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    who = [f"p{i}" for i in range(300) for _ in range(2)]
    made = fit_calibration(unit, who, contract_id="c", data="made up", protocol="random")
    examples, photos_ = unit[::2], unit[1::2]
    everybody = unit @ unit.T
    apart = np.array(who)[:, None] != np.array(who)[None, :]
    mean = float(everybody[apart].mean())
    alike = examples @ examples.T
    rate = fit_calibration_module._LOOK_ALIKE_RATE
    near = alike >= np.quantile(everybody[apart], 1 - rate) / 2
    np.fill_diagonal(near, False)
    beyond = alike[near] - mean
    carried = float(beyond @ ((photos_ @ examples.T)[near] - mean) / (beyond @ beyond))
    assert made.likeness_carried == pytest.approx(carried, abs=0.05)
    assert made.impostor_mean == pytest.approx(mean, abs=0.01)
