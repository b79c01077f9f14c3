"""The page on model packs: every key of a manifest, and an example that works."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any
from typing import Literal
from typing import get_args
from typing import get_origin

import pytest
from pydantic import BaseModel

from consoles import assert_prints
from consoles import run_all
from consoles import shown_commands
from mien.packs.manifest import AlignerSpec
from mien.packs.manifest import DetectorSpec
from mien.packs.manifest import FileSource
from mien.packs.manifest import JointSpec
from mien.packs.manifest import Manifest
from mien.packs.manifest import ModelFile
from mien.packs.manifest import RecognizerSpec
from mien.packs.manifest import Thresholds
from mien.packs.manifest import parse_manifest
from needs import shared_data

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "reference" / "packs.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS: dict[str, type[BaseModel]] = {
    "The pack": Manifest,
    "`[[files]]`": ModelFile,
    "`[detector]`": DetectorSpec,
    "`[aligner]`": AlignerSpec,
    "`[recognizer]`": RecognizerSpec,
    "`[joint]`": JointSpec,
    "`[thresholds]`": Thresholds,
}
EXAMPLE = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0]
FILES = {
    "MobileFaceNet.onnx": "mobilefacenet/MobileFaceNet.onnx",
    "face_detection_yunet_2023mar.onnx": "yunet/yunet_s_640_640.onnx",
}
"""For each file of the example, where it lies among the shared model files."""


def table(heading: str) -> dict[str, list[str]]:
    """The cells behind each key of a section's first table."""
    section = TEXT.partition(f"### {heading}\n")[2].partition("\n#")[0]
    lines = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert lines is not None
    rows = [line.strip("| ").split(" | ") for line in lines[0].splitlines()[2:]]
    return {row[0].strip("`"): [cell.strip() for cell in row[1:]] for row in rows}


def choices(annotation: Any) -> list[str]:
    """Every word that a key may have as its value, where they are counted."""
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    return [choice for part in get_args(annotation) for choice in choices(part)]


@pytest.mark.parametrize("heading", SECTIONS)
def test_every_key_is_there_with_its_default_and_its_choices(heading: str) -> None:
    fields, rows = SECTIONS[heading].model_fields, table(heading)
    assert list(rows) == list(fields)
    for key, (default, *_, text) in rows.items():
        assert (default == "needed") == fields[key].is_required(), key
        if isinstance(fields[key].default, str) and fields[key].default:
            assert default == f"`{fields[key].default}`"
        words = choices(fields[key].annotation)
        assert all(f"`{word}`" in default + text for word in words), key


def test_every_kind_of_source_is_there_with_its_keys() -> None:
    kinds = get_args(get_args(FileSource)[0])
    rows = table("`[[files.sources]]`")
    assert len(rows) == len(kinds)
    for kind in kinds:
        (name,) = get_args(kind.model_fields["kind"].annotation)
        (text,) = rows[name]
        assert re.findall(r"`([a-z]+)`:", text) == [
            key for key in kind.model_fields if key != "kind"
        ]


def test_what_is_said_to_belong_to_the_contract_does() -> None:
    manifest = parse_manifest(EXAMPLE)
    other: dict[str, Any] = {
        "format": "openvino", "input_size": 64, "color": "bgr", "mean": (1.0, 1.0, 1.0),
        "scale": (2.0, 2.0, 2.0), "template": ((1.0, 1.0),) * 5, "dimension": 64,
        "averaging": "mirror", "replaces": ("earlier",), "weight": 2.0,
    }  # fmt: skip
    for key, (_, contract, _) in table("`[recognizer]`").items():
        value = other.get(key, "another")
        changed = manifest.recognizers[0].model_copy(update={key: value})
        if key in {"file", "weights_file"}:
            continue  # their digest counts, as the page says
        same = manifest.model_copy(update={"recognizers": (changed,)}).contract_id
        assert (same != manifest.contract_id) == (contract == "yes"), key


def test_the_example_is_a_manifest() -> None:
    manifest = parse_manifest(EXAMPLE)
    assert {file.name for file in manifest.files} == set(FILES)
    assert manifest.name == "mobilefacenet"


@pytest.mark.network
@pytest.mark.models
@pytest.mark.processes
def test_the_example_is_installed_and_identifies(tmp_path: Path) -> None:
    models = shared_data(*(f"models/{path}" for path in FILES.values())) / "models"
    for name, path in FILES.items():
        shutil.copy(models / path, tmp_path / name)
    (tmp_path / "mobilefacenet.toml").write_text(EXAMPLE, encoding="utf-8")
    steps = shown_commands(PAGE)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    printed = run_all([step.command for step in steps], tmp_path, {**os.environ, "PATH": path})
    for step, text in zip(steps, printed, strict=True):
        assert_prints(step, text)
        if step.command.startswith("mien identify"):
            shown = [float(number) for number in re.findall(r"-?\d\.\d\d", str(step.output))]
            found = [float(number) for number in re.findall(r"-?\d\.\d\d", text)]
            assert found == pytest.approx(shown, abs=0.05)
