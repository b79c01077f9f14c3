"""What to say about each reason against a face, and how to do better.

`{figure}` is what was measured, in whole numbers, and `{limit}` what it is measured by.
"""

from collections.abc import Mapping
from typing import Final

from mien.words.marking import N_
from mien.words.telling import Told

_NOT_CUT: Final = N_("Send the photo before it was cut, or one that shows the whole head.")

GATE: Final[Mapping[str, Told]] = {
    "not_a_face": Told(
        N_(
            "This may not be a human face: the detector is {figure} % sure; at least {limit:g} % "
            "is needed."
        ),
        N_(
            "Check what the photo shows. If it is a person, take one with nothing over the face; "
            "to add an animal, a statue or a drawing, switch the gate off for this photo."
        ),
    ),
    "too_small": Told(
        N_("The face is {figure} pixels wide; at least {limit:g} are needed."),
        N_("Send the original instead of a reduced copy, or a photo taken from nearer."),
    ),
    "too_dark": Told(
        N_(
            "The face is too dark: its brightness is {figure} of 255; at least {limit:g} is needed."
        ),
        N_("Take it where light falls on the face from the front."),
    ),
    "too_bright": Told(
        N_(
            "The face is overexposed: its brightness is {figure} of 255; at most {limit:g} is "
            "accepted."
        ),
        N_("Take it with less light on the face, and without a flash from near."),
    ),
    "blurred": Told(
        N_("The face is blurred: its sharpness is {figure}; at least {limit:g} is needed."),
        N_("Hold the camera still, let it focus on the face, and send the original file."),
    ),
    "turned_away": Told(
        N_(
            "The head is turned away by {figure} % of the way to a profile; at most {limit:g} % is "
            "accepted."
        ),
        N_("Take it from the front, with the face towards the camera."),
    ),
    "tilted": Told(
        N_("The head leans by {figure} degrees; at most {limit:g} are accepted."),
        N_("Turn the photo upright, or take it with the head held straight."),
    ),
    "cut_off": Told(
        N_("Only {figure} % of the face is in the photo; at least {limit:g} % is needed."),
        N_("Send the photo before it was cut, or one with room around the head."),
    ),
    "eyes_hidden": Told(
        N_(
            "An eye lies at the very edge of the photo, {figure} % of the way from eyes to mouth "
            "away from it; at least {limit:g} % is needed."
        ),
        _NOT_CUT,
    ),
    "eyes_hidden.outside": Told(N_("An eye lies outside the photo."), _NOT_CUT),
    "no_face_found": Told(
        N_("No face was found in this photo."),
        N_("Take one in which the face is upright, lit from the front and not too small."),
    ),
    "several_faces": Told(
        N_("There are {figure} faces in this photo and one is needed."),
        N_("Say which by its number, 1 for the largest, or cut the photo."),
    ),
    "several_faces.face_option": Told(
        N_("There are {figure} faces in this photo and one is needed."),
        N_(
            "Say which with --face, 1 for the largest, or --take largest or nearest-centre, or cut "
            "the photo."
        ),
    ),
    "several_faces.take_option": Told(
        N_("There are {figure} faces in this photo and one is needed."),
        N_(
            "Take the largest with --take largest, the one nearest the centre with --take "
            "nearest-centre, or cut the photo."
        ),
    ),
    "several_faces.alike": Told(
        N_("There are {figure} faces of like size in the photo; one is needed."),
        N_("Send a photo of this person alone, or cut the others off."),
    ),
    "several_faces.largest": Told(
        N_("There are {figure} faces in the photo; the largest was taken."),
        N_("See whether it is the right one. If not, remove it and say which by its number."),
    ),
    "several_faces.nearest_centre": Told(
        N_("There are {figure} faces in the photo; the one nearest the centre was taken."),
        N_("See whether it is the right one. If not, remove it and say which by its number."),
    ),
}
"""What is wrong and what would be better, by the key of the reason."""
