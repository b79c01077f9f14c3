"""The API's reference, for whoever is signed in."""

from flask import Blueprint
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.http.api_description import api_description
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.web.pages.api_reference.build import api_reference_page
from mien.web.rendering import show

bp = Blueprint("api_reference", __name__)
bp.before_request(check_browser)


@bp.get("/api/docs")
@asks("account.read")
def show_reference() -> ResponseReturnValue:
    """Every operation of the API."""
    start = url_for("home.start", _external=True).rstrip("/")
    document_url = url_for("api_document.show")
    page = api_reference_page(api_description(), start=start, document_url=document_url)
    return show(page, place="keys")
