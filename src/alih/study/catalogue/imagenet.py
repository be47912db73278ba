"""The 1,000 classes of ImageNet-1k in the order of pretrained heads, read from the files that timm
(Apache-2.0) carries.

timm itself is not imported, so that `alih check` stays quick; without the package there is an error
that says so.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from alih.errors import AlihError


@cache
def imagenet_names() -> tuple[str, ...]:
    """Each class as WordNet names it, synonyms after commas: 'Siamese cat, Siamese' is class 284.

    Raises AlihError when timm is not installed.
    """
    spec = find_spec("timm")
    if spec is None or not spec.submodule_search_locations:
        raise AlihError("common.needs_extra", command="check", extra="train", missing="timm")
    folder = Path(next(iter(spec.submodule_search_locations))) / "data" / "_info"
    synsets = (folder / "imagenet_synsets.txt").read_text(encoding="utf-8").split()
    lines = (folder / "imagenet_synset_to_lemma.txt").read_text(encoding="utf-8").splitlines()
    lemmas = dict(line.split("\t", 1) for line in lines if "\t" in line)
    return tuple(lemmas[synset].strip() for synset in synsets)
