"""Counts and times of a server, in the text format that Prometheus reads."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper ends, in seconds, of the parts of the histogram."""

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """What happened so far. Labels hold names of ours alone, never what a caller sent."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.errors: Counter[str] = Counter()
        self.images = self.batches = 0
        self._parts = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, path: str, status: int, seconds: float) -> None:
        """Count a request, and for one that asks the model the time it took."""
        self.requests[path, status] += 1
        if path in ("/predict", "/mask"):
            self._parts[bisect_left(BOUNDS, seconds)] += 1
            self._seconds += seconds

    def batch(self, size: int) -> None:
        """Count a batch that the model answers."""
        self.batches += 1
        self.images += size

    def text(self, queued: int, active: int) -> str:
        """All of it, with how many images wait for the model and requests are open now."""
        return "\n".join(self._lines(queued, active)) + "\n"

    def _lines(self, queued: int, active: int) -> Iterator[str]:
        yield from _counter(
            "alih_requests_total",
            "Requests by path and status.",
            {
                f'path="{path}",status="{status}"': count
                for (path, status), count in sorted(self.requests.items())
            },
        )
        yield from _counter(
            "alih_errors_total",
            "Refused and failed requests by reason.",
            {f'reason="{reason}"': count for reason, count in sorted(self.errors.items())},
        )
        yield from _counter("alih_images_total", "Images given to the model.", {"": self.images})
        yield from _counter("alih_batches_total", "Batches of them.", {"": self.batches})
        name = "alih_request_seconds"
        yield f"# HELP {name} Time from a request's first line to its answer."
        yield f"# TYPE {name} histogram"
        total = 0
        for bound, count in zip((*BOUNDS, "+Inf"), self._parts, strict=True):
            total += count
            yield f'{name}_bucket{{le="{bound}"}} {total}'
        yield f"{name}_sum {self._seconds:.6f}"
        yield f"{name}_count {total}"
        for gauge, text, value in (
            ("alih_queue", "Images that wait for the model.", queued),
            ("alih_requests_open", "Requests that are being read or answered.", active),
        ):
            yield f"# HELP {gauge} {text}"
            yield f"# TYPE {gauge} gauge"
            yield f"{gauge} {value}"


def _counter(name: str, text: str, values: Mapping[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} counter"
    for labels, count in values.items():
        yield f"{name}{{{labels}}} {count}" if labels else f"{name} {count}"
