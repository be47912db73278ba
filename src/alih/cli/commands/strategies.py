"""`alih test-strategy`: whether a strategy of one's own keeps its contract with the engine."""

from __future__ import annotations

from typing import Any

import click

from alih.cli import options
from alih.cli.declaring import argument, command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import say
from alih.words.phrase import in_english

TASKS = ("classification", "segmentation")


@command("test-strategy", help="cli.test_strategy.help")
@argument("strategy", metavar="FILE", help="cli.arg.strategy")
@click.option("--task", metavar="classification|segmentation", help="cli.opt.strategy_task")
@click.option("--option", multiple=True, metavar="KEY=VALUE", help="cli.opt.option")
@options.as_json
def check_strategy(strategy: str, task: str | None, option: tuple[str, ...], as_json: bool) -> int:
    """Print a line for each check. Returns 1 where one failed."""
    from alih.training.conformance import examine, find

    if task is not None and task not in TASKS:
        raise AlihError("cli.test_strategy.task", got=task)
    candidate = find(strategy, _values(option))
    for other, key in zip(TASKS, ("classifies", "segments"), strict=True):
        if task == other and not getattr(candidate.options, key):
            raise AlihError("cli.test_strategy.not_for_task", got=task, key=key)
    failed, rows = False, []
    for outcome in examine(candidate, [task] if task else []):
        failed = failed or outcome.state == "failed"
        rows.append(
            {
                "task": outcome.task,
                "check": outcome.check,
                "state": outcome.state,
                "why": in_english(outcome.why),
            }
        )
        if not as_json:
            why = str(outcome.why)
            key = "mode" if outcome.check == "modes" else outcome.check
            state = say(f"cli.test_strategy.{outcome.state}")
            said = f"{outcome.task}: {say(f'training.check_{key}')}"
            print(f"{state:<9}{said}" + (f" – {why}" if why else ""), flush=True)
    if as_json:
        output.print_json({"strategy": candidate.name, "checks": rows, "passed": not failed})
    elif not failed:
        print(say("cli.test_strategy.passed"))
    return int(failed)


def _values(given: tuple[str, ...]) -> dict[str, Any]:
    """Options as written on the command line; the right-hand side is YAML."""
    from alih.study.reading.yamlfile import value_of

    found = {}
    for text in given:
        key, equals, right = text.partition("=")
        if not key or not equals:
            raise AlihError("cli.test_strategy.option_form", got=text)
        found[key] = value_of(right, "--option")
    return found
