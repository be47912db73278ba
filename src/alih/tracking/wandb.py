"""Weights & Biases: a run for each cell in a project, grouped by arm; also without a network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from alih.errors import AlihError
from alih.tracking.contract import News, Sent, Tracker
from alih.tracking.ledger import Ledger
from alih.tracking.records import TrackedRun

PATIENCE = 20.0
"""Seconds that W&B may take to begin a run."""
LONGEST_TAG = 64


class WeightsAndBiases(Tracker):
    """Runs of a project. Files lie in `place`, and so does a list of what was sent, since runs that
    wait to be uploaded cannot be asked for it.

    Without a network (`WANDB_MODE=offline`) every call that has something new of a run writes a
    folder of its own; `wandb sync` joins those of one run, in the order of their times.
    """

    NAME = "wandb"

    def __init__(self, place: Path, project: str) -> None:
        import wandb

        # A key is asked for on a terminal otherwise, and the study would wait for an answer.
        if os.environ.get("WANDB_MODE", "online") == "online" and not wandb.api.api_key:
            raise AlihError("track.wandb_login")
        self._wandb, self._place, self._project = wandb, place, project
        place.mkdir(parents=True, exist_ok=True)
        self._ledger = Ledger(place / "wandb")

    @property
    def shown(self) -> str:
        """The command that uploads what waits, else the project's name."""
        if os.environ.get("WANDB_MODE") == "offline":
            return f"wandb sync {self._place}/wandb/offline-run-*"
        return f"W&B: {self._project}"

    def sent(self, run: TrackedRun) -> Sent | None:
        """What was sent of a run from this place."""
        return self._ledger.sent(run)

    def send(self, run: TrackedRun, news: News) -> None:
        """Log what is new, as a continuation of the run of the same key."""
        settings = self._wandb.Settings(
            silent=True,
            console="off",
            init_timeout=PATIENCE,
            x_disable_stats=True,
            x_disable_meta=True,
        )
        begun: Any = self._wandb.init(
            project=self._project,
            id=run.key,
            name=run.name,
            group=run.group,
            job_type="verdicts" if run.group == "verdicts" else "cell",
            tags=[f"{name}: {value}"[:LONGEST_TAG] for name, value in run.tags.items()],
            config={"study": run.study, **run.config},
            notes=news.note or None,
            dir=str(self._place),
            resume="allow",
            reinit="finish_previous",
            settings=settings,
        )
        failed = True
        try:
            for epoch in news.epochs:
                begun.log(dict(epoch.values), step=epoch.number)
            begun.summary.update({**news.values, "state": run.state})
            if news.note is not None:
                begun.summary["note"] = news.note
            failed = run.state == "failed"
        finally:
            begun.finish(exit_code=int(failed))
        self._ledger.note(run)
