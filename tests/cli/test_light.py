"""What a command leaves unloaded: whoever asks for no picture waits for no image library."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from building import acting
from building import make_runtime
from building import make_user
from drawing import draw_photo
from mien.access.api_keys import create_key
from mien.gallery.analysis import Upload
from mien.gallery.enrolment.enrol import enrol
from mien.gallery.enrolment.subject import NewPerson
from mien.gallery.galleries import create_gallery
from mien.packs.catalog import find_pack
from mien.storage.models import FaceRow
from mien.storage.models import GalleryRow
from mien.storage.models import InstallationRow

PICTURES = ("cv2", "PIL", "pillow_heif", "onnx", "onnxruntime", "openvino", "flask", "werkzeug")
LAYERS = ("mien.gallery", "mien.packs", "mien.runtime", "mien.storage", "mien.vision", "mien.web")
# Tells at its end which of the modules named in FORBIDDEN were loaded, whatever the exit code.
PROGRAM = """
import os, sys
from mien.__main__ import main
try:
    main()
finally:
    loaded = [name for name in os.environ["FORBIDDEN"].split() if name in sys.modules]
    print("LOADED", *loaded, file=sys.stderr)
"""


# The pack in use is not here.
ENDS_WITH = {"models verify": 1}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a pack in use, an account, a gallery, a key, and a person with a face."""
    home = tmp_path_factory.mktemp("light") / "home"
    home.mkdir()
    runtime = make_runtime(home)
    services = runtime.services
    for name in ("root", "ada"):
        make_user(services, name)
    create_gallery(acting(services), name="club")
    create_key(acting(services), name="camera", scopes=("identify",))
    enrol(
        acting(services),
        gallery="default",
        source=Upload(draw_photo(["ada"])),
        subject=NewPerson("Ada"),
    )
    pack = find_pack("compact", models_dir=home / "models")
    with services.database.write() as session:
        session.add(InstallationRow(key="pack", value=pack.name))
        session.execute(update(GalleryRow).values(pack=pack.name, contract_id=pack.contract_id))
        vector = np.zeros(pack.dimension, dtype=np.float32)
        vector[0] = 1
        session.execute(update(FaceRow).values(embedding=vector))
    runtime.close()
    return home


def run(home: Path, arguments: str, *, forbidden: tuple[str, ...], typed: str = "") -> str:
    """Run `mien` over this home and say which of the forbidden modules it has loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments.split()],
        env={
            **os.environ,
            "MIEN_HOME": str(home),
            "MIEN_MODELS_DIR": str(home / "models"),
            "MIEN_OFFLINE": "true",
            "FORBIDDEN": " ".join(forbidden),
        },
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == ENDS_WITH.get(arguments, 0), done.stderr
    return done.stderr.rpartition("LOADED")[2].strip()


@pytest.mark.processes
@pytest.mark.parametrize(
    "command",
    [
        "db backup {home}/../backup.tar.gz",
        "db check",
        "db upgrade",
        "faces list Ada",
        "galleries change club --gate strict",
        "galleries add friends",
        "galleries list",
        "galleries list --json",
        "galleries remove club --yes",
        "galleries show club",
        "galleries weigh default",
        "keys add door --scope identify",
        "keys list",
        "models list",
        "models show compact",
        "models verify",
        "people list",
        "people list --json",
        "people remove Ada --yes",
        "people change Ada --name Grace",
        "people show Ada",
        "people show Ada --json",
        "tidy",
        "users add ben --password-stdin",
        "users list",
        "users remove ada --yes",
    ],
)
def test_a_command_without_pictures_loads_no_image_library(
    command: str, installation: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(installation, home)
    arguments = command.format(home=home)
    assert run(home, arguments, forbidden=PICTURES, typed="correct horse battery") == ""


@pytest.mark.processes
def test_a_command_that_builds_the_application_loads_them(tmp_path: Path) -> None:
    """The list of modules is right: what is looked for is found where it has to be."""
    assert run(tmp_path, "routes", forbidden=PICTURES) == "cv2 PIL flask werkzeug"


@pytest.mark.processes
@pytest.mark.parametrize("arguments", ["--help", "--version"])
def test_help_loads_none_of_the_layers(arguments: str, tmp_path: Path) -> None:
    assert run(tmp_path, arguments, forbidden=LAYERS) == ""
