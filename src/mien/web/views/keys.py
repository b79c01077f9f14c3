"""API keys: listed, created, shown once, revoked."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.access.api_keys import create_key
from mien.access.api_keys import revoke_key
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.context import this_call
from mien.web.forms.kept import kept_form
from mien.web.forms.settings import NewKeyForm
from mien.web.pages.keys import created_key_page
from mien.web.pages.keys import keys_page
from mien.web.pages.keys import new_key_page
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint("keys", __name__, url_prefix="/keys")
bp.before_request(check_browser)


@bp.get("")
@asks("keys.read")
def show_all() -> ResponseReturnValue:
    """The keys that are in force."""
    return show(keys_page(this_call()), place="keys")


@bp.get("/new")
@asks("keys.create")
def new() -> ResponseReturnValue:
    """Ask for a key's name and what it may do."""
    form = kept_form(request.path, NewKeyForm) or NewKeyForm(formdata=None).state()
    return show(new_key_page(form), place="keys")


@bp.post("/new")
@asks("keys.create")
def create() -> ResponseReturnValue:
    """Make a key and show it, this one time."""
    form = NewKeyForm()
    if form.validate():
        with form.noting(), form.confirming() as own_password:
            # Not sent on to another page: the key would have to be kept for it.
            secret, key = create_key(
                this_call(),
                name=form.text("name"),
                scopes=form.scopes.data or (),
                own_password=own_password,
            )
            return show(created_key_page(secret, key), place="keys", status=201)
    page = new_key_page(form.state())
    return show(page, place="keys", status=form.status, headers=form.headers)


@bp.post("/<id:key_id>/revoke")
@asks("keys.revoke")
def revoke(key_id: str) -> ResponseReturnValue:
    """Make a key useless from now on."""
    key = revoke_key(this_call(), key_id=key_id)
    flash(f"The key “{key.name}” is revoked.", "done")
    return go_to(url_for("keys.show_all"))


@bp.get("/<id:key_id>/revoke")
@asks("keys.revoke")
def revoke_elsewhere(key_id: str) -> ResponseReturnValue:
    """The form that revokes a key is in the list."""
    del key_id
    return redirect(url_for("keys.show_all"))
