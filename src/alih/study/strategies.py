"""The strategies that a document can name, with the options each of them takes.

Torch-free, so that `alih check` can refuse a misspelt option at once; the code behind a name lies in
`transfer/`. To add a strategy: one options class (or `NoOptions`) and one line in `STRATEGIES`.
"""

from __future__ import annotations

from alih.study.document import Frozen


class NoOptions(Frozen):
    """Options of a strategy that takes none."""


STRATEGIES: dict[str, type[Frozen]] = {
    "scratch": NoOptions,
}
