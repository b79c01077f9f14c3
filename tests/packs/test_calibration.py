import json
from pathlib import Path

import pytest

from mien.errors import PackInvalid
from mien.packs.calibration import Calibration
from mien.packs.calibration import find_calibration
from mien.packs.calibration import parse_calibration
from mien.packs.calibration import write_calibration
from mien.packs.catalog import BUILTIN
from mien.packs.catalog import builtin
from mien.vision.fake import FakeEngine


def drawn() -> Calibration:
    calibration = FakeEngine(calibrated=True).summary.calibration
    assert calibration is not None
    return calibration


def changed(**values: object) -> str:
    return json.dumps(json.loads(write_calibration(drawn())) | values)


@pytest.mark.parametrize("pack", BUILTIN)
def test_every_built_in_pack_has_a_calibration_of_its_own_embeddings(
    pack: str, tmp_path: Path
) -> None:
    manifest = builtin(pack)
    found = find_calibration(pack, contract_id=manifest.contract_id, models_dir=tmp_path)
    assert found is not None
    assert found.contract_id == manifest.contract_id
    assert found.measured.people > 1000


def test_a_calibration_of_other_embeddings_does_not_count(tmp_path: Path) -> None:
    assert find_calibration("compact", contract_id="other", models_dir=tmp_path) is None


def test_the_operators_own_goes_before_the_one_that_comes_with_the_pack(tmp_path: Path) -> None:
    contract = builtin("compact").contract_id
    own = drawn().model_copy(update={"contract_id": contract})
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "compact.calibration.json").write_text(write_calibration(own))
    assert find_calibration("compact", contract_id=contract, models_dir=tmp_path) == own


def test_a_broken_file_of_the_operators_is_named(tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "compact.calibration.json").write_text("{")
    with pytest.raises(PackInvalid, match="in_file"):
        find_calibration("compact", contract_id="any", models_dir=tmp_path)


@pytest.mark.parametrize(
    "values",
    [
        {"impostors": [[0.1, 0.5], [0.0, 0.4], [0.2, 0.3], [0.35, 0.01]]},
        {"impostors": [[0.0, 0.4], [0.1, 0.5], [0.2, 0.3], [0.35, 0.01]]},
        {"genuine": [[0.5, 0.1], [0.5, 0.2], [0.6, 0.3], [0.7, 0.4]]},
        {"genuine": [[0.5, 0.1], [0.6, 0.4], [0.7, 0.3], [0.8, 0.5]]},
        {"spread": [[1e-5, 0.1], [0.1, 0.2]]},
        {"genuine_mean": -0.5},
        {"surprise": 1},
        {"impostor_mean": float("nan")},
    ],
)
def test_figures_that_make_no_sense_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(PackInvalid):
        parse_calibration(changed(**values))
