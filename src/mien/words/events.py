"""What to say about an event of the audit trail: what was done, to whom, and how much of it."""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Final

from mien.words.marking import N_
from mien.words.sentences import counted

EVENTS: Final[Mapping[str, str]] = {
    "gallery_created": N_("Created the gallery {whom}"),
    "gallery_changed": N_("Changed the settings of the gallery {whom}"),
    "gallery_removed": N_("Deleted the gallery {whom}"),
    "gallery_bound": N_("Bound the gallery {whom} to a model pack"),
    "gallery_embedded_again": N_("Changed the model pack of the gallery {whom}"),
    "person_created": N_("Added {whom}"),
    "person_changed": N_("Changed {whom}"),
    "person_deleted": N_("Deleted {whom}"),
    "person_erased": N_("Deleted {whom} for good"),
    "people_merged": N_("Merged {whom} into another person"),
    "person_copied": N_("Copied {whom} to this gallery"),
    "originals_deleted": N_("Deleted original photos of {whom}"),
    "change_undone": N_("Undid {whom}"),
    "change_ended": N_("Ended the time to undo {whom}"),
    "face_added": N_("Added a face to {whom}"),
    "face_deleted": N_("Deleted a face of {whom}"),
    "face_removed": N_("Deleted a face of {whom} for good"),
    "face_moved": N_("Moved faces of {whom}"),
    "face_refused": N_("Said that a face is not {whom}"),
    "name_refused": N_("Said that a photo does not show {whom}"),
    "face_reviewed": N_("Reviewed a face of {whom} and kept it"),
    "pair_reviewed": N_("Said that {whom} and somebody similar are two people"),
    "unknown_faces_kept": N_("Kept faces of unknown people"),
    "cluster_ignored": N_("Ignored {whom}"),
    "cluster_unignored": N_("Showed {whom} again"),
    "cluster_split": N_("Moved faces of {whom} to another"),
    "cluster_named": N_("Named an unknown person: {whom}"),
    "cluster_deleted": N_("Deleted {whom}"),
    "job_created": N_("Created the job {whom}"),
    "job_started": N_("Started the job {whom}"),
    "job_controlled": N_("Changed the state of the job {whom}"),
    "signed_in": N_("{whom} signed in"),
    "sign_in_refused": N_("Rejected a sign-in of {whom}: wrong password"),
    "sign_in_ended": N_("Ended a sign-in of {whom}"),
    "password_changed": N_("Changed the password of {whom}"),
    "password_refused": N_("Rejected the password of {whom}"),
    "setup_finished": N_("Finished the setup with the account {whom}"),
    "setup_link_issued": N_("Issued a setup link"),
    "user_added": N_("Added the account {whom}"),
    "user_removed": N_("Deleted the account {whom}"),
    "user_signed_out": N_("Signed {whom} out everywhere"),
    "reset_link_issued": N_("Issued a link to reset the password of {whom}"),
    "key_created": N_("Created the API key {whom}"),
    "key_revoked": N_("Revoked the API key {whom}"),
    "pack_chosen": N_("Chose the model pack"),
    "pack_changed": N_("Changed the model pack"),
    "embedding_again_begun": N_("Began to embed all photos again"),
    "runtimes_measured": N_("Measured the speed of the model pack"),
    "files_bound": N_("Bound the stored files to this database"),
    "files_moved": N_("Moved the stored files"),
    "files_set_aside": N_("Put stored files aside"),
    "files_place_forgotten": N_("Gave up a former place of the stored files"),
    "erasure_finished": N_("Finished a deletion that had been interrupted"),
    "erasure_reapplied": N_("Deleted again what a backup had brought back"),
}
"""Of every kind of event; `whom` is the name of what it was done to, where there is one."""

NAMELESS: Final[Mapping[str, str]] = {
    "person": N_("somebody deleted"),
    "gallery": N_("(deleted)"),
    "user": N_("a deleted account"),
    "key": N_("a deleted key"),
    "job": N_("(no title)"),
    "cluster": N_("an unknown person"),
    "change": N_("a change"),
    "nothing": "",
}
"""How something is called that is gone or has no name, by what it is."""

GROUPS: Final[Mapping[str, str]] = {
    "people": N_("People"),
    "faces": N_("Faces"),
    "unknown": N_("Unknown people"),
    "galleries": N_("Galleries"),
    "jobs": N_("Jobs"),
    "access": N_("Access"),
    "installation": N_("Installation"),
}
"""What events are about."""

ACTORS: Final[Mapping[str, str]] = {
    "user": N_("Deleted account"),
    "key": N_("API key"),
    "operator": N_("Command line"),
    "system": N_("Mien"),
    "nobody": N_("Somebody not signed in"),
    "unknown": "",
}
"""Who did something, where no name is told."""

_COUNTS: Final[Mapping[str, tuple[str, str]]] = {
    "people": (N_("person"), N_("people")),
    "faces": (N_("face"), N_("faces")),
    "faces_deleted": (N_("face deleted"), N_("faces deleted")),
    "unknown_faces": (N_("unknown face"), N_("unknown faces")),
    "photos": (N_("photo"), N_("photos")),
    "files": (N_("file"), N_("files")),
    "missing": (N_("file missing"), N_("files missing")),
    "galleries": (N_("gallery"), N_("galleries")),
    "changes": (N_("change"), N_("changes")),
    "sign_ins": (N_("sign-in"), N_("sign-ins")),
}
_LISTS: Final = ("changed", "pack", "did", "change", "scopes", "suspicions")


def tell_event(kind: str, about: str, name: str, *, translate: Callable[[str], str] = str) -> str:
    """What was done, without who did it.

    Args:
        kind: of the event.
        about: what it was done to, as in `NAMELESS`.
        name: of that; empty when it is gone or has none.
        translate: into the reader's language; English by default.
    """
    return translate(EVENTS[kind]).format(whom=name or translate(NAMELESS[about]))


def tell_facts(facts: Mapping[str, Any], *, translate: Callable[[str], str] = str) -> str:
    """How much was done, and what of it: “3 faces, 1 photo”; empty when nothing is told."""
    told = [
        counted(facts[name], *map(translate, words))
        for name, words in _COUNTS.items()
        if isinstance(facts.get(name), int) and facts[name]
    ]
    for name in _LISTS:
        found = facts.get(name)
        if isinstance(found, list):
            told += [str(each).replace("_", " ") for each in found]
    return ", ".join(told)
