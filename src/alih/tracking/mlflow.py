"""MLflow: an experiment for each study, a run for each cell, in a database or on a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

from alih.tracking.contract import News, Sent, Tracker
from alih.tracking.records import TrackedRun

KEY, NOTE, EPOCH = "alih.key", "mlflow.note.content", "epoch"
MOST_VALUES, MOST_SETTINGS = 1000, 100
"""What MLflow takes at once."""
LONGEST = 500
"""Letters of a setting; stores of older servers take no more."""
STATES = {"running": "RUNNING", "finished": "FINISHED", "failed": "FAILED"}
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}
"""A server that is down is told of soon; the next call fills in. Whoever set other values keeps
them."""


class MLflow(Tracker):
    """Runs in the experiment `project` of a tracking address: a server's, or `sqlite:///…`."""

    NAME = "mlflow"

    def __init__(self, address: str, project: str) -> None:
        for name, value in PATIENCE.items():
            os.environ.setdefault(name, value)
        import mlflow

        self._address, self._project = address, project
        self._client = mlflow.MlflowClient(tracking_uri=address)
        self._experiment = ""
        self._known: dict[str, str] = {}

    def __enter__(self) -> MLflow:
        """Find the experiment, or make it."""
        found = self._client.get_experiment_by_name(self._project)
        self._experiment = (
            found.experiment_id if found else self._client.create_experiment(self._project)
        )
        return self

    @property
    def shown(self) -> str:
        """The address, or the command that shows a database."""
        if self._address.startswith("http"):
            return self._address
        return f"mlflow ui --backend-store-uri {self._address}"

    def sent(self, run: TrackedRun) -> Sent | None:
        """What the experiment has of a run."""
        found = self._find(run)
        if found is None:
            return None
        values = dict(found.data.metrics)
        states = {told: state for state, told in STATES.items()}
        return Sent(
            epoch=int(values.get(EPOCH, 0)),
            values=values,
            note=found.data.tags.get(NOTE, ""),
            state=states.get(found.info.status, ""),
        )

    def send(self, run: TrackedRun, news: News) -> None:
        """Log what is new. The same value at the same step and time is stored once."""
        from mlflow.entities import Metric, Param, RunTag

        key = self._known.get(run.key) or self._begin(run)
        settings = [Param(name, str(value)[:LONGEST]) for name, value in run.config.items()]
        if run.key not in self._known:
            for part in _parts(settings, MOST_SETTINGS):
                self._client.log_batch(key, params=part)
            self._known[run.key] = key
        metrics = [
            [
                *(Metric(n, v, _ms(epoch.at), epoch.number) for n, v in epoch.values.items()),
                Metric(EPOCH, epoch.number, _ms(epoch.at), epoch.number),
            ]
            for epoch in news.epochs
        ]
        metrics.append([Metric(n, v, _ms(run.changed), run.step) for n, v in news.values.items()])
        for part in _parts([one for epoch in metrics for one in epoch], MOST_VALUES):
            self._client.log_batch(key, metrics=part)
        tags = [RunTag(name, value) for name, value in run.tags.items()]
        tags += [RunTag(NOTE, news.note)] if news.note is not None else []
        self._client.log_batch(key, tags=tags)
        if news.state is not None:
            state = STATES[news.state]
            if news.state == "running":
                self._client.update_run(key, status=state)
            else:
                self._client.set_terminated(key, state, _ms(run.changed))

    def _begin(self, run: TrackedRun) -> str:
        tags = {KEY: run.key, "group": run.group, "study": run.study}
        made = self._client.create_run(
            self._experiment, start_time=_ms(run.started), run_name=run.name, tags=tags
        )
        return str(made.info.run_id)

    def _find(self, run: TrackedRun) -> Any:
        if run.key in self._known:
            return self._client.get_run(self._known[run.key])
        wanted = f"tags.`{KEY}` = '{run.key}'"
        found = self._client.search_runs([self._experiment], wanted, max_results=1)
        if not found:
            return None
        self._known[run.key] = found[0].info.run_id
        return found[0]


def _ms(seconds: float) -> int:
    return int(1000 * seconds)


def _parts(values: list[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
