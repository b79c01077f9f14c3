"""Words for the decision about a face, and about two faces."""

from collections.abc import Mapping
from typing import Final
from typing import Literal

from mien.options import Decision
from mien.words.marking import N_

VERDICTS: Final[Mapping[Decision, str]] = {
    "match": N_("Match"),
    "ambiguous": N_("Ambiguous"),
    "unknown": N_("Unknown"),
}
"""A decision in one word, shown next to its icon."""

FOUND: Final[Mapping[Decision | Literal["added"], str]] = {
    "added": N_("added"),
    "match": N_("recognised"),
    "ambiguous": N_("ambiguous"),
    "unknown": N_("unknown"),
}
"""The same inside a sentence that counts faces; “added” are those added to a person."""

PAIR_VERDICTS: Final[Mapping[Decision, str]] = {
    "match": N_("Same person"),
    "ambiguous": N_("Cannot tell"),
    "unknown": N_("Different people"),
}
"""The decision about two faces, shown next to its icon."""

PAIR_ANSWERS: Final[Mapping[Decision, str]] = {
    "match": N_("This looks like the same person"),
    "ambiguous": N_("This may be the same person"),
    "unknown": N_("These look like two different people"),
}
"""The same as a title."""

PERSON_ANSWERS: Final[Mapping[Decision, str]] = {
    "match": N_("This looks like {name}"),
    "ambiguous": N_("This may be {name}"),
    "unknown": N_("This does not look like {name}"),
}
"""The answer about a photo and one person as a title."""
