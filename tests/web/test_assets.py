from pathlib import Path

import pytest
from flask import Flask

from mien.web.assets import YEAR_SECONDS
from mien.web.assets import install_assets
from mien.web.assets import read_assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "main.js").write_text("start();")
    (tmp_path / "main.css").write_text("p { }")
    return tmp_path


def test_the_digest_follows_content_and_names(folder: Path) -> None:
    first = read_assets(folder).digest
    assert read_assets(folder).digest == first
    (folder / "main.css").write_text("p { color: red }")
    second = read_assets(folder).digest
    (folder / "main.css").rename(folder / "other.css")
    assert len({first, second, read_assets(folder).digest}) == 3


def test_a_file_of_this_version_is_kept_for_a_year(folder: Path) -> None:
    app = Flask(__name__, static_folder=None)
    install_assets(app, read_assets(folder))
    with app.test_request_context():
        url = app.jinja_env.from_string("{{ asset_url('js/main.js') }}").render()
    response = app.test_client().get(url)
    assert response.data == b"start();"
    assert response.cache_control.max_age == YEAR_SECONDS
    assert response.cache_control.immutable
    assert not response.cache_control.no_cache
    response.close()


def test_a_file_of_another_version_is_served_but_not_kept(folder: Path) -> None:
    app = Flask(__name__, static_folder=None)
    install_assets(app, read_assets(folder))
    with app.test_client().get("/static/000000000000/main.css") as response:
        assert response.status_code == 200
        assert response.cache_control.no_store
        assert response.cache_control.max_age is None


@pytest.mark.parametrize("name", ["missing.css", "../secret", "%2e%2e/secret", "js"])
def test_nothing_else_is_served(folder: Path, name: str) -> None:
    app = Flask(__name__, static_folder=None)
    install_assets(app, read_assets(folder))
    with app.test_client().get(f"/static/x/{name}") as response:
        assert response.status_code == 404
