from typing import Any

import pytest
from pydantic import ValidationError

from mien.errors import PackInvalid
from mien.packs.catalog import BUILTIN
from mien.packs.catalog import builtin
from mien.packs.manifest import Manifest
from mien.packs.manifest import RecognizerSpec
from mien.packs.manifest import parse_manifest


def told(**changes: Any) -> dict[str, Any]:
    return {**builtin("precise").model_dump(), **changes}


def test_an_embedding_is_as_long_as_those_of_all_networks() -> None:
    precise = builtin("precise")
    assert precise.dimension == sum(spec.dimension for spec in precise.recognizers) == 384
    assert precise.contract_id.startswith("sface-retail-384-")


@pytest.mark.parametrize("key", ["weight", "averaging", "version", "template", "offset"])
def test_what_changes_the_vectors_changes_the_contract(key: str) -> None:
    precise = builtin("precise")
    other = {
        "weight": 2.0,
        "averaging": "none",
        "version": "x",
        "template": ((1.0, 1.0),) * 5,
        "offset": (0.01,) * 128,
    }[key]
    first, second = precise.recognizers
    changed = first.model_copy(update={key: other})
    assert (
        precise.model_copy(update={"recognizers": (changed, second)}).contract_id
        != precise.contract_id
    )


def test_the_order_of_the_networks_counts() -> None:
    precise = builtin("precise")
    turned = precise.model_copy(update={"recognizers": precise.recognizers[::-1]})
    assert turned.contract_id != precise.contract_id


def test_landmarks_of_another_network_are_another_contract() -> None:
    standard = builtin("standard")
    assert standard.aligner is not None
    assert standard.model_copy(update={"aligner": None}).contract_id != standard.contract_id


def test_a_network_alone_is_written_as_a_table_or_as_a_list_of_one() -> None:
    classic = builtin("classic")
    alone = classic.model_dump()
    (alone["recognizer"],) = alone.pop("recognizers")
    assert Manifest.model_validate(alone) == classic


@pytest.mark.parametrize(
    "changes",
    [
        {"joint": None},
        {"recognizers": builtin("precise").model_dump()["recognizers"][:1]},
        {"recognizers": builtin("precise").model_dump()["recognizers"][:1] * 2},
        {"recognizers": ()},
        {"recognizer": builtin("classic").model_dump()["recognizers"][0]},
        {"aligner": {"family": "centerface", "file": "nowhere.onnx", "score_threshold": 0.3}},
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Manifest.model_validate(told(**changes))


def test_only_the_combination_says_what_it_replaces() -> None:
    first, second = told()["recognizers"]
    with pytest.raises(ValueError, match="joint"):
        Manifest.model_validate(told(recognizers=[{**first, "replaces": ["earlier"]}, second]))


def test_a_broken_rule_is_named() -> None:
    with pytest.raises(PackInvalid) as caught:
        parse_manifest('name = "bad"\n[recognizer]\n[[recognizers]]\n')
    assert caught.value.key == "pack_invalid.manifest_rule"


def test_contracts_that_stand_in_databases_stay() -> None:
    assert {name: builtin(name).contract_id for name in BUILTIN} == {
        "standard": "sface-128-179ebd1028c531ed",
        "precise": "sface-retail-384-6f7d0b787e405a9e",
        "compact": "retail-0095-256-02844db465cf9f8c",
        "mobile": "fr-feature-512-78a647f52462b666",
        "classic": "dlib-resnet-128-7857b352b3cda0e0",
    }


@pytest.mark.parametrize(
    "offset",
    [
        (0.01,) * 127,
        (0.5,) * 128,
        (1.5,) + (0.0,) * 127,
        (0.91,) + (0.0,) * 127,
        (0.99999997,) + (0.0,) * 127,
    ],
)
def test_an_offset_that_cannot_be_taken_off_is_refused(offset: tuple[float, ...]) -> None:
    spec = builtin("standard").model_dump()["recognizers"][0]
    with pytest.raises(ValidationError, match="offset"):
        RecognizerSpec.model_validate({**spec, "offset": offset})


def test_an_offset_may_be_long_but_not_as_long_as_an_embedding() -> None:
    spec = builtin("standard").model_dump()["recognizers"][0]
    offset = (0.89,) + (0.0,) * 127
    assert RecognizerSpec.model_validate({**spec, "offset": offset}).offset == offset


@pytest.mark.parametrize("number", ["nan", "inf"])
def test_one_wrong_list_is_told_by_its_first_numbers(number: str) -> None:
    text = f"[recognizer]\noffset = [{', '.join([number] * 128)}]\n"
    with pytest.raises(PackInvalid) as caught:
        parse_manifest(text)
    assert str(caught.value.words["places"]).count("; ") == 5
    assert str(caught.value.words["places"]).endswith(" more")
    spec = builtin("standard").model_dump()["recognizers"][0]
    with pytest.raises(ValidationError) as wrong:
        RecognizerSpec.model_validate({**spec, "offset": [float(number)] * 128})
    assert {each["type"] for each in wrong.value.errors()} == {"finite_number"}
