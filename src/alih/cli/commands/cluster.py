"""`alih slurm`: a study as a job of a cluster."""

from __future__ import annotations

import click

from alih.cli import options
from alih.cli.declaring import WHOLE, command
from alih.cli.show import output
from alih.words import layout, say


@command("slurm", help="cli.slurm.help")
@options.study
@click.option("--jobs", "-j", required=True, type=WHOLE, metavar="N", help="cli.opt.slurm_jobs")
@click.option("--time", required=True, metavar="TIME", help="cli.opt.slurm_time")
@click.option("--margin", metavar="TIME", help="cli.opt.slurm_margin")
@click.option("--gpus", default=0, type=WHOLE, metavar="N", help="cli.opt.slurm_gpus")
@click.option("--cpus", type=WHOLE, metavar="N", help="cli.opt.slurm_cpus")
@click.option("--mem", metavar="SIZE", help="cli.opt.slurm_mem")
@click.option("--partition", metavar="NAME", help="cli.opt.slurm_partition")
@click.option("--account", metavar="NAME", help="cli.opt.slurm_account")
@click.option("-o", "--output", "script", metavar="FILE", help="cli.opt.slurm_file")
@click.option("--out", metavar="DIR", help="cli.opt.out")
@options.seeds
@options.overrides
@options.as_json
def slurm(
    study: str,
    jobs: int,
    time: str,
    margin: str | None,
    gpus: int,
    cpus: int | None,
    mem: str | None,
    partition: str | None,
    account: str | None,
    script: str | None,
    out: str | None,
    seeds: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make the study folder, and write a batch script that runs the study as an array."""
    from pathlib import Path

    from alih.api.cluster import slurm as written
    from alih.executors.slurm import MARGIN, Resources, seconds_of
    from alih.study.loading import load

    limit = seconds_of("--time", time)
    before = MARGIN if margin is None else seconds_of("--margin", margin)
    wanted = Resources(limit, before, gpus, cpus, mem, partition, account)
    document = load(study, overrides, seeds)
    file = Path(script or f"{document.name}.sh")
    made = written(study, document, jobs, wanted, file, out)
    if as_json:
        place = {"file": made.file.as_posix(), "parts": jobs, "cells": made.most}
        output.print_json(place | {"seconds": limit - before})
        return
    left = layout.duration(limit - before)
    print(say("cli.slurm.written", path=made.file, parts=jobs, cells=made.most, time=left))
