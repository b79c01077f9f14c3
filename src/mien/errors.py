"""Every exception of Mien, named for what happened.

MienError
├── ImageError                the upload cannot be used as a photo
│   ├── UnreadableImage
│   ├── UnsupportedImage
│   ├── ImageTooLarge
│   ├── TooManyPixels
│   └── PhotoTakesTooLong
├── FormError                 a form cannot be read
│   ├── FormWithoutBoundary
│   ├── FormBrokenOff
│   └── FormDamaged
├── FaceError                 the photo is fine, its faces do not fit the request
│   ├── NoFaceFound
│   ├── SeveralFacesFound
│   ├── FaceNumberOutOfRange
│   └── PhotoNotGoodEnough
├── NotFound                  something in the request does not exist
│   ├── GalleryNotFound  PersonNotFound  FaceNotFound  PhotoNotFound
│   ├── ProbeNotFound    UserNotFound    KeyNotFound     ClusterNotFound
│   ├── JobNotFound
├── Conflict                  the request conflicts with what exists
│   ├── NameTaken
│   ├── PersonAmbiguous
│   ├── GalleryModelMismatch
│   ├── GalleryProtected
│   ├── LastAdministrator
│   ├── AlreadyRunning
│   ├── FacesNotEmbedded  PhotosNotKept
│   ├── AddressInUse
│   ├── JobNotPossible
│   └── SetupFinished
├── InvalidInput              a value is not valid; names the field
├── ArchiveRefused            an archive cannot be read, or holds too much
├── VideoRefused              a video cannot be read, or is more than is looked at
├── VideoUnavailable          the library that reads videos is not installed
├── FileSkipped               a file of an import is not looked at
├── JobInterrupted            a job ended with the command that did it
├── AccessError               the caller may not do this
│   ├── NotAuthenticated  WrongCredentials  KeyInvalid
│   ├── TooManyAttempts   ResetLinkInvalid
│   ├── ScopeMissing      NotPermitted      SetupLinkInvalid
├── ModelError                model packs and the runtimes that run them
│   ├── PackNotFound      PackInvalid
│   ├── PackUnavailable   SourceUnavailable
│   ├── DigestMismatch    ConversionFailed
│   ├── ModelFileMissing  PackChanged
│   ├── InferenceRuntimeMissing
│   └── SessionForked
├── Overloaded                the server is too busy
├── ShuttingDown              this process is ending and drops the request
├── ClientGone                the client has disconnected
├── UnknownServerVersion      a server library has not been tested with Mien
└── StorageError              the database, the files or the index
    ├── DatabaseUnreachable
    ├── DatabaseBusy      DatabaseReplaced
    ├── DatabaseOutdated
    ├── DatabaseMissing
    ├── StorageFull       StorageReadOnly   StorageFailed
    ├── FilesUnavailable
    ├── FilesOfAnotherDatabase
    ├── FileMissing
    └── IndexUnavailable

Layers raise these; only `mien.http` turns them into statuses, and only `mien.cli` into exit codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One reason to reject a face; its sentence is in `mien.words`.

    Attributes:
        code: stable, for programs.
        variant: which of several sentences with this code is meant; empty where there is one.
        figure: what was measured; for `blurred` the sharpness at equal brightness, for
            `eyes_hidden` below 0 when the eye is outside.
        limit: what it may be, at least or at most.
        unit: of both; empty for none.
    """

    code: str
    variant: str = ""
    figure: float
    limit: float
    unit: str

    @property
    def key(self) -> str:
        """The key of its sentence in the catalogue."""
        return sentence_key(self.code, self.variant)


class MienError(Exception):
    """The base of all errors that Mien reports. The message is in `mien.words`, not here.

    Args:
        variant: which of several sentences with this code is meant; empty where there is one.
        words: values for the sentence alone, such as a path, that programs are not given; an
            error among them stands for its own sentence.
        extra: more facts for machines (JSON values, errors, objections), never a name, an image
            or an embedding; the sentence may use them too.

    Attributes:
        code: stable, lower case with underscores; part of the API.
        key: the code and the variant; where the sentence is in the catalogue.
    """

    code: ClassVar[str] = "error"

    def __init__(
        self, variant: str = "", /, *, words: Mapping[str, Any] | None = None, **extra: Any
    ) -> None:
        super().__init__(variant)
        self.key = sentence_key(self.code, variant)
        self.words = words or {}
        self.extra = extra

    def __str__(self) -> str:
        # Tracebacks and logs get no values: they may be names.
        return self.key


def sentence_key(code: str, variant: str = "") -> str:
    """The key of a sentence in the catalogue: the code and the variant."""
    return f"{code}.{variant}" if variant else code


class ImageError(MienError):
    """The upload cannot be used as a photo."""

    code = "image_error"


class UnreadableImage(ImageError):
    """The file looks like an image but cannot be decoded: incomplete, damaged or another type."""

    code = "unreadable_image"


class UnsupportedImage(ImageError):
    """The file is not an image, or an image of an unsupported type."""

    code = "unsupported_image"


class ImageTooLarge(ImageError):
    """The file is too large."""

    code = "image_too_large"


