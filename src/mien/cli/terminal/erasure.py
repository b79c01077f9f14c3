"""What the command line says of somebody who was forgotten."""

from typing import TYPE_CHECKING

from mien.cli.terminal.output import print_note

if TYPE_CHECKING:
    from mien.gallery.results import Erasure
    from mien.gallery.results import KeptOriginal

_WHY = {
    "not_asked": "--search-originals searches them, while the person is still known",
    "not_permitted": "an administrator may search them",
    "out_of_time": "there was no time to look at them",
    "not_comparable": "there is nothing to compare them with",
    "unreadable": "they cannot be read, or show too many faces",
}
_MOST = 20


def print_erasure(proof: "Erasure") -> None:
    """Tell what was deleted, what was looked at, and what was not."""
    print_note(f"Deleted {proof.faces} face(s), {proof.photos} photo(s), {proof.files} file(s).")
    if proof.complete:
        print_note("Checked: nothing is left.")
    elif proof.erased:
        print_note("Checked: nothing stored for this person is left.")
    else:
        print_note(
            f"Something is left: {proof.rows_left} row(s), {proof.files_left} file(s), "
            f"{proof.indexed_left} indexed, the database's log "
            f"{'is empty' if proof.log_cleared else 'is still being read'}. A server finishes "
            f"it within minutes, and so does `mien tidy`."
        )
    if proof.originals_searched:
        shown = len(proof.originals_showing)
        print_note(
            f"Searched {proof.originals_searched} other original photo(s): {shown} show(s) this "
            f"person, {shown - proof.originals_left} of them deleted."
        )
    for each in proof.originals_showing:
        print_note(f"{'deleted' if each.deleted else 'KEPT, shows this person'}: {_which(each)}")
    for unclear in proof.not_checked:
        where = " of other galleries" if unclear.what == "originals_of_other_galleries" else ""
        print_note(
            f"Not checked: {unclear.count} original photo(s){where} that may show this person "
            f"({_WHY[unclear.why]})."
        )
        for each in unclear.originals[:_MOST]:
            print_note(f"not checked: {_which(each)}")
        if unclear.count > _MOST:
            print_note("Give --json to see more of them.")


def _which(original: "KeptOriginal") -> str:
    people = ", ".join(original.person_ids) or "nobody"
    return f"photo {original.photo_id} in {original.gallery}, with examples of {people}"
