"""Accounts, managed by administrators."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.access.reset_links import issue_reset_link
from mien.access.sign_out_user import sign_out_user
from mien.access.users import User
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
from mien.web.forms.settings import ResetLinkForm
from mien.web.pages.users import created_reset_link_page
from mien.web.pages.users import new_user_page
from mien.web.pages.users import reset_link_page
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
        with form.noting(NameTaken, field="name"), form.confirming() as own_password:
            user = add_user(
                this_call(),
                name=form.text("name"),
                password=form.text("password"),
                is_admin=form.is_admin.data,
                own_password=own_password,
            )
            flash(f"{user.name} can sign in now.", "done")
            return go_to(url_for("users.show_all"))
    page = new_user_page(form.state())
    return show(page, place="users", status=form.status, headers=form.headers)


@bp.post("/<id:user_id>/sign-out")
@asks("users.sign_out")
def sign_out(user_id: str) -> ResponseReturnValue:
    """Sign an account out everywhere."""
    user = sign_out_user(this_call(), name=_user(user_id).name)
    flash(f"{user.name} is signed out everywhere.", "done")
    return go_to(url_for("users.show_all"))


@bp.post("/<id:user_id>/remove")
@asks("users.remove")
def remove(user_id: str) -> ResponseReturnValue:
    """Remove an account and sign it out everywhere."""
    name = _user(user_id).name
    remove_user(this_call(), name=name)
    flash(f"{name} can no longer sign in.", "done")
    return go_to(url_for("users.show_all"))


@bp.get("/<id:user_id>/reset")
@asks("users.issue_reset_link")
def reset(user_id: str) -> ResponseReturnValue:
    """Ask for the own password before somebody gets a link for a new one."""
    page = reset_link_page(_user(user_id), ResetLinkForm(formdata=None).state())
    return show(page, place="users")


@bp.post("/<id:user_id>/reset")
@asks("users.issue_reset_link")
def create_reset_link(user_id: str) -> ResponseReturnValue:
    """Make a link for a new password and show it, this one time."""
    form = ResetLinkForm()
    user = _user(user_id)
    if form.validate():
        with form.confirming() as own_password:
            # Not sent on to another page: the link would have to be kept for it.
            secret, link = issue_reset_link(this_call(), name=user.name, own_password=own_password)
            return show(created_reset_link_page(secret, link), place="users", status=201)
    page = reset_link_page(user, form.state())
    return show(page, place="users", status=form.status, headers=form.headers)


@bp.get("/<id:user_id>/remove")
@bp.get("/<id:user_id>/sign-out")
@asks("users.read")
def elsewhere(user_id: str) -> ResponseReturnValue:
    """These forms are in the list."""
    del user_id
    return redirect(url_for("users.show_all"))


def _user(user_id: str) -> User:
    user = next((user for user in list_users(this_call()) if user.id == user_id), None)
    if user is None:
        raise UserNotFound("removed_already")
    return user
