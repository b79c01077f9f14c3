"""Photos and folders named on the command line; a rejected photo does not stop the others."""

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
from mien.errors import UnreadableFolder
from mien.errors import UnreadableImage
from mien.picture_files import is_there
from mien.picture_files import pictures_below
from mien.words import say

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture, or a folder of them, that was skipped, and why.

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
    """The results of processing several pictures."""

    done: list[tuple[Path, _T]]
    refused: list[Refused]

    def refuse(self, path: Path, error: MienError, *, alone: bool) -> None:
        """Note that a picture was rejected; if it is the only one, the command fails.

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
        """Tell a person which pictures were rejected, and why."""
        for each in self.refused:
            print_note(f"{each.photo}: {each.detail} ({each.code})")

    @property
    def exit_code(self) -> ExitCode:
        """Whether all, some or none of the pictures could be used."""
        if not self.refused:
            return ExitCode.OK
        return ExitCode.SOME_FAILED if self.done else ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos a command was given, and the folders that were skipped."""

    paths: list[Path]
    passed_over: list[Refused]

    def __bool__(self) -> bool:
        return bool(self.paths)


def find_photos(paths: Iterable[Path]) -> Photos:
    """The photos that are meant: files as they are named, of folders every picture below.

    Raises:
        InvalidInput: a folder holds none.
        UnreadableFolder: it holds none that can be read.
    """
    found = Photos([], [])
    for path in paths:
        if not is_there(path, Path.is_dir):
            found.paths.append(path)
            continue
        inside = pictures_below(path)
        if not inside.pictures:
            if inside.passed_over:
                raise inside.passed_over[0]
            raise InvalidInput("no_pictures", words={"folder": path}, field="photo")
        found.paths.extend(inside.pictures)
        found.passed_over.extend(map(refused_folder, inside.passed_over))
    return found


def refused_folder(error: UnreadableFolder) -> Refused:
    """A folder that was skipped, as results report it."""
    return Refused(str(error.extra["folder"]), error.code, say.error(error))


def for_each_photo(photos: Photos, work: Callable[[Path], _T]) -> PhotoResults[_T]:
    """Do something with each photo; rejected ones are reported and skipped.

    If the only photo is rejected, the command fails and names it.

    Args:
        photos: in their order.
        work: what to do with each; raises what a refusal is.

    Raises:
        MienError: the only photo is refused, or something else is wrong.
    """
    looked: PhotoResults[_T] = PhotoResults([], list(photos.passed_over))
    alone = len(photos.paths) == 1 and not photos.passed_over
    with counted(photos.paths) as one_by_one:
        for photo in one_by_one:
            try:
                looked.done.append((photo, work(photo)))
            except (ImageError, FaceError) as error:
                looked.refuse(photo, error, alone=alone)
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
    """Tell a person how many faces in a photo were left out, if any."""
    if count:
        are = "1 smaller face was" if count == 1 else f"{count:,} smaller faces were"
        print_note(f"{path}: {are} left out. To use more faces per photo, raise MIEN_MAX_FACES.")


@contextmanager
def counted(photos: Sequence[Path]) -> Iterator[Iterable[Path]]:
    """The photos, one after the other, with progress shown if there are several."""
    if len(photos) == 1:
        yield photos
        return
    with counted_photos(len(photos)) as count:
        yield _counting(photos, count)


def _counting(photos: Sequence[Path], count: Callable[[], None]) -> Iterator[Path]:
    for photo in photos:
        yield photo
        count()
