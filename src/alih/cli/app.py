"""The tree of commands. Command bodies import their rooms inside, so that `alih --help` pays for
none of them.
"""

from __future__ import annotations

import click

from alih.cli.commands import (
    cluster,
    exporting,
    inspecting,
    look,
    machine,
    predicting,
    programs,
    results,
    running,
    scores,
    serving,
    strategies,
    studies,
    tracking,
    watching,
)
from alih.cli.declaring import Group

COMMANDS = (
    studies.studies,
    studies.new,
    studies.check,
    inspecting.audit,
    studies.plan,
    running.run,
    cluster.slurm,
    results.status,
    watching.watch,
    results.compare,
    results.report,
    tracking.track,
    scores.verdict,
    studies.model,
    look.look,
    exporting.export,
    predicting.predict,
    serving.serve,
    inspecting.scout,
    inspecting.domains,
    strategies.check_strategy,
    machine.data,
    machine.weights,
    machine.cache,
    machine.doctor,
    studies.schema,
    programs.skill,
    programs.completion,
)
"""In the order of a study's life."""


def build() -> Group:
    """The command `alih`."""
    tree = Group("alih", help="cli.help.main", commands={c.name or "": c for c in COMMANDS})
    click.version_option(package_name="alih", message="%(version)s", help="cli.opt.version")(tree)
    return tree
