"""Before anything is computed: studies, check, plan, model, schema."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from typing import Any

import click

from alih.cli import options
from alih.cli.declaring import WHOLE, argument, command
from alih.cli.show import output
from alih.errors import AlihError
from alih.words import say, speaking, text


@command("studies", help="cli.studies.help")
@options.as_json
def studies(as_json: bool) -> None:
    """List the built-in studies."""
    from alih.study.loading import builtin_names, load
    from alih.study.planning.plan import replicates

    # The one to begin with comes first.
    found = [
        load(name, anywhere=True)
        for name in sorted(builtin_names(), key=lambda name: (name != "quickstart", name))
    ]
    if as_json:
        with speaking("en"):
            output.print_json([_described(study) for study in found])
        return
    for study in found:
        print(study.name)
        print(f"  {text(study.question or study.title)}")
        print(
            "  "
            + say(
                "cli.studies.needs",
                needs=_needs(study),
                arms=", ".join(study.arms),
                seeds=replicates(study),
            )
        )
        if study.published and study.published.arms:
            print("  " + say("cli.studies.published", source=study.published.citation or "–"))
    print()
    print(say("cli.studies.next", name=found[0].name))


def _needs(study: Any) -> str:
    data = study.data
    return data.name if hasattr(data, "set") else f"{data.source.name}, {data.target.name}"


def _described(study: Any) -> dict[str, Any]:
    from alih.study.planning.plan import replicates

    published = {
        arm: value.model_dump(exclude_none=True)
        for arm, value in (study.published.arms if study.published else {}).items()
    }
    return {
        "name": study.name,
        "title": text(study.title),
        "question": text(study.question) if study.question else None,
        "needs": _needs(study),
        "arms": list(study.arms),
        "seeds": replicates(study),
        "published": published,
    }


@command("new", help="cli.new.help")
@argument("name", help="cli.arg.new")
@click.option("--data", required=True, metavar="PATH", help="cli.opt.data")
@click.option("--out", "-o", "--output", "out", metavar="FILE", help="cli.opt.new_file")
@click.option("--task", metavar="classification|segmentation", help="cli.opt.task")
@click.option("--classes", metavar="NAMES", help="cli.opt.new_classes")
@options.as_json
def new(
    name: str, data: str, out: str | None, task: str | None, classes: str | None, as_json: bool
) -> None:
    """Look at a folder of images and write a commented study for it."""
    from pathlib import Path

    from alih.cli.show import data as shown
    from alih.data.array_sets import lines
    from alih.data.parts import image_findings
    from alih.study.loading import load
    from alih.study.starter import write
    from alih.verdicts.ways import ways_to_test

    wanted = [name.strip() for name in classes.split(",")] if classes else None
    file = write(name, data, Path(out) if out else None, task, wanted)
    try:
        study = load(file)
        with speaking("en") if as_json else nullcontext():
            understood = lines(study)
        findings, ways = image_findings(study), ways_to_test(study)
    except AlihError:
        file.unlink()  # what cannot be used would only be in the way of the next try
        raise
    if as_json:
        output.print_json(
            {
                "file": file.as_posix(),
                "study": study.name,
                "task": study.task,
                "arms": list(study.arms),
                "understood": understood,
                "findings": [finding.to_json() for finding in findings],
                "ways": [asdict(way) for way in ways],
            }
        )
        return
    for line in [*understood, *findings, *shown.ways(ways)]:
        print(line)
    print(say("cli.new.written", path=file))


@command("check", help="cli.check.help")
@options.study
@options.overrides
@options.seeds
@options.as_json
def check(study: str, overrides: tuple[str, ...], seeds: int | None, as_json: bool) -> None:
    """Validate a study document and its image files; nothing is trained."""
    from alih.api import check as checked
    from alih.cli.show.progress import Plain, Progress
    from alih.data.array_sets import lines
    from alih.executors.events import progress
    from alih.study.loading import load

    document = load(study, overrides, seeds)
    if as_json:
        output.print_json(checked(document).to_json())
        return
    for line in lines(document):
        print(line)
    tell = Plain(Progress(document.primary))
    found = checked(document, on_images=lambda done, of: tell(progress("decoding", done, of)))
    for line in found.sentences():
        print(line)


@command("plan", help="cli.plan.help")
@options.study
@options.out
@options.overrides
@options.seeds
@options.until_decided
@options.budget
@options.jobs
@click.option("--measure", is_flag=True, help="cli.opt.measure")
@options.as_json
def plan(
    study: str,
    out: str | None,
    overrides: tuple[str, ...],
    seeds: int | None,
    until_decided: bool,
    budget: str | None,
    jobs: int | None,
    measure: bool,
    as_json: bool,
) -> None:
    """List the cells, why each will run, how long it may take, and whether the plan can decide
    anything.
    """
    from alih.api import plan as planned

    wishes = {"until_decided": until_decided, "budget": budget, "jobs": jobs, "measure": measure}
    found = planned(study, out, seeds=seeds, overrides=overrides, **wishes)  # type: ignore[arg-type]
    if as_json:
        output.print_json(found.to_json())
        return
    output.print_table(*found.table(), numeric=[3])
    print()
    for sentence in found.sentences():
        print(sentence)


@command("model", help="cli.model.help")
@argument("name", help="cli.arg.model")
@click.option("--classes", type=WHOLE, metavar="N", help="cli.opt.classes")
@options.image_size
@click.option("--channels", type=WHOLE, metavar="N", help="cli.opt.channels")
@click.option("--encoder", metavar="NAME", help="cli.opt.encoder")
@click.option("--width", type=WHOLE, metavar="N", help="cli.opt.width")
@click.option("--depth", type=WHOLE, metavar="N", help="cli.opt.depth")
@click.option("--padding", metavar="same|valid", help="cli.opt.padding")
@options.as_json
def model(name: str, as_json: bool, **sizes: Any) -> None:
    """Print the layer table of a model: output shapes, parameters, and where the parameters sit."""
    from alih.cli.show.model import show
    from alih.models.layer_table import layer_table

    table = layer_table(name, **sizes)
    output.print_json(table.to_json()) if as_json else show(table)


@command("schema", help="cli.schema.help")
@argument("names", metavar="COMMAND", nargs=-1, help="cli.arg.schema")
@options.as_json
def schema(names: tuple[str, ...], as_json: bool) -> None:
    """Print the JSON schema of the study document, of a command's JSON or of errors."""
    from alih.cli.documents.table import DOCUMENTS, ERROR, STUDY, schema_of
    from alih.words.phrase import known

    name = " ".join(names) or STUDY
    every = [STUDY, *DOCUMENTS, ERROR]
    if name not in every:
        raise AlihError("cli.schema.unknown", got=name, known=known(name, every))
    output.print_json(schema_of(name))
