"""What to say about a new example that may be a mistake, and what to do about it.

What a gate has let through is worded in `mien.words.gate`. No sentence names anybody; a door that
may adds whom it is about.
"""

from collections.abc import Mapping
from typing import Final

from mien.words.marking import N_
from mien.words.telling import Told

WARNINGS: Final[Mapping[str, Told]] = {
    "same_photo": Told(
        N_("This looks like the same photo as an example that is stored already."),
        N_("Remove one of the two if so: the same photo twice adds nothing."),
    ),
    "same_photo.not_stored": Told(
        N_("This very photo is an example of this person already and is not stored again."),
        N_("Another photo, from another day, helps more."),
    ),
    "looks_like_another": Told(
        N_(
            "The face looks like another person of this gallery: a search with it could name "
            "either."
        ),
        N_("See whether it is that person. If so, remove this example and add the photo there."),
    ),
    "unlike_this_person": Told(
        N_("The face does not look like this person's other examples."),
        N_("See whether it is somebody else's. If so, remove it."),
    ),
}
"""What is odd and what to do, by the key of the warning."""

SUSPECTED: Final[Mapping[str, str]] = {
    "same_photo": N_("same photo twice"),
    "looks_like_another": N_("like another person"),
    "unlike_this_person": N_("unlike the others"),
}
"""What is suspected of a stored face, as a small word, by the code of the warning."""
