"""How much a gallery was searched lately: numbers alone."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func
from sqlalchemy import select

from mien.access import permissions
from mien.gallery.galleries import find_gallery
from mien.gallery.search_log import KEPT
from mien.gallery.services import Call
from mien.storage.models import SearchRow
from mien.storage.models import now

_HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class RecentSearches:
    """What is remembered of the last searches of a gallery.

    Attributes:
        faces: that were searched within `hours`; no more than are remembered.
        more: whether there may have been more of them than are remembered.
        hours: how far back was looked.
        last_at: when the last face was searched; None when none is remembered.
    """

    faces: int
    more: bool
    hours: int
    last_at: dt.datetime | None


def count_searches(call: Call, *, gallery: str) -> RecentSearches:
    """How many faces were searched lately, of those that are remembered.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    permissions.require(call.actor, "galleries.read", gallery)
    with call.services.database.read() as session:
        row = find_gallery(session, gallery)
        of_gallery = SearchRow.gallery_id == row.id
        faces = session.scalar(
            select(func.count())
            .select_from(SearchRow)
            .where(of_gallery, SearchRow.at > now() - dt.timedelta(hours=_HOURS))
        )
        last_at = session.scalar(
            select(SearchRow.at).where(of_gallery).order_by(SearchRow.at.desc()).limit(1)
        )
    return RecentSearches(min(faces or 0, KEPT), (faces or 0) >= KEPT, _HOURS, last_at)
