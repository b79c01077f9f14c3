"""What is told of the built-in packs was measured with these packs."""

import pytest

from mien.packs.catalog import BUILTIN
from mien.packs.catalog import builtin
from mien.packs.measured import MeasuredPacks
from mien.packs.measured import figures_of
from mien.packs.measured import measured_packs


def changed(pack: str, **figures: object) -> MeasuredPacks:
    """What comes with Mien, with other facts about one pack."""
    measured = measured_packs()
    entry = measured.packs[pack].model_copy(update=figures)
    return measured.model_copy(update={"packs": {**measured.packs, pack: entry}})


@pytest.mark.parametrize("pack", BUILTIN)
def test_every_built_in_pack_was_measured_as_it_is(pack: str) -> None:
    manifest, found = builtin(pack), measured_packs().packs[pack]
    assert found.contract_id == manifest.contract_id, "run `python bench/packs_measured.py --write`"
    assert found.version == manifest.version, "run `python bench/packs_measured.py --write`"
    assert found.size_bytes == sum(file.size_bytes for file in manifest.files)
    assert figures_of(manifest) == found


@pytest.mark.parametrize("figure", ["contract_id", "version"])
def test_figures_of_a_pack_as_it_was_are_not_believed(figure: str) -> None:
    assert figures_of(builtin("compact"), measured=changed("compact")) is not None
    stale = changed("compact", **{figure: "other"})
    assert figures_of(builtin("compact"), measured=stale) is None
    assert figures_of(builtin("mobile"), measured=stale) is not None


def test_a_pack_under_another_name_has_no_figures() -> None:
    own = builtin("compact").model_copy(update={"name": "own"})
    assert figures_of(own) is None


def test_nothing_is_measured_that_is_not_built_in() -> None:
    assert set(measured_packs().packs) == set(BUILTIN)


def test_the_quickest_pack_is_what_the_others_are_compared_with() -> None:
    for which in ("one_face", "several_faces"):
        spent = [getattr(each, which) for each in measured_packs().packs.values()]
        assert min(each.median_ratio for each in spent) == 1.0
        quickest = min(each.median_ms for each in spent)
        assert all(
            each.median_ratio == pytest.approx(each.median_ms / quickest, abs=0.02)
            for each in spent
        )
