"""All galleries, and the page that makes one."""

from flask import url_for

from mien.gallery.galleries import list_galleries
from mien.gallery.people.people import list_people
from mien.gallery.results import Gallery
from mien.gallery.services import Services
from mien.options import ACCEPTED_RATE
from mien.web.contexts.forms import FormState
from mien.web.contexts.galleries import GalleriesPage
from mien.web.contexts.galleries import GalleryRow
from mien.web.contexts.galleries import NewGalleryPage
from mien.web.filling.faces import crop_url

_PORTRAITS = 4


def galleries_page(services: Services) -> GalleriesPage:
    """All galleries, with a few faces each."""
    return GalleriesPage(
        galleries=tuple(_row(services, gallery) for gallery in list_galleries(services)),
        new_url=url_for("galleries.new"),
    )


def new_gallery_page(services: Services, form: FormState) -> NewGalleryPage:
    """The page that makes a gallery."""
    return NewGalleryPage(
        form=form,
        accepted=None if services.engine.summary.calibration is None else ACCEPTED_RATE,
        action_url=url_for("galleries.create"),
        back_url=url_for("galleries.show_all"),
    )


def _row(services: Services, gallery: Gallery) -> GalleryRow:
    people = list_people(services, gallery=gallery.name, order="newest", limit=_PORTRAITS).people
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
        accepted=_accepted(services, gallery),
    )


def _accepted(services: Services, gallery: Gallery) -> float | None:
    calibrated = services.engine.summary.calibration is not None
    return gallery.accepted_fpir if calibrated and gallery.threshold is None else None