class TooManyPixels(ImageError):
    """The picture has too many pixels, whatever its file size."""

    code = "too_many_pixels"


class PhotoTakesTooLong(ImageError):
    """Processing the photo takes too long."""

    code = "photo_takes_too_long"


class FormError(MienError):
    """A form with files cannot be read."""

    code = "form_error"


class FormWithoutBoundary(FormError):
    """The request's `Content-Type` has no boundary to separate the parts of the form."""

    code = "form_without_boundary"


class FormBrokenOff(FormError):
    """The form ends before its final boundary."""

    code = "form_broken_off"


class FormDamaged(FormError):
    """The body is not a form, or does not use the boundary named in the header."""

    code = "form_damaged"


class FaceError(MienError):
    """The photo is fine, but its faces do not fit the request."""

    code = "face_error"


class NoFaceFound(FaceError):
    """No face was found, but one is needed."""

    code = "no_face_found"


class SeveralFacesFound(FaceError):
    """Several faces were found, but only one is expected; `extra["boxes"]` says where they are.

    `extra["faces_left_out"]` says how many more there are.
    """

    code = "several_faces_found"


class FaceNumberOutOfRange(FaceError):
    """The photo has no face with the chosen number."""

    code = "face_number_out_of_range"


class PhotoNotGoodEnough(FaceError):
    """The gallery's gate rejects the face as an example; `extra["reasons"]` says why."""

    code = "photo_not_good_enough"


class NotFound(MienError):
    """Something in the request does not exist."""

    code = "not_found"


class GalleryNotFound(NotFound):
    """No gallery has this name."""

    code = "gallery_not_found"


class PersonNotFound(NotFound):
    """No person in this gallery has this id."""

    code = "person_not_found"


class FaceNotFound(NotFound):
    """No face of this person has this id."""

    code = "face_not_found"


class PhotoNotFound(NotFound):
    """The photo was not kept, or has been deleted."""

    code = "photo_not_found"


class ProbeNotFound(NotFound):
    """A photo kept for identification has expired or belongs to someone else."""

    code = "probe_not_found"


class ClusterNotFound(NotFound):
    """No unknown person of this gallery has this id: named, deleted, expired or put to another."""

    code = "cluster_not_found"


class ChangeNotFound(NotFound):
    """The gallery has no such change on record."""

    code = "change_not_found"


class UserNotFound(NotFound):
    """No account has this name or id."""

    code = "user_not_found"


class KeyNotFound(NotFound):
    """No API key has this id."""

    code = "key_not_found"


class JobNotFound(NotFound):
    """No job has this id."""

    code = "job_not_found"


class Conflict(MienError):
    """The request conflicts with what already exists."""

    code = "conflict"


class NameTaken(Conflict):
    """The name is already in use; upper and lower case are the same.

    Of a person, `extra["person_ids"]` says whose it is.
    """

    code = "name_taken"


class PersonAmbiguous(Conflict):
    """Several people have this name; `extra["person_ids"]` lists them."""

    code = "person_ambiguous"


class GalleryModelMismatch(Conflict):
    """The gallery's embeddings were made by another model than the one in use."""

    code = "gallery_model_mismatch"


class ChangeOver(Conflict):
    """The change is undone already, or cannot be undone any more."""

    code = "change_over"


class ChangeBlocked(Conflict):
    """Something that the change is about is not as the change left it, so it cannot be undone."""

    code = "change_blocked"


class AlreadyRunning(Conflict):
    """Another process of this installation is doing the same."""

    code = "already_running"


class PhotosNotKept(Conflict):
    """Galleries lack stored photos, so their faces cannot be embedded again; they are named."""

    code = "photos_not_kept"


class FacesNotEmbedded(Conflict):
    """Some faces have no embedding of another model pack, so their galleries cannot change to it."""

    code = "faces_not_embedded"


class NobodySearched(Conflict):
    """Nobody with a face has the metadata that a search asked for; `searched_person_count` is 0."""

    code = "nobody_searched"


class GalleryProtected(Conflict):
    """The default gallery cannot be deleted or renamed."""

    code = "gallery_protected"


class LastAdministrator(Conflict):
    """The only administrator cannot be deleted."""

    code = "last_administrator"


class SetupFinished(Conflict):
    """An administrator already exists, so the setup link no longer works."""

    code = "setup_finished"


class AddressInUse(Conflict):
    """Another program already listens at the server's address."""

    code = "address_in_use"


class JobNotPossible(Conflict):
    """A job stands so that this cannot be done; `extra["state"]` says how, where that is why."""

    code = "job_not_possible"


class ArchiveRefused(MienError):
    """An archive cannot be read, or holds more than is read."""

    code = "archive_refused"


class VideoRefused(MienError):
    """A video cannot be read, or is longer or larger than is looked at."""

    code = "video_refused"


class VideoUnavailable(MienError):
    """The library that reads videos is not installed."""

    code = "video_unavailable"


class FileSkipped(MienError):
    """A file that was sent for an import is not looked at."""

    code = "file_skipped"


class JobInterrupted(MienError):
    """A job ended with the command that did it."""

    code = "job_interrupted"


