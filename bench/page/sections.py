"""All sections of the page, in their order."""

from typing import Final

from bench.page.faces import show_detection
from bench.page.indexes import index_ratios
from bench.page.indexes import show_approximate
from bench.page.indexes import show_filters
from bench.page.indexes import show_index
from bench.page.section import Section
from bench.page.service import cold_start_ratios
from bench.page.service import overload_ratios
from bench.page.service import serving_ratios
from bench.page.service import show_cold_start
from bench.page.service import show_faults
from bench.page.service import show_live
from bench.page.service import show_memory
from bench.page.service import show_nodes
from bench.page.service import show_overload
from bench.page.service import show_serving
from bench.page.speed import engine_ratios
from bench.page.speed import show_engine

SECTIONS: Final[tuple[Section, ...]] = (
    Section(
        "engine",
        "Speed beside face_recognition",
        "engine.py",
        (),
        ("--quick",),
        "the same photos by turns, medians. The peer is what `face_recognition` does, through "
        "`dlib-bin` (built with AVX, without a BLAS library; one that has it narrows the ratios).",
        show_engine,
        engine_ratios,
        plots=(("over-floor.svg", "The whole path over its floor, by faces in the photo"),),
    ),
    Section(
        "index",
        "Searching",
        "index.py",
        ("--seconds", "10", "--sizes", "100000", "1000000"),
        ("--quick",),
        "faces drawn from the spread of real embeddings; one thread, by turns, so that whatever else "
        "the machine does falls on all.",
        show_index,
        index_ratios,
    ),
    Section(
        "large",
        "Searching five million",
        "index.py",
        ("--seconds", "10", "--sizes", "5000000", "--dimensions", "256"),
        ("--quick",),
        "the same with 256 numbers a face; float32 alone takes 5.1 GB.",
        show_index,
        index_ratios,
    ),
    Section(
        "approximate",
        "Searching without looking at everything",
        "approximate.py",
        ("--sizes", "100000", "--seconds", "10"),
        ("--sizes", "20000", "--seconds", "2", "--without-photos"),
        "RaBitQ by faiss and HNSW by usearch beside Mien's index of 8-bit vectors, each by turns with "
        "it and by one thread; new photos of people who are there, and strangers.",
        show_approximate,
    ),
    Section(
        "filters",
        "Searching some people",
        "filters.py",
        (),
        ("--faces", "5000", "--seconds", "3"),
        "people chosen by what their metadata say.",
        show_filters,
    ),
    Section(
        "serving",
        "What a server costs",
        "serving.py",
        ("--seconds", "8", "--rounds", "2"),
        ("--quick",),
        "identify on one photo through every path, the load from the same machine.",
        show_serving,
        serving_ratios,
    ),
    Section(
        "live",
        "A live camera",
        "live.py",
        (),
        ("--quick",),
        "one client that does what the live page does, with pictures of one face of 640 by 480 "
        "pixels; the load from the same machine. The page sends no more than 15 a second.",
        show_live,
    ),
    Section(
        "overload",
        "Few and many requests, and too many",
        "overload.py",
        ("--seconds", "6", "--hold", "300"),
        ("--quick",),
        "identify on one photo by so many clients at a time against `mien serve` with so many "
        "processes. What is refused is refused with `503`, `overloaded` and `Retry-After`.",
        show_overload,
        overload_ratios,
        page="reliability",
        plots=(("clients.svg", "Latency by clients at a time"),),
    ),
    Section(
        "memory",
        "The memory of a process",
        "memory.py",
        (),
        (),
        "what a process holds after each step, and the most in between. Libraries are shared by all "
        "processes of a machine; what a large photo takes is given back.",
        show_memory,
    ),
    Section(
        "cold_start",
        "Starting at a million faces",
        "cold_start.py",
        (),
        ("--quick",),
        "`mien serve` with one worker over a SQLite database, from the start of its process until a "
        "photo is identified over the API; and a worker that was killed, until the next one has "
        "identified it. Programs, libraries and networks are in the system's cache.",
        show_cold_start,
        cold_start_ratios,
    ),
    Section(
        "nodes",
        "Several nodes",
        "nodes.py",
        ("--rounds", "12"),
        ("--rounds", "2"),
        "three `mien serve` behind Nginx that share a PostgreSQL and a bucket and nothing else, over a "
        "gallery that is large enough for an index in files; clients enrol, rename, find and delete "
        "drawn people while the nodes in turn are killed and started again, or stopped for three "
        "seconds. Afterwards everybody is looked for through each node by itself.",
        show_nodes,
        page="reliability",
    ),
    Section(
        "faults",
        "Kills",
        "faults.py",
        ("--kills", "30"),
        ("--kills", "3"),
        "the same work against one `mien serve` on SQLite, of which the first process, one of the "
        "others, or all are killed in turn and whatever was killed with its first process is started "
        "again at once.",
        show_faults,
        page="reliability",
    ),
    Section(
        "detection",
        "Finding faces",
        "detection.py",
        ("--pack", "compact", "--peer", "yunet", "--count", "40"),
        ("--pack", "compact", "--count", "10"),
        "photos of Labeled Faces in the Wild put into pictures at known places, one a person, and "
        "group photos with their own boxes. What was chosen was chosen on one half of the people, and "
        "the figures are of the other half. The peer is OpenCV's own YuNet, in one look.",
        show_detection,
    ),
)
