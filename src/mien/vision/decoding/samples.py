"""From the numbers of a picture, of any depth, to the levels of a screen."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mien.vision.formats import tiff
from mien.vision.formats.tiff import TiffPage
from mien.vision.types import ImageRGB

_MULTIPLIED, _NOT_MULTIPLIED, _COREL = 1, 2, 999
_DIFFERENCES, _FLOAT_DIFFERENCES = 2, 3
_KINDS: Final = {tiff.UNSIGNED: "u", tiff.SIGNED: "i", tiff.FLOAT: "f"}
_WHITE: Final = 255
# From this depth on a number says no longer how bright white is.
_OPEN_BITS: Final = 32
_RGBA: Final = 4
_BYTE: Final = 8
# Whole numbers of so many bytes do not fit into the smaller kind of float.
_LONG_BYTES: Final = 4


def numbers_in(
    page: TiffPage, lines: NDArray[np.uint8], shape: tuple[int, int]
) -> NDArray[np.generic]:
    """The numbers that the bytes of some lines are; shape (lines, columns, samples).

    Args:
        page: says what they are.
        lines: uint8, shape (lines, bytes of a line).
        shape: columns and samples of a line.
    """
    columns, samples = shape
    bits = page.bits[0]
    if bits % 8:
        return _unpack(lines, bits, columns * samples).reshape(-1, columns, samples)
    size = bits // 8
    if page.predictor == _FLOAT_DIFFERENCES:
        # Bytes of one weight stand together, the highest first, and each says by how much it
        # differs from the one before.
        parts = lines.reshape(-1, columns * size, samples).cumsum(axis=1, dtype=np.uint8)
        parts = parts.reshape(-1, size, columns * samples).transpose(0, 2, 1)
        numbers = np.ascontiguousarray(parts).view(f">{_KINDS[page.sample_format]}{size}")
        return numbers.reshape(-1, columns, samples)
    order = page.order if size > 1 else "|"
    if page.predictor == _DIFFERENCES:
        whole = np.ascontiguousarray(lines).view(f"{order}u{size}")
        whole = whole.astype(f"u{size}").reshape(-1, columns, samples)
        whole = whole.cumsum(axis=1, dtype=whole.dtype)
        return np.asarray(whole.view(f"{_KINDS[page.sample_format]}{size}"))
    numbers = np.ascontiguousarray(lines).view(f"{order}{_KINDS[page.sample_format]}{size}")
    return numbers.reshape(-1, columns, samples)


def _unpack(lines: NDArray[np.uint8], bits: int, count: int) -> NDArray[np.uint16]:
    if bits < _BYTE:
        shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
        found = (lines[..., None] >> shifts) & (2**bits - 1)
        return np.asarray(found.reshape(len(lines), -1)[:, :count], np.uint16)
    single = np.unpackbits(lines, axis=1)[:, : count * bits].reshape(len(lines), count, bits)
    weights = (1 << np.arange(bits - 1, -1, -1)).astype(np.uint16)
    return np.asarray(single @ weights, np.uint16)


class Levels:
    """Brings the numbers of a page to 8 bits and lays transparent parts on white.

    Whole numbers of up to 16 bits keep their scale. Deeper ones run to the smallest of 8, 16, 24
    and 32 bits that holds the brightest number of the picture; fractions run from 0 to 1, or to
    255 or the brightest number where there is a brighter one.

    Args:
        page: says what the numbers are.
    """

    def __init__(self, page: TiffPage) -> None:
        self._page = page
        self._colours = 3 if page.photometric == tiff.RGB else 1
        kind, bits = _KINDS[page.sample_format], page.bits[0]
        self.is_open = kind == "f" or bits >= _OPEN_BITS or kind == "i"
        self._brightest = 0.0
        self._white = float(2**bits - 1)
        self._alpha_white = 1.0 if kind == "f" else float(2 ** (bits - (kind == "i")) - 1)
        self._alpha = self._alpha_sample()

    def see(self, numbers: NDArray[np.generic], planes: range) -> None:
        """Note how bright some of the numbers are; see `paint`."""
        if planes.start >= self._colours:
            return
        values = numbers[..., : self._colours]
        most = np.nanmax(np.where(np.isfinite(values), values, 0), initial=0)
        self._brightest = max(self._brightest, float(most))
        self._white = self._white_of(self._brightest)

    def paint(self, numbers: NDArray[np.generic], place: ImageRGB, planes: range) -> None:
        """Fill a part of the picture.

        Args:
            numbers: shape (lines, columns, samples).
            place: what is filled; uint8, shape (lines, columns, 3).
            planes: which samples of a pixel the numbers are.
        """
        if len(planes) == 1 and self._page.is_planar:
            self._paint_plane(numbers[..., 0], place, planes[0])
            return
        colours = self._levels(numbers[..., : self._colours], self._white)
        if self._page.photometric == tiff.WHITE_IS_ZERO:
            colours = _WHITE - colours
        if self._alpha is not None:
            alpha = self._levels(numbers[..., self._alpha, None], self._alpha_white)
            colours = self._on_white(colours, alpha)
        place[...] = colours

    def _paint_plane(self, numbers: NDArray[np.generic], place: ImageRGB, plane: int) -> None:
        if plane < self._colours:
            level = self._levels(numbers, self._white)
            if self._page.photometric == tiff.WHITE_IS_ZERO:
                level = _WHITE - level
            if self._colours == 1:
                place[...] = level[..., None]
            else:
                place[..., plane] = level
        elif plane == self._alpha:
            # Planes come one after the other, and the colours before it.
            alpha = self._levels(numbers, self._alpha_white)[..., None]
            place[...] = self._on_white(place, alpha)

    def _levels(self, numbers: NDArray[np.generic], white: float) -> NDArray[np.uint8]:
        if numbers.dtype == np.uint8 and white == _WHITE:
            return numbers.astype(np.uint8, copy=False)
        wide = np.float32 if numbers.dtype.itemsize < _LONG_BYTES else np.float64
        values = np.nan_to_num(numbers.astype(wide), posinf=0.0, neginf=0.0)
        values *= _WHITE / white
        return np.asarray(values.round().clip(0, _WHITE), np.uint8)

    def _on_white(self, colours: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
        wide = colours.astype(np.uint16)
        if self._page.extra[:1] != (_MULTIPLIED,):
            wide = (wide * alpha + _WHITE // 2) // _WHITE
        return np.asarray((wide + (_WHITE - alpha)).clip(0, _WHITE), np.uint8)

    def _alpha_sample(self) -> int | None:
        if self._page.samples <= self._colours:
            return None
        told = self._page.extra
        # Some programs forget to say that the fourth of a colour picture is how opaque it is.
        opaque = told[:1] in {(_MULTIPLIED,), (_NOT_MULTIPLIED,), (_COREL,)} or (
            not told and self._page.photometric == tiff.RGB and self._page.samples == _RGBA
        )
        return self._colours if opaque else None

    def _white_of(self, brightest: float) -> float:
        if _KINDS[self._page.sample_format] == "f":
            return brightest if brightest > _WHITE else (_WHITE if brightest > 1 else 1.0)
        return next((2.0**bits - 1 for bits in (8, 16, 24) if brightest < 2**bits), 2.0**32 - 1)
