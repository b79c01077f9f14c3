"""Short words for what is poor about a face, and how to take a better photo of it."""

from collections.abc import Mapping
from typing import Final

from mien.words.marking import N_

POOR: Final[Mapping[str, str]] = {
    "not_a_face": N_("not clearly a face"),
    "too_small": N_("small"),
    "blurred": N_("blurred"),
    "too_dark": N_("dark"),
    "too_bright": N_("overexposed"),
    "turned_away": N_("turned away"),
    "cut_off": N_("cut off"),
}
"""Each code of `mien.vision.types.Quality.reasons` as a short word."""

BETTER: Final[Mapping[str, str]] = {
    "not_a_face": N_("with nothing over the face"),
    "too_small": N_("closer to the camera"),
    "blurred": N_("with the camera held still"),
    "too_dark": N_("with light from the front"),
    "too_bright": N_("out of the glare"),
    "turned_away": N_("looking towards the camera"),
    "cut_off": N_("with the whole face in the picture"),
}
"""How to avoid it in another photo; follows “Take another photo”."""

GOOD: Final = N_("good")
"""Said of a face with nothing poor about it."""
