"""The tables. Rows are the truth; everything else can be made again from them."""

import datetime as dt
import uuid
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import MetaData
from sqlalchemy import String
from sqlalchemy import Text
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column
from sqlalchemy.orm import validates

from mien.name_order import SORT_KEY_LENGTH
from mien.name_order import sort_key
from mien.name_order import surname_key
from mien.name_search import search_text
from mien.names import KEY_LENGTH
from mien.names import NAME_LENGTH
from mien.names import name_key
from mien.options import ACCEPTED_RATE
from mien.storage.types import Json
from mien.storage.types import UtcTime
from mien.storage.types import Vector

FILE_NAME_LENGTH = 200


def new_id() -> str:
    """A random id: a UUID of version 4, as text."""
    return str(uuid.uuid4())


def now() -> dt.datetime:
    """The present, in UTC."""
    return dt.datetime.now(dt.UTC)


class Base(DeclarativeBase):
    """What all tables share; constraints get names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class InstallationRow(Base):
    """Facts of the whole installation, by key: its id, the pack in use, the set-up link's digest."""

    __tablename__ = "installation"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class GalleryRow(Base):
    """A set of people, bound to one embedding contract.

    `revision` is raised by every change of its faces, in the same transaction; the changed rows
    carry the new value. An index that has applied less than `floor_revision` cannot catch up,
    because older removals have been purged, and is built anew.
    """

    __tablename__ = "gallery"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(100), unique=True)
    pack: Mapped[str] = mapped_column(String(60))
    contract_id: Mapped[str] = mapped_column(String(120))
    revision: Mapped[int] = mapped_column(default=0)
    floor_revision: Mapped[int] = mapped_column(default=0)
    threshold: Mapped[float | None]
    accepted_fpir: Mapped[float] = mapped_column(default=ACCEPTED_RATE)
    accepted_fmr: Mapped[float] = mapped_column(default=ACCEPTED_RATE)
    gate: Mapped[str] = mapped_column(String(10), default="standard")
    keep_photos: Mapped[bool] = mapped_column(default=True)
    keep_unknown_days: Mapped[int] = mapped_column(default=0)
    display_name: Mapped[str] = mapped_column(String(NAME_LENGTH), default="")
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class PersonRow(Base):
    """Somebody in a gallery.

    `portrait_face_id` is the face that somebody chose to show; None chooses the best by itself. What
    follows from name and notes is filled by itself: `name_key` is alike where two names are
    the same, whatever the letters' case, which two people's are only where somebody has said so;
    `search_text` is what people are searched by, `sort_key` puts them in order of their names, and
    `surname_key` in that of the last words of them.
    """

    __tablename__ = "person"
    __table_args__ = (
        Index(None, "gallery_id", "name_key"),
        Index(None, "gallery_id", "sort_key", "id"),
        Index(None, "gallery_id", "surname_key", "id"),
        Index(None, "gallery_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    notes: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column("metadata", Json, default=dict)
    search_text: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(String(SORT_KEY_LENGTH))
    surname_key: Mapped[str] = mapped_column(String(SORT_KEY_LENGTH))
    # No foreign key, which would be a circle; one that is gone counts as none.
    portrait_face_id: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)

    @validates("name", "notes")
    def _fill(self, field: str, value: str) -> str:
        name, notes = (value, self.notes) if field == "name" else (self.name, value)
        if name is not None:
            self.name_key, self.sort_key = name_key(name), sort_key(name)
            self.surname_key = surname_key(name)
            self.search_text = search_text(name, notes or "")
        return value


class PhotoRow(Base):
    """An original photo that was kept; once a gallery, however many faces were taken from it.

    `faces_seen` is how many faces were seen in it; None for photos from before that was kept.
    """

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("gallery_id", "sha256"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    file: Mapped[str] = mapped_column(String(80), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    faces_seen: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class FaceRow(Base):
    """One example of a person: what it looks like (`crop_file`) and its embedding.

    `crop_hash` is the same for crops that look the same; `photo_sha256` is of the photo's bytes,
    also when it was not kept. Neither is there for examples from before they were recorded.
    """

    __tablename__ = "face"
    __table_args__ = (Index(None, "gallery_id", "revision"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="cascade"), index=True)
    photo_id: Mapped[str | None] = mapped_column(
        ForeignKey("photo.id", ondelete="set null"), index=True
    )
    crop_file: Mapped[str] = mapped_column(String(80), unique=True)
    crop_hash: Mapped[str | None] = mapped_column(String(16))
    photo_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    revision: Mapped[int]
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    box: Mapped[list[float]] = mapped_column(Json)
    landmarks: Mapped[list[list[float]]] = mapped_column(Json)
    score: Mapped[float]
    pose: Mapped[dict[str, Any]] = mapped_column(Json)
    quality: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class StagedEmbeddingRow(Base):
    """A face's embedding under another contract, for when its gallery changes to it.

    Nothing searches it. It goes with its face, and once its gallery has changed.
    """

    __tablename__ = "staged_embedding"

    face_id: Mapped[str] = mapped_column(
        ForeignKey("face.id", ondelete="cascade"), primary_key=True
    )
    contract_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class SuspicionRow(Base):
    """Something about a face that may be a mistake, told when it was stored.

    `code` is that of an `EnrolmentWarning`; the other person is whom it may be instead, or whose
    photo it repeats, and the other face the one that speaks for it.
    """

    __tablename__ = "suspicion"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    face_id: Mapped[str] = mapped_column(ForeignKey("face.id", ondelete="cascade"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    similarity: Mapped[float | None]
    # Nothing is left of somebody who is forgotten, here either.
    other_person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), index=True
    )
    other_face_id: Mapped[str | None] = mapped_column(
        ForeignKey("face.id", ondelete="set null"), index=True
    )
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    reviewed_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class ReviewedPairRow(Base):
    """That two people who look alike are two; the lesser id is `person_id`."""

    __tablename__ = "reviewed_pair"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), primary_key=True
    )
    other_person_id: Mapped[str] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), primary_key=True, index=True
    )
    reviewed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class RemovedFaceRow(Base):
    """That a face is gone, for indexes that have not heard yet; says nothing of whose it was."""

    __tablename__ = "removed_face"
    __table_args__ = (Index(None, "gallery_id", "revision"),)

    face_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    revision: Mapped[int]
    removed_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class NegativeExampleRow(Base):
    """A face that is not a person's, though it looks like theirs.

    `face_id` is the stored face that it was, None for one that was only searched for. Its embedding
    is of `contract_id`, and compared with nothing of another.
    """

    __tablename__ = "negative_example"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="cascade"), index=True)
    contract_id: Mapped[str] = mapped_column(String(120))
    face_id: Mapped[str | None] = mapped_column(String(36), index=True)
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class ChangeRow(Base):
    """A change of people or faces that can be undone until `undo_until`.

    `state` is `open`, `undone` or `over`. `facts` holds the steps that were done, with what was
    before; it is emptied when the change is undone or over, and when somebody of it is forgotten.
    `contract_id` is the gallery's at that time.
    """

    __tablename__ = "change"
    __table_args__ = (Index(None, "gallery_id", "at"), Index(None, "state", "undo_until"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    kind: Mapped[str] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    undo_until: Mapped[dt.datetime] = mapped_column(UtcTime)
    state: Mapped[str] = mapped_column(String(10), default="open")
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    contract_id: Mapped[str] = mapped_column(String(120))
    people: Mapped[int] = mapped_column(default=0)
    faces: Mapped[int] = mapped_column(default=0)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class ChangeSubjectRow(Base):
    """Whom a change is about, so that nothing of it is left when they are forgotten.

    No foreign key to the person, who may be deleted and come back.
    """

    __tablename__ = "change_subject"

    change_id: Mapped[str] = mapped_column(
        ForeignKey("change.id", ondelete="cascade"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class DeletedPersonRow(Base):
    """Somebody who is deleted and can come back: the columns of `PersonRow`, seen by no query."""

    __tablename__ = "deleted_person"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    change_id: Mapped[str] = mapped_column(ForeignKey("change.id", ondelete="cascade"), index=True)
    gallery_id: Mapped[str] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    notes: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column("metadata", Json)
    portrait_face_id: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcTime)


class DeletedPhotoRow(Base):
    """A kept photo that is deleted and can come back; `users` are faces that had it and are left."""

    __tablename__ = "deleted_photo"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    change_id: Mapped[str] = mapped_column(ForeignKey("change.id", ondelete="cascade"), index=True)
    gallery_id: Mapped[str] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    file: Mapped[str] = mapped_column(String(80), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    faces_seen: Mapped[int | None]
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    users: Mapped[list[str]] = mapped_column(Json, default=list)


class DeletedFaceRow(Base):
    """An example that is deleted and can come back: the columns of `FaceRow`, seen by no search."""

    __tablename__ = "deleted_face"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    change_id: Mapped[str] = mapped_column(ForeignKey("change.id", ondelete="cascade"), index=True)
    gallery_id: Mapped[str] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    person_id: Mapped[str] = mapped_column(String(36), index=True)
    photo_id: Mapped[str | None] = mapped_column(String(36), index=True)
    crop_file: Mapped[str] = mapped_column(String(80), unique=True)
    crop_hash: Mapped[str | None] = mapped_column(String(16))
    photo_sha256: Mapped[str | None] = mapped_column(String(64))
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    box: Mapped[list[float]] = mapped_column(Json)
    landmarks: Mapped[list[list[float]]] = mapped_column(Json)
    score: Mapped[float]
    pose: Mapped[dict[str, Any]] = mapped_column(Json)
    quality: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime)


class SearchRow(Base):
    """How near one searched face came to a gallery: numbers alone, for weighing other settings.

    Says neither whom it was like nor what it looked like. Where only some people were searched it
    says how many they and their faces were, and not by what they were chosen.
    """

    __tablename__ = "search"
    __table_args__ = (Index(None, "gallery_id", "at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    similarity: Mapped[float]
    examples: Mapped[int]
    runner_up: Mapped[float | None]
    similarity_to_best: Mapped[float | None] = mapped_column("likeness")
    legible: Mapped[bool]
    people: Mapped[int | None]
    faces: Mapped[int | None]


class ProbeRow(Base):
    """A photo held for a while after it was identified on a page, for what is done next.

    `person_id` is whom it may become an example of, where somebody has still to decide; it then
    has the name of its file, to be told from others. `also` are the ids of other galleries in which
    its faces are looked up, `terms` what people's metadata must say for them to be searched.
    `user_id` is whose it is; None for a photo that an import could not decide about, which whoever
    adds faces to the gallery may.
    """

    __tablename__ = "probe"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    gallery_id: Mapped[str] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user_account.id", ondelete="cascade"))
    original_file: Mapped[str] = mapped_column(String(80))
    display_file: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    faces_left_out: Mapped[int] = mapped_column(default=0)
    # No foreign key: with the person the photo and its files go, which is no matter of rows alone.
    person_id: Mapped[str | None] = mapped_column(String(36), index=True)
    file_name: Mapped[str] = mapped_column(String(FILE_NAME_LENGTH), default="")
    also: Mapped[list[str]] = mapped_column(Json, default=list)
    terms: Mapped[list[str]] = mapped_column(Json, default=list)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime, index=True)


class ProbeFaceRow(Base):
    """A face of a held photo, analysed once."""

    __tablename__ = "probe_face"

    probe_id: Mapped[str] = mapped_column(
        ForeignKey("probe.id", ondelete="cascade"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    crop_file: Mapped[str] = mapped_column(String(80))
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    box: Mapped[list[float]] = mapped_column(Json)
    landmarks: Mapped[list[list[float]]] = mapped_column(Json)
    score: Mapped[float]
    pose: Mapped[dict[str, Any]] = mapped_column(Json)
    quality: Mapped[dict[str, Any]] = mapped_column(Json)


class UnknownClusterRow(Base):
    """Faces of nobody known that are taken for one person.

    `state` is `open` or `ignored`. `mean` is of its faces' embeddings, by which further ones are
    compared; it goes with its last face.
    """

    __tablename__ = "unknown_cluster"
    __table_args__ = (Index(None, "gallery_id", "state", "last_seen_at"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    state: Mapped[str] = mapped_column(String(10), default="open")
    mean: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    faces: Mapped[int]
    first_seen_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    last_seen_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class UnknownFaceRow(Base):
    """A face that a search could not name, kept for as long as its gallery says.

    Of the photo it came from nothing is kept but the digest of its bytes. `cluster_id` is None
    until it was put to others.
    """

    __tablename__ = "unknown_face"
    __table_args__ = (Index(None, "gallery_id", "cluster_id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    gallery_id: Mapped[str] = mapped_column(ForeignKey("gallery.id", ondelete="cascade"))
    cluster_id: Mapped[str | None] = mapped_column(
        ForeignKey("unknown_cluster.id", ondelete="cascade"), index=True
    )
    crop_file: Mapped[str] = mapped_column(String(80), unique=True)
    crop_hash: Mapped[str] = mapped_column(String(16))
    photo_sha256: Mapped[str] = mapped_column(String(64))
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)
    box: Mapped[list[float]] = mapped_column(Json)
    landmarks: Mapped[list[list[float]]] = mapped_column(Json)
    score: Mapped[float]
    pose: Mapped[dict[str, Any]] = mapped_column(Json)
    quality: Mapped[dict[str, Any]] = mapped_column(Json)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime, index=True)


class UnknownApartRow(Base):
    """That somebody has parted two clusters, which therefore never merge."""

    __tablename__ = "unknown_apart"

    cluster_id: Mapped[str] = mapped_column(
        ForeignKey("unknown_cluster.id", ondelete="cascade"), primary_key=True
    )
    other_cluster_id: Mapped[str] = mapped_column(
        ForeignKey("unknown_cluster.id", ondelete="cascade"), primary_key=True, index=True
    )


class FileDeletionRow(Base):
    """A stored file that is to be deleted, from when its rows go until it is gone.

    Says nothing of whose it was.
    """

    __tablename__ = "file_deletion"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    erasure_id: Mapped[str | None] = mapped_column(String(36))


class ErasureRow(Base):
    """An erasure that is not finished: its rows are gone, its files or older pages may not be.

    `subject_id` is the person's, or of whoever it is about; None, as the gallery's, where nothing
    of it is on record. `to_list` is what is still to be written into the list of erasures, each as
    its kind and its id.
    """

    __tablename__ = "erasure"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    since: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    subject_id: Mapped[str | None] = mapped_column(String(36))
    gallery_id: Mapped[str | None] = mapped_column(String(36))
    to_list: Mapped[list[list[str]]] = mapped_column(Json, default=list)


class UserRow(Base):
    """Somebody who may sign in."""

    __tablename__ = "user_account"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(String(KEY_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)


class SignInRow(Base):
    """A signed-in browser; the cookie's secret is kept only as a digest."""

    __tablename__ = "sign_in"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.id", ondelete="cascade"), index=True
    )
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime)


class KeptInputRow(Base):
    """What a user typed into a form, for the page that shows it once more; gone within the hour.

    `place` is the address of that page.
    """

    __tablename__ = "kept_input"

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.id", ondelete="cascade"), index=True
    )
    place: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime, index=True)


class PasswordTriesRow(Base):
    """Wrong passwords for an account or from an address, whose name stands here only as a hash.

    The next try is taken from `next_at` on; from `forget_at` on the row makes no difference.
    """

    __tablename__ = "password_tries"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    wrong: Mapped[int]
    next_at: Mapped[dt.datetime] = mapped_column(UtcTime)
    forget_at: Mapped[dt.datetime] = mapped_column(UtcTime, index=True)


class ResetLinkRow(Base):
    """A link by which somebody sets a new password; its secret is kept only as a digest."""

    __tablename__ = "reset_link"

    user_id: Mapped[str] = mapped_column(
        ForeignKey("user_account.id", ondelete="cascade"), primary_key=True
    )
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcTime)


class KeyRow(Base):
    """An API key; random enough that a plain digest keeps it safe."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    key_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class EventRow(Base):
    """What was done, by whom, when: ids and counts, never a name or an image.

    `actor_kind` is one of `access.actor.ActorKind`, or `unknown` for events from before it was
    kept.
    """

    __tablename__ = "event"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now, index=True)
    kind: Mapped[str] = mapped_column(String(60))
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    request_id: Mapped[str | None] = mapped_column(String(64))
    subject_id: Mapped[str | None] = mapped_column(String(36), index=True)
    gallery_id: Mapped[str | None] = mapped_column(String(36))
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class JobRow(Base):
    """Long work: what was asked for, how far it is, and what came of it.

    What is to be done stands here; a queue only says that there is something. `state` and `wanted`
    are words of `mien.jobs.states`. A worker that does it holds it until `lease_until` and puts that
    off as long as it lives, so that what a killed one has left is taken up by another. `counts` are
    how many of its items ended how, `error` what ended it: a code, with the values of its sentence.
    """

    __tablename__ = "job"

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    gallery_id: Mapped[str | None] = mapped_column(
        ForeignKey("gallery.id", ondelete="cascade"), index=True
    )
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    request_id: Mapped[str | None] = mapped_column(String(64))
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(12), index=True)
    wanted: Mapped[str] = mapped_column(String(12))
    stage: Mapped[str] = mapped_column(String(20), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    worked_seconds: Mapped[float] = mapped_column(default=0.0)
    worker: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now, index=True)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcTime)


class JobInputRow(Base):
    """A file that was sent for a job, in as many parts as it came in.

    `path` is what its sender calls it, with the folders it was in.
    """

    __tablename__ = "job_input"
    __table_args__ = (UniqueConstraint("job_id", "number"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_id)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="cascade"))
    number: Mapped[int]
    path: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger, default=0)


class JobInputPartRow(Base):
    """One part of a file that was sent for a job."""

    __tablename__ = "job_input_part"

    input_id: Mapped[str] = mapped_column(
        ForeignKey("job_input.id", ondelete="cascade"), primary_key=True
    )
    offset: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    file: Mapped[str] = mapped_column(String(80), unique=True)
    size_bytes: Mapped[int]


class JobItemRow(Base):
    """One thing of a job, such as a file of an import, and what became of it.

    `person` is the name of whom it shows, as its sender gives it, and `facts` the values of the
    sentence about it. The row goes with the person it was added to.
    """

    __tablename__ = "job_item"
    __table_args__ = (Index(None, "job_id", "state", "number"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="cascade"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text, default="")
    details: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(60), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), index=True
    )
    face_id: Mapped[str | None] = mapped_column(String(36))


class VideoAppearanceRow(Base):
    """Somebody who is seen for a while in the video of a job, with a picture (`crop_file`).

    Strangers have no person and a number of their own in the video, `unknown`. The row of a person
    goes with them. By the embedding, which is one of `contract_id`, strangers are known who turn out
    to be somebody that is to be forgotten.
    """

    __tablename__ = "video_appearance"

    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="cascade"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="cascade"), index=True
    )
    unknown: Mapped[int]
    from_ms: Mapped[int]
    to_ms: Mapped[int]
    decision: Mapped[str] = mapped_column(String(12))
    similarity: Mapped[float | None]
    pictures: Mapped[int]
    agreeing: Mapped[int]
    crop_file: Mapped[str] = mapped_column(String(80), unique=True)
    contract_id: Mapped[str] = mapped_column(String(120))
    embedding: Mapped[NDArray[np.float32]] = mapped_column(Vector)


class JobWorkerRow(Base):
    """A process that does jobs, seen not long ago."""

    __tablename__ = "job_worker"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[dt.datetime] = mapped_column(UtcTime, default=now)
