"""What a browser is given when somebody signs in with it."""

from flask import Response
from flask import request
from flask import session

from mien.access.sign_ins import SignIn
from mien.access.sign_ins import open_sign_in
from mien.http.context import runtime
from mien.http.context import this_call
from mien.http.cookies import mark_browser
from mien.http.cookies import set_sign_in_cookie
from mien.web.forms.kept import note_kept
from mien.web.forms.kept import notes
from mien.web.rendering import go_to
from mien.web.text.user_agents import describe_browser


def sign_in_as(user_id: str, address: str) -> Response:
    """Sign in the one who acts, who has proved otherwise who they are, and lead them on."""
    secret, opened = open_sign_in(
        this_call(),
        user_id=user_id,
        browser=describe_browser(request.user_agent.string),
        lasts_seconds=runtime().settings.sign_in_seconds,
    )
    return signed_in(secret, opened, address)


def signed_in(secret: str, opened: SignIn, address: str) -> Response:
    """Let the browser keep the secret of a sign-in that was just opened, and lead it on."""
    # Form tokens from before are not good for what is allowed from now on.
    kept = notes()
    session.clear()
    for place, kept_id in kept.items():
        note_kept(place, kept_id)
    response = go_to(address)
    set_sign_in_cookie(response, secret)
    mark_browser(response, name=opened.user.name)
    return response
