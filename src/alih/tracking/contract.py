"""The contract between a study and a tracker."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import ClassVar

from alih.tracking.records import Epoch, TrackedRun


@dataclass(frozen=True)
class Sent:
    """What a tracker has of a run: its last epoch (0: none), values, note and state."""

    epoch: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    state: str = ""


@dataclass(frozen=True)
class News:
    """What a tracker lacks of a run; `note` and `state` are None where it has them."""

    epochs: Sequence[Epoch] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    note: str | None = None
    state: str | None = None

    @classmethod
    def of(cls, run: TrackedRun, sent: Sent | None) -> News | None:
        """What is new of a run since it was `sent`; None where nothing is."""
        before = sent or Sent()
        news = cls(
            epochs=[one for one in run.epochs if one.number > before.epoch],
            values={k: v for k, v in run.values.items() if before.values.get(k) != v},
            note=run.note if run.note != before.note else None,
            state=run.state if run.state != before.state else None,
        )
        is_news = news.epochs or news.values or news.note is not None or news.state is not None
        return news if sent is None or is_news else None


class Tracker(ABC):
    """A place that runs are sent to, opened for one project.

    Errors of the tool and of its network leave as they are; who sends knows them by `sync`.
    """

    NAME: ClassVar[str]

    def __enter__(self) -> Tracker:
        """Reach the place."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let it go."""
        return None

    @property
    @abstractmethod
    def shown(self) -> str:
        """How a reader gets to see it: a command, or an address."""

    @abstractmethod
    def sent(self, run: TrackedRun) -> Sent | None:
        """What the place has of a run; None where it does not know it."""

    @abstractmethod
    def send(self, run: TrackedRun, news: News) -> None:
        """Add what is new of a run."""