class InvalidInput(MienError):
    """A value is not valid; `extra["field"]` names it."""

    code = "invalid_input"

    def __init__(
        self,
        variant: str = "",
        /,
        *,
        field: str,
        words: Mapping[str, Any] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(variant, words=words, field=field, **extra)
        self.field = field


class AccessError(MienError):
    """The caller may not do this."""

    code = "access_error"


class NotAuthenticated(AccessError):
    """The caller is not signed in and sent no key."""

    code = "not_authenticated"


class WrongCredentials(AccessError):
    """The name or the password is wrong."""

    code = "wrong_credentials"


class TooManyAttempts(AccessError):
    """Too many wrong passwords were tried; `extra["retry_after_seconds"]` says how long to wait."""

    code = "too_many_attempts"


class KeyInvalid(AccessError):
    """The API key is unknown or revoked."""

    code = "key_invalid"


class ScopeMissing(AccessError):
    """The API key is valid but does not have the scope this request needs."""

    code = "scope_missing"


class NotPermitted(AccessError):
    """This account may not do this."""

    code = "not_permitted"


class HostNotAllowed(AccessError):
    """The request is for a host name that Mien does not answer to."""

    code = "host_not_allowed"


class SetupLinkInvalid(AccessError):
    """The setup link is wrong or older than Mien's last start."""

    code = "setup_link_invalid"


class ResetLinkInvalid(AccessError):
    """The link for a new password is wrong, already used or too old."""

    code = "reset_link_invalid"


class ModelError(MienError):
    """Something is wrong with a model pack or the runtime that runs it."""

    code = "model_error"


class PackNotFound(ModelError):
    """No pack has this name."""

    code = "pack_not_found"


class PackInvalid(ModelError):
    """A pack's manifest breaks a rule."""

    code = "pack_invalid"


class PackChanged(ModelError):
    """Another model pack was chosen since this process started; its server replaces it."""

    code = "pack_changed"


class PackUnavailable(ModelError):
    """The pack's files could not be fetched from any source."""

    code = "pack_unavailable"


class SourceUnavailable(ModelError):
    """One source failed: it did not respond, does not have the file, or was cut off."""

    code = "source_unavailable"


class DigestMismatch(ModelError):
    """A file's SHA-256 differs from the one in the manifest; the file was rejected."""

    code = "digest_mismatch"


class ConversionFailed(ModelError):
    """A model file could not be converted, or the converted file gives different results."""

    code = "conversion_failed"


class ModelFileMissing(ModelError):
    """A model file is not in the cache and may not be fetched now."""

    code = "model_file_missing"


class ModelFileDamaged(ModelError):
    """A model file in the cache has changed since it was stored."""

    code = "model_file_damaged"


class InferenceRuntimeMissing(ModelError):
    """The library that runs this kind of model file is not installed."""

    code = "inference_runtime_missing"


class SessionForked(ModelError):
    """A model is used by another process than the one that loaded it."""

    code = "session_forked"


class UnreadableFolder(MienError):
    """A folder of photos was skipped; `extra["folder"]` names it."""

    code = "unreadable_folder"


class Overloaded(MienError):
    """The server is too busy; `extra["retry_after_seconds"]` says when to try again."""

    code = "overloaded"


class ShuttingDown(MienError):
    """This process is ending and dropped the request."""

    code = "shutting_down"


class ClientGone(MienError):
    """The client closed the connection before the response was ready."""

    code = "client_gone"


class UnknownServerVersion(MienError):
    """Mien uses internals of a library whose installed version it has not been tested with."""

    code = "unknown_server_version"


class StorageError(MienError):
    """Something is wrong with the database, the files or the index."""

    code = "storage_error"


class DatabaseUnreachable(StorageError):
    """The database does not respond."""

    code = "database_unreachable"


class DatabaseBusy(StorageError):
    """The database did not respond in time: something else has locked what is needed."""

    code = "database_busy"


class DatabaseReplaced(StorageError):
    """The database file was replaced or deleted while it was open."""

    code = "database_replaced"


class DatabaseOutdated(StorageError):
    """The database's schema revision is not the one this version needs."""

    code = "database_outdated"


class DatabaseMissing(StorageError):
    """There is no database yet, and this command does not create one."""

    code = "database_missing"


class StorageFull(StorageError):
    """A disk has no space left for the database or the stored files."""

    code = "storage_full"


class StorageReadOnly(StorageError):
    """The database or the stored files are read-only."""

    code = "storage_read_only"


class StorageFailed(StorageError):
    """Reading or writing failed: the disk is faulty, or this account has no permission."""

    code = "storage_failed"


class FilesUnavailable(StorageError):
    """The stored files are missing, not mounted or not readable."""

    code = "files_unavailable"


class FilesOfAnotherDatabase(StorageError):
    """The stored files belong to another database than the one in use."""

    code = "files_of_another_database"


class FileMissing(StorageError):
    """A stored file is missing."""

    code = "file_missing"


class IndexUnavailable(StorageError):
    """The vector index cannot be reached or is full."""

    code = "index_unavailable"
