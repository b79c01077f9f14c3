"""Every page says what it does, so that who may see it is one table's word."""

from flask import Flask

from mien.access.permissions import ACTIONS
from mien.http.auth import ACTION_MARK
from mien.http.auth import check_browser


def test_every_page_of_the_signed_in_is_marked_with_its_action(app: Flask) -> None:
    guarded = {name for name, checks in app.before_request_funcs.items() if check_browser in checks}
    assert guarded >= {"identify", "people", "person", "galleries", "users", "keys", "account"}
    unmarked = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in guarded
        and getattr(app.view_functions[rule.endpoint], ACTION_MARK, None) not in ACTIONS
    ]
    assert unmarked == []
