"""Folders of drawn photos whose people are known."""

from collections.abc import Mapping
from pathlib import Path

from drawing import draw_photo


def draw_people(folder: Path, photos: Mapping[str, int]) -> Path:
    """A folder with a subfolder a person: `Name/Name_0001.png` and so on.

    Args:
        folder: is made.
        photos: how many of each person.
    """
    for person, count in photos.items():
        for number in range(1, count + 1):
            write(folder / person / f"{person}_{number:04d}.png", draw(person, number))
    return folder


def draw(person: str, number: int) -> bytes:
    """A photo of a person; another number is another photo, with the face in another size."""
    return draw_photo([person], variant=number, face_px=100 + 7 * number)


def write(path: Path, data: bytes) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
