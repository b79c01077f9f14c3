import pytest
from bench import packs_measured
from bench.packs_measured import main
from bench.packs_measured import spent_by_pack


def test_packs_are_compared_with_the_quickest() -> None:
    spent = {
        "one": {"quick": [10.0, 30.0, 20.0], "slow": [60.0, 40.0, 50.0]},
        "two": {"quick": [30.0, 31.0, 40.0], "slow": [70.0, 80.0, 100.0]},
    }
    found = spent_by_pack(spent, ("one", "two"))
    assert found["quick"].median_ms == pytest.approx(25.5)
    assert found["quick"].least_ms == pytest.approx(20.0)
    assert (found["quick"].median_ratio, found["quick"].least_ratio) == (1.0, 1.0)
    assert found["slow"].median_ratio == pytest.approx(65 / 25.5, abs=0.01)
    assert found["slow"].least_ratio == pytest.approx(55 / 20, abs=0.01)
    assert spent_by_pack(spent, ("two",))["slow"].median_ms == 80.0


@pytest.mark.parametrize("more", [["--quick"], ["--pack", "compact"]])
def test_only_a_whole_measurement_is_kept(monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    monkeypatch.setattr(packs_measured, "measure", lambda *_args, **_more: pytest.fail("measured"))
    with pytest.raises(SystemExit):
        main(["--write", *more])
