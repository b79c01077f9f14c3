"""A few dozen photos of real people, where they and the models are."""

import pytest

from mien.evaluation.acquire import acquire
from mien.evaluation.pairs import score_pairs
from mien.evaluation.pairs_file import read_pairs
from mien.evaluation.photos import find_named
from mien.evaluation.photos import people_folder
from mien.vision.pack_engine import PackEngine
from mien.vision.reader import ImageReader
from needs import shared_data
from packs_for_tests import real_pack


@pytest.mark.models
def test_real_people_are_told_apart() -> None:
    labelled = shared_data("lfw-dev/pairs.txt") / "lfw-dev"
    installed = real_pack("compact")
    every = read_pairs(labelled / "pairs.txt")
    pairs = [*every[:12], *every[300:312]]
    folder = people_folder(labelled)
    photos = find_named(folder, (name for pair in pairs for name in (pair.one, pair.other)))
    engine = PackEngine(installed)
    try:
        reader = ImageReader(max_bytes=10**7, max_pixels=10**7)
        acquired = acquire(engine, reader, folder, photos.values(), face="nearest-centre")
    finally:
        engine.close()
    assert acquired.refused == {}
    scored = score_pairs(pairs, photos, acquired.samples)
    assert scored.same.tolist() == [True] * 12 + [False] * 12
    right = (scored.scores >= installed.manifest.thresholds.verify) == scored.same
    assert right.sum() >= 23
