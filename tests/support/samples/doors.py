"""Samples of the pages for who is not signed in."""

from mien.web.errors import ErrorPage
from mien.web.forms.state import FormState
from mien.web.pages.access import ResetPage
from mien.web.pages.access import SetUpPage
from mien.web.pages.access import SignInPage
from mien.web.pages.base import Page


def door_pages() -> dict[str, Page]:
    wrong = FormState(
        values={"name": "mara"}, problem="This name and this password do not belong together."
    )
    return {
        "set-up": SetUpPage(FormState(), "/set-up/token", 12),
        "reset": ResetPage(FormState(), "mara", "/reset/secret", 12),
        "sign-in": SignInPage(FormState(), "/sign-in", "/people"),
        "sign-in-new": SignInPage(FormState(), "/sign-in", is_new=True),
        "sign-in-wrong": SignInPage(wrong, "/sign-in"),
        "error-signed-out": ErrorPage(
            403, "This link is used up", "Ask for a new one.", "b7d1f0a3", "Sign in", "/sign-in"
        ),
    }
