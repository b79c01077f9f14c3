"""Unknown people of a gallery, as JSON."""

from pydantic import Field

from mien.gallery.people.clusters.list_unknown import MOST_LISTED
from mien.gallery.people.clusters.list_unknown import Sightings
from mien.gallery.people.clusters.list_unknown import UnknownPeople
from mien.gallery.people.clusters.name import Named
from mien.gallery.people.clusters.rows import State
from mien.gallery.people.clusters.rows import UnknownFace
from mien.gallery.people.clusters.rows import UnknownPerson
from mien.gallery.results import Candidate
from mien.schemas.addresses import GalleryPath
from mien.schemas.addresses import Id
from mien.schemas.base import In
from mien.schemas.base import Out
from mien.schemas.faces import WarningOut
from mien.schemas.figures import Similarity
from mien.schemas.figures import similarity_out
from mien.schemas.identification import PersonRefOut
from mien.schemas.photo_faces import FaceOut
from mien.schemas.photo_faces import face_fields


class UnknownQuery(In):
    """Which unknown people to list, and how many."""

    state: State = Field(
        default="open", description="Those to be looked at, or those that are ignored."
    )
    limit: int = Field(default=100, ge=1, le=MOST_LISTED, description="Maximum number of people.")


class ClusterPath(GalleryPath):
    """Addresses below an unknown person."""

    cluster_id: Id


class UnknownFacePath(ClusterPath):
    """Addresses below a sighting of an unknown person."""

    face_id: Id


class NameIn(In):
    """Who an unknown person is: `person_id` of someone in the gallery, or a `name`."""

    person_id: Id | None = Field(default=None, description="Someone who is in the gallery.")
    name: str = Field(
        default="",
        json_schema_extra={"maxLength": 200},
        description="The person in the gallery with this name, or a new person if there is none.",
    )


class SplitIn(In):
    """Which sightings show someone else."""

    face_ids: list[Id] = Field(description="Some of the sightings, and not all.")


class LooksLikeOut(Out):
    """The most similar person in the gallery: a hint, not a match."""

    person: PersonRefOut
    similarity: Similarity
    face_id: Id = Field(description="The nearest example.")

    @classmethod
    def of(cls, candidate: Candidate) -> "LooksLikeOut":
        """From the verbs' answer."""
        return cls(
            person=PersonRefOut.of(candidate.person),
            similarity=similarity_out(candidate.similarity),
            face_id=candidate.face_id,
        )


class UnknownPersonOut(Out):
    """Someone who was seen and could not be named."""

    id: Id = Field(description="Of the cluster of faces. It may be merged with another.")
    state: State
    sighting_count: int
    first_seen_at: str = Field(
        json_schema_extra={"format": "date-time"}, description="Of the sightings still kept."
    )
    last_seen_at: str = Field(json_schema_extra={"format": "date-time"})
    best_face_id: Id = Field(description="The sighting of the best quality.")
    looks_like: LooksLikeOut | None = Field(
        description="The most similar person in the gallery; null if nobody is similar enough to "
        "be worth a look."
    )

    @classmethod
    def of(cls, person: UnknownPerson) -> "UnknownPersonOut":
        """From the verbs' answer."""
        return cls(
            id=person.id,
            state=person.state,
            sighting_count=person.sightings,
            first_seen_at=person.first_seen_at.isoformat(),
            last_seen_at=person.last_seen_at.isoformat(),
            best_face_id=person.best_face_id,
            looks_like=LooksLikeOut.of(person.looks_like) if person.looks_like else None,
        )


class UnknownPeopleOut(Out):
    """The unknown people of a gallery."""

    people: list[UnknownPersonOut] = Field(description="Those seen most often first.")
    total: int = Field(description="How many there are in this state, whatever the limit.")
    open_count: int = Field(description="How many are to be looked at.")
    ignored_count: int = Field(description="How many are ignored.")
    keep_unknown_days: int = Field(
        description="For how many days the gallery keeps faces of unknown people; 0 keeps none."
    )

    @classmethod
    def of(cls, found: UnknownPeople) -> "UnknownPeopleOut":
        """From the verb's answer."""
        return cls(
            people=[UnknownPersonOut.of(each) for each in found.people],
            total=found.total,
            open_count=found.open,
            ignored_count=found.ignored,
            keep_unknown_days=found.keep_days,
        )


class UnknownFaceOut(FaceOut):
    """One sighting of an unknown person."""

    id: Id
    seen_at: str = Field(json_schema_extra={"format": "date-time"})
    expires_at: str = Field(
        json_schema_extra={"format": "date-time"}, description="When it will be deleted."
    )

    @classmethod
    def of_face(cls, face: UnknownFace) -> "UnknownFaceOut":
        """From the verb's answer."""
        return cls(
            id=face.id,
            seen_at=face.seen_at.isoformat(),
            expires_at=face.expires_at.isoformat(),
            **face_fields(face.found),
        )


class SightingsOut(UnknownPersonOut):
    """An unknown person with every sighting that is still kept."""

    sightings: list[UnknownFaceOut] = Field(description="Newest first.")

    @classmethod
    def of_sightings(cls, found: Sightings) -> "SightingsOut":
        """From the verb's answer."""
        return cls(
            **dict(UnknownPersonOut.of(found.person)),
            sightings=[UnknownFaceOut.of_face(face) for face in found.faces],
        )


class SplitOut(Out):
    """The unknown person made of the chosen sightings."""

    id: Id


class NamedOut(Out):
    """An unknown person who has a name now."""

    person: PersonRefOut
    new_person: bool = Field(description="Whether the person was added by this.")
    face_ids: list[Id] = Field(description="The new examples: the best sightings, at most five.")
    deleted_count: int = Field(description="How many other sightings were deleted.")
    warnings: list[WarningOut] = Field(description="Possible mistakes.")

    @classmethod
    def of(cls, named: Named) -> "NamedOut":
        """From the verb's answer."""
        return cls(
            person=PersonRefOut.of(named.person),
            new_person=named.new_person,
            face_ids=list(named.face_ids),
            deleted_count=named.deleted,
            warnings=[WarningOut.of(each) for each in named.warnings],
        )
