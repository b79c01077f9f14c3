"""What to say about each reason to reject a face, and how to do better.

`{figure}` is what was measured, in whole numbers, and `{limit}` what the gate requires.
"""

from collections.abc import Mapping
from typing import Final

from mien.words.marking import N_
from mien.words.telling import Told

_NOT_CUT: Final = N_("Send the uncropped photo, or one that shows the whole head.")

GATE: Final[Mapping[str, Told]] = {
    "not_a_face": Told(
        N_(
            "This may not be a human face: the detector is {figure} % sure, and at least "
            "{limit:g} % is required."
        ),
        N_(
            "If it is a person, use a photo with nothing over the face. To add an animal, a "
            "statue or a drawing, switch the gate off for this photo."
        ),
    ),
    "too_small": Told(
        N_("The face is {figure} pixels wide; at least {limit:g} are required."),
        N_("Send the original instead of a smaller copy, or a photo taken from closer."),
    ),
    "too_dark": Told(
        N_(
            "The face is too dark: its brightness is {figure} of 255; at least {limit:g} is "
            "required."
        ),
        N_("Take it with light falling on the face from the front."),
    ),
    "too_bright": Told(
        N_(
            "The face is overexposed: its brightness is {figure} of 255; at most {limit:g} is "
            "accepted."
        ),
        N_("Take it with less light on the face, and without a flash close up."),
    ),
    "blurred": Told(
        N_("The face is blurred: its sharpness is {figure}; at least {limit:g} is required."),
        N_("Hold the camera still, let it focus on the face, and send the original file."),
    ),
    "turned_away": Told(
        N_(
            "The head is turned away by {figure} % of the way to a profile; at most {limit:g} % is "
            "accepted."
        ),
        N_("Take it from the front, with the face turned towards the camera."),
    ),
    "tilted": Told(
        N_("The head is tilted by {figure} degrees; at most {limit:g} are accepted."),
        N_("Rotate the photo upright, or take it with the head held straight."),
    ),
    "cut_off": Told(
        N_("Only {figure} % of the face is in the photo; at least {limit:g} % is required."),
        N_("Send the uncropped photo, or one with space around the head."),
    ),
    "eyes_hidden": Told(
        N_(
            "An eye is too close to the edge of the photo: its distance is {figure} % of that "
            "from eyes to mouth; at least {limit:g} % is required."
        ),
        _NOT_CUT,
    ),
    "eyes_hidden.outside": Told(N_("An eye is outside the photo."), _NOT_CUT),
    "no_face_found": Told(
        N_("No face was found in this photo."),
        N_("Use one in which the face is upright, lit from the front and not too small."),
    ),
    "several_faces": Told(
        N_("There are {figure} faces in this photo; only one is expected."),
        N_("Choose one by its number (1 is the largest), or crop the photo."),
    ),
    "several_faces.face_option": Told(
        N_("There are {figure} faces in this photo; only one is expected."),
        N_(
            "Choose one with --face (1 is the largest), --take largest or --take nearest-centre, "
            "or crop the photo."
        ),
    ),
    "several_faces.take_option": Told(
        N_("There are {figure} faces in this photo; only one is expected."),
        N_(
            "Choose the largest with --take largest or the one nearest the centre with --take "
            "nearest-centre, or crop the photo."
        ),
    ),
    "several_faces.alike": Told(
        N_("There are {figure} faces of similar size in the photo; only one is expected."),
        N_("Send a photo of this person alone, or crop the others out."),
    ),
    "several_faces.largest": Told(
        N_("There are {figure} faces in the photo; the largest was used."),
        N_("Check that it is the right one. If not, delete it and choose the face by its number."),
    ),
    "several_faces.nearest_centre": Told(
        N_("There are {figure} faces in the photo; the one nearest the centre was used."),
        N_("Check that it is the right one. If not, delete it and choose the face by its number."),
    ),
}
"""What is wrong with a face and how to do better, by the key of the reason."""
