"""From the bytes of a file to a picture, within the limits of this installation."""

from mien.errors import ImageTooLarge
from mien.vision.decode_permits import DecodePermits
from mien.vision.decoding.memory import budget_bytes
from mien.vision.types import DecodedImage


class ImageReader:
    """Decodes photos within limits; safe to share between threads.

    The libraries that decode are imported with the first photo, so that a command that reads none
    does not wait for them.

    Args:
        max_bytes: the largest file that is accepted.
        max_pixels: the most pixels that a picture may have.
    """

    def __init__(self, *, max_bytes: int, max_pixels: int) -> None:
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._permits = DecodePermits(budget_bytes(max_pixels))

    @property
    def max_bytes(self) -> int:
        """The largest file that is accepted, for who wants to know before it is read."""
        return self._max_bytes

    def decode(self, data: bytes) -> DecodedImage:
        """Turn the bytes of a file into an upright RGB picture.

        Raises:
            ImageTooLarge: more bytes than accepted.
            TooManyPixels, UnsupportedImage, UnreadableImage: see `mien.vision.images.decode`.
        """
        if len(data) > self._max_bytes:
            raise ImageTooLarge("file", bytes=len(data), max_bytes=self._max_bytes)
        from mien.vision.images import decode

        return decode(data, max_pixels=self._max_pixels, permits=self._permits)
