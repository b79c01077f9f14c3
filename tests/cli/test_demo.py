import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mien.cli import cli
from mien.errors import ModelFileMissing
from mien.vision.packs.samples import fetch_samples


@pytest.mark.network
@pytest.mark.models
def test_two_people_are_told_apart_from_one_photo_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["demo", "--json"])
    assert list(tmp_path.iterdir()) == [], "the demonstration leaves nothing behind"
    assert result.exit_code == 0, result.stderr
    lines = json.loads(result.stdout)
    answers = {line["photo"]: (line["decision"], line["nearest"]) for line in lines}
    for photo in ("obama2.jpg", "obama3.jpg", "obama_partial_face.jpg", "obama_partial_face2.jpg"):
        assert answers[photo] == ("match", "Barack Obama")
    assert answers["32bit.png"][0] == "match"
    assert [line["decision"] for line in lines if line["photo"] == "astronaut.png"] == ["unknown"]


def test_offline_samples_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileMissing, match=r"obama\.jpg .*mien demo"):
        fetch_samples(models_dir=tmp_path, offline=True, timeout_seconds=1)
