"""Writes the reference pages that are made from the code: `make docs`.

Each page is a function that returns its text, so that a test can compare it with the file.
"""

import json
import tempfile
import tomllib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from string import Template
from typing import get_args

import click
from flask_openapi.openapi import OpenAPI
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mien.api.document import document
from mien.app import create_app
from mien.cli import COMMANDS
from mien.cli import cli
from mien.cli.routes import list_routes
from mien.cli.terminal.output import ExitCode
from mien.deploy.error_responses import OWN_ANSWERS
from mien.errors import MienError
from mien.http.problems import CSRF_FAILED
from mien.http.problems import INTERNAL_ERROR
from mien.http.problems import STATUSES
from mien.observing import IndexSource
from mien.observing import Stage
from mien.options import Decision
from mien.packs.catalog import BUILTIN
from mien.packs.catalog import builtin
from mien.packs.measured import figures_of
from mien.packs.measured import measured_packs
from mien.runtime import Runtime
from mien.runtime import open_runtime
from mien.settings import Settings
from mien.storage import migrate
from mien.words.http_codes import HTTP_CODES

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
WAYS_OUT = HERE / "ways_out.toml"
NOTE = "<!-- Made from the code by `make docs`; changes here are lost. -->\n\n"
# The default depends on the machine that the page is made on.
DEFAULTS_IN_WORDS = {"models_dir": "`~/.cache/mien/models`"}

COMMAND_LINE = """\
# Command line

Results go to standard output, everything else to standard error. In a pipe, a table has one
tab-separated line per row; `--json`, where a command has it, prints JSON and turns errors into
`{"code", "detail"}`.

| exit code | meaning |
|---|---|
"""
EXIT_CODES = {
    ExitCode.OK: "done",
    ExitCode.FAILED: "refused, failed, a problem was found, or the result could not be written; "
    "see standard error for the reason",
    ExitCode.USAGE: "wrong usage",
    ExitCode.SOME_FAILED: "some of several photos or files failed, the others succeeded",
    ExitCode.ANSWER_IS_NO: "the answer is no: to `mien verify`, a photo does not show the same person",
    ExitCode.INTERRUPTED: "interrupted, or a question was answered with no",
}


def settings_page() -> str:
    """Every setting: variable, default, what it is for."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable. Invalid values are reported and rejected at the start;",
        "unknown variables that begin with `MIEN_` are ignored. `MIEN_SECRET_KEY`, `MIEN_DATABASE_URL`,",
        "`MIEN_MILVUS_TOKEN`, `MIEN_FILES_S3_ACCESS_KEY` and `MIEN_FILES_S3_SECRET_KEY` may also be read",
        "from a file: `MIEN_SECRET_KEY_FILE=/run/secrets/key`.",
        "",
        "| variable | default | what it is for |",
        "|---|---|---|",
    ]
    lines += [
        f"| `MIEN_{name.upper()}` | {default_of(name, field)} | {in_cell(field.description or '')} |"
        for name, field in Settings.model_fields.items()
    ]
    return NOTE + "\n".join(lines) + "\n"


def default_of(name: str, field: FieldInfo) -> str:
    """The default of a setting, as text for the table."""
    if name in DEFAULTS_IN_WORDS:
        return DEFAULTS_IN_WORDS[name]
    value = field.default
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if value is PydanticUndefined:
        raise ValueError(f"the default of {name} needs words in DEFAULTS_IN_WORDS")
    if value == "" or value is None:
        return "empty"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def cli_page() -> str:
    """Every command: what it does, how it is called."""
    # As the command itself is started, except for the width of somebody's terminal.
    settings = {**cli.context_settings, "max_content_width": 90, "terminal_width": 90}
    root = click.Context(cli, info_name="mien", **settings)
    codes = [f"| {code.value} | {EXIT_CODES[code]} |\n" for code in ExitCode]
    sections = ["".join([COMMAND_LINE, *codes])]
    for name in COMMANDS:
        sections.extend(command_sections(cli, name, root))
    return NOTE + "\n".join(sections)


def command_sections(group: click.Group, name: str, parent: click.Context) -> Iterator[str]:
    """The help of a command and of the commands below it, each with a heading."""
    command = group.get_command(parent, name)
    if command is None or command.hidden:
        return
    context = click.Context(
        command, info_name=name, parent=parent, max_content_width=90, terminal_width=90
    )
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            yield from command_sections(command, each, context)


def in_cell(text: str) -> str:
    """Text that may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def routes_page() -> str:
    """Every URL: rule, methods, endpoint."""
    lines = [
        "# Routes",
        "",
        "Every URL of the application, as `mien routes` lists them. `GET` also answers `HEAD`, and",
        "every URL answers `OPTIONS`. Only the first URL ends in a slash; any other address that ends in",
        "one is not found (404).",
        "",
        "| rule | methods | endpoint |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{route.rule}` | {', '.join(route.methods)} | `{route.endpoint}` |"
        for route in list_routes()
    ]
    return NOTE + "\n".join(lines) + "\n"


