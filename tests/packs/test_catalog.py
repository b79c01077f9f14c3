from pathlib import Path

import pytest

from mien.errors import PackInvalid
from mien.errors import PackNotFound
from mien.packs.catalog import BUILTIN
from mien.packs.catalog import builtin
from mien.packs.catalog import find_pack
from mien.packs.catalog import load_catalog
from mien.packs.manifest import FolderSource
from mien.packs.manifest import HttpsSource
from mien.packs.manifest import Manifest
from mien.packs.manifest import NpmSource
from mien.packs.manifest import PypiSource

BUILTIN_FOLDER = Path(__file__).parents[2] / "src" / "mien" / "packs" / "builtin"


@pytest.fixture(params=BUILTIN)
def manifest(request: pytest.FixtureRequest) -> Manifest:
    return builtin(request.param)


def test_every_manifest_in_the_folder_is_built_in() -> None:
    files = {path.name for path in BUILTIN_FOLDER.iterdir()}
    manifests = {f"{name}.toml" for name in BUILTIN}
    calibrations = {f"{name}.calibration.json" for name in BUILTIN}
    assert files == {*manifests, *calibrations, "measured.json"}


def test_a_built_in_pack_has_the_name_of_its_file(manifest: Manifest) -> None:
    assert manifest.name in BUILTIN
    assert manifest.title
    assert manifest.summary.endswith(".")


def test_a_built_in_pack_may_be_used_commercially(manifest: Manifest) -> None:
    assert {file.licence for file in manifest.files} <= {"MIT", "Apache-2.0", "CC0-1.0"}


def test_a_template_is_a_face_within_its_input(manifest: Manifest) -> None:
    for spec in manifest.recognizers:
        left_eye, right_eye, nose, left_mouth, right_mouth = spec.template
        assert all(0 < value < spec.input_size for point in spec.template for value in point)
        assert left_eye[0] < nose[0] < right_eye[0]
        assert left_mouth[0] < nose[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])
        assert abs(left_eye[0] + right_eye[0] - spec.input_size) < 2


def test_every_address_is_https(manifest: Manifest) -> None:
    for file in manifest.files:
        for source in file.sources:
            assert not isinstance(source, FolderSource)
            assert not isinstance(source, HttpsSource) or source.url.startswith("https://")


def test_the_classic_pack_needs_the_python_package_index_alone() -> None:
    assert all(
        any(isinstance(source, PypiSource) for source in file.sources)
        for file in builtin("classic").files
    )


def test_the_three_kinds_of_source_are_used() -> None:
    kinds = {
        type(source) for name in BUILTIN for file in builtin(name).files for source in file.sources
    }
    assert kinds == {HttpsSource, PypiSource, NpmSource}


def test_who_relies_on_mobile_reads_that_its_training_data_is_unknown() -> None:
    assert "does not state" in builtin("mobile").file("fr_feature.onnx").notice


def test_packs_are_bound_to_different_contracts() -> None:
    assert len({builtin(name).contract_id for name in BUILTIN}) == len(BUILTIN)


def own_manifest(models_dir: Path, text: str, *, stem: str) -> Path:
    path = models_dir / "packs" / f"{stem}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def classic_text() -> str:
    return (BUILTIN_FOLDER / "classic.toml").read_text(encoding="utf-8")


def test_a_manifest_of_the_operator_is_a_pack(models_dir: Path) -> None:
    text = classic_text().replace('name = "classic"', 'name = "own"')
    own_manifest(models_dir, text, stem="own")
    catalog = load_catalog(models_dir)
    assert list(catalog.entries) == [*BUILTIN, "own"]
    assert catalog.entries["own"].origin == "operator"
    assert find_pack("own", models_dir=models_dir).contract_id == builtin("classic").contract_id


def test_a_relative_path_is_relative_to_its_manifest(models_dir: Path) -> None:
    head, _, tail = classic_text().partition("[[files.sources]]")
    text = (
        head + '[[files.sources]]\nkind = "folder"\npath = "net.onnx"\n\n[[files.sources]]' + tail
    )
    own_manifest(models_dir, text.replace('name = "classic"', 'name = "own"'), stem="own")
    source = find_pack("own", models_dir=models_dir).files[0].sources[0]
    assert source == FolderSource(kind="folder", path=models_dir / "packs" / "net.onnx")


def test_an_unknown_pack_is_answered_with_those_there_are(models_dir: Path) -> None:
    with pytest.raises(PackNotFound, match="pack_not_found"):
        find_pack("nothing", models_dir=models_dir)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("name = ", "manifest_not_toml"),
        ('name = "bad"', "manifest_rule"),
        (classic_text(), "name_taken"),
    ],
)
def test_a_broken_manifest_is_named_and_stands_in_nobodys_way(
    models_dir: Path, text: str, what: str
) -> None:
    path = own_manifest(models_dir, text, stem="bad")
    catalog = load_catalog(models_dir)
    assert list(catalog.entries) == list(BUILTIN)
    assert what in catalog.broken[path].key
    with pytest.raises(PackInvalid, match="not_usable") as caught:
        catalog.find("bad")
    assert caught.value.words == {"path": path, "why": catalog.broken[path]}
