"""What can be set for a gallery: one value that verbs, API, forms and commands share."""

from collections.abc import Mapping
from typing import Annotated
from typing import Any
from typing import Self

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import ValidationError
from pydantic import field_validator

from mien.errors import InvalidInput
from mien.names import NAME_LENGTH
from mien.names import clean_name
from mien.options import ACCEPTED_RATE
from mien.options import GATES
from mien.options import LEAST_ACCEPTED
from mien.options import MOST_ACCEPTED
from mien.options import MOST_UNKNOWN_DAYS
from mien.options import Gate


def check_threshold(threshold: float | None) -> float | None:
    """The threshold, if it is one.

    Raises:
        InvalidInput: it is out of range.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise InvalidInput("threshold", field="threshold")
    return threshold


def check_rate(rate: float, field: str) -> float:
    """The accepted rate, if it is one.

    Raises:
        InvalidInput: it is out of range.
    """
    if not LEAST_ACCEPTED <= rate <= MOST_ACCEPTED:
        raise InvalidInput("accepted_rate", field=field)
    return rate


def check_gate(gate: Gate) -> Gate:
    """The gate, if it is one.

    Raises:
        InvalidInput: there is no such gate.
    """
    if gate not in GATES:
        raise InvalidInput("gate", words={"gates": ", ".join(GATES)}, field="gate")
    return gate


Threshold = Annotated[
    float,
    Field(ge=-1, le=1, allow_inf_nan=False, description="Similarity needed for a match."),
]
AcceptedRate = Annotated[float, Field(ge=LEAST_ACCEPTED, le=MOST_ACCEPTED, allow_inf_nan=False)]


class GallerySettings(BaseModel):
    """The settings of a gallery. A field here is a column of `GalleryRow` by the same name.

    The descriptions are those of the API and the help of the commands.
    """

    model_config = ConfigDict(frozen=True)

    threshold: Threshold | None = Field(
        default=None,
        description="Fixed similarity needed for a match; null derives it from `accepted_fpir`.",
    )
    accepted_fpir: AcceptedRate = Field(
        default=ACCEPTED_RATE,
        description="Share of strangers' searches that may name someone (false positive "
        "identification rate); 0.001 is 1 in 1,000. The threshold is derived from it "
        "and from the number of people.",
    )
    accepted_fmr: AcceptedRate = Field(
        default=ACCEPTED_RATE,
        description=(
            "Share of comparisons of different people that may pass as the same person (false "
            "match rate)."
        ),
    )
    gate: Gate = Field(
        default="standard", description="How good a photo must be to be stored as an example."
    )
    keep_photos: bool = Field(
        default=True, description="Whether original photos are kept in addition to the portraits."
    )
    keep_unknown_days: int = Field(
        default=0,
        ge=0,
        le=MOST_UNKNOWN_DAYS,
        description="For how many days the faces of unknown people are kept when photos are "
        "identified, to be named later: portrait and embedding of each, not the photo. 0 keeps none.",
    )

    display_name: str = Field(
        default="",
        max_length=NAME_LENGTH,
        description="Name of the gallery on pages; empty shows the name used in its address.",
    )

    @field_validator("display_name")
    @classmethod
    def _clean_display_name(cls, value: str) -> str:
        return clean_name(value, field="display_name") if value.strip() else ""

    @classmethod
    def of(cls, row: object) -> Self:
        """Those of a gallery's row, which were checked when they were stored."""
        return cls.model_construct(**{name: getattr(row, name) for name in cls.model_fields})

    def changed(self, changes: Mapping[str, Any]) -> "GallerySettings":
        """The same with other values for some of them.

        Args:
            changes: by field; what is left out stays.

        Raises:
            InvalidInput: a value breaks a rule, or there is no such setting.
        """
        unknown = changes.keys() - GallerySettings.model_fields.keys()
        if unknown:
            raise InvalidInput("unknown_setting", field=min(unknown))
        return checked_settings({**self.as_fields(), **changes})

    def as_fields(self) -> dict[str, Any]:
        """By field, as they are."""
        return {name: getattr(self, name) for name in GallerySettings.model_fields}


def checked_settings(fields: Mapping[str, Any]) -> GallerySettings:
    """Settings from values that somebody gave; what is left out is as for a new gallery.

    Raises:
        InvalidInput: a value breaks a rule.
    """
    check_threshold(fields.get("threshold"))
    for name in ("accepted_fpir", "accepted_fmr"):
        check_rate(fields.get(name, ACCEPTED_RATE), name)
    check_gate(fields.get("gate", "standard"))
    try:
        return GallerySettings.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = str(first["loc"][0])
        raise InvalidInput("setting", words={"why": first["msg"]}, field=field) from error
