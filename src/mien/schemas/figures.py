"""Similarities and rates, and how they are written."""

from typing import Annotated

from pydantic import Field

Similarity = Annotated[
    float,
    Field(ge=-1, le=1, description="Cosine similarity of two embeddings; 1 is the same picture."),
]


Rate = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


_SIMILARITY_DIGITS = 6


def similarity_out(value: float) -> float:
    """A similarity as it is written."""
    return round(float(value), _SIMILARITY_DIGITS)


def rate_out(value: float | None) -> float | None:
    """A rate, rounded to three significant digits; no measurement is more precise."""
    return None if value is None else float(f"{value:.3g}")
