"""One's own account: password, appearance, the browsers that are signed in."""

from typing import Final

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.access.change_password import change_password
from mien.access.sign_ins import end_sign_in
from mien.errors import TooManyAttempts
from mien.errors import WrongCredentials
from mien.http.auth import asks
from mien.http.auth import check_browser
from mien.http.auth import current_sign_in
from mien.http.context import this_call
from mien.http.cookies import cookies_are_secure
from mien.http.password_source import password_source
from mien.web.forms.settings import PasswordForm
from mien.web.forms.settings import ThemeForm
from mien.web.layout import THEME_COOKIE
from mien.web.pages.account import account_page
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.signing_in import sign_in_as

bp = Blueprint("account", __name__, url_prefix="/account")
bp.before_request(check_browser)

_YEAR_SECONDS: Final = 365 * 24 * 3600


@bp.get("")
@asks("account.read")
def show_own() -> ResponseReturnValue:
    """The account of who is signed in."""
    page = account_page(this_call(), current_sign_in(), PasswordForm(formdata=None).state())
    return show(page, place="account")


@bp.post("")
@asks("account.change_password")
def save_password() -> ResponseReturnValue:
    """Change the password, sign out everywhere, and sign this browser in anew."""
    form = PasswordForm()
    signed_in = current_sign_in()
    if form.validate():
        with form.noting(WrongCredentials, TooManyAttempts, field="current_password"):
            change_password(
                this_call(),
                user_id=signed_in.user.id,
                old_password=form.text("current_password"),
                new_password=form.text("password"),
                source=password_source(),
            )
            response = sign_in_as(signed_in.user.id, url_for("account.show_own"))
            flash("Password changed. You are signed out everywhere else.", "done")
            return response
    page = account_page(this_call(), signed_in, form.state())
    return show(page, place="account", status=form.status, headers=form.headers)


@bp.post("/theme")
@asks("account.read")
def save_theme() -> ResponseReturnValue:
    """Let this browser keep the appearance chosen."""
    form = ThemeForm()
    response = go_to(url_for("account.show_own"))
    if form.validate() and form.theme.data:
        response.set_cookie(
            THEME_COOKIE,
            form.theme.data,
            max_age=_YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=cookies_are_secure(),
        )
    else:
        response.delete_cookie(THEME_COOKIE)
    return response


@bp.post("/browsers/<id:sign_in_id>/end")
@asks("account.end_sign_in")
def end_browser(sign_in_id: str) -> ResponseReturnValue:
    """Sign a browser out."""
    end_sign_in(this_call(), user_id=current_sign_in().user.id, sign_in_id=sign_in_id)
    flash("That browser is signed out.", "done")
    return go_to(url_for("account.show_own"))


@bp.get("/theme")
@bp.get("/browsers/<id:sign_in_id>/end")
@asks("account.read")
def elsewhere(sign_in_id: str = "") -> ResponseReturnValue:
    """These forms are on the account's page."""
    del sign_in_id
    return redirect(url_for("account.show_own"))
