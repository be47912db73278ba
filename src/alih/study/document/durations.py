"""Durations as people write them: `90s`, `30m`, `2h50m`, `1d12h`."""

from __future__ import annotations

import re

SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_NUMBER = r"\d+(?:\.\d+)?"
_PATTERN = re.compile(r"\s*".join(f"(?:({_NUMBER})\\s*{unit})?" for unit in SECONDS))


def seconds(text: str) -> float:
    """A duration in seconds. Raises ValueError for what is none, a number without a unit among it.

    >>> seconds("2h50m"), seconds("1.5h"), seconds("90s")
    (10200.0, 5400.0, 90.0)
    """
    found = _PATTERN.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(text)
    values = zip(found.groups(), SECONDS.values(), strict=True)
    return sum(float(number) * unit for number, unit in values if number)


def written(duration: float) -> str:
    """A number of whole seconds as `seconds` reads it.

    >>> written(10200), written(0), written(90061)
    ('2h50m', '0s', '1d1h1m1s')
    """
    left, parts = round(duration), []
    for name, unit in SECONDS.items():
        count, left = divmod(left, unit)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"
