"""What is told of indexes."""

from typing import Any

from bench.page.tables import table

_WAYS = ("read", "int8", "int8 portable", "exact", "product", "faiss SQ8", "usearch int8")


def show_index(found: Any) -> list[str]:
    """See `Section.show`."""
    sizes = found["sizes"]
    ways = [way for way in _WAYS if any(way in each["milliseconds"] for each in sizes)]
    lines = table(
        ("faces by numbers", *ways, "int8 over one reading"),
        [
            (
                f"{each['faces']:,} by {each['dimension']}",
                *(_least_and_median(each["milliseconds"].get(way)) for way in ways),
                f"**{each['ratios']['int8_over_read']:.2f}**",
            )
            for each in sizes
        ],
    )
    lines += [
        "",
        (
            "Milliseconds of one search, the least (median). `read` is one reading of the int8 matrix, "
            "`product` NumPy's of the float32 matrix, `int8 portable` the same index where numkong has "
            "nothing for the processor."
        ),
        "",
        *table(
            (
                "faces by numbers",
                "MB beyond one process without, 1 process",
                "4 processes",
                "opening ms",
            ),
            [
                (
                    f"{each['faces']:,} by {each['dimension']}",
                    *(
                        f"{each['workers'][n]['pss_mb'] - each['workers'][n]['pss_mb_without']:.0f}"
                        for n in ("1", "4")
                    ),
                    f"{max(each['workers']['4']['open_ms']):.0f}",
                )
                for each in sizes
                if each.get("workers")
            ],
        ),
        "",
    ]
    lines += _peers(sizes)
    lines += [
        *table(
            (
                "a second",
                "searches, 1 / 2 / 4 threads",
                "1 / 2 / 4 processes",
                "64 at once",
                "added, one by one",
                "a thousand at once",
                "deleted",
                "p99 ms",
                "first right, recall at 10",
            ),
            [_rates(each) for each in sizes],
        ),
        "",
    ]
    waited = found["commit_to_found"]
    lines += [
        (
            "From a commit until another process finds the face: "
            f"{waited['found_ms_p50']:.1f} ms in the median, {waited['found_ms_max']:.1f} ms at most "
            f"({waited['faces']:,} faces)."
        ),
        "",
    ]
    lines += [
        f"Of {real['queries']} searches with real embeddings (`{real['pack']}`, {real['faces']:,} "
        f"faces) {real['first_is_the_same']:.2%} name the same person first as the unrounded vectors, "
        f"and recall at ten is {real['recall_at_10']:.4f}."
        for real in found["real"]
    ]
    return lines


def _peers(sizes: Any) -> list[str]:
    """What is told of other indexes; results of before have none."""
    rows = [
        (
            f"{each['faces']:,} by {each['dimension']}",
            name,
            _least_and_median(of["milliseconds"]),
            f"{of['over_int8_p50']:.2f}",
            f"{of['recall_at_10']:.4f}",
            f"{of['made_seconds']:.0f}",
        )
        for each in sizes
        for name, of in each.get("peers", {}).items()
    ]
    head = ("faces by numbers", "peer", "ms", "over int8", "recall at 10", "filled in s")
    if not rows:
        return []
    return [
        *table(head, rows),
        "",
        (
            "Each names fifty faces, ranked anew by the unrounded vectors. `pgvector` reads all of "
            "them in a PostgreSQL of its own, in one process, up to a million; `pgvector HNSW` goes "
            "through a graph, by an iterative scan with this `ef_search`, up to 100,000. Over int8: "
            "the median over that of int8 by turns."
        ),
        "",
    ]


def show_approximate(found: Any) -> list[str]:
    """See `Section.show`."""
    lines: list[str] = []
    for each in found["galleries"]:
        rows = []
        for name, of in each["methods"].items():
            if "left" in of:
                rows.append((name, of["left"], *[""] * 7))
                continue
            rows += [
                (
                    name,
                    effort,
                    _least_and_median(at["milliseconds"]),
                    f"{at['milliseconds']['p99']:.1f}",
                    f"{at['quicker_than_int8']:.2f} ({at['quicker_than_int8_p50']:.2f})",
                    _worst(at["recall"], "enrolled"),
                    _worst(at["recall"], "strangers"),
                    f"{of['build']['seconds']:.0f}",
                    f"{of['memory_mb']:.0f} / {of['build']['file_mb']:.0f}",
                )
                for effort, at in of["efforts"].items()
            ]
        lines += [
            f"{each['faces']:,} faces like those of `{each['spread']}`:",
            "",
            *table(
                (
                    *("index", "effort", "ms", "p99", "times as quick as int8"),
                    *("enrolled: first, ten", "strangers: first, ten", "made in s", "MB / on disk"),
                ),
                rows,
            ),
            "",
        ]
    told = [name for name, left in found["leftovers"].items() if left and any(left.values())]
    return [
        *lines,
        (
            "With the ranking by unrounded vectors. Right: how often the first person, and which "
            "share of the first ten, are those of a scan of all unrounded vectors, of real probes or "
            "of drawn ones, whichever is less."
        ),
        *[
            f"A file written after somebody was taken out can still tell whom: {', '.join(told)}."
            for _ in told[:1]
        ],
    ]


def _worst(recall: Any, kind: str) -> str:
    some = [of for name, of in recall.items() if name.endswith(kind)]
    return f"{min(of['first'] for of in some):.3f}, {min(of['ten'] for of in some):.3f}"


def _rates(each: Any) -> tuple[str, ...]:
    threads = each["threads_queries_a_second"]
    workers = each.get("workers", {})
    changes = each["changes_a_second"]
    agreement = each["agreement"]
    return (
        f"{each['faces']:,} by {each['dimension']}",
        " / ".join(f"{threads[n]:.0f}" for n in ("1", "2", "4")),
        " / ".join(
            f"{workers[n]['queries_a_second']:.0f}" for n in ("1", "2", "4") if n in workers
        ),
        f"{each['batch_queries_a_second']['64']:,}",
        *(f"{changes[name]:,}" for name in ("add", "add a thousand", "delete")),
        f"{each['milliseconds']['int8']['p99']:.1f}",
        f"{agreement['first_is_the_same']:.3f}, {agreement['recall_at_10']:.4f}",
    )


def index_ratios(found: Any) -> list[tuple[str, str]]:
    """See `Section.ratios`."""
    largest = max(each["faces"] for each in found["sizes"])
    return [
        (
            (
                f"search of {each['faces']:,} faces of {each['dimension']} numbers over one reading of "
                "the int8 matrix"
            ),
            f"{each['ratios']['int8_over_read']:.2f}",
        )
        for each in found["sizes"]
        if each["faces"] == largest
    ]


def show_filters(found: Any) -> list[str]:
    """See `Section.show`."""
    indexes = ("exact", "int8")
    rows = [
        (
            f"{share} of the people",
            *(
                f"{found[index]['over_everybody'][share]:.2f} "
                f"({found[index]['over_everybody_p50'][share]:.2f})"
                for index in indexes
            ),
            f"{min(found[index]['same_people'][share] for index in indexes):.0%}",
        )
        for share in found["exact"]["over_everybody"]
    ]
    return [
        *table(("searched", *indexes, "nearest five right"), rows),
        "",
        (
            f"Of {found['faces']:,} faces of {found['people']:,} people, {found['dimension']} numbers: "
            "the time over a search of everybody in the same run, the least (median), with the rows that "
            "candidates are ranked by."
        ),
    ]


def _least_and_median(spent: Any) -> str:
    return "" if spent is None else f"{spent['min']:.1f} ({spent['p50']:.1f})"
