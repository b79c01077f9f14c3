"""Accounts, managed by administrators."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.access.users import add_user
from mien.access.users import list_users
from mien.access.users import remove_user
from mien.errors import NameTaken
from mien.errors import UserNotFound
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.auth import current_sign_in
from mien.http.context import this_call
from mien.web.forms.kept import kept_form
from mien.web.forms.settings import NewUserForm
from mien.web.pages.users import new_user_page
from mien.web.pages.users import users_page
from mien.web.rendering import go_to
from mien.web.rendering import show

bp = Blueprint("users", __name__, url_prefix="/users")
bp.before_request(check_browser)


@bp.get("")
@asks("users.read")
def show_all() -> ResponseReturnValue:
    """All accounts."""
    return show(users_page(this_call(), own_id=current_sign_in().user.id), place="users")


@bp.get("/new")
@asks("users.add")
def new() -> ResponseReturnValue:
    """Ask for a name and a first password."""
    form = kept_form(request.path, NewUserForm) or NewUserForm(formdata=None).state()
    return show(new_user_page(form), place="users")


@bp.post("/new")
@asks("users.add")
def create() -> ResponseReturnValue:
    """Make an account."""
    form = NewUserForm()
    if form.validate():
        with form.noting(NameTaken, field="name"):
            user = add_user(
                this_call(),
                name=form.text("name"),
                password=form.text("password"),
                is_admin=form.is_admin.data,
            )
            flash(f"{user.name} can sign in now.", "done")
            return go_to(url_for("users.show_all"))
    return show(new_user_page(form.state()), place="users", status=form.status)


@bp.post("/<id:user_id>/remove")
@asks("users.remove")
def remove(user_id: str) -> ResponseReturnValue:
    """Remove an account and sign it out everywhere."""
    name = next((user.name for user in list_users(this_call()) if user.id == user_id), None)
    if name is None:
        raise UserNotFound("removed_already")
    remove_user(this_call(), name=name)
    flash(f"{name} can no longer sign in.", "done")
    return go_to(url_for("users.show_all"))


@bp.get("/<id:user_id>/remove")
@asks("users.remove")
def remove_elsewhere(user_id: str) -> ResponseReturnValue:
    """The form that removes an account is in the list."""
    del user_id
    return redirect(url_for("users.show_all"))
