"""Give a move up, or say that a place which one has left holds no stored files any more."""

from dataclasses import dataclass

from mien.access import audit
from mien.access import permissions
from mien.errors import FilesUnavailable
from mien.errors import InvalidInput
from mien.gallery.services import Call
from mien.storage.binding import installation_id
from mien.storage.binding import marked_otherwise
from mien.storage.files import FileStore
from mien.storage.files import incoming_marker
from mien.storage.files import moved_marker
from mien.storage.former_places import forget_former_place
from mien.storage.former_places import former_places
from mien.storage.migrate import require_current


@dataclass(frozen=True, slots=True)
class PlaceForgotten:
    """What became of a place.

    Attributes:
        place: which.
        left: how many files could not be removed from it.
        versions_unknown: whether it may keep older versions of files and does not tell.
        forgotten: whether it is now taken for a place that holds none.
    """

    place: str
    left: int
    versions_unknown: bool
    forgotten: bool


def forget_place(call: Call, *, store: FileStore, gone: bool = False) -> PlaceForgotten:
    """Remove the copies that a move which is given up has made in a place, and forget the place.

    Photos can be stored again where they are, if the move had ended that.

    Args:
        call: who asks, and with what.
        store: the place.
        gone: nothing is looked at or removed; whoever asks has done so.

    Raises:
        InvalidInput: it is no such place, a move there is only to be finished, or its files are in
            use.
        FilesOfAnotherDatabase: it belongs to another database.
        FilesUnavailable, StorageError: it does not answer.
        DatabaseMissing, DatabaseOutdated, DatabaseUnreachable: the database cannot be used.
    """
    permissions.require(call.actor, "maintenance.bind")
    database = call.services.database
    require_current(database)
    with database.read() as session:
        own = installation_id(session)
        known = former_places(session)
    if store.place not in known:
        raise InvalidInput("no_former_place", words={"place": store.place}, field="PLACE")
    left, unknown = 0, False
    if not gone:
        left, unknown = _empty(call, store, own)
    is_empty = not left and not unknown
    if is_empty:
        with database.write() as session:
            audit.record(session, call, "files_place_forgotten")
            forget_former_place(session, store.place)
    return PlaceForgotten(store.place, left, unknown, is_empty)


def _empty(call: Call, store: FileStore, own: str) -> tuple[int, bool]:
    current = call.services.files
    marker = store.read_marker()
    if marker == moved_marker(own):
        raise InvalidInput("move_not_finished", words={"place": store.place}, field="PLACE")
    if marker == own or current.place == store.place:
        raise InvalidInput("place_in_use", words={"place": store.place}, field="PLACE")
    if marker != incoming_marker(own):
        raise marked_otherwise(call.services.database, store, own=own, marker=marker)
    here = current.read_marker()
    if here not in {own, moved_marker(own)}:
        # Without them the copies may be all that there is.
        raise FilesUnavailable
    if here != own:
        current.write_marker(own)
    names = set(store.every_name())
    store.delete(names)
    return len(store.left(names)), store.keeps_versions() is None
