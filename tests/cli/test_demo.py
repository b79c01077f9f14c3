import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mien.cli import cli
from mien.cli.demo import copy_photos
from mien.errors import InvalidInput
from mien.errors import ModelFileMissing
from mien.packs.samples import SamplePhoto
from mien.packs.samples import fetch_samples


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
    with pytest.raises(ModelFileMissing, match="sample_offline"):
        fetch_samples(models_dir=tmp_path, offline=True, timeout_seconds=1)


def two_samples(folder: Path) -> tuple[SamplePhoto, ...]:
    for name in ("a.jpg", "b.jpg"):
        (folder / name).write_bytes(name.encode())
    return (
        SamplePhoto("a.jpg", "A", folder / "a.jpg"),
        SamplePhoto("b.jpg", None, folder / "b.jpg"),
    )


def test_photos_are_put_into_a_folder_and_what_is_there_stays(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"somebody's own")
    assert copy_photos(two_samples(tmp_path), folder) == [folder / "a.jpg", folder / "b.jpg"]
    assert (folder / "a.jpg").read_bytes() == b"somebody's own"
    assert (folder / "b.jpg").read_bytes() == b"b.jpg"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "a.jpg"
    samples = two_samples(tmp_path)
    with pytest.raises(InvalidInput, match="folder_not_writable"):
        copy_photos(samples, taken)
