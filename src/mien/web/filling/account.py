"""One's own account."""

from flask import url_for

from mien.gallery.passwords import LEAST_LENGTH
from mien.gallery.services import Services
from mien.gallery.sign_ins import SignIn
from mien.gallery.sign_ins import list_sign_ins
from mien.web.contexts.account import AccountPage
from mien.web.contexts.account import SessionRow
from mien.web.contexts.forms import FormState
from mien.web.surroundings import chosen_theme


def account_page(services: Services, signed_in: SignIn, form: FormState) -> AccountPage:
    """The account of who is signed in; the browser in use comes first."""
    found = list_sign_ins(services, user_id=signed_in.user.id)
    ordered = sorted(found, key=lambda one: one.id != signed_in.id)
    return AccountPage(
        name=signed_in.user.name,
        role="administrator" if signed_in.user.is_admin else "user",
        form=form,
        password_length=LEAST_LENGTH,
        sessions=tuple(_row(one, current=one.id == signed_in.id) for one in ordered),
        theme_form=FormState(chosen={"theme": (chosen_theme(),)}),
        password_url=url_for("account.save_password"),
        theme_url=url_for("account.save_theme"),
        sign_out_url=url_for("access.sign_out"),
        docs_url=url_for("api_reference.show_reference"),
    )


def _row(one: SignIn, *, current: bool) -> SessionRow:
    return SessionRow(
        browser=one.browser or "A browser",
        created_at=one.created_at.isoformat(),
        seen_at=one.seen_at.isoformat(),
        current=current,
        revoke_url=url_for("account.end_browser", sign_in_id=one.id),
    )
