"""From the bytes of a file to a picture, within the limits of this installation."""

from typing import TYPE_CHECKING

from mien.errors import ImageTooLarge
from mien.vision.decode_permits import DecodePermits
from mien.vision.decoding.memory import budget_bytes
from mien.vision.types import DecodedImage

if TYPE_CHECKING:
    from mien.vision.storable import Storable


class ImageReader:
    """Decodes photos within limits; safe to share between threads.

    The libraries that decode are imported with the first photo, so that a command that reads none
    does not wait for them.

    Args:
        max_bytes: the largest file that is accepted.
        max_pixels: the most pixels that a decoded picture may have.
        keeps_metadata: whether photos are kept as they were sent; else without their metadata.
    """

    def __init__(self, *, max_bytes: int, max_pixels: int, keeps_metadata: bool = False) -> None:
        self._keeps_metadata = keeps_metadata
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
            ShuttingDown: the reader was closed.
        """
        if len(data) > self._max_bytes:
            raise ImageTooLarge("file", bytes=len(data), max_bytes=self._max_bytes)
        from mien.vision.images import decode

        return decode(data, max_pixels=self._max_pixels, permits=self._permits)

    def close(self) -> None:
        """Decode nothing any more; waits for nobody."""
        self._permits.close()

    def storable(self, data: bytes, image: DecodedImage) -> "Storable":
        """The file of a photo as it is to be kept: the same picture, without metadata or with it.

        Args:
            data: the file as it was sent.
            image: what was decoded of it.
        """
        from mien.vision.storable import Storable
        from mien.vision.storable import storable

        if self._keeps_metadata:
            return Storable(data, image.extension, image.media_type)
        return storable(data, image)
