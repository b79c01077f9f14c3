import pytest
from flask import Flask
from flask.testing import FlaskClient

from building import acting
from mien.access.sign_ins import open_sign_in
from mien.access.users import add_user
from mien.http.cookies import SIGN_IN_COOKIE
from mien.runtime import Runtime


@pytest.fixture
def browser(app: Flask, runtime: Runtime) -> FlaskClient:
    """A browser in which an administrator is signed in."""
    user = add_user(acting(runtime.services), name="Root", password="correct horse", is_admin=True)
    secret, _ = open_sign_in(
        acting(runtime.services), user_id=user.id, browser="x", lasts_seconds=600
    )
    client = app.test_client()
    client.set_cookie(SIGN_IN_COOKIE, secret)
    return client
