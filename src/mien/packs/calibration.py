"""How often the similarities of one embedding contract mislead, as measured on labelled photos."""

import math
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Annotated
from typing import TypeAlias

from pydantic import Field
from pydantic import ValidationError
from pydantic import model_validator

from mien.errors import PackInvalid
from mien.packs.strict_model import StrictModel

Rate = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Cosine = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Knot: TypeAlias = tuple[Cosine, Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]


class Measured(StrictModel):
    """What the figures rest on.

    Attributes:
        data: the set and which part of it.
        protocol: how pairs were made and weighed.
        people: how many different people.
        photos: how many photos of them.
        impostor_pairs: pairs of photos of different people.
        genuine_pairs: pairs of photos of one person.
    """

    data: str
    protocol: str
    people: Annotated[int, Field(ge=1)]
    photos: Annotated[int, Field(ge=1)]
    impostor_pairs: Annotated[int, Field(ge=1)]
    genuine_pairs: Annotated[int, Field(ge=1)]


class Tail(StrictModel):
    """The extreme impostors, as a generalised Pareto distribution of what exceeds a start.

    P(similarity > start + x) = rate * (1 + shape * x / scale) ** (-1 / shape); after Pickands,
    "Statistical inference using extreme order statistics", Annals of Statistics 3 (1975).

    Attributes:
        start: similarity from which it holds.
        rate: share of impostor pairs beyond the start.
        shape: 0 is exponential; below it the tail ends, above it the tail is heavier.
        scale: in units of similarity.
        least_rate: the smallest rate that may be stated.
    """

    start: Cosine
    rate: Rate
    shape: Annotated[float, Field(ge=-0.5, le=0.5)]
    scale: Positive
    least_rate: Rate


class Calibration(StrictModel):
    """What is known of one embedding contract's similarities.

    Attributes:
        contract_id: of the embeddings that were measured.
        measured: what the figures rest on.
        impostor_mean: mean similarity of two people.
        impostors: (similarity, share of impostor pairs that reach it), rising similarity, falling
            share, up to where the tail starts.
        tail: what lies beyond.
        spread: (false match rate, overdispersion): how much more than by chance the false matches
            of one probe come together, the variance of the probes' own rates over the square of
            their mean; falling rate.
        genuine_mean: mean similarity of two photos of one person.
        genuine: (similarity, share of genuine pairs below it), both rising.
        likeness_carried: of the likeness of two people's examples, the share that a new photo of
            one has to the other, beyond `impostor_mean`.
        examples_power: comparing with the mean of k examples and the nearest of them counts as
            k to this power comparisons with one.
    """

    contract_id: str
    measured: Measured
    impostor_mean: Cosine
    impostors: Annotated[tuple[Knot, ...], Field(min_length=4)]
    tail: Tail
    spread: Annotated[tuple[tuple[Rate, Positive], ...], Field(min_length=1)]
    genuine_mean: Cosine
    genuine: Annotated[tuple[Knot, ...], Field(min_length=4)]
    likeness_carried: Annotated[float, Field(ge=0, le=1)]
    examples_power: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _in_order(self) -> "Calibration":
        similarities = [at for at, _ in self.impostors]
        shares = [share for _, share in self.impostors]
        _rising("impostors", similarities)
        _rising("impostors", [-share for share in shares])
        if similarities[-1] != self.tail.start or shares[-1] != self.tail.rate:
            raise ValueError("impostors: the last knot has to be where the tail starts")
        _rising("genuine", [at for at, _ in self.genuine])
        _rising("genuine", [share for _, share in self.genuine])
        _rising("spread", [-rate for rate, _ in self.spread])
        if not self.impostor_mean < self.genuine_mean:
            raise ValueError("two people may not be more alike than one person's photos")
        return self


def parse_calibration(text: str) -> Calibration:
    """Read a calibration's JSON.

    Raises:
        PackInvalid: it is not JSON, or breaks a rule; the message names the place.
    """
    try:
        return Calibration.model_validate_json(text)
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(str(part) for part in item['loc']) or 'calibration'}: {item['msg']}"
            for item in error.errors()
        )
        raise PackInvalid("calibration_rule", words={"places": places}) from error


def write_calibration(calibration: Calibration) -> str:
    """A calibration as the JSON that `parse_calibration` reads."""
    return calibration.model_dump_json(indent=1) + "\n"


def _rising(name: str, values: list[float]) -> None:
    if any(not math.isfinite(value) for value in values) or any(
        after <= before for before, after in pairwise(values)
    ):
        raise ValueError(f"{name}: the knots have to be in order")


def find_calibration(pack: str, *, contract_id: str, models_dir: Path) -> Calibration | None:
    """The calibration of a pack: the operator's own, else the one that comes with it.

    Args:
        pack: its name.
        contract_id: a calibration of other embeddings does not count.
        models_dir: an operator's own is `packs/<pack>.calibration.json` below it.

    Raises:
        PackInvalid: the operator's cannot be read, or breaks a rule.
    """
    for found in (_read(models_dir / "packs" / file_name(pack)), builtin_calibration(pack)):
        if found is not None and found.contract_id == contract_id:
            return found
    return None


def file_name(pack: str) -> str:
    """The name of the file that holds a pack's calibration."""
    return f"{pack}.calibration.json"


@cache
def builtin_calibration(pack: str) -> Calibration | None:
    """The calibration that a built-in pack comes with; read once."""
    file = resources.files("mien.packs").joinpath("builtin", file_name(pack))
    return parse_calibration(file.read_text(encoding="utf-8")) if file.is_file() else None


def _read(path: Path) -> Calibration | None:
    try:
        return parse_calibration(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise PackInvalid("file_not_readable", words={"path": path, "why": error}) from error
    except PackInvalid as error:
        raise PackInvalid("in_file", words={"path": path, "why": error}) from error
