"""Takes a picture of every page: light and dark, on a phone, a tablet and a desktop.

    tools/screenshots.py            real portraits through the model pack, fetched as by `mien demo`
    tools/screenshots.py --drawn    drawn faces, without any network

Writes PNG files into the folder shots, one folder a width and appearance, and prints where.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "support"), str(ROOT)]

from playwright.sync_api import Browser  # noqa: E402
from playwright.sync_api import StorageState  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402
from tools.environment import find_chromium  # noqa: E402

from browsing import Site  # noqa: E402 - found only now
from browsing import launch  # noqa: E402
from browsing import serve  # noqa: E402
from browsing import sign_in_administrator  # noqa: E402
from building import acting  # noqa: E402
from mien.access.first_administrator import issue_link  # noqa: E402
from mien.vision.fake import FakeEngine  # noqa: E402
from touring import Photos  # noqa: E402
from touring import Stop  # noqa: E402
from touring import drawn_photos  # noqa: E402
from touring import furnish  # noqa: E402
from touring import visit  # noqa: E402

SHOTS = ROOT / "shots"
SIZES = {390: 844, 820: 1180, 1440: 900}
"""Widths and heights of the screens, in CSS pixels."""
# Those further down are loaded only when somebody looks.
# A lazy picture out of sight is not loaded, and what is not loaded may never be decoded.
_PICTURES_ARE_THERE = """Promise.all(Array.from(document.images, (one) => {
  one.loading = "eager";
  return one.decode().catch(() => 0);
}))"""


def main(arguments: list[str]) -> int:
    """Take all pictures anew."""
    chromium = find_chromium()
    if chromium is None:
        print("There is no Chromium; `make screenshots` installs one where it may.")
        return 1
    shutil.rmtree(SHOTS, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix="mien-shots-") as home,
        served(Path(home), drawn="--drawn" in arguments) as (site, photos),
        sync_playwright() as playwright,
        launch(playwright, chromium) as browser,
    ):
        take_all(browser, site, photos)
    print(f"Wrote {len(list(SHOTS.rglob('*.png')))} pictures into {SHOTS.relative_to(Path.cwd())}")
    return 0


@contextmanager
def served(home: Path, *, drawn: bool) -> Iterator[tuple[Site, Photos]]:
    """A server, and the photos to furnish it with."""
    if drawn:
        with serve(home, engine=FakeEngine(calibrated=True)) as site:
            yield site, drawn_photos()
        return
    from mien.cli.runtime import prepare_models
    from mien.packs.samples import fetch_samples
    from mien.runtime import open_runtime
    from mien.settings import Settings

    settings = Settings(home=home, database_url=f"sqlite:///{home / 'mien.db'}")
    samples = fetch_samples(
        models_dir=settings.models_dir,
        offline=settings.offline,
        timeout_seconds=settings.source_timeout_seconds,
    )
    found = {sample.name: sample.path.read_bytes() for sample in samples}
    runtime = open_runtime(settings)
    prepare_models(runtime)
    with serve(home, engine=runtime.engine) as site:
        yield site, sample_photos(found)
    runtime.close()


def sample_photos(found: dict[str, bytes]) -> Photos:
    """The sample portraits, and a picture made of three of them side by side."""
    group = beside(found["obama2.jpg"], found["astronaut.png"], found["biden.jpg"])
    return Photos(
        people=[("Barack Obama", found["obama.jpg"]), ("Joe Biden", found["biden.jpg"])],
        group=group,
        pair=(found["obama.jpg"], found["obama3.jpg"]),
        nobody=drawn_photos().nobody,
    )


def beside(*photos: bytes) -> bytes:
    """Photos as one picture, cut to squares, from left to right."""
    import io

    from PIL import Image
    from PIL import ImageOps

    side = 720
    picture = Image.new("RGB", (side * len(photos), side))
    for place, photo in enumerate(photos):
        with Image.open(io.BytesIO(photo)) as image:
            square = ImageOps.fit(image.convert("RGB"), (side, side), centering=(0.5, 0.0))
        picture.paste(square, (place * side, 0))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def take_all(browser: Browser, site: Site, photos: Photos) -> None:
    """Furnish the installation and take every page at every size in both appearances."""
    set_up = Stop("set-up", f"/setup/{issue_link(acting(site.runtime.services))}", signed_in=False)
    take(browser, site, [set_up], state={})
    with browser.new_context() as context:
        user_id = sign_in_administrator(site, context)
        state = context.storage_state()
    stops = furnish(site, photos, user_id=user_id)
    take(browser, site, [stop for stop in stops if not stop.signed_in], state={})
    take(browser, site, [stop for stop in stops if stop.signed_in], state=state)


def take(browser: Browser, site: Site, stops: list[Stop], *, state: StorageState) -> None:
    """Take these pages at every size in both appearances."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for (width, height), scheme in product(SIZES.items(), schemes):
        folder = SHOTS / f"{width}-{scheme}"
        folder.mkdir(parents=True, exist_ok=True)
        with browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            reduced_motion="reduce",
            storage_state=state,
        ) as context:
            page = context.new_page()
            for stop in stops:
                visit(page, site, stop)
                page.evaluate(_PICTURES_ARE_THERE)
                page.screenshot(path=folder / f"{stop.name}.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
