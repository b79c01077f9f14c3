"""Which measured figures make a face good enough to store, or to say whom it shows.

No image library is imported here: what judges by these figures needs none.
"""

from mien.vision.types import Quality

# The limits are where an example of the figure has twice the misses of a good one, at a threshold
# that one of 10,000 strangers reaches; measured by `bench/gate.py` on press photos made worse in
# one way at a time. Together they object to 2 % of those photos as they are, for being turned away.
LEAST_SIZE_PX = 40.0
# A Gaussian blur of two pixels in the crop brings nearly every photo below it.
LEAST_SHARPNESS = 20.0
# Photos lie between 45 and 190. Scaled down, they lose little above 20; real darkness adds noise.
LEAST_BRIGHTNESS = 25.0
MOST_BRIGHTNESS = 190.0
# Beyond this one eye is hidden behind the nose.
MOST_YAW = 0.75
# Passes 95 % of the faces cropped exactly to their box, and objects to 95 % of those that lack a
# third of their width, or the mouth.
LEAST_VISIBLE = 0.8
# Where detectors stop being sure; see `DetectorFamily.doubtful_score`.
LEAST_CONFIDENCE = 0.5
# Beyond these one of the packs misses a face more often than not, and takes poor faces of two people
# for one ten times as often as good ones: whom such a face is most like says little.
LEGIBLE_SIZE_PX = 20.0
LEGIBLE_SHARPNESS = 10.0
LEGIBLE_BRIGHTNESS = (12.0, 210.0)
LEGIBLE_VISIBLE = 0.7
# The brightness of an ordinary photo, at which sharpness is compared.
_USUAL_BRIGHTNESS = 113.0


def is_legible(quality: Quality) -> bool:
    """Whether a face shows enough to say who it is, or that it is nobody."""
    darkest, brightest = LEGIBLE_BRIGHTNESS
    return (
        quality.size_px >= LEGIBLE_SIZE_PX
        and even_sharpness(quality.sharpness, quality.brightness) >= LEGIBLE_SHARPNESS
        and darkest <= quality.brightness <= brightest
        and quality.visible >= LEGIBLE_VISIBLE
    )


def even_sharpness(sharpness: float, brightness: float) -> float:
    """Sharpness as it would be at ordinary brightness.

    Contrast grows with the light, and its variance with the square: without this a dark photo, or
    dark skin, would pass for a blurred one.

    Args:
        sharpness: see `Quality.sharpness`.
        brightness: see `Quality.brightness`.
    """
    return sharpness * (_USUAL_BRIGHTNESS / max(brightness, 1.0)) ** 2
