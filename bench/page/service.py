"""What is told of servers: cost, load, memory, faults."""

from typing import Any

from bench.page.tables import table


def show_serving(found: Any) -> list[str]:
    """See `Section.show`."""
    rows = [
        (
            name,
            f"{each['of_engine']:.0%}",
            *(f"{each[key]:.0f}" for key in ("per_second", "p50_ms", "p95_ms", "p99_ms")),
            each["lost"],
        )
        for name, each in found["paths"].items()
    ]
    head = (
        "path",
        "of the engine's own throughput",
        "a second",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "lost",
    )
    return [*table(head, rows), *(f"\n{name}: {why}." for name, why in found["missing"].items())]


def show_live(found: Any) -> list[str]:
    """See `Section.show`."""
    paths = [
        (
            name,
            f"{each['per_second']:.1f}",
            f"{each['p50_ms']:.0f}",
            f"{each['p95_ms']:.0f}",
            f"{each['decided']:.2f}",
        )
        for name, each in found["paths"].items()
    ]
    parts = ("read", "detect", "align", "embed", "rest", "whole")
    spent = [
        (name, *(f"{each.get(part, 0.0):.1f}" for part in parts))
        for name, each in found["milliseconds"].items()
    ]
    return [
        *table(
            ("camera", "pictures a second", "p50 ms", "p95 ms", "faces decided a picture"), paths
        ),
        "",
        *table(("milliseconds in process", *parts), spent),
    ]


def serving_ratios(found: Any) -> list[tuple[str, str]]:
    """See `Section.ratios`."""
    return [
        (f"throughput of identify over the engine's own loop: {name}", f"{each['of_engine']:.0%}")
        for name, each in found["paths"].items()
        if "Gunicorn" in name or "uWSGI" in name
    ]


def show_overload(found: Any) -> list[str]:
    """See `Section.show`."""
    rows = [
        (
            row["workers"],
            row["clients"],
            f"{row['per_second']:.1f}",
            f"{row['p50_ms']:.0f}",
            f"{row['p99_ms']:.0f}",
            row["refused"],
            row["lost"],
        )
        for row in found["few_and_many"]
    ]
    held = found["too_many"]
    parts = [
        (
            f"{row['per_second']:.1f}",
            f"{row['p50_ms']:.0f}",
            f"{row['p99_ms']:.0f}",
            row["refused"],
            f"{row['memory_mb']:.0f}",
        )
        for row in held["parts"]
    ]
    other, refused = held["other_key"], held["refused_ms"]
    return [
        *table(("processes", "clients", "a second", "p50 ms", "p99 ms", "refused", "lost"), rows),
        "",
        (
            f"Then {held['clients']} clients with one key for {held['seconds']:g} seconds, twice what "
            "threads and queues hold, in fifths of that time:"
        ),
        "",
        *table(("taken a second", "p50 ms", "p99 ms", "refused", "memory MB"), parts),
        "",
        (
            f"Refusals came after {refused['p50_ms']:.0f} ms (p99 {refused['p99_ms']:.0f} ms). One client "
            f"with another key, who asked for one photo at a time meanwhile, had its answer after "
            f"{other['p50_ms']:.0f} ms (p99 {other['p99_ms']:.0f} ms), and {other['refused']} refusals. "
            f"Lost: {held['lost']}."
        ),
    ]


def overload_ratios(found: Any) -> list[tuple[str, str]]:
    """See `Section.ratios`."""
    held = found["too_many"]
    return [
        (
            "twice the saturating load: rate of the last fifth over the second",
            f"{held['rate_last_to_second']:.2f}",
        ),
        ("likewise, memory", f"{held['memory_last_to_second']:.2f}"),
        (
            "likewise, wait of a client with a key of its own over that of the crowd, p50",
            f"{held['other_key']['p50_ms'] / held['parts'][-1]['p50_ms']:.2f}",
        ),
    ]


def show_memory(found: Any) -> list[str]:
    """See `Section.show`."""
    rows = [(e["step"], f"{e['held']:.0f}", f"{e['own']:.0f}", f"{e['most']:.0f}") for e in found]
    return table(("after", "held MB", "of which its own", "most in between"), rows)


def show_cold_start(found: Any) -> list[str]:
    """See `Section.show`."""
    named = {
        "file": "the whole server, with the file of its index",
        "file, not cached": "likewise, file and database dropped from the system's cache before",
        "no file": "the whole server, without the file, which it makes again",
    }
    head = ("start of", "`/readyz` after s", "first search after s", "longest", "of it computing s")
    worker = found["worker"]
    rows = [
        (
            "one worker in place of another",
            "",
            *(worker[k] for k in ("searched", "longest", "computed")),
        ),
        *(
            (named[kind], *(each[k] for k in ("ready", "searched", "longest", "computed")))
            for kind, each in found["starts"].items()
        ),
    ]
    memory = [(each["workers"], each["all"], each["index"]) for each in found["memory"]]
    return [
        *table(head, rows),
        "",
        (
            f"{found['faces']:,} faces, medians of {found['rounds']}. The file of {found['file_mb']} MB was "
            f"made once, in {found['made_seconds']} s. Memory of all processes of a server, what they "
            "share counted once:"
        ),
        "",
        *table(("workers", "all MB", "of which the file of the index"), memory),
    ]


def cold_start_ratios(found: Any) -> list[tuple[str, str]]:
    """See `Section.ratios`."""
    starts = found["starts"]
    ratio = starts["file"]["searched"] / starts["no file"]["searched"]
    [one, two] = (each["all"] for each in found["memory"][:2])
    return [
        (
            f"start at {found['faces']:,} faces until the first search, with over without the file",
            f"{ratio:.2f}",
        ),
        ("likewise, memory of two workers over one", f"{two / one:.2f}"),
    ]


def show_nodes(found: Any) -> list[str]:
    """See `Section.show`."""
    rows = [
        (
            kind,
            each["times"],
            each["seconds_to_service_median"],
            each["seconds_to_service_longest"],
            each["acknowledged_meanwhile"],
        )
        for kind in ("killed", "stopped")
        if (each := found.get(kind))
    ]
    head = (
        "a node was",
        "times",
        "its first answer after s",
        "longest",
        "steps acknowledged while it was away",
    )
    return [
        *table(head, rows),
        "",
        (
            f"The gallery had {found['faces_before']:,} people before. A node that was started again "
            f"opened the file of its index {found['indexes_opened']} times; in "
            f"{found['indexes_rebuilt']} cases a node read all faces from the database anew."
        ),
        "",
        (
            f"Of {found['acknowledged']} acknowledged steps with {found['people']} people, "
            f"{found['problems']} were lost, came back or were answered with what was before; "
            f"{found['unanswered']} steps got no answer and had to be asked about. Of {found['asked']} "
            f"questions that only read, {found['not_answered']} were not answered; the longest took "
            f"{found['longest_ms']} ms, at a node that was stopped."
        ),
    ]


def show_faults(found: Any) -> list[str]:
    """See `Section.show`."""
    rows = [
        (victim, each["median"], each["longest"])
        for victim, each in found["seconds_to_service"].items()
    ]
    return [
        *table(("killed", "service again after s, median", "longest"), rows),
        "",
        (
            f"{found['kills']} kills, {found['acknowledged']} acknowledged steps, {found['problems']} lost "
            f"or back again, {found['processes_left']} processes left behind."
        ),
    ]
