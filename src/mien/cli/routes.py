"""`mien routes`: every URL there is, in one place."""

from dataclasses import dataclass

import click

from mien.cli.runtime import temporary_home
from mien.cli.terminal.output import json_option
from mien.cli.terminal.output import print_json
from mien.cli.terminal.output import print_table


@dataclass(frozen=True, slots=True)
class Route:
    """One rule of the URL map; methods in alphabetical order, without HEAD and OPTIONS."""

    rule: str
    methods: tuple[str, ...]
    endpoint: str


@click.command()
@json_option
def routes(*, as_json: bool) -> None:
    """List every URL: rule, methods, endpoint."""
    found = list_routes()
    if as_json:
        print_json(found)
        return
    print_table(
        ["rule", "methods", "endpoint"],
        [(route.rule, " ".join(route.methods), route.endpoint) for route in found],
        lesser=["endpoint"],
    )


def list_routes() -> list[Route]:
    """Every rule of the application, by path; needs no database and no models."""
    from mien.app import create_app
    from mien.runtime import open_runtime
    from mien.settings import Settings

    with temporary_home("mien-routes-") as folder:
        runtime = open_runtime(Settings(home=folder, database_url=""))
        try:
            rules = list(create_app(runtime).url_map.iter_rules())
        finally:
            runtime.close()
    found = (
        Route(
            rule=rule.rule,
            methods=tuple(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})),
            endpoint=rule.endpoint,
        )
        for rule in rules
    )
    return sorted(found, key=lambda route: (route.rule, route.methods))
