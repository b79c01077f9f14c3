"""The accounts that may sign in."""

from flask import url_for

from mien.gallery.passwords import LEAST_LENGTH
from mien.gallery.services import Services
from mien.gallery.users import list_users
from mien.web.contexts.forms import FormState
from mien.web.contexts.users import NewUserPage
from mien.web.contexts.users import UserEntry
from mien.web.contexts.users import UsersPage


def users_page(services: Services, *, own_id: str) -> UsersPage:
    """All accounts; one's own cannot be removed from here."""
    return UsersPage(
        users=tuple(
            UserEntry(
                name=user.name,
                role="administrator" if user.is_admin else "user",
                created_at=user.created_at.isoformat(),
                remove_url="" if user.id == own_id else url_for("users.remove", user_id=user.id),
            )
            for user in list_users(services)
        ),
        new_url=url_for("users.new"),
    )


def new_user_page(form: FormState) -> NewUserPage:
    """The page that makes an account."""
    return NewUserPage(
        form=form,
        password_length=LEAST_LENGTH,
        action_url=url_for("users.create"),
        back_url=url_for("users.show_all"),
    )
