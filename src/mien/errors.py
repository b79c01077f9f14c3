"""Every exception of Mien, named for what happened.

MienError
├── ImageError                what was sent cannot be used as a photo
│   ├── UnreadableImage
│   ├── UnsupportedImage
│   ├── ImageTooLarge
│   ├── TooManyPixels
│   └── PhotoTakesTooLong
├── FormError                 a form cannot be taken apart
│   ├── FormWithoutBoundary
│   ├── FormBrokenOff
│   └── FormDamaged
├── FaceError                 the photo is fine, its faces are not what was asked for
│   ├── NoFaceFound
│   ├── SeveralFacesFound
│   ├── FaceNumberOutOfRange
│   └── PhotoNotGoodEnough
├── NotFound                  something was named that does not exist
│   ├── GalleryNotFound  PersonNotFound  FaceNotFound  PhotoNotFound
│   ├── ProbeNotFound    UserNotFound    KeyNotFound
├── Conflict                  what exists stands in the way
│   ├── NameTaken
│   ├── PersonAmbiguous
│   ├── GalleryModelMismatch
│   ├── GalleryProtected
│   ├── LastAdministrator
│   ├── AddressInUse
│   └── SetupFinished
├── InvalidInput              a value breaks a rule; names the field
├── AccessError               who asks may not
│   ├── NotAuthenticated  WrongCredentials  KeyInvalid
│   ├── TooManyAttempts   ResetLinkInvalid
│   ├── ScopeMissing      NotPermitted      SetupLinkInvalid
├── ModelError                model packs and the runtimes that run them
│   ├── PackNotFound      PackInvalid
│   ├── PackUnavailable   SourceUnavailable
│   ├── DigestMismatch    ConversionFailed
│   ├── ModelFileMissing
│   ├── InferenceRuntimeMissing
│   └── SessionForked
├── Overloaded                more is asked than can be answered in time
├── ShuttingDown              this process ends and lets go of what was asked for
├── ClientGone                nobody waits for the answer any more
├── UnknownServerVersion      a server library is one that Mien was not tried with
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
    """One reason against a face; the sentence about it is in `mien.words`.

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
        """Where its sentence is in the catalogue."""
        return sentence_key(self.code, self.variant)


class MienError(Exception):
    """Something that Mien can name went wrong. It carries no sentence: `mien.words` has it.

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
    """Where a sentence is in the catalogue: the code, and which of several sentences with it."""
    return f"{code}.{variant}" if variant else code


class ImageError(MienError):
    """What was sent cannot be used as a photo."""

    code = "image_error"


class UnreadableImage(ImageError):
    """The bytes claim to be an image but cannot be decoded: truncated, damaged or lying."""

    code = "unreadable_image"


class UnsupportedImage(ImageError):
    """The bytes are no image, or an image of a kind that is not read."""

    code = "unsupported_image"


class ImageTooLarge(ImageError):
    """The file has more bytes than are accepted."""

    code = "image_too_large"


class TooManyPixels(ImageError):
    """The picture has more pixels than are accepted, whatever its file size."""

    code = "too_many_pixels"


class PhotoTakesTooLong(ImageError):
    """Looking at the photo takes longer than it may."""

    code = "photo_takes_too_long"


class FormError(MienError):
    """A form with files cannot be taken apart."""

    code = "form_error"


class FormWithoutBoundary(FormError):
    """The header of the request does not say what stands between the parts of the form."""

    code = "form_without_boundary"


class FormBrokenOff(FormError):
    """The form ends before its end is marked."""

    code = "form_broken_off"


class FormDamaged(FormError):
    """The body is no form, or not with the boundary that the header names."""

    code = "form_damaged"


class FaceError(MienError):
    """The photo is fine, but its faces are not what was asked for."""

    code = "face_error"


class NoFaceFound(FaceError):
    """A face is needed and none was found."""

    code = "no_face_found"


class SeveralFacesFound(FaceError):
    """One face is needed and several were found; `extra["boxes"]` says where.

    `extra["faces_left_out"]` says how many more there are.
    """

    code = "several_faces_found"


class FaceNumberOutOfRange(FaceError):
    """A face was chosen by a number that the photo does not have."""

    code = "face_number_out_of_range"


class PhotoNotGoodEnough(FaceError):
    """The gallery's gate refuses the face as an example; `extra["reasons"]` says why."""

    code = "photo_not_good_enough"


class NotFound(MienError):
    """Something was named that does not exist."""

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
    """The photo was not kept, or has been removed."""

    code = "photo_not_found"


class ProbeNotFound(NotFound):
    """A photo held for identification has expired or belongs to somebody else."""

    code = "probe_not_found"


class UserNotFound(NotFound):
    """No account has this name or id."""

    code = "user_not_found"


class KeyNotFound(NotFound):
    """No API key has this id."""

    code = "key_not_found"


class Conflict(MienError):
    """What exists already stands in the way."""

    code = "conflict"


class NameTaken(Conflict):
    """The name is in use; names are compared without regard to case.

    Of a person, `extra["person_ids"]` says whose it is.
    """

    code = "name_taken"


class PersonAmbiguous(Conflict):
    """Several people have this name; `extra["person_ids"]` says who."""

    code = "person_ambiguous"


class GalleryModelMismatch(Conflict):
    """The gallery's embeddings come from another model than the one in use."""

    code = "gallery_model_mismatch"


