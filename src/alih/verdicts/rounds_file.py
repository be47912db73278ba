"""The record of a study folder's rounds, `rounds.json`.

It holds `{"schema": 1, "rounds": [{"seeds": {arm: n}, "states": {arm: state}}], "stopped":
reason}`: for each round the replicates that were compared and what was found of each arm;
`stopped` is null while a round is being computed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from alih import files
from alih.runs import reading
from alih.study.document.study import Study
from alih.study.planning.plan import replicates_of
from alih.verdicts.rounds import Round, State, Stop
from alih.words.phrase import Phrase

FILE = "rounds.json"


class Taken(BaseModel):
    """A round whose cells were compared: replicates per arm, and what was found of each arm."""

    seeds: dict[str, int]
    states: dict[str, State]


class Rounds(BaseModel):
    """The rounds of a study folder, and why no further one followed."""

    number: int = Field(1, alias="schema")
    rounds: list[Taken] = Field(default_factory=list)
    stopped: Stop | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `rounds.json` and `alih compare --json` hold them."""
        return {
            "schema": self.number,
            "rounds": [one.model_dump() for one in self.rounds],
            "stopped": self.stopped,
        }


def read(root: Path) -> Rounds | None:
    """The rounds of a study folder, None where it never ran until decided. Raises Damaged when the
    file makes no sense.
    """
    return reading.read(root / FILE, Rounds.model_validate_json, Phrase("verdicts.cure_rounds"))


def write(root: Path, study: Study, found: Round) -> Rounds:
    """Note what a round found; the same replicates again do not count as another round."""
    before = read(root) or Rounds(schema=1)
    now = Taken(seeds=replicates_of(study), states=dict(found.states))
    rounds = [one for one in before.rounds if one.seeds != now.seeds]
    after = Rounds(schema=1, rounds=[*rounds, now], stopped=found.stop)
    if after != before:
        files.write_json(root / FILE, after.to_json())
    return after
