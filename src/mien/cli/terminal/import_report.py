"""What an import reports about its photos: the most serious first, grouped by kind and counted."""

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.terminal.enrolment_warnings import warning_words
from mien.cli.terminal.output import print_note
from mien.cli.terminal.photo_files import Refused

if TYPE_CHECKING:
    from mien.gallery.results import Enrolment

# A face was chosen among several only where that was asked for.
_ASKED_FOR = "several_faces"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to report about a photo or a folder.

    Attributes:
        kind: what it is, for a program or in a word; those of one kind stand together.
        text: about this one.
    """

    kind: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Everything to report, by how serious it is."""

    refused: Sequence[Remark]
    doubtful: Sequence[Remark]
    notes: Sequence[Remark]

    def tell(self) -> None:
        """Print it on standard error."""
        _tell("Rejected", self.refused)
        _tell("Stored, please check", self.doubtful)
        _tell("Notes", self.notes)


def report_import(
    *,
    refused: Iterable[Refused],
    added: "Iterable[tuple[Path, Enrolment]]",
    notes: Sequence[Remark],
) -> ImportReport:
    """Sort what there is to report.

    Args:
        refused: pictures and folders.
        added: what was made of the others.
        notes: what is not a problem.
    """
    remarks = [
        Remark(warning.code, str(path), warning_words(warning, stored=made.stored))
        for path, made in added
        for warning in made.warnings
    ]
    return ImportReport(
        refused=[Remark(each.code, each.photo, each.detail) for each in refused],
        doubtful=[each for each in remarks if each.kind != _ASKED_FOR],
        notes=[*(each for each in remarks if each.kind == _ASKED_FOR), *notes],
    )


def _tell(heading: str, remarks: Sequence[Remark]) -> None:
    if not remarks:
        return
    print_note(f"{heading}: {len(remarks):,}")
    for kind in dict.fromkeys(each.kind for each in remarks):
        alike = [each for each in remarks if each.kind == kind]
        print_note(f"  {kind}: {len(alike):,}")
        for each in alike:
            print_note(f"    {each.path}: {each.text}" if each.text else f"    {each.path}")
