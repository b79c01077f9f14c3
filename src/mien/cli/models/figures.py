"""What was measured with built-in packs, as the commands that show packs tell it."""

from typing import TYPE_CHECKING
from typing import Any

from mien.packs.manifest import Manifest

if TYPE_CHECKING:
    from mien.packs.measured import MeasuredPacks
    from mien.packs.measured import PackFigures

NOT_MEASURED = "not measured"


def told_figures(manifest: Manifest) -> dict[str, Any] | None:
    """What was measured with a pack, as JSON says it; None where it was not."""
    from mien.packs.measured import figures_of

    found = figures_of(manifest)
    return None if found is None else found.model_dump(mode="json")


def told_measurement() -> dict[str, Any]:
    """What the figures of all packs rest on, as JSON says it."""
    from mien.packs.measured import measured_packs

    return measured_packs().model_dump(mode="json", exclude={"packs"})


def figure_cells(manifest: Manifest) -> tuple[str, str, str, str]:
    """Missed people, time for one face and for several, and memory, for a table."""
    from mien.packs.measured import figures_of

    found = figures_of(manifest)
    if found is None:
        return NOT_MEASURED, "", "", ""
    return (
        percent(found.fnir),
        times(found.one_face.median_ratio),
        times(found.several_faces.median_ratio),
        f"{found.memory_mb:.0f} MB",
    )


def heading_of_several() -> str:
    """The heading of the column for a photo with several faces."""
    from mien.packs.measured import measured_packs

    return f"{measured_packs().timed.several_faces} faces"


def figure_lines(manifest: Manifest) -> list[tuple[str, str]]:
    """What was measured with a pack, a name and a text a line."""
    from mien.packs.measured import figures_of
    from mien.packs.measured import measured_packs

    found, all_of_them = figures_of(manifest), measured_packs()
    if found is None:
        return [("misses", NOT_MEASURED), ("costs", NOT_MEASURED)]
    return [("misses", _misses(found, all_of_them)), ("costs", _costs(found, all_of_them))]


def what_they_mean() -> str:
    """What the columns say and do not say."""
    from mien.packs.measured import measured_packs

    found = measured_packs()
    searches = found.searches
    quickest = min(found.packs.values(), key=lambda each: each.one_face.median_ms)
    return (
        f"Misses: searches for enrolled people that do not find them, if 1 in "
        f"{1 / searches.fpir:.0f} strangers may be named and {searches.enrolled:,} people are "
        f"enrolled by one photo each. Time: a photo with one face and with "
        f"{found.timed.several_faces}; 1.0x is {quickest.one_face.median_ms:.0f} ms and "
        f"{_least_several(found):.0f} ms on {found.timed.threads} thread of one machine. Memory: "
        f"of each process, beyond the rest of Mien. Measured on press photos of adults: expect "
        f"more misses with other people and cameras. `mien evaluate compare` measures packs on "
        f"your own photos."
    )


def percent(share: float) -> str:
    """A share in percent, with as many places as ten choices of photos allow."""
    return f"{100 * share:.1f} %"


def times(ratio: float) -> str:
    """How many times as long as the quickest pack."""
    return f"{ratio:.1f}x"


def _least_several(found: "MeasuredPacks") -> float:
    return min(each.several_faces.median_ms for each in found.packs.values())


def _misses(found: "PackFigures", all_of_them: "MeasuredPacks") -> str:
    searches = all_of_them.searches
    return (
        f"{percent(found.fnir)} ± {100 * found.fnir_standard_error:.1f} of the searches for "
        f"enrolled people ({searches.enrolled:,} enrolled, 1 in {1 / searches.fpir:.0f} strangers "
        f"named, press photos of adults)"
    )


def _costs(found: "PackFigures", all_of_them: "MeasuredPacks") -> str:
    several = all_of_them.timed.several_faces
    one, more = found.one_face, found.several_faces
    return (
        f"{times(one.median_ratio)} the time of the quickest pack for a photo with one face "
        f"({one.median_ms:.0f} ms on {all_of_them.timed.threads} thread), "
        f"{times(more.median_ratio)} with {several} ({more.median_ms:.0f} ms); "
        f"{found.memory_mb:.0f} MB of memory a process"
    )
