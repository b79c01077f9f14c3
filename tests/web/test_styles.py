"""What holds for the style sheets and the modules, read as source."""

import math
import re
from itertools import product
from pathlib import Path

import pytest

from mien.web.assets import static_folder

STATIC = static_folder()
CSS = STATIC / "css"
BLOCKS = sorted(path.name for path in (CSS / "blocks").glob("*.css"))
MODULES = sorted((STATIC / "js").rglob("*.js"))
TEXT_COLOURS = ("ink", "ink-soft", "accent", "match", "ambiguous", "unknown", "danger")
PAPERS = ("paper", "paper-raised", "paper-sunken")


def colours(theme: int) -> dict[str, tuple[float, float, float]]:
    """The tokens of one theme, 0 light and 1 dark, as lightness, chroma, hue."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    found = {}
    for name, value in re.findall(r"--([\w-]+): light-dark\((.+?)\);", text):
        numbers = re.findall(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)", value)
        if len(numbers) == 2:
            lightness, chroma, hue = map(float, numbers[theme])
            found[name] = (lightness, chroma, hue)
    return found


def luminance(colour: tuple[float, float, float]) -> float:
    """Relative luminance, as WCAG defines it, of an OKLCH colour."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (min(max(channel, 0.0), 1.0) for channel in linear)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "paper"), list(product(TEXT_COLOURS, PAPERS)))
def test_words_can_be_read_on_every_paper(theme: int, text: str, paper: str) -> None:
    found = colours(theme)
    assert contrast(found[text], found[paper]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("on", "under"),
    [("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-danger", "danger")],
)
def test_words_on_buttons_can_be_read(theme: int, on: str, under: str) -> None:
    found = colours(theme)
    assert contrast(found[on], found[under]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("paper", PAPERS)
def test_the_edges_of_fields_can_be_seen(theme: int, paper: str) -> None:
    found = colours(theme)
    assert contrast(found["edge"], found[paper]) >= 3


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_opens_with_its_markup_and_is_imported(name: str) -> None:
    assert (CSS / "blocks" / name).read_text(encoding="utf-8").startswith("/* ")
    assert f'@import url("blocks/{name}") layer(blocks);' in (CSS / "main.css").read_text("utf-8")


def test_every_colour_is_a_token() -> None:
    for path in (CSS / "blocks").glob("*.css"):
        # Lines over a photo look the same in both themes, so they are written where they are.
        if path.name not in {"photo.css", "camera.css", "drop.css"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(|oklch\(", text), path.name


@pytest.mark.parametrize("path", [*MODULES, *CSS.rglob("*.css")], ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|data:|eval\(|new Function|\.style\b|cssText", text)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_is_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 100
