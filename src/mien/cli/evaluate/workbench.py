"""What the commands below `mien evaluate` share: the engine, the gallery's settings, the photos."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import AbstractContextManager
from contextlib import ExitStack
from contextlib import closing
from contextlib import contextmanager
from contextlib import nullcontext
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar

import click

from mien.access.actor import OPERATOR
from mien.cli.runtime import has_database
from mien.cli.runtime import load_settings
from mien.cli.runtime import opened
from mien.cli.terminal.output import print_note
from mien.cli.terminal.progress import counted_photos
from mien.cli.terminal.progress import shown_progress
from mien.errors import GalleryNotFound
from mien.errors import InvalidInput
from mien.errors import StorageError
from mien.evaluation.acquire import Acquired
from mien.evaluation.acquire import Sample
from mien.evaluation.acquire import acquire
from mien.evaluation.figures import Made
from mien.evaluation.figures import OperatingSettings
from mien.options import ACCEPTED_RATE
from mien.options import FACE_CHOICES
from mien.options import FaceChoice
from mien.runtime import given_engine
from mien.settings import Settings

if TYPE_CHECKING:
    from mien.evaluation.cache import Kept
    from mien.evaluation.split import Enrolled
    from mien.runtime import Runtime
    from mien.vision.engine import Engine
    from mien.vision.reader import ImageReader

_Function = TypeVar("_Function", bound=Callable[..., Any])
_DEFAULT = "default"
_NEW = OperatingSettings(None, ACCEPTED_RATE, ACCEPTED_RATE, None)


@dataclass(frozen=True, slots=True)
class Workbench:
    """What photos are measured with.

    Attributes:
        engine: as the server's.
        reader: decodes the files, within the server's limits.
        gallery: the settings at which answers are judged.
        settings: of this installation.
    """

    engine: "Engine"
    reader: "ImageReader"
    gallery: OperatingSettings
    settings: Settings


@dataclass(frozen=True, slots=True)
class AnalysisChoice:
    """How photos are looked at.

    Attributes:
        gallery: name of the gallery whose settings hold; None takes the default one's, or those
            of a new one.
        pack: the model pack; None takes the one in use.
        face: which face is meant where a photo shows several.
        cache: file that keeps what the engine made of the photos.
    """

    gallery: str | None
    pack: str | None
    face: FaceChoice
    cache: Path | None


_GALLERY = click.option(
    "--gallery",
    metavar="NAME",
    help="Use the settings of this gallery. Default: the default gallery's.",
)
_PACK = click.option("--pack", metavar="NAME", help="Model pack. Default: the one in use.")
_FACE = click.option(
    "--face",
    type=click.Choice(FACE_CHOICES),
    default=FACE_CHOICES[0],
    show_default=True,
    help="Which face to use if a photo shows several.",
)
_CACHE = click.option(
    "--cache",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Save the networks' results for the photos, and reuse them next time.",
)


def analysis_options(function: _Function) -> _Function:
    """Give a command the options that make an `AnalysisChoice`."""
    return _GALLERY(_PACK(_FACE(_CACHE(function))))


def analysis_options_but_pack(function: _Function) -> _Function:
    """Give a command that names packs otherwise the other options of an `AnalysisChoice`."""
    return _GALLERY(_FACE(_CACHE(function)))


@contextmanager
def workbench(choice: AnalysisChoice) -> Iterator[Workbench]:
    """What photos are measured with; needs models, but neither a database nor a home.

    Raises:
        ModelError: the pack's files cannot be had.
        GalleryNotFound: the gallery that was named is not there.
        DatabaseUnreachable, DatabaseOutdated: the gallery that was named cannot be looked up.
    """
    settings = load_settings()
    with opened(settings) as runtime:
        gallery, contract_id = _gallery_settings(runtime, settings, choice.gallery)
        with _opened_engine(runtime, settings, choice.pack) as engine:
            if gallery.threshold is not None and contract_id != engine.summary.contract_id:
                print_note(
                    "The gallery's fixed threshold belongs to another model and is ignored; its "
                    "accepted rates are used."
                )
                gallery = replace(gallery, threshold=None)
            yield Workbench(engine, runtime.services.reader, gallery, settings)


@contextmanager
def workbenches(choice: AnalysisChoice, packs: Sequence[str]) -> Iterator[dict[str, Workbench]]:
    """What the same photos are measured with by several packs, all open at once, by pack.

    A threshold that was set by hand is one model's: here it follows from the accepted rates.

    Args:
        choice: how; its pack does not count.
        packs: their names.

    Raises:
        PackNotFound: there is no pack of a name; nothing was fetched.
        ModelError: the files of one cannot be had.
        GalleryNotFound: the gallery that was named is not there.
        DatabaseUnreachable, DatabaseOutdated: the gallery that was named cannot be looked up.
    """
    from mien.packs.catalog import load_catalog

    settings = load_settings()
    if given_engine() is None:
        catalog = load_catalog(settings.models_dir)
        for name in packs:
            catalog.find(name)
    with opened(settings) as runtime, ExitStack() as engines:
        gallery, _ = _gallery_settings(runtime, settings, choice.gallery)
        if gallery.threshold is not None:
            print_note(
                "The gallery's fixed threshold belongs to one model and is ignored; its accepted "
                "rates are used."
            )
            gallery = replace(gallery, threshold=None)
        yield {
            name: Workbench(
                engines.enter_context(_opened_engine(runtime, settings, name)),
                runtime.services.reader,
                gallery,
                settings,
            )
            for name in packs
        }


def analyse(
    bench: Workbench,
    choice: AnalysisChoice,
    folder: Path,
    photos: Iterable[str],
    *,
    kept: "Kept | None" = None,
) -> Acquired:
    """Find and embed one face of each photo, with a bar on standard error.

    Results are saved now and then and at the end, even after an interruption.

    Args:
        bench: what photos are measured with.
        choice: how.
        folder: the photos' names are paths below it.
        photos: their names.
        kept: see `open_cache`; None opens it now.

    Raises:
        InvalidInput: the cache cannot be read or written.
    """
    wanted = set(photos)
    if kept is None:
        kept = open_cache(bench, choice, folder)
    new = wanted - set(kept.samples) - set(kept.refused)
    with counted_photos(len(new)) as on_photo:

        def keep(name: str, seen: Sample | str) -> None:
            kept.add(name, seen)
            on_photo()

        try:
            acquire(bench.engine, bench.reader, folder, new, face=choice.face, on_photo=keep)
        finally:
            kept.save()
    return Acquired(
        samples={name: each for name, each in kept.samples.items() if name in wanted},
        refused={name: each for name, each in kept.refused.items() if name in wanted},
    )


def made_with(bench: Workbench, choice: AnalysisChoice) -> Made:
    """What the embeddings are made with."""
    summary = bench.engine.summary
    return Made(
        pack=summary.pack,
        contract_id=summary.contract_id,
        detector=summary.detector,
        recognizer=summary.recognizer,
        calibrated=summary.calibration is not None,
        face=choice.face,
    )


def open_cache(bench: Workbench, choice: AnalysisChoice, folder: Path) -> "Kept":
    """What the cache knows about the photos, and where to add more.

    Raises:
        InvalidInput: the cache cannot be read, or could not be written later.
    """
    from mien.evaluation.cache import Kept
    from mien.evaluation.cache import cache_key

    summary = bench.engine.summary
    key = cache_key(
        folder,
        contract_id=summary.contract_id,
        detector=summary.detector,
        recognizer=summary.recognizer,
        face=choice.face,
        side=str(bench.settings.detection_side),
        precision=bench.settings.inference_precision,
        # What was refused for its size is to be looked at when more is allowed.
        most_bytes=str(bench.settings.max_upload_bytes),
        most_pixels=str(bench.settings.max_pixels),
    )
    return Kept(choice.cache, key=key, folder=folder)


def _gallery_settings(
    runtime: "Runtime", settings: Settings, name: str | None
) -> tuple[OperatingSettings, str | None]:
    """The settings of a gallery, and the contract it is bound to."""
    from mien.gallery.galleries import show_gallery
    from mien.storage import migrate

    if not has_database(settings):
        if name is not None:
            raise GalleryNotFound("nothing_set_up", words={"name": name})
        return _NEW, None
    try:
        migrate.require_current(runtime.database)
        found = show_gallery(runtime.call(OPERATOR), name=name or _DEFAULT)
    except (GalleryNotFound, StorageError):
        if name is not None:
            raise
        return _NEW, None
    kept = found.settings
    known = OperatingSettings(found.name, kept.accepted_fpir, kept.accepted_fmr, kept.threshold)
    return known, found.contract_id


def _opened_engine(
    runtime: "Runtime", settings: Settings, pack: str | None
) -> AbstractContextManager["Engine"]:
    """The engine of a pack, closed at the end; one that was given stays open."""
    given = given_engine()
    return nullcontext(given) if given else closing(_engine(runtime, settings, pack))


def _engine(runtime: "Runtime", settings: Settings, pack: str | None) -> "Engine":
    from mien.gallery.pack_in_use import current_pack
    from mien.runtime import build_engine

    name = pack
    if name is None and has_database(settings):
        try:
            name = current_pack(runtime.database)
        except StorageError:
            name = None
    packs = runtime.services.packs
    with shown_progress() as progress:
        installed = (
            packs.install(name, progress=progress)
            if name
            else packs.choose_first(progress=progress).installed
        )
    return build_engine(settings, installed)


def enrolled_count(text: str) -> "Enrolled":
    """`half`, `all` or a number of people.

    Raises:
        InvalidInput: it is neither.
    """
    if text == "half":
        return "half"
    if text == "all":
        return "all"
    if not (text.isascii() and text.isdecimal()):
        raise InvalidInput("enrolled_option", words={"text": text}, field="enrolled")
    return int(text)
