"""Set-up, sign-in, sign-out: the pages that need nobody to be signed in."""

from flask import Blueprint
from flask import Response
from flask import flash
from flask import request
from flask import session
from flask import url_for
from flask.typing import ResponseReturnValue

from mien.access.first_administrator import check_link
from mien.access.first_administrator import finish_setup
from mien.access.first_administrator import setup_needed
from mien.access.passwords import LEAST_LENGTH
from mien.access.reset_links import check_reset_link
from mien.access.reset_links import use_reset_link
from mien.access.sign_ins import end_sign_in
from mien.access.sign_ins import sign_in as check_credentials
from mien.access.users import User
from mien.errors import SetupFinished
from mien.errors import TooManyAttempts
from mien.errors import WrongCredentials
from mien.http.auth import load_user
from mien.http.browser_cache import clear_cache
from mien.http.context import acts_as
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.cookies import clear_sign_in_cookie
from mien.http.cookies import mark_browser
from mien.http.cookies import sign_in_cookie
from mien.http.password_source import password_source
from mien.http.safe_redirects import safe_next
from mien.web.forms.access import ResetForm
from mien.web.forms.access import SetUpForm
from mien.web.forms.access import SignInForm
from mien.web.language import translated
from mien.web.pages.access import ResetPage
from mien.web.pages.access import SetUpPage
from mien.web.pages.access import SignInPage
from mien.web.rendering import go_to
from mien.web.rendering import show
from mien.web.signing_in import sign_in_as
from mien.web.signing_in import signed_in
from mien.web.text.user_agents import describe_browser
from mien.words import say

bp = Blueprint("access", __name__)


@bp.get("/setup/<secret>")
def set_up(secret: str) -> ResponseReturnValue:
    """Ask for the first administrator's name and password."""
    try:
        check_link(this_call(), secret=secret)
    except SetupFinished as error:
        return _set_up_already(error)
    return show(_set_up_page(SetUpForm(formdata=None), secret))


@bp.post("/setup/<secret>")
def finish_set_up(secret: str) -> ResponseReturnValue:
    """Make the first administrator, sign them in and lead them home."""
    form = SetUpForm()
    try:
        check_link(this_call(), secret=secret)
        if form.validate():
            with form.noting():
                user = finish_setup(
                    this_call(),
                    secret=secret,
                    name=form.text("name"),
                    password=form.text("password"),
                )
                acts_as(user.actor)
                return sign_in_as(user.id, url_for("home.start"))
    except SetupFinished as error:
        return _set_up_already(error)
    return show(_set_up_page(form, secret), status=form.status)


@bp.get("/reset/<secret>")
def reset(secret: str) -> ResponseReturnValue:
    """Ask for the new password of whoever the link is for."""
    user = check_reset_link(this_call(), secret=secret)
    return show(_reset_page(ResetForm(formdata=None), user, secret))


@bp.post("/reset/<secret>")
def finish_reset(secret: str) -> ResponseReturnValue:
    """Set the new password and lead on to signing in with it."""
    form = ResetForm()
    user = check_reset_link(this_call(), secret=secret)
    if form.validate():
        with form.noting():
            use_reset_link(this_call(), secret=secret, password=form.text("password"))
            flash("Your new password is set. Sign in with it.", "done")
            response = go_to(url_for("access.sign_in"))
            # Guesses of strangers do not keep out whoever was sent the link.
            mark_browser(response, name=user.name)
            return response
    return show(_reset_page(form, user, secret), status=form.status)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if load_user() is not None:
        return go_to(safe_next(request.args.get("next")))
    form = SignInForm(formdata=None, next=request.args.get("next"))
    return show(_sign_in_page(form))


@bp.post("/sign-in")
def check_sign_in() -> ResponseReturnValue:
    """Sign somebody in and lead them to where they wanted to go."""
    form = SignInForm()
    if form.validate():
        with form.noting(WrongCredentials, TooManyAttempts):
            secret, opened = check_credentials(
                this_call(),
                name=form.text("name"),
                password=form.text("password"),
                browser=describe_browser(request.user_agent.string),
                lasts_seconds=runtime().settings.sign_in_seconds,
                source=password_source(),
                replaces=request.cookies.get(sign_in_cookie(), ""),
            )
            return signed_in(secret, opened, safe_next(form.text("next")))
    return show(_sign_in_page(form), status=form.status, headers=form.headers)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in; without one there is nothing to end."""
    found = load_user()
    if found is not None:
        end_sign_in(this_call(), user_id=found.user.id, sign_in_id=found.id)
    session.clear()
    flash("You are signed out.", "done")
    response = go_to(url_for("access.sign_in"))
    clear_sign_in_cookie(response)
    clear_cache(response)
    return response


def _set_up_already(error: SetupFinished) -> Response:
    flash(say.error(error, translate=translated), "problem")
    return go_to(url_for("access.sign_in"))


def _set_up_page(form: SetUpForm, secret: str) -> SetUpPage:
    return SetUpPage(
        form=form.state(),
        action_url=url_for("access.finish_set_up", secret=secret),
        password_length=LEAST_LENGTH,
    )


def _reset_page(form: ResetForm, user: User, secret: str) -> ResetPage:
    return ResetPage(
        form=form.state(),
        name=user.name,
        action_url=url_for("access.finish_reset", secret=secret),
        password_length=LEAST_LENGTH,
    )


def _sign_in_page(form: SignInForm) -> SignInPage:
    return SignInPage(
        form=form.state(),
        action_url=url_for("access.check_sign_in"),
        next_url=safe_next(form.text("next"), otherwise=""),
        is_new=setup_needed(this_call()),
    )
