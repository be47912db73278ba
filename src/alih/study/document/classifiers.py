"""The classifiers that a document can put on features, with the options each of them takes.

Torch-free, so that `alih check` can refuse a misspelt option at once; the code behind a name lies
in `transfer/classifiers/`. Written `classifier: svm` or `classifier: {name: svm, kernel: rbf, C:
1}`. To add one: an options class in `AnyClassifier` here, its family in
`transfer/classifiers/table.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, PositiveFloat, TypeAdapter

from alih.study.document.values import Count, Frozen, kind_by_default, short


class ClassifierOptions(Frozen):
    """What every classifier takes.

    `scale` is applied to the features first: `mean-std` gives each feature mean 0 and deviation 1
    on the training images, `norm` gives each image's features the Euclidean norm √D, `none` leaves
    them. `calibrate` divides the decision values by a temperature fitted on training folds, which
    changes no prediction, only its probability.
    """

    name: str
    scale: Literal["mean-std", "norm", "none"] = "mean-std"
    calibrate: bool = True


class Logistic(ClassifierOptions):
    """Multinomial logistic regression. `C` weighs the summed loss against ½‖W‖²; cross-validated
    unless given.
    """

    name: Literal["logistic"] = "logistic"
    C: PositiveFloat | None = None


class Svm(ClassifierOptions):
    """A support vector machine, one against one. Unless given, `C` is cross-validated and `gamma`
    is 1 / (D · variance).
    """

    name: Literal["svm"] = "svm"
    kernel: Literal["linear", "rbf"] = "linear"
    C: PositiveFloat | None = None
    gamma: PositiveFloat | None = None


class Knn(ClassifierOptions):
    """The `k` nearest training images vote; `k` is cross-validated unless given."""

    name: Literal["knn"] = "knn"
    k: Count | None = None
    metric: Literal["euclidean", "cosine"] = "euclidean"
    weights: Literal["uniform", "distance"] = "uniform"


class Lda(ClassifierOptions):
    """Linear discriminant analysis with one shared covariance, shrunk by `shrinkage` (Ledoit and
    Wolf's choice unless given).
    """

    name: Literal["lda"] = "lda"
    shrinkage: Annotated[float, Field(ge=0, le=1)] | None = None


class NearestMean(ClassifierOptions):
    """The class whose mean lies nearest."""

    name: Literal["nearest-mean"] = "nearest-mean"
    metric: Literal["euclidean", "cosine"] = "euclidean"


class EasyTL(ClassifierOptions):
    """EasyTL (Wang et al. 2019): class centres, aligned to the target by `align: coral`.

    Inductive by default: the nearest aligned centre. `transductive: true` predicts all test images
    together and, with `every_class`, gives every class at least one of them. `scale: row-sum` is
    the authors' preparation, in each domain by itself.
    """

    name: Literal["easytl"] = "easytl"
    scale: Literal["row-sum", "none"] = "row-sum"  # type: ignore[assignment]
    align: Literal["none", "coral"] = "none"
    transductive: bool = False
    every_class: bool = True


class Head2Toe(ClassifierOptions):
    """Logistic regression on the share `keep` of features that matter most under a group lasso
    (Evci et al. 2022).

    A feature matters as much as the norm of its weights in a multinomial logistic regression where
    the sum of these norms is penalised by `lasso` times the strength that leaves no feature. `keep`
    and `C`, as in `logistic`, are cross-validated unless given.
    """

    name: Literal["head2toe"] = "head2toe"
    keep: Annotated[float, Field(gt=0, le=1)] | None = None
    lasso: Annotated[float, Field(gt=0, lt=1)] = 0.1
    C: PositiveFloat | None = None


AnyClassifier = Annotated[
    Logistic | Svm | Knn | Lda | NearestMean | EasyTL | Head2Toe,
    Discriminator("name"),
    kind_by_default("name", "logistic"),
    short("name"),
]
"""The type of a document's key that holds a classifier."""
_READER: TypeAdapter[ClassifierOptions] = TypeAdapter(AnyClassifier)


def classifier(value: Any) -> ClassifierOptions:
    """The options that a document writes for a classifier: its name, or a mapping with `name` and
    options. Raises pydantic's ValidationError.

    >>> classifier("knn").k is None, classifier({"name": "svm", "C": 2}).C
    (True, 2.0)
    """
    return _READER.validate_python(value)
