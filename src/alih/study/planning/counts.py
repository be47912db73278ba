"""How many replicates each arm has, where a run until decided gives some arms more than others."""

from __future__ import annotations

from collections.abc import Mapping

from alih.study.document.study import Study


def step(study: Study) -> int:
    """How many replicates are added at once: one, with repeated k-fold the folds of a repeat."""
    return study.split.folds if study.split.scheme == "repeated-kfold" else 1


def with_counts(study: Study, counts: Mapping[str, int]) -> Study:
    """The study with so many replicates (with repeated k-fold: folds) of each arm."""
    most = max(counts.values())
    fewer = {arm: counts[arm] if counts[arm] < most else None for arm in study.arms}
    arms = {
        arm: values.model_copy(update={"seeds": fewer[arm]}) for arm, values in study.arms.items()
    }
    if study.split.scheme != "repeated-kfold":
        return study.model_copy(update={"arms": arms, "seeds": most})
    split = study.split.model_copy(update={"repeats": -(-most // study.split.folds)})
    return study.model_copy(update={"arms": arms, "split": split})


def whole(study: Study) -> Study:
    """The study with every replicate that it can come to have."""
    if not study.until_decided or study.most is None:
        return study
    return with_counts(study, dict.fromkeys(study.arms, study.most))
