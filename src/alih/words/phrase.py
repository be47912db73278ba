"""Parts of sentences: put into words late, shortened, or naming what was probably meant."""

from __future__ import annotations

import difflib
import errno
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alih.words import has, say, speaking


@dataclass(frozen=True)
class Phrase:
    """A part of a sentence that is put into the reader's language only when the sentence is read."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return say(self.key, **self.values)

    def to_json(self) -> dict[str, Any]:
        """Key and values as plain JSON; what is none becomes text."""
        return {"key": self.key, "values": {name: _json(v) for name, v in self.values.items()}}

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> Phrase:
        """The phrase that `to_json` gave."""
        values = {
            name: cls.parse(value) if isinstance(value, dict) else value
            for name, value in found["values"].items()
        }
        return cls(found["key"], values)


def in_english(sentence: object) -> str:
    """A sentence for JSON and files, which are in no reader's language: English, whoever reads."""
    with speaking("en"):
        return str(sentence)


def _json(value: Any) -> Any:
    if isinstance(value, Phrase):
        return value.to_json()
    if value is None or isinstance(value, (str, int)):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else str(value)


def shown(value: Any) -> str:
    """A value for a message: one line of at most 60 letters."""
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in str(value)
    )
    return text if len(text) <= 60 else text[:59] + "…"


def nearest(name: Any, names: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None when none is close.

    >>> nearest("epohs", ["epochs", "lr"])
    'epochs'
    """
    candidates = {str(known).lower().replace("-", "_"): str(known) for known in names}
    asked = str(name).lower().replace("-", "_")
    found = difflib.get_close_matches(asked, candidates, n=1, cutoff=0.6)
    longer = [known for known in candidates if len(asked) > 2 and known.startswith(asked)]
    if longer and not (found and found[0].startswith(asked)):
        found = [min(longer, key=len)]  # `acc` is short for accuracy, however near `auc` is
    if not found:
        found = [known for known in candidates if len(asked) > 2 and asked.startswith(known)][:1]
    return candidates[found[0]] if found else None


def known(name: Any, names: Iterable[str]) -> Phrase:
    """The end of a sentence about an unknown name: the nearest known one, if any is close, and the list of all."""
    names = [str(known) for known in names]
    listed = ", ".join(names)
    close = nearest(name, names)
    return (
        Phrase("study.known_near", {"near": close, "names": listed})
        if close
        else Phrase("study.known", {"names": listed})
    )


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """`Did you mean 'x'?` with a leading space for the nearest known name, or nothing.

    >>> did_you_mean("stauts", ["status", "studies"])
    " Did you mean 'status'?"
    """
    close = nearest(name, names)
    return " " + say("common.did_you_mean", name=close) if close else ""


def reason_of(error: BaseException) -> Phrase | str:
    """Why the system refused something: in the reader's language for common reasons, told apart by
    their number, else in the system's own words.
    """
    name = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    key = f"common.system_{name.lower()}"
    if name and has(key):
        return Phrase(key)
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
