"""Reads the layers of a network that dlib has serialised, in the order in which they run.

Serialised integers: a control byte (low four bits: how many bytes follow, high bit: negative),
then the bytes, little-endian. Strings: their length as such an integer, then their bytes. Tensors:
a version, four integers (samples, channels, rows, columns), then little-endian float32.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.errors import ConversionFailed

_TENSOR_VERSION = 2
_LAYERS = ("con_4", "affine_", "relu_", "max_pool_2", "avg_pool_2", "add_prev_", "fc_2")
# A layer begins with its name as a string: a control byte of one, the length, the letters.
_TAG = re.compile(b"|".join(bytes([1, len(name)]) + name.encode() for name in _LAYERS))


@dataclass(frozen=True, slots=True)
class Convolution:
    """Attributes: filters float32 (filters, channels, rows, columns), bias (filters,), both (y, x)."""

    filters: NDArray[np.float32]
    bias: NDArray[np.float32]
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Affine:
    """Attributes: gamma and beta, float32 (channels,): out = gamma x in + beta."""

    gamma: NDArray[np.float32]
    beta: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PoolingLayer:
    """Attributes: kind; window and stride (y, x); a window of nothing takes the whole picture."""

    kind: str
    window: tuple[int, int]
    stride: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rectify:
    """Nothing below zero."""


@dataclass(frozen=True, slots=True)
class AddEarlier:
    """Adds what came into the block, the smaller of the two padded with zeros at the end."""


@dataclass(frozen=True, slots=True)
class Dense:
    """Attributes: weights float32 (inputs, outputs); there is no bias."""

    weights: NDArray[np.float32]


Layer = Convolution | Affine | PoolingLayer | Rectify | AddEarlier | Dense


def read_layers(data: bytes) -> list[Layer]:
    """Read every layer of a serialised network.

    Raises:
        ConversionFailed: a layer is cut off or not as expected.
    """
    reader = _DlibReader(data)
    layers: list[Layer] = []
    try:
        while (tag := reader.next_tag()) is not None:
            layers.append(_read_layer(reader, tag))
    except (IndexError, ValueError) as error:
        raise ConversionFailed(
            "dlib_file", words={"position": reader.position, "why": error}
        ) from error
    return layers


def _read_layer(reader: "_DlibReader", tag: str) -> Layer:
    if tag == "con_4":
        values = reader.tensor()
        count, rows, columns, *rest = (reader.integer() for _ in range(7))
        split = values.size - count
        return Convolution(
            filters=values[:split].reshape(count, -1, rows, columns),
            bias=values[split:],
            stride=(rest[0], rest[1]),
            padding=(rest[2], rest[3]),
        )
    if tag == "affine_":
        gamma, beta = np.split(reader.tensor(), 2)
        return Affine(gamma=gamma, beta=beta)
    if tag in {"max_pool_2", "avg_pool_2"}:
        rows, columns, *rest = (reader.integer() for _ in range(6))
        if rest[2:] != [0, 0]:
            raise ValueError("a pool with padding is not known")
        return PoolingLayer(kind=tag[:3], window=(rows, columns), stride=(rest[0], rest[1]))
    if tag == "fc_2":
        outputs, inputs = reader.integer(), reader.integer()
        return Dense(weights=reader.tensor().reshape(inputs, outputs))
    return Rectify() if tag == "relu_" else AddEarlier()


class _DlibReader:
    """Walks through the bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0

    def next_tag(self) -> str | None:
        """Go behind the next name of a layer; tensors are skipped by being read."""
        found = _TAG.search(self._data, self.position)
        if found is None:
            return None
        self.position = found.end()
        return found.group()[2:].decode()

    def integer(self) -> int:
        control = self._data[self.position]
        size = control & 0x0F
        start = self.position + 1
        self.position = start + size
        value = int.from_bytes(self._data[start : self.position], "little")
        return -value if control & 0x80 else value

    def tensor(self) -> NDArray[np.float32]:
        if (version := self.integer()) != _TENSOR_VERSION:
            raise ValueError(f"a tensor of version {version} is not known")
        count = 1
        for _ in range(4):
            count *= self.integer()
        values = np.frombuffer(self._data, "<f4", count=count, offset=self.position)
        self.position += values.nbytes
        return values.astype(np.float32)
