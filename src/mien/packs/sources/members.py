"""Takes one file out of a zip or tar archive, and nothing else."""

import tarfile
import zipfile
from pathlib import Path
from pathlib import PurePosixPath

from mien.errors import SourceUnavailable
from mien.packs.sources.writing import copy_stream


def extract(archive: Path, member: str, *, to: Path, size_bytes: int) -> None:
    """Write one member of an archive to a path; nothing is written anywhere else.

    Args:
        archive: a zip file (a wheel) or a tar file, compressed or not.
        member: its name in the archive; a regular file.
        to: where its bytes go.
        size_bytes: the size named by the manifest; a longer member is refused before it is
            unpacked whole.

    Raises:
        SourceUnavailable: the archive is damaged, lacks the member, the member is no regular
            file, is too long, or its name leads out of the archive.
    """
    if not _stays_inside(member):
        raise SourceUnavailable("member_outside", words={"member": member, "archive": archive.name})
    name = f"{member} in {archive.name}"
    try:
        if zipfile.is_zipfile(archive):
            _from_zip(archive, member, name=name, to=to, size_bytes=size_bytes)
        else:
            _from_tar(archive, member, name=name, to=to, size_bytes=size_bytes)
    except KeyError as error:
        raise SourceUnavailable(
            "no_member", words={"archive": archive.name, "member": member}
        ) from error
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, ValueError) as error:
        raise SourceUnavailable("archive", words={"archive": archive.name, "why": error}) from error


def _from_zip(archive: Path, member: str, *, name: str, to: Path, size_bytes: int) -> None:
    with zipfile.ZipFile(archive) as file:
        if file.getinfo(member).is_dir():
            raise SourceUnavailable("not_a_file", words={"name": name})
        with file.open(member) as stream, to.open("wb") as out:
            copy_stream(stream, out, name=name, size_bytes=size_bytes, progress=_unseen)


def _from_tar(archive: Path, member: str, *, name: str, to: Path, size_bytes: int) -> None:
    with tarfile.open(archive) as file:
        info = file.getmember(member)
        # A link would be followed to another member, or out of the archive.
        stream = file.extractfile(info) if info.isreg() else None
        if stream is None:
            raise SourceUnavailable("not_a_file", words={"name": name})
        with stream, to.open("wb") as out:
            copy_stream(stream, out, name=name, size_bytes=size_bytes, progress=_unseen)


def _stays_inside(member: str) -> bool:
    path = PurePosixPath(member)
    return not path.is_absolute() and ".." not in path.parts and "\\" not in member


def _unseen(_done_bytes: int, _total_bytes: int | None, /) -> None:
    """Unpacking is quick beside fetching, so nobody is told."""
