"""What is told of finding faces."""

from typing import Any

from bench.page.tables import table


def show_detection(found: Any) -> list[str]:
    """See `Section.show`."""
    who = list(next(iter(found["sets"].values())))

    def row(name: str, tallies: Any) -> tuple[str, ...]:
        cells = [name]
        for each in who:
            tally = tallies[each]
            pictures = max(tally["pictures"], 1)
            cells.append(
                f"{100 * tally['found'] / tally['faces']:.0f} %"
                if tally["faces"]
                else f"{tally['false'] / pictures:.1f} false"
            )
        cells.append(" / ".join(f"{tallies[each]['milliseconds']:.0f}" for each in who))
        return tuple(cells)

    rows = [row(name, tallies) for name, tallies in found["sets"].items()]
    return [
        *table(("set", *(f"{each}, found" for each in who), f"ms ({' / '.join(who)})"), rows),
        "",
        (
            "Where a picture shows no face, the figure is the number of false ones in a picture. The sets "
            "are few and the faces pasted: differences of two or three hundredths are chance."
        ),
    ]
