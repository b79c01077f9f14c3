"""Words for what was decided about a face, and about two."""

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
"""A decision as the word beside its mark."""

FOUND: Final[Mapping[Decision | Literal["added"], str]] = {
    "added": N_("added"),
    "match": N_("recognised"),
    "ambiguous": N_("ambiguous"),
    "unknown": N_("unknown"),
}
"""The same within a sentence that counts faces, those added to somebody among them."""

PAIR_VERDICTS: Final[Mapping[Decision, str]] = {
    "match": N_("Same person"),
    "ambiguous": N_("Too poor to tell"),
    "unknown": N_("Different people"),
}
"""What was decided of two faces, beside its mark."""

PAIR_ANSWERS: Final[Mapping[Decision, str]] = {
    "match": N_("This looks like the same person"),
    "ambiguous": N_("This may be the same person"),
    "unknown": N_("These look like two different people"),
}
"""The same as a title."""
