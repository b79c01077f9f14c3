"""What an actor may do: one table of actions, asked by every verb and named by every route."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from typing import Literal
from typing import TypeAlias

from mien.access.actor import Actor
from mien.errors import NotAuthenticated
from mien.errors import NotPermitted
from mien.errors import ScopeMissing
from mien.options import Scope

Action: TypeAlias = Literal[
    "galleries.read",
    "galleries.create",
    "galleries.change",
    "galleries.delete",
    "galleries.weigh",
    "galleries.bind",
    "people.read",
    "people.create",
    "people.change",
    "people.delete",
    "people.import",
    "maintenance.import_folder",
    "faces.read",
    "faces.add",
    "faces.delete",
    "faces.review",
    "unknown.read",
    "unknown.keep",
    "unknown.change",
    "unknown.name",
    "unknown.delete",
    "faces.move",
    "faces.refuse",
    "people.merge",
    "people.copy",
    "changes.read",
    "changes.undo",
    "changes.erase",
    "activity.read",
    "photos.detect",
    "photos.identify",
    "photos.verify",
    "photos.hold",
    "videos.identify",
    "videos.read",
    "input.keep",
    "input.take",
    "account.sign_in",
    "account.read",
    "account.change_password",
    "account.end_sign_in",
    "passwords.check",
    "sign_ins.open",
    "sign_ins.check",
    "setup.check",
    "setup.finish",
    "setup.issue_link",
    "users.read",
    "users.add",
    "users.remove",
    "users.set_password",
    "users.sign_out",
    "users.issue_reset_link",
    "reset_links.check",
    "reset_links.use",
    "keys.read",
    "keys.create",
    "keys.revoke",
    "keys.check",
    "packs.measure",
    "packs.read",
    "packs.use",
    "installation.read",
    "jobs.read",
    "jobs.control",
    "maintenance.clean_up",
    "maintenance.settle_unknown",
    "maintenance.back_up",
    "maintenance.check",
    "maintenance.bind",
    "maintenance.finish_erasures",
    "maintenance.reapply_erasures",
]
"""Everything that can be done, as `noun.verb`."""

EventKind: TypeAlias = Literal[
    "gallery_created",
    "gallery_changed",
    "gallery_removed",
    "gallery_bound",
    "person_created",
    "person_changed",
    "person_deleted",
    "person_erased",
    "people_merged",
    "person_copied",
    "originals_deleted",
    "face_added",
    "face_deleted",
    "face_moved",
    "face_refused",
    "name_refused",
    "change_undone",
    "change_ended",
    "face_removed",
    "face_reviewed",
    "pair_reviewed",
    "unknown_faces_kept",
    "cluster_ignored",
    "cluster_unignored",
    "cluster_split",
    "cluster_named",
    "cluster_deleted",
    "password_changed",
    "password_refused",
    "signed_in",
    "sign_in_refused",
    "sign_in_ended",
    "setup_finished",
    "setup_link_issued",
    "user_added",
    "user_removed",
    "user_signed_out",
    "reset_link_issued",
    "key_created",
    "key_revoked",
    "pack_chosen",
    "pack_changed",
    "embedding_again_begun",
    "gallery_embedded_again",
    "runtimes_measured",
    "files_bound",
    "files_moved",
    "files_set_aside",
    "files_place_forgotten",
    "erasure_finished",
    "erasure_reapplied",
    "job_created",
    "job_started",
    "job_controlled",
]
"""What the audit trail tells."""

Users: TypeAlias = Literal["all", "administrators", "none"]
"""Which signed-in users may do something."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do one thing. The operator and Mien itself may do everything.

    Attributes:
        users: which signed-in users.
        scope: what a key needs; None when no key may.
        everybody: whether somebody may who has not shown who they are: a secret that is checked,
            such as a password or the link of the set-up, takes the place of that.
        events: what the audit trail then tells, one of them at least; empty when nothing of what
            is stored changes.
    """

    users: Users = "none"
    scope: Scope | None = None
    everybody: bool = False
    events: tuple[EventKind, ...] = ()


_ALL: Final = "all"
_ADMINISTRATORS: Final = "administrators"

ACTIONS: Final[Mapping[Action, Rule]] = {
    "galleries.read": Rule(_ALL, "read"),
    "galleries.create": Rule(_ADMINISTRATORS, "admin", events=("gallery_created",)),
    "galleries.change": Rule(_ADMINISTRATORS, "admin", events=("gallery_changed",)),
    "galleries.delete": Rule(_ADMINISTRATORS, "admin", events=("gallery_removed",)),
    "galleries.weigh": Rule(_ALL, "read"),
    "galleries.bind": Rule(events=("gallery_created", "gallery_bound")),
    "people.read": Rule(_ALL, "read"),
    "people.create": Rule(_ALL, "enrol", events=("person_created",)),
    "people.change": Rule(_ALL, "enrol", events=("person_changed",)),
    "people.delete": Rule(
        _ALL,
        "enrol",
        events=("person_erased", "person_deleted", "originals_deleted", "job_controlled"),
    ),
    "people.import": Rule(_ALL, "enrol", events=("job_created", "job_started")),
    # Whoever sits at the machine may read its files; nobody else names one.
    "maintenance.import_folder": Rule(events=("job_created",)),
    "faces.read": Rule(_ALL, "read"),
    "faces.add": Rule(_ALL, "enrol", events=("face_added", "person_created")),
    "faces.delete": Rule(
        _ALL, "enrol", events=("face_removed", "face_deleted", "originals_deleted")
    ),
    "faces.review": Rule(_ALL, "enrol", events=("face_reviewed", "pair_reviewed")),
    "unknown.read": Rule(_ALL, "read"),
    # Whoever identifies keeps them, where the gallery says that they are kept.
    "unknown.keep": Rule(_ALL, "identify", events=("unknown_faces_kept",)),
    "unknown.change": Rule(
        _ALL, "enrol", events=("cluster_ignored", "cluster_unignored", "cluster_split")
    ),
    "unknown.name": Rule(_ALL, "enrol", events=("cluster_named", "face_added", "person_created")),
    "unknown.delete": Rule(_ALL, "enrol", events=("cluster_deleted",)),
    "faces.move": Rule(_ALL, "enrol", events=("face_moved", "person_created")),
    "faces.refuse": Rule(_ALL, "enrol", events=("face_refused", "name_refused")),
    "people.merge": Rule(_ALL, "enrol", events=("people_merged",)),
    "people.copy": Rule(_ALL, "enrol", events=("person_copied",)),
    "changes.read": Rule(_ALL, "read"),
    "changes.undo": Rule(_ALL, "enrol", events=("change_undone",)),
    "changes.erase": Rule(
        _ALL, "enrol", events=("change_ended", "person_erased", "face_removed", "originals_deleted")
    ),
    # What of it concerns accounts, keys and the installation goes to those alone who may see these.
    "activity.read": Rule(_ALL, "read"),
    "photos.detect": Rule(_ALL, "identify"),
    "photos.identify": Rule(_ALL, "identify"),
    "photos.verify": Rule(_ALL, "identify"),
    # A held photo is its user's alone and is gone within the hour; it is no record of anybody.
    "photos.hold": Rule(_ALL),
    "videos.identify": Rule(_ALL, "identify", events=("job_created", "job_started")),
    "videos.read": Rule(_ALL, "identify"),
    # What is typed is its user's alone and is gone within minutes; the token of a form, which is
    # checked before, takes the place of a sign-in that has just ended.
    "input.keep": Rule(_ALL, everybody=True),
    "input.take": Rule(_ALL),
    "account.sign_in": Rule(_ALL, events=("signed_in",)),
    "account.read": Rule(_ALL),
    "account.change_password": Rule(_ALL, events=("password_changed",)),
    "account.end_sign_in": Rule(_ALL, events=("sign_in_ended",)),
    "passwords.check": Rule(everybody=True, events=("sign_in_refused", "password_refused")),
    "sign_ins.open": Rule(everybody=True, events=("signed_in", "sign_in_ended")),
    "sign_ins.check": Rule(everybody=True),
    "setup.check": Rule(everybody=True),
    "setup.finish": Rule(everybody=True, events=("setup_finished",)),
    "setup.issue_link": Rule(events=("setup_link_issued",)),
    "users.read": Rule(_ADMINISTRATORS, "admin"),
    "users.add": Rule(_ADMINISTRATORS, "admin", events=("user_added",)),
    "users.remove": Rule(_ADMINISTRATORS, "admin", events=("user_removed",)),
    # Whoever sits at the machine; an administrator's browser is not asked to know a password.
    "users.set_password": Rule(events=("password_changed",)),
    "users.sign_out": Rule(_ADMINISTRATORS, "admin", events=("user_signed_out",)),
    # A link opens an account; no key gets one.
    "users.issue_reset_link": Rule(_ADMINISTRATORS, events=("reset_link_issued",)),
    "reset_links.check": Rule(everybody=True),
    "reset_links.use": Rule(everybody=True, events=("password_changed",)),
    "keys.read": Rule(_ADMINISTRATORS, "admin"),
    "keys.create": Rule(_ADMINISTRATORS, "admin", events=("key_created",)),
    "keys.revoke": Rule(_ADMINISTRATORS, "admin", events=("key_revoked",)),
    "keys.check": Rule(everybody=True),
    "packs.measure": Rule(events=("runtimes_measured",)),
    "packs.read": Rule(),
    "packs.use": Rule(
        events=(
            "pack_chosen",
            "pack_changed",
            "embedding_again_begun",
            "gallery_embedded_again",
            "face_removed",
            "job_created",
        )
    ),
    "installation.read": Rule(_ADMINISTRATORS, "admin"),
    "jobs.read": Rule(_ALL, "read"),
    "jobs.control": Rule(_ALL, "enrol", events=("job_controlled",)),
    "maintenance.clean_up": Rule(),
    "maintenance.settle_unknown": Rule(),
    "maintenance.back_up": Rule(),
    "maintenance.check": Rule(),
    "maintenance.finish_erasures": Rule(events=("erasure_finished",)),
    "maintenance.reapply_erasures": Rule(events=("erasure_reapplied",)),
    "maintenance.bind": Rule(
        events=("files_bound", "files_moved", "files_set_aside", "files_place_forgotten")
    ),
}
"""Who may do what. Roles and grants a gallery are further columns of this table."""


def require(actor: Actor, action: Action, gallery: str | None = None) -> None:
    """Make sure that an actor may do something.

    Args:
        actor: who acts.
        action: what is to be done.
        gallery: the name of the gallery it is about; None when it is about none. Today it makes
            no difference: whoever may do something may do it in every gallery.

    Raises:
        NotAuthenticated: nobody has shown who they are.
        NotPermitted: the user may not.
        ScopeMissing: the key lacks the scope; `extra["scope"]` names it.
    """
    del gallery
    rule = ACTIONS[action]
    if rule.everybody or actor.kind in ("operator", "system"):
        return
    if actor.kind == "nobody":
        raise NotAuthenticated
    if actor.kind == "key":
        _require_scope(actor, rule.scope)
    elif not _is_among(actor, rule.users):
        raise NotPermitted("administrators_only")


def may(actor: Actor, action: Action, gallery: str | None = None) -> bool:
    """Whether an actor may do something: for what is offered, such as a link of a page.

    Args:
        actor: who would act.
        action: what would be done.
        gallery: the name of the gallery it would be about, if any.
    """
    try:
        require(actor, action, gallery)
    except (NotAuthenticated, NotPermitted, ScopeMissing):
        return False
    return True


def require_own(actor: Actor, user_id: str) -> None:
    """Make sure that a user's account is touched by nobody else. The operator may.

    Args:
        actor: who acts.
        user_id: whose account it is.

    Raises:
        NotPermitted: it is somebody else's.
    """
    if actor.kind in ("operator", "system") or (actor.kind == "user" and actor.id == user_id):
        return
    raise NotPermitted("own_account_only")


def _require_scope(key: Actor, scope: Scope | None) -> None:
    if scope is None:
        raise NotPermitted("key")
    if not key.scopes & {scope, "admin"}:
        raise ScopeMissing(scope=scope)


def _is_among(user: Actor, users: Users) -> bool:
    return users == "all" or (users == "administrators" and user.is_admin)
