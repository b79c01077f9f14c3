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
from mien.access.sign_ins import end_sign_in
from mien.access.sign_ins import open_sign_in
from mien.access.sign_ins import sign_in as check_credentials
from mien.errors import SetupFinished
from mien.errors import WrongCredentials
from mien.http.auth import load_user
from mien.http.browser_cache import clear_cache
from mien.http.context import acts_as
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.cookies import clear_sign_in_cookie
from mien.http.cookies import set_sign_in_cookie
from mien.http.limits import signin_limit
from mien.http.safe_redirects import safe_next
from mien.web.forms.access import SetUpForm
from mien.web.forms.access import SignInForm
from mien.web.forms.kept import note_kept
from mien.web.forms.kept import notes
from mien.web.language import translated
from mien.web.pages.access import SetUpPage
from mien.web.pages.access import SignInPage
from mien.web.rendering import go_to
from mien.web.rendering import show
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
@signin_limit
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
                return _signed_in_as(user.id)
    except SetupFinished as error:
        return _set_up_already(error)
    return show(_set_up_page(form, secret), status=form.status)


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if load_user() is not None:
        return go_to(safe_next(request.args.get("next")))
    form = SignInForm(formdata=None, next=request.args.get("next"))
    return show(_sign_in_page(form))


@bp.post("/sign-in")
@signin_limit
def check_sign_in() -> ResponseReturnValue:
    """Sign somebody in and lead them to where they wanted to go."""
    form = SignInForm()
    if form.validate():
        with form.noting(WrongCredentials):
            secret, _ = check_credentials(
                this_call(),
                name=form.text("name"),
                password=form.text("password"),
                browser=describe_browser(request.user_agent.string),
                lasts_seconds=runtime().settings.session_seconds,
            )
            return _signed_in(secret, safe_next(form.text("next")))
    return show(_sign_in_page(form), status=form.status)


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's sign-in; without one there is nothing to end."""
    signed_in = load_user()
    if signed_in is not None:
        end_sign_in(this_call(), user_id=signed_in.user.id, sign_in_id=signed_in.id)
    session.clear()
    flash("You are signed out.", "done")
    response = go_to(url_for("access.sign_in"))
    clear_sign_in_cookie(response)
    clear_cache(response)
    return response


def _signed_in_as(user_id: str) -> Response:
    secret, _ = open_sign_in(
        this_call(),
        user_id=user_id,
        browser=describe_browser(request.user_agent.string),
        lasts_seconds=runtime().settings.session_seconds,
    )
    return _signed_in(secret, url_for("identify.home"))


def _signed_in(secret: str, address: str) -> Response:
    # Form tokens from before are not good for what is allowed from now on.
    kept = notes()
    session.clear()
    for place, kept_id in kept.items():
        note_kept(place, kept_id)
    response = go_to(address)
    set_sign_in_cookie(response, secret)
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


def _sign_in_page(form: SignInForm) -> SignInPage:
    return SignInPage(
        form=form.state(),
        action_url=url_for("access.check_sign_in"),
        next_url=safe_next(form.text("next"), otherwise=""),
        is_new=setup_needed(this_call()),
    )
