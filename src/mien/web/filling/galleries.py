"""All galleries, and the settings of one."""

from flask import url_for

from mien.gallery.answers import Gallery
from mien.gallery.galleries import DEFAULT_GALLERY
from mien.gallery.galleries import list_galleries
from mien.gallery.galleries import show_gallery
from mien.gallery.people import list_people
from mien.gallery.tools import Tools
from mien.web.contexts.forms import FormState
from mien.web.contexts.galleries import GalleriesPage
from mien.web.contexts.galleries import GalleryRow
from mien.web.contexts.galleries import GallerySettingsPage
from mien.web.contexts.galleries import NewGalleryPage
from mien.web.filling.faces import crop_url

_PORTRAITS = 4


def galleries_page(tools: Tools) -> GalleriesPage:
    """All galleries, with a few faces each."""
    return GalleriesPage(
        galleries=tuple(_row(tools, gallery) for gallery in list_galleries(tools)),
        new_url=url_for("galleries.new"),
    )


def new_gallery_page(form: FormState) -> NewGalleryPage:
    """The page that makes a gallery."""
    return NewGalleryPage(
        form=form,
        action_url=url_for("galleries.create"),
        back_url=url_for("galleries.show_all"),
    )


def settings_page(
    tools: Tools, *, gallery: str, form: FormState | None = None
) -> GallerySettingsPage:
    """The settings of a gallery.

    Raises:
        GalleryNotFound: no gallery has this name.
    """
    shown = show_gallery(tools, name=gallery)
    removable = shown.name != DEFAULT_GALLERY
    return GallerySettingsPage(
        form=form or _as_it_is(shown),
        name=shown.name,
        renamable=removable,
        default_threshold=tools.engine.summary.identify_threshold,
        model=shown.pack,
        people_count=shown.people,
        face_count=shown.faces,
        created_at=shown.created_at.isoformat(),
        action_url=url_for("galleries.save", gallery=shown.name),
        delete_url=url_for("galleries.ask_delete", gallery=shown.name) if removable else "",
        back_url=url_for("galleries.show_all"),
    )


def _as_it_is(gallery: Gallery) -> FormState:
    threshold = "" if gallery.threshold is None else f"{gallery.threshold:g}"
    return FormState(
        values={"name": gallery.name, "threshold": threshold},
        chosen={"keep_photos": ("yes",) if gallery.keep_photos else ()},
    )


def _row(tools: Tools, gallery: Gallery) -> GalleryRow:
    people = list_people(tools, gallery=gallery.name, order="newest", limit=_PORTRAITS).people
    return GalleryRow(
        name=gallery.name,
        url=url_for("people.sheet", gallery=gallery.name),
        settings_url=url_for("galleries.settings", gallery=gallery.name),
        people_count=gallery.people,
        face_count=gallery.faces,
        portraits=tuple(
            crop_url(gallery.name, person.id, person.portrait_face_id)
            for person in people
            if person.portrait_face_id
        ),
    )
