"""Which document each command prints with `--json`; `alih schema COMMAND` prints its schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from alih.cli.documents import comparison, failure, images, machine, results, running, studies

DOCUMENTS: dict[str, type[BaseModel]] = {
    "studies": studies.Studies,
    "new": studies.New,
    "check": studies.Check,
    "audit": images.Audit,
    "plan": studies.Plan,
    "run": running.Run,
    "slurm": running.Slurm,
    "watch": running.Watch,
    "track": running.Track,
    "status": studies.Plan,
    "compare": comparison.Comparison,
    "report": results.Report,
    "verdict": comparison.Scores,
    "model": studies.Model,
    "look": images.Look,
    "export": results.Export,
    "predict": images.Predict,
    "serve": machine.Serve,
    "scout": images.Scout,
    "domains": images.Domains,
    "test-strategy": machine.TestStrategy,
    "data list": machine.DataList,
    "data fetch": machine.Fetched,
    "weights list": machine.WeightsList,
    "weights fetch": machine.Fetched,
    "cache": machine.Cache,
    "cache prune": machine.Pruned,
    "doctor": machine.Doctor,
    "schema": studies.Schema,
    "skill": machine.Skill,
    "completion": machine.Completion,
}
"""By the command's name without `alih`."""

ERROR = "error"
"""Stands for the document of a command that could not do what was asked."""

STUDY = "study"
"""Stands for the study document."""


def schema_of(name: str) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a command's document, of `error` or of `study`.

    Raises KeyError for a name that stands for nothing.
    """
    if name == STUDY:
        from alih.study.schema import json_schema

        return json_schema()
    model = failure.Failure if name == ERROR else DOCUMENTS[name]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **model.model_json_schema(by_alias=True, mode="serialization"),
    }
