"""What is on this machine: data list, data fetch, cache, cache prune, doctor."""

from __future__ import annotations

from pathlib import Path

import click

from alih.cli import options
from alih.cli.declaring import NUMBER, Group, argument, command, group
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import layout, number, say

data = Group("data", help="cli.data.help")
weights = Group("weights", help="cli.weights.help")


@data.command("list", help="cli.data_list.help")
@options.as_json
def data_list(as_json: bool) -> None:
    """List the data sets and where they would come from."""
    from alih.data.load import available

    sets = available()
    if as_json:
        output.print_json(sets)
        return
    names = [say(f"cli.col.{key}") for key in ("name", "ready", "size", "licence", "where")]
    rows = [
        (
            s["name"],
            say("cli.yes") if s["ready"] else say("cli.no"),
            layout.size(s["bytes"]) if s["bytes"] else "–",
            s["licence"] or "–",
            s["where"] or "–",
        )
        for s in sets
    ]
    output.print_table(names, rows, numeric=[2])


@data.command("fetch", help="cli.data_fetch.help")
@argument("name", help="cli.arg.data")
@options.as_json
def data_fetch(name: str, as_json: bool) -> None:
    """Get a data set and check it."""
    from alih.data.load import fetch

    _fetched("cli.data.fetched", name, fetch(name), as_json)


def _fetched(key: str, name: str, path: Path, as_json: bool) -> None:
    if as_json:
        output.print_json({"name": name, "path": path.as_posix()})
        return
    print(say(key, name=name, path=path))


@weights.command("list", help="cli.weights_list.help")
@options.as_json
def weights_list(as_json: bool) -> None:
    """List the backbones' pretrained weights and which of them are here."""
    from alih.models.weights import available

    rows = available()
    if as_json:
        output.print_json(rows)
        return
    names = [say(f"cli.col.{key}") for key in ("name", "ready", "size", "licence", "weights")]
    table = [
        (
            r["name"],
            say("cli.yes") if r["ready"] else say("cli.no"),
            layout.size(r["bytes"]),
            r["licence"] or "–",
            r["weights"],
        )
        for r in rows
    ]
    output.print_table(names, table, numeric=[2])


@weights.command("fetch", help="cli.weights_fetch.help")
@argument("name", help="cli.arg.backbone")
@options.as_json
def weights_fetch(name: str, as_json: bool) -> None:
    """Get a backbone's weights, check them and keep them."""
    from alih.models.weights import fetch

    _fetched("cli.weights.fetched", name, fetch(name), as_json)


@group("cache", invoke_without_command=True, help="cli.cache.help")
@options.as_json
@click.pass_context
def cache(context: click.Context, as_json: bool) -> None:
    """Show the cache: where it lies and how much it holds."""
    if context.invoked_subcommand:
        return
    from alih.api.machine import cache_facts

    facts = cache_facts()
    if as_json:
        output.print_json(facts)
        return
    print(
        say(
            "cli.cache.place",
            path=facts["path"],
            size=layout.size(facts["bytes"]),
            free=layout.size(facts["free_bytes"]),
        )
    )
    if facts["parts"]:
        rows = [(part["name"], layout.size(part["bytes"])) for part in facts["parts"]]
        output.print_table([say("cli.col.name"), say("cli.col.size")], rows, numeric=[1])
    named = [entry for entry in facts["features"] if entry["model"]]
    if named:
        print()
        print(say("cli.cache.features"))
        table = [
            (
                e["model"],
                e["stage"] or "–",
                e["set"],
                str(e["view"] or "–"),
                number(e["items"], 0),
                layout.size(e["bytes"]),
            )
            for e in named
        ]
        columns = [
            say(f"cli.col.{key}") for key in ("model", "stage", "set", "view", "images", "size")
        ]
        output.print_table(columns, table, numeric=[3, 4, 5])


@cache.command("prune", help="cli.cache_prune.help")
@click.option("--limit", type=NUMBER, metavar="GB", help="cli.opt.limit")
@options.as_json
@click.pass_context
def cache_prune(context: click.Context, limit: float | None, as_json: bool) -> None:
    """Remove features, then decoded images, until the cache fits the limit, least recently used
    first.
    """
    from alih.api.machine import prune

    if limit is not None and not limit >= 0:
        raise AlihError("cli.limit", limit=limit)
    freed = prune(limit)
    # `alih cache --json prune` asks for JSON as well.
    if as_json or (context.parent and context.parent.params["as_json"]):
        output.print_json({"freed_bytes": freed})
        return
    print(say("cli.cache.pruned", freed=layout.size(freed)))


@command("doctor", help="cli.doctor.help")
@options.as_json
def doctor(as_json: bool) -> None:
    """Describe this machine: Python, torch, threads, number formats, devices, cache, extras."""
    from alih.api.machine import survey
    from alih.cli.show.doctor import show

    facts = survey()
    output.print_json(facts) if as_json else show(facts)