class GalleryProtected(Conflict):
    """The default gallery cannot be removed or renamed."""

    code = "gallery_protected"


class LastAdministrator(Conflict):
    """The last administrator cannot be removed."""

    code = "last_administrator"


class SetupFinished(Conflict):
    """An administrator exists, so the set-up link is spent."""

    code = "setup_finished"


class AddressInUse(Conflict):
    """Somebody listens already where a server is to listen."""

    code = "address_in_use"


class InvalidInput(MienError):
    """A value breaks a rule; `extra["field"]` names it."""

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
    """Who asks may not do this."""

    code = "access_error"


class NotAuthenticated(AccessError):
    """Nobody is signed in and no key was sent."""

    code = "not_authenticated"


class WrongCredentials(AccessError):
    """The name and the password do not belong together; which of the two is not said."""

    code = "wrong_credentials"


class TooManyAttempts(AccessError):
    """Too many wrong passwords were tried; `extra["retry_after_seconds"]` says when to go on."""

    code = "too_many_attempts"


class KeyInvalid(AccessError):
    """The API key is unknown or revoked."""

    code = "key_invalid"


class ScopeMissing(AccessError):
    """The API key is good but lacks the scope that this call needs."""

    code = "scope_missing"


class NotPermitted(AccessError):
    """The account is good but may not do this."""

    code = "not_permitted"


class HostNotAllowed(AccessError):
    """The request is for a host name that Mien is not reached by."""

    code = "host_not_allowed"


class SetupLinkInvalid(AccessError):
    """The set-up link is wrong or older than the last start."""

    code = "setup_link_invalid"


class ResetLinkInvalid(AccessError):
    """The link for a new password is wrong, used or too old."""

    code = "reset_link_invalid"


class ModelError(MienError):
    """Something about model packs or the runtimes that run them."""

    code = "model_error"


class PackNotFound(ModelError):
    """No pack has this name."""

    code = "pack_not_found"


class PackInvalid(ModelError):
    """A pack's manifest breaks a rule."""

    code = "pack_invalid"


class PackUnavailable(ModelError):
    """None of a pack's sources gave its files."""

    code = "pack_unavailable"


class SourceUnavailable(ModelError):
    """One source did not give the file: no answer, not there, or cut off."""

    code = "source_unavailable"


class DigestMismatch(ModelError):
    """A file's SHA-256 is not the one the manifest names; the file was refused."""

    code = "digest_mismatch"


class ConversionFailed(ModelError):
    """A model file could not be converted, or the converted one gives other numbers."""

    code = "conversion_failed"


class ModelFileMissing(ModelError):
    """A model file is not in the cache and was not to be fetched now."""

    code = "model_file_missing"


class ModelFileDamaged(ModelError):
    """A model file in the cache has other bytes than it was stored with."""

    code = "model_file_damaged"


class InferenceRuntimeMissing(ModelError):
    """The library that runs this kind of model file is not installed."""

    code = "inference_runtime_missing"


class SessionForked(ModelError):
    """A loaded model is used by another process than the one that loaded it."""

    code = "session_forked"


class UnreadableFolder(MienError):
    """A folder among those to be looked through was not entered; `extra["folder"]` names it."""

    code = "unreadable_folder"


class Overloaded(MienError):
    """More is being asked than can be answered in time; `extra["retry_after_seconds"]` says when."""

    code = "overloaded"


class ShuttingDown(MienError):
    """This process ends, and has let go of what was asked for."""

    code = "shutting_down"


class ClientGone(MienError):
    """Who asked has closed the connection, and nobody would read the answer."""

    code = "client_gone"


class UnknownServerVersion(MienError):
    """A library whose insides Mien relies on is of a version that it was not tried with."""

    code = "unknown_server_version"


class StorageError(MienError):
    """Something about the database, the files or the index."""

    code = "storage_error"


class DatabaseUnreachable(StorageError):
    """The database does not answer."""

    code = "database_unreachable"


class DatabaseBusy(StorageError):
    """The database is there and did not answer in time: others hold what is needed."""

    code = "database_busy"


class DatabaseReplaced(StorageError):
    """The database file that this process has open was replaced or removed."""

    code = "database_replaced"


class DatabaseOutdated(StorageError):
    """The database has another schema revision than this code needs."""

    code = "database_outdated"


class DatabaseMissing(StorageError):
    """There is no database yet, and this was no word to make one."""

    code = "database_missing"


class StorageFull(StorageError):
    """A disk has no room left for the database or the stored files."""

    code = "storage_full"


class StorageReadOnly(StorageError):
    """The database or the stored files can be read and not be written."""

    code = "storage_read_only"


class StorageFailed(StorageError):
    """A disk does not do what is asked of it: it is broken, or this account may not."""

    code = "storage_failed"


class FilesUnavailable(StorageError):
    """The stored files are not where they belong: away, not mounted, or not to be read."""

    code = "files_unavailable"


class FilesOfAnotherDatabase(StorageError):
    """The stored files belong to another database than the one that is asked."""

    code = "files_of_another_database"


class FileMissing(StorageError):
    """A stored file is not where its row says."""

    code = "file_missing"


class IndexUnavailable(StorageError):
    """What keeps the vectors that are searched cannot be reached, or holds no more of them."""

    code = "index_unavailable"
