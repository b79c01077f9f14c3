"""How far a search goes: in which galleries a face is looked for, and among whom of them."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from mien.access import permissions
from mien.access.actor import Actor
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import NobodySearched
from mien.gallery.galleries import find_gallery
from mien.gallery.galleries import require_contract
from mien.gallery.people.metadata_terms import Term
from mien.gallery.people.metadata_terms import parse_terms
from mien.gallery.recognition.chosen import chosen
from mien.gallery.services import Services
from mien.storage.models import GalleryRow
from mien.vision.types import EngineSummary

MOST_GALLERIES: Final = 20
"""So many galleries are searched at once at most."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a search covers; by itself everybody in one gallery.

    Attributes:
        also: names of other galleries that are searched as if they were one with it.
        where: what people's metadata must say for them to be searched, all of it; each `key=value`.
    """

    also: tuple[str, ...] = ()
    where: tuple[str, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """What the metadata must say.

        Raises:
            InvalidInput: there are too many terms, or one is none.
        """
        return parse_terms(self.where)


EVERYBODY: Final = Reach()


def require_reach(actor: Actor, gallery: str, reach: Reach) -> None:
    """Make sure that an actor may search every gallery of a reach, and that it is not too wide.

    Whoever chooses people by their metadata learns what these say from who is found, so they need
    leave to read people, too.

    Raises:
        NotAuthenticated, NotPermitted, ScopeMissing: one of them may not be searched.
        InvalidInput: there are too many galleries, or a term is none.
    """
    if len(reach.also) >= MOST_GALLERIES:
        raise InvalidInput("galleries_too_many", words={"most": MOST_GALLERIES}, field="also")
    for name in (gallery, *reach.also):
        require_search(actor, name, among_some=bool(reach.where))
    parse_terms(reach.where)


def require_search(actor: Actor, gallery: str, *, among_some: bool) -> None:
    """Make sure that an actor may search a gallery: everybody, or some people by their metadata.

    Raises:
        NotAuthenticated, NotPermitted, ScopeMissing: it may not be searched so.
    """
    permissions.require(actor, "photos.identify", gallery)
    if among_some:
        permissions.require(actor, "people.read", gallery)


def reached_galleries(
    session: Session, engine: EngineSummary, gallery: str, reach: Reach
) -> tuple[GalleryRow, ...]:
    """The rows of all galleries of a reach, each once, the first one first.

    Raises:
        GalleryNotFound: one of them is not there.
        GalleryModelMismatch: one of them holds vectors of another model.
    """
    rows = [find_gallery(session, gallery), *_others(session, reach.also)]
    for row in rows:
        require_contract(session, row, engine)
    return tuple({row.id: row for row in rows}.values())


def _others(session: Session, names: Sequence[str]) -> Iterator[GalleryRow]:
    for name in names:
        try:
            yield find_gallery(session, name)
        except GalleryNotFound as error:
            raise GalleryNotFound("named", words={"gallery": name}) from error


def require_somebody(
    services: Services, session: Session, galleries: Sequence[GalleryRow], reach: Reach
) -> None:
    """Make sure that a search among some people would search anybody at all.

    Raises:
        NobodySearched: nobody with a face has such metadata.
    """
    terms = reach.terms
    if terms and not any(chosen(services, session, row, terms).faces for row in galleries):
        raise nobody_searched(galleries, terms)


def nobody_searched(galleries: Sequence[GalleryRow], terms: Sequence[Term]) -> NobodySearched:
    """That nobody was searched, because nobody has such metadata."""
    return NobodySearched(
        "one" if len(galleries) == 1 else "several",
        words={
            "gallery": galleries[0].display_name or galleries[0].name,
            "terms": ", ".join(map(str, terms)),
        },
        field="where",
        searched_person_count=0,
    )