def errors_page() -> str:
    """Every error code: the status it has over HTTP, and what happened."""
    lines = [
        "# Error codes",
        "",
        "Every error has a stable code: `code` in the API's `application/problem+json`, in brackets",
        "after the message of a command. `detail` says what happened; its words may change. Further",
        "members give details: `field` names the invalid value, `boxes` says where the faces are,",
        "`photo` says which of two photos is meant. The `request_id` is also in the header",
        "`X-Request-ID` and in the log lines of the request; a request may send its own.",
        "",
        "| code | status | what happened | way out |",
        "|---|---|---|---|",
    ]
    rows = [
        (error.code, status_of(error), (error.__doc__ or "").splitlines()[0])
        for error in errors_below(MienError)
    ]
    # Some are raised before Mien's own code is reached, and may share a code with one of its own.
    known = {code for code, _, _ in rows}
    general = {code: (status, text) for status, (code, text) in reversed(HTTP_CODES.items())}
    rows += [(code, *facts) for code, facts in general.items() if code not in known]
    # And some by the web server in front, which has asked nobody.
    own = {each.code: (each.status, each.detail) for each in reversed(OWN_ANSWERS)}
    known |= {*general, "internal_error"}
    rows += [(code, *facts) for code, facts in own.items() if code not in known]
    rows += [("internal_error", 500, INTERNAL_ERROR), ("csrf_failed", 400, CSRF_FAILED)]
    ways_out = tomllib.loads(WAYS_OUT.read_text(encoding="utf-8"))
    lines += [
        f"| `{code}` | {status} | {in_cell(text)} | {in_cell(ways_out[code])} |"
        for code, status, text in sorted(rows)
    ]
    return NOTE + "\n".join(lines) + "\n"


def errors_below(error: type[MienError]) -> Iterator[type[MienError]]:
    """Every error that is raised itself."""
    for each in error.__subclasses__():
        if each.__subclasses__():
            yield from errors_below(each)
        else:
            yield each


def status_of(error: type[MienError]) -> int:
    """The status of the nearest ancestor that has one."""
    return next(STATUSES[each] for each in error.__mro__ if each in STATUSES)


def metrics_page() -> str:
    """Every metric: name, type, labels, unit, what it says."""
    words = tomllib.loads((HERE / "metrics.toml").read_text(encoding="utf-8"))
    metrics = scrape()
    text = Template((HERE / "metrics.md").read_text(encoding="utf-8")).substitute(
        metrics="\n".join(metric_row(each, **words[series_of(each)]) for each in metrics),
        buckets="\n".join(
            f"- `{each.name}`: {', '.join(bounds_of(each))}"
            for each in metrics
            if each.type == "histogram"
        ),
        decisions=in_words(get_args(Decision)),
        stages=in_words(get_args(Stage)),
        sources=in_words(get_args(IndexSource)),
    )
    return NOTE + text


