"""Every process that serves drops from its memory whom another has forgotten, also when it is idle."""

from typing import TYPE_CHECKING

from mien.serving.recurring import Recurring

if TYPE_CHECKING:
    from mien.gallery.services import Services


class Following(Recurring):
    """Brings the indexes of this process up to the rows.

    Args:
        services: the collaborators.
        seconds: between two times; None for what the proof of an erasure counts on.
    """

    NAME = "following"
    LATER = "Indexes will be updated later"
    BROKEN = "Indexes cannot be updated"
    STOPPING_SECONDS = 5.0

    def __init__(self, services: "Services", *, seconds: float | None = None) -> None:
        super().__init__()
        self._services = services
        self._seconds = seconds

    def _first_wait(self) -> float:
        return self._wait()

    def _wait(self) -> float:
        # Imported by the thread, so that a server listens sooner.
        from mien.gallery.index_sync import FOLLOW_SECONDS

        return FOLLOW_SECONDS if self._seconds is None else self._seconds

    def _round(self) -> None:
        services = self._services
        if services.indexes.is_empty:
            return  # who has searched nothing, where nothing is kept, asks the rows nothing
        with services.database.read() as session:
            services.indexes.follow(session)
