"""What the built-in packs miss and cost, as `bench/packs_measured.py` measured it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated

from pydantic import Field

from mien.packs.manifest import Manifest
from mien.packs.strict_model import StrictModel

NAME = "measured.json"

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Searches(StrictModel):
    """What the shares of missed people rest on.

    Attributes:
        data: the set and which part of it.
        photos: how many there are.
        people: how many different people they show.
        enrolled: people in the gallery, by one photo each.
        fpir: share of the strangers' searches that may name somebody.
        draws: choices of who is enrolled and with which photo.
    """

    data: str
    photos: Count
    people: Count
    enrolled: Count
    fpir: Share
    draws: Annotated[int, Field(ge=2)]


class Timed(StrictModel):
    """How the times were taken: all packs in turns, so that the machine's moods meet all alike.

    Attributes:
        clock: what was read.
        threads: of each network.
        one_face: names of the photos with one face.
        several_faces: faces in the other photo.
        rounds: that counted, of each photo.
    """

    clock: str
    threads: Count
    one_face: tuple[str, ...]
    several_faces: Count
    rounds: Count


class Spent(StrictModel):
    """The time for a photo, from the bytes of the file to embeddings.

    Attributes:
        median_ms: milliseconds, the median over rounds; of several photos the mean of theirs.
        least_ms: the same with the least in place of the median.
        median_ratio: times as long as the quickest pack took, by the medians.
        least_ratio: likewise by the least.
    """

    median_ms: Positive
    least_ms: Positive
    median_ratio: Annotated[float, Field(ge=1, allow_inf_nan=False)]
    least_ratio: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class PackFigures(StrictModel):
    """What was measured with one pack.

    Attributes:
        version: of the pack that was measured.
        contract_id: of the embeddings that were measured.
        fnir: share of the searches for enrolled people that miss them: they do not come first, or
            not above the similarity that the accepted share of strangers reaches. Mean of the draws.
        fnir_standard_error: of that mean.
        one_face: time for a photo with one face.
        several_faces: time for a photo with several.
        memory_mb: what a process that has the pack loaded and used holds beyond one without.
        size_bytes: of all files of the pack, as they are downloaded.
    """

    version: str
    contract_id: str
    fnir: Share
    fnir_standard_error: Share
    one_face: Spent
    several_faces: Spent
    memory_mb: Positive
    size_bytes: Count


class MeasuredPacks(StrictModel):
    """What was measured, in one run on one machine.

    Attributes:
        date: of the run.
        machine: in words.
        versions: of Mien and of what runs the networks, by name.
        searches: what the shares rest on.
        timed: what the times rest on.
        packs: by name.
    """

    date: date
    machine: str
    versions: Mapping[str, str]
    searches: Searches
    timed: Timed
    packs: Mapping[str, PackFigures]


@cache
def measured_packs() -> MeasuredPacks:
    """What comes with Mien; read once."""
    file = resources.files("mien.packs").joinpath("builtin", NAME)
    return MeasuredPacks.model_validate_json(file.read_text(encoding="utf-8"))


def figures_of(manifest: Manifest, *, measured: MeasuredPacks | None = None) -> PackFigures | None:
    """What was measured with exactly this pack; None where it was not.

    Args:
        manifest: of the pack. An operator's own, and a built-in one that has changed since, have
            no figures.
        measured: where to look; None takes what comes with Mien.
    """
    found = (measured or measured_packs()).packs.get(manifest.name)
    if found is None or found.version != manifest.version:
        return None
    return found if found.contract_id == manifest.contract_id else None
