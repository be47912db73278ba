"""The table of classifiers: one line each. Their options lie, without torch, in `study/classifiers.py`."""

from __future__ import annotations

from alih.transfer.classifiers import easytl, knn, lda, logistic, nearest_mean, svm
from alih.transfer.classifiers.contract import Family

FAMILIES: dict[str, Family] = {
    "logistic": logistic.FAMILY,
    "svm": svm.FAMILY,
    "knn": knn.FAMILY,
    "lda": lda.FAMILY,
    "nearest-mean": nearest_mean.FAMILY,
    "easytl": easytl.FAMILY,
}
