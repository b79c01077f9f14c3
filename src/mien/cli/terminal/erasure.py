"""What the command line says after a person was deleted."""

from typing import TYPE_CHECKING

from mien.cli.terminal.output import print_note
from mien.words.sentences import counted

if TYPE_CHECKING:
    from mien.gallery.erasure_proof import Erasure
    from mien.gallery.erasure_proof import KeptOriginal

_WHY = {
    "not_asked": "use --search-originals before the person is deleted",
    "not_permitted": "only an administrator can search them",
    "out_of_time": "there was not enough time",
    "not_comparable": "there is nothing to compare them with",
    "not_told": "the store does not tell whether it keeps older versions",
    "not_emptied": "`mien files show` lists such places",
    "unreadable": "they cannot be read or show too many faces",
}
_MOST = 20


def print_erasure(proof: "Erasure") -> None:
    """Tell what was deleted, what was checked, and what was not."""
    print_note(
        f"Deleted {counted(proof.faces, 'face')}, {counted(proof.photos, 'photo')} and "
        f"{counted(proof.files, 'file')}."
    )
    if proof.complete:
        print_note("Checked: nothing is left.")
    elif proof.erased:
        print_note("Checked: nothing stored for this person is left.")
    else:
        print_note(
            f"Not finished: {counted(proof.rows_left, 'row')}, "
            f"{counted(proof.files_left, 'file')} and "
            f"{counted(proof.indexed_left, 'index entry', 'index entries')} left; the database's "
            f"log {'is cleared' if proof.log_cleared else 'is still in use'}. A running server "
            "finishes this within minutes; `mien tidy` does so at once."
        )
    if proof.originals_searched:
        shown = len(proof.originals_showing)
        print_note(
            f"Searched {counted(proof.originals_searched, 'other original photo')}. Showing this "
            f"person: {shown:,}; deleted: {shown - proof.originals_left:,}."
        )
    for each in proof.originals_showing:
        print_note(
            f"{'deleted' if each.deleted else 'KEPT although it shows this person'}: {_which(each)}"
        )
    for unclear in proof.not_checked:
        if unclear.what == "older_versions":
            print_note(
                f"Not checked: older versions of {counted(unclear.count, 'deleted file')} "
                f"({_WHY[unclear.why]})."
            )
            continue
        if unclear.what == "former_places":
            print_note(
                f"Not checked: copies of {counted(unclear.count, 'deleted file')} where the photos "
                f"were moved to or from ({_WHY[unclear.why]})."
            )
            continue
        where = " in other galleries" if unclear.what == "originals_of_other_galleries" else ""
        print_note(
            f"Not checked: {counted(unclear.count, 'original photo')}{where} that may show this "
            f"person ({_WHY[unclear.why]})."
        )
        for each in unclear.originals[:_MOST]:
            print_note(f"not checked: {_which(each)}")
        if unclear.count > _MOST:
            print_note("Use --json to see more of them.")


def _which(original: "KeptOriginal") -> str:
    people = ", ".join(original.person_ids) or "nobody"
    return f"photo {original.photo_id} in {original.gallery}, with examples of {people}"
