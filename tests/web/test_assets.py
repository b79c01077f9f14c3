import gzip
import re
from pathlib import Path

import pytest
from flask import Flask

from mien.web.assets import YEAR_SECONDS
from mien.web.assets import install_assets
from mien.web.assets import own_assets
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


def test_style_sheets_are_sent_as_one_in_their_layers(tmp_path: Path) -> None:
    (tmp_path / "css" / "blocks").mkdir(parents=True)
    (tmp_path / "css" / "main.css").write_text(
        '@layer base, blocks;\n@import url("fonts.css");\n'
        '@import url("blocks/a.css") layer(blocks);\n@import url("base.css") layer(base);\n'
    )
    (tmp_path / "css" / "fonts.css").write_text("@font-face { }\n")
    (tmp_path / "css" / "base.css").write_text("p { color: red }\n")
    (tmp_path / "css" / "blocks" / "a.css").write_text(".a { }\n")
    assets = read_assets(tmp_path)
    assert list(assets.files) == ["css/main.css"]
    assert assets.files["css/main.css"].decode() == (
        "@layer base, blocks;\n@font-face { }\n"
        "@layer blocks {\n.a { }\n}\n@layer base {\np { color: red }\n}\n"
    )
    (tmp_path / "css" / "base.css").write_text("p { color: blue }\n")
    assert read_assets(tmp_path).digest != assets.digest


def test_what_is_imported_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "main.css").write_text('@import url("gone.css") layer(base);')
    with pytest.raises(KeyError, match="gone"):
        read_assets(tmp_path)


def test_texts_are_packed_for_who_takes_it(folder: Path) -> None:
    (folder / "long.css").write_text("p { color: red }\n" * 100)
    app = Flask(__name__, static_folder=None)
    install_assets(app, read_assets(folder))
    with app.test_client() as client:
        plain = client.get("/static/x/long.css")
        packed = client.get("/static/x/long.css", headers={"Accept-Encoding": "br, gzip"})
        refused = client.get("/static/x/long.css", headers={"Accept-Encoding": "gzip;q=0"})
        short = client.get("/static/x/main.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == refused.data
    assert len(packed.data) < len(plain.data)
    assert "Content-Encoding" not in refused.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert short.data == b"p { }"


def test_our_own_sheet_is_one_and_its_letters_weigh_little() -> None:
    assets = own_assets()
    sheet = assets.files["css/main.css"].decode()
    fonts = {name for name in assets.files if name.endswith(".woff2")}
    named = {f"fonts/{each}" for each in re.findall(r'url\("\.\./fonts/([\w.-]+)"\)', sheet)}
    assert "@import" not in sheet
    assert named == fonts
    assert [name for name in assets.files if name.endswith(".css")] == ["css/main.css"]
    assert sum(len(assets.files[name]) for name in fonts) < 120_000
    assert len(assets.packed["css/main.css"]) < len(sheet) / 3
