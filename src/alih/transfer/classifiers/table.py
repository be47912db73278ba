"""The table of classifiers: one line each. Their options lie, without torch, in
`study/document/classifiers.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np

from alih.errors import AlihError
from alih.study.document.classifiers import classifier
from alih.transfer.classifiers import easytl, head2toe, knn, lda, logistic, nearest_mean, svm
from alih.transfer.classifiers.contract import Classifier, Family

FAMILIES: dict[str, Family] = {
    "logistic": logistic.FAMILY,
    "svm": svm.FAMILY,
    "knn": knn.FAMILY,
    "lda": lda.FAMILY,
    "nearest-mean": nearest_mean.FAMILY,
    "easytl": easytl.FAMILY,
    "head2toe": head2toe.FAMILY,
}


def from_arrays(arrays: Mapping[str, np.ndarray]) -> Classifier:
    """The classifier whose `arrays()` these are. Raises AlihError when a part is missing."""
    for name in ("head", "present"):
        if name not in arrays:
            raise AlihError("transfer.not_a_classifier", missing=name)
    head = json.loads(bytes(np.asarray(arrays["head"], dtype=np.uint8)))
    options = classifier(head["options"])
    centre, deviation = arrays.get("scale.centre"), arrays.get("scale.deviation")
    return Classifier(
        options=options,
        family=FAMILIES[options.name],
        values={
            name.removeprefix("value."): value
            for name, value in arrays.items()
            if name.startswith("value.")
        },
        scale=None if centre is None or deviation is None else (centre, deviation),
        temperature=head["temperature"],
        present=np.asarray(arrays["present"]),
        classes=head["classes"],
        width=head["width"],
        report=head["report"],
    )
