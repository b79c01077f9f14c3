"""The pages' blueprints, in one place."""

from flask import Flask

from mien.web.errors import install_error_pages
from mien.web.rendering import install_pages
from mien.web.views import access
from mien.web.views import account
from mien.web.views import activity
from mien.web.views import api_reference
from mien.web.views import changes
from mien.web.views import check_person
from mien.web.views import compare
from mien.web.views import corrections
from mien.web.views import faces
from mien.web.views import galleries
from mien.web.views import home
from mien.web.views import identified_photos
from mien.web.views import identify
from mien.web.views import imports
from mien.web.views import jobs
from mien.web.views import keys
from mien.web.views import live
from mien.web.views import patterns
from mien.web.views import people
from mien.web.views import person
from mien.web.views import review
from mien.web.views import together
from mien.web.views import unknown
from mien.web.views import users
from mien.web.views import videos


def register(app: Flask) -> None:
    """Add the pages to an app."""
    install_pages(app)
    install_error_pages(app)
    for area in (
        access,
        home,
        identified_photos,
        identify,
        live,
        people,
        person,
        faces,
        review,
        check_person,
        unknown,
        changes,
        corrections,
        together,
        compare,
        galleries,
        imports,
        videos,
        jobs,
        activity,
        keys,
        users,
        account,
        api_reference,
        patterns,
    ):
        app.register_blueprint(area.bp)