def scrape() -> list[Metric]:
    """What `/metrics` gives once everything that is counted has happened."""
    with temporary_runtime() as runtime:
        migrate.upgrade(runtime.database)
        client = create_app(runtime).test_client()
        client.get("/healthz")
        observer = runtime.services.observer
        observer.on_decision(get_args(Decision)[0])
        observer.on_stage(get_args(Stage)[0], 0.0)
        observer.on_filled(get_args(IndexSource)[0])
        answer = client.get("/metrics")
        if answer.status_code != 200:
            raise RuntimeError(f"/metrics answered {answer.status_code}")
        found = text_string_to_metric_families(answer.text)
        return [each for each in found if not each.name.endswith("_created")]


def series_of(metric: Metric) -> str:
    """The name to ask Prometheus for; of a histogram the one that its series begin with."""
    return f"{metric.name}_total" if metric.type == "counter" else str(metric.name)


def metric_row(metric: Metric, *, unit: str, more: str) -> str:
    """A line of the table."""
    labels = dict.fromkeys(name for sample in metric.samples for name in sample.labels)
    shown = ", ".join(f"`{name}`" for name in labels if name != "le")
    text = in_cell(f"{metric.documentation} {more}")
    return f"| `{series_of(metric)}` | {metric.type} | {shown} | {unit} | {text} |"


def bounds_of(histogram: Metric) -> Iterable[str]:
    """The upper bounds of a histogram's buckets, as they are written."""
    bounds = [sample.labels.get("le") for sample in histogram.samples]
    return dict.fromkeys(f"{float(bound):g}" for bound in bounds if bound not in {None, "+Inf"})


def in_words(values: Iterable[str]) -> str:
    """Values as code, with commas between them."""
    return ", ".join(f"`{value}`" for value in values)


def pack_figures_page() -> str:
    """What each built-in pack misses and costs, as it was measured."""
    measured = measured_packs()
    searches, timed = measured.searches, measured.timed
    versions = ", ".join(f"{name} {version}" for name, version in measured.versions.items())
    return NOTE + Template((HERE / "pack_figures.md").read_text(encoding="utf-8")).substitute(
        rows="\n".join(pack_figures_row(name) for name in BUILTIN),
        several=timed.several_faces,
        one_face=in_words(timed.one_face),
        threads=timed.threads,
        rounds=timed.rounds,
        clock=timed.clock,
        data=searches.data,
        photos=f"{searches.photos:,}",
        people=f"{searches.people:,}",
        enrolled=f"{searches.enrolled:,}",
        odds=f"{1 / searches.fpir:.0f}",
        draws=searches.draws,
        date=f"{measured.date.day} {measured.date:%B %Y}",
        machine=measured.machine,
        versions=versions,
    )


def pack_figures_row(name: str) -> str:
    """A line of the table."""
    found = figures_of(builtin(name))
    if found is None:
        return f"| `{name}` | not measured | | | | |"
    one, several = found.one_face, found.several_faces
    cells = [
        f"`{name}`",
        f"{found.fnir:.1%} ± {100 * found.fnir_standard_error:.1f}".replace("%", " %"),
        f"{one.median_ratio:.1f} ({one.median_ms:.0f} ms)",
        f"{several.median_ratio:.1f} ({several.median_ms:.0f} ms)",
        f"{found.memory_mb:.0f} MB",
        f"{found.size_bytes / 1e6:.1f} MB",
    ]
    return f"| {' | '.join(cells)} |"


def openapi_text() -> str:
    """The API's description, as `/api/openapi.json` gives it."""
    with temporary_runtime() as runtime:
        app = create_app(runtime)
        assert isinstance(app, OpenAPI)  # noqa: S101 - for the type checker
        described = document(app)
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


@contextmanager
def temporary_runtime() -> Iterator[Runtime]:
    """A runtime over an empty folder, without models."""
    with tempfile.TemporaryDirectory() as home:
        runtime = open_runtime(Settings(home=Path(home), offline=True))
        try:
            yield runtime
        finally:
            runtime.close()


PAGES: dict[str, Callable[[], str]] = {
    "reference/settings.md": settings_page,
    "reference/cli.md": cli_page,
    "reference/errors.md": errors_page,
    "reference/routes.md": routes_page,
    "reference/metrics.md": metrics_page,
    "reference/pack-figures.md": pack_figures_page,
    "openapi.json": openapi_text,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(), encoding="utf-8")
        print(f"Wrote {path.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
