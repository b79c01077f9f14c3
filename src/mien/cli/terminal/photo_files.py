"""Photos named on the command line, folders of them too; one that is refused stops nothing."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Generic
from typing import TypeVar

from mien.cli.terminal.output import ExitCode
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import counted_photos
from mien.cli.terminal.sentences import sentence
from mien.errors import FaceError
from mien.errors import ImageError
from mien.errors import ImageTooLarge
from mien.errors import InvalidInput
from mien.errors import MienError
from mien.errors import UnreadableImage
from mien.words import say

# What cameras and programs call the kinds of pictures that are read. In a folder nothing else is
# looked at; a file that is named itself is tried whatever it is called.
SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib"),
        *(".tif", ".tiff", ".avif", ".heic", ".heif", ".hif"),
    }
)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that was passed over, and why.

    Attributes:
        reasons: a gate's, or what is wrong with the number of faces, each with its figure; empty
            for other refusals.
    """

    photo: str
    code: str
    detail: str
    reasons: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class PhotoResults(Generic[_T]):
    """What came of looking at several pictures."""

    done: list[tuple[Path, _T]]
    refused: list[Refused]

    def refuse(self, path: Path, error: MienError, *, alone: bool) -> None:
        """Note that a picture was refused; one that is alone is the command's own failure.

        Raises:
            MienError: the picture was alone.
        """
        # A comparison may be refused for the other photo.
        named = error.extra.setdefault("photo", str(path))
        if alone:
            raise error
        detail = say.error(error) if named == str(path) else sentence(error)
        reasons = say.facts(error).get("reasons", ())
        self.refused.append(Refused(str(path), error.code, detail, reasons))

    def tell_refused(self) -> None:
        """Tell a person which pictures were refused, and why."""
        for each in self.refused:
            print_note(f"{each.photo}: {each.detail} ({each.code})")

    @property
    def exit_code(self) -> ExitCode:
        """Whether all, some or none of the pictures could be used."""
        if not self.refused:
            return ExitCode.OK
        return ExitCode.SOME_FAILED if self.done else ExitCode.FAILED


def find_photos(paths: Iterable[Path]) -> list[Path]:
    """The photos that are meant: files as they are named, of folders every picture below.

    Raises:
        InvalidInput: a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [each for each in sorted(path.rglob("*")) if _is_picture(each, path)]
        if not inside:
            raise InvalidInput("no_pictures", words={"folder": path}, field="photo")
        found += inside
    return found


def for_each_photo(photos: Sequence[Path], work: Callable[[Path], _T]) -> PhotoResults[_T]:
    """Do something with each photo; those that are refused are told of and passed over.

    A photo that is alone and refused is the command's own failure, which names it.

    Args:
        photos: in their order.
        work: what to do with each; raises what a refusal is.

    Raises:
        MienError: the only photo is refused, or something else is wrong.
    """
    looked: PhotoResults[_T] = PhotoResults([], [])
    with counted(photos) as one_by_one:
        for photo in one_by_one:
            try:
                looked.done.append((photo, work(photo)))
            except (ImageError, FaceError) as error:
                looked.refuse(photo, error, alone=len(photos) == 1)
    looked.tell_refused()
    return looked


def read_photo(path: Path, *, max_bytes: int) -> bytes:
    """The bytes of a photo.

    Raises:
        ImageTooLarge: it is larger than accepted, which is known before it is read.
        UnreadableImage: the file cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise ImageTooLarge("setting", words={"size": size, "max_bytes": max_bytes})
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImage("not_readable", words={"why": error.strerror}) from error


def tell_left_out(path: Path, count: int) -> None:
    """Tell a person how many faces of a photo were left out, if any were."""
    if count:
        are = "1 smaller face was" if count == 1 else f"{count:,} smaller faces were"
        print_note(f"{path}: {are} left out. MIEN_MAX_FACES sets how many a photo gives.")


def _is_picture(path: Path, below: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(below).parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


@contextmanager
def counted(photos: Sequence[Path]) -> Iterator[Iterable[Path]]:
    """The photos, one after the other, showing how far it is where there are several."""
    if len(photos) == 1:
        yield photos
        return
    with counted_photos(len(photos)) as count:
        yield _counting(photos, count)


def _counting(photos: Sequence[Path], count: Callable[[], None]) -> Iterator[Path]:
    for photo in photos:
        yield photo
        count()
