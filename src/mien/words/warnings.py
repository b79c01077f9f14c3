"""What to say about a new example that may be a mistake, and what to do about it.

Reasons that the gate let through are in `mien.words.gate`. No sentence names anyone; whoever shows
it may add who it is about.
"""

from collections.abc import Mapping
from typing import Final

from mien.words.marking import N_
from mien.words.telling import Told

WARNINGS: Final[Mapping[str, Told]] = {
    "same_photo": Told(
        N_("This looks like the same photo as an example that is already stored."),
        N_("If so, delete one of the two: the same photo twice adds nothing."),
    ),
    "same_photo.not_stored": Told(
        N_("This exact photo is already stored for this person and was not stored again."),
        N_("A different photo, from another day, helps more."),
    ),
    "looks_like_another": Told(
        N_(
            "The face looks like another person in this gallery: a search could name either of "
            "them."
        ),
        N_(
            "Check whether it is that person. If so, delete this example and add the photo to them."
        ),
    ),
    "unlike_this_person": Told(
        N_("The face does not look like this person's other examples."),
        N_("Check whether it shows someone else. If so, delete it."),
    ),
}
"""What is unusual and what to do, by the key of the warning."""

SUSPECTED: Final[Mapping[str, str]] = {
    "same_photo": N_("same photo twice"),
    "looks_like_another": N_("like another person"),
    "unlike_this_person": N_("unlike the others"),
}
"""What is suspected of a stored face, in a few words, by the code of the warning."""
