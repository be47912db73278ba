"""Checks of a document that need more than one key: names that must exist, sizes that must fit,
settings that must agree.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError

from alih.datafiles.mask_folders import is_mask_folder
from alih.errors import AlihError
from alih.findings import CODES
from alih.metrics import (
    OF_TWO_CLASSES,
    UNSTATED,
    intended_margin,
    metrics_of,
    most_difference,
)
from alih.study.catalogue.backbones import known_model
from alih.study.catalogue.lookup import folder_of
from alih.study.catalogue.sets import (
    KNOWN_SETS,
    SetFacts,
    class_names,
    facts_of,
    held_out_items,
    part_sizes,
    target,
)
from alih.study.checking.arms import arm_problems, metric_problem
from alih.study.checking.domains import (
    SETS,
    domain_problems,
    facts,
    judging_facts,
    scored_data,
    set_problems,
    training_items_of,
)
from alih.study.checking.extent import too_much
from alih.study.checking.grids import grid_problems
from alih.study.checking.segmentation import batch_problems
from alih.study.checking.told import Told, told
from alih.study.document.arm import Recipe
from alih.study.document.data import DataSpec
from alih.study.document.problems import Problem
from alih.study.document.study import Study
from alih.study.planning import groups, plan
from alih.study.planning.recipes import TRAIN_IMAGES, merged, path_for_arm, recipe
from alih.study.planning.resolved import resolve, trials
from alih.study.reading.translate import dotted, problems_of
from alih.study.reading.yamlfile import Document, Path
from alih.study.strategies.options import is_closed, kind_of, options_of
from alih.words.phrase import known

NOT_HERE = (
    *(
        "study.folder_absent",
        "study.pets_missing",
        "study.pets_absent_images",
        "study.pets_absent_masks",
    ),
    *("study.table_absent", "study.table_absent_files", "study.npz_absent", "data.usps_needs_path"),
    *(
        "study.no_training_images",
        "study.fold_too_small",
        "study.ready_test_small",
        "study.drawn_test_small",
        "study.no_weights_file",
    ),
    "study.not_weights",
    *("study.folder_parts_bare", "study.folder_parts_named", "study.folder_like_domains"),
    *("study.domain_unknown", *SETS),
)
"""Problems of a place and of what it holds, not of the document: they keep nobody from reading
finished results."""


def problems_in(study: Study, document: Document) -> list[Problem]:
    """Every problem of a document whose single values are already known to be right."""

    def placed(found: Iterable[Told]) -> list[Problem]:
        return [
            Problem(document.where(path), dotted(path), key, values) for path, key, values in found
        ]

    too_many = placed(too_much(study))
    if too_many:
        return too_many
    found = placed(
        [
            *_data(study),
            *domain_problems(study),
            *_split(study),
            *_protocol(study),
            *_compare(study),
            *_arm_seeds(study),
            *_published(study),
            *_sources(study),
            *_others(study),
            *grid_problems(study),
            *_mute(study),
        ]
    )
    if not found:
        found += placed(set_problems(study))
        found += _views(study, document)
    if any(problem.path.startswith(("vary", "tune")) for problem in found):
        return found
    for arm in study.arms:
        for level in plan.levels(study):
            for trial in trials(study, arm):
                found += _arm(study, document, arm, level, trial)
    if any(problem.key == "study.target_labels_beyond" for problem in found):
        # The other two count images by these labels, of which there are fewer.
        counted = ("study.target_too_few", "study.batch_beyond_target")
        found = [problem for problem in found if problem.key not in counted]
    return found or placed(_until_decided(study))


def _mute(study: Study) -> Iterator[Told]:
    for index, code in enumerate(study.mute):
        if code not in CODES:
            near = known(code, CODES)
            yield told(("mute", index), "study.unknown_code", got=code, known=near)


def _data(study: Study) -> Iterator[Told]:
    specs = (
        {("data",): study.data}
        if isinstance(study.data, DataSpec)
        else {
            ("data", "source"): study.data.source,
            ("data", "target"): study.data.target,
        }
    )
    for path, spec in specs.items():
        if len(spec.places) != 1:
            given = ", ".join(f"`{key}`" for key in spec.places) or "–"
            yield told(path, "study.set_or_folder", given=given)
        elif spec.set is not None and spec.set not in KNOWN_SETS:
            yield told(
                (*path, "set"), "study.unknown_set", got=spec.set, known=known(spec.set, KNOWN_SETS)
            )
        elif spec.set is None and spec.path is not None:
            yield told((*path, "path"), "study.path_and_folder", given=spec.places[0])
        elif spec.path is not None and not FilePath(spec.path).expanduser().exists():
            values = {"path": spec.path, "key": "path"}
            yield told((*path, "path"), "study.folder_absent", **values)
        elif (spec.where or spec.label) and spec.table is None and spec.set != "oxford-iiit-pet":
            key = "where" if spec.where else "label"
            yield told((*path, key), "study.where_no_columns", key=key, name=spec.places[0])
        elif spec.label and study.task == "segmentation":
            yield told((*path, "label"), "study.label_of_masks")
        elif spec.domain is not None and spec.folder is None:
            yield told((*path, "domain"), "study.domain_no_folder", name=spec.places[0])
        else:
            yield from _masks(study, path, spec)
            try:
                facts_of(spec, study.task)
            except AlihError as error:
                yield told((*path, *_guilty(error, spec)), error.key, **error.values)


OF_THE_KEY = {
    "study.npz_masks": "npz",
    "study.class_unknown": "classes",
    "study.class_twice": "classes",
    "study.no_masks": "set",
    "study.domain_unknown": "domain",
    "study.where_column": "where",
    "study.where_value": "where",
    "study.where_nothing": "where",
}
OF_MASKS = (
    "study.mask_no_ids",
    "study.mask_id_range",
    "study.mask_id_twice",
    "study.mask_class_count",
)


def _guilty(error: AlihError, spec: DataSpec) -> Path:
    """The key of the data section that a problem of its files belongs to."""
    if error.key == "study.where_column" and error.values["got"] == spec.label:
        return ("label",)
    if error.key in OF_MASKS:
        return ("masks", error.values["name"])
    if error.key in ("study.mask_pets_ids", "study.mask_beyond") and spec.masks is not None:
        return ("masks",)
    if error.key == "study.image_too_large" and spec.max_pixels is not None:
        return ("max_pixels",)
    return (OF_THE_KEY.get(error.key) or ("path" if spec.set is not None else spec.places[0]),)


def _masks(study: Study, path: Path, spec: DataSpec) -> Iterator[Told]:
    if study.task == "segmentation":
        if spec.classes is not None and spec.folder is not None:
            yield told((*path, "classes"), "study.mask_folder_classes")
        return
    if spec.masks is not None:
        yield told((*path, "masks"), "study.masks_without_task")
    elif spec.folder is not None:
        with contextlib.suppress(AlihError):  # of an archive that cannot be unpacked
            if is_mask_folder(folder_of(spec)):
                yield told((*path, "folder"), "study.masks_unread", path=spec.folder)


def _split(study: Study) -> Iterator[Told]:
    split = study.split
    if split.scheme == "repeated-kfold" and "seeds" in study.model_fields_set:
        yield told(("seeds",), "study.kfold_seeds", n=plan.replicates(study))
    known_facts = facts(study)
    if split.test == "val":
        yield from _validation_as_test(study)
    elif known_facts and known_facts.test and split.test is not None:
        yield told(
            ("split", "test"), "study.official_test", set=target(study).name, n=known_facts.test
        )
    judge = judging_facts(study)
    fixed = (
        judge.validation
        if judge
        and split.scheme == "holdout"
        and study.protocol == "sealed"
        and split.test != "val"
        else 0
    )
    if fixed and "validation" in split.model_fields_set:
        name = study.data.name if isinstance(study.data, DataSpec) else study.data.source.name
        yield told(("split", "validation"), "study.ready_validation", set=name, n=fixed)
    if training_items_of(study) == 0:
        yield told(("split",), "study.no_training_images", set=target(study).name)
    if known_facts:
        yield from _test_part(study, known_facts)
        yield from _groups(study)


def _validation_as_test(study: Study) -> Iterator[Told]:
    """`test: val` where there is no ready validation part, or a test part beside it."""
    path = ("split", "test")
    if not isinstance(study.data, DataSpec):
        yield told(path, "study.test_val_domains")
        return
    try:
        found = facts_of(study.data, study.task)
    except AlihError:
        return
    if found and found.test:
        yield told(path, "study.official_test", set=study.data.name, n=found.test)
    elif found and not found.validation:
        yield told(path, "study.test_val_absent", set=study.data.name)


def _groups(study: Study) -> Iterator[Told]:
    specs = (
        [study.data] if isinstance(study.data, DataSpec) else [study.data.source, study.data.target]
    )
    for spec in specs:
        try:
            found = groups.of_data(spec, study.split, study.task, study.protocol, copied=False)
        except AlihError as error:
            if error.key.startswith("study.group"):
                yield told(("split", "group"), error.key, **error.values)
            return
        if found and spec is target(study):
            yield from _enough_groups(study, found)


def _enough_groups(study: Study, found: groups.Groups) -> Iterator[Told]:
    """Fewer groups than the parts that are drawn, or than folds."""
    there, folds = len(found.names), study.split.folds or 0
    parts = part_sizes(study)
    needed = folds or (1 + len(parts.drawn) if parts else 0)
    if there == 1 and needed > 1:
        yield told(("split", "group"), "study.group_single", name=found.names[0])
    elif there < folds:
        values = {"groups": there, "folds": folds}
        yield told(("split", "folds"), "data.groups_fewer_than_folds", **values)
    elif there < needed:
        yield told(("split", "group"), "study.groups_too_few", groups=there, parts=needed)


def _test_part(study: Study, known_facts: SetFacts) -> Iterator[Told]:
    """A test part of one item: nothing can be said about other items than that."""
    held = held_out_items(study) or 0
    if study.split.scheme == "repeated-kfold":
        folds = study.split.folds
        if held < 2 * folds:
            yield told(("split", "folds"), "study.fold_too_small", items=held, folds=folds)
    elif held < 2:
        path, key = (
            (("data",), "ready_test_small")
            if known_facts.test
            else (("split", "test"), "drawn_test_small")
        )
        yield told(path, f"study.{key}", got=held)


def _protocol(study: Study) -> Iterator[Told]:
    if study.protocol != "paper":
        return
    if "validation" in study.split.model_fields_set:
        yield told(("split", "validation"), "study.paper_validation")
    if study.split.scheme == "repeated-kfold":
        yield told(("split", "scheme"), "study.paper_kfold")
    if study.tune:
        yield told(("tune",), "study.paper_tune")
    if study.refit:
        yield told(("refit",), "study.paper_refit")


def _compare(study: Study) -> Iterator[Told]:
    compare = study.compare
    if compare.baseline not in study.arms:
        found = known(compare.baseline, study.arms)
        yield told(("compare", "baseline"), "study.unknown_arm", got=compare.baseline, known=found)
    if compare.primary is not None:
        yield from _metric(study, ("compare", "primary"), compare.primary)
    for name, wanted in compare.metrics.items():
        yield from _metric(study, ("compare", "metrics", name), name)
        meant = None if wanted.margin is None else intended_margin(name, wanted.margin)
        if meant is not None:
            values = {"got": wanted.margin, "metric": name, "most": most_difference(name)}
            yield told(
                ("compare", "metrics", name, "margin"), "study.margin_range", **values, meant=meant
            )
    yield from _two_classes(study)
    if compare.seeds_max is not None and compare.seeds_max < plan.replicates(study):
        count = plan.replicates(study)
        yield told(("compare", "seeds_max"), "study.seeds_max", got=compare.seeds_max, seeds=count)


def _two_classes(study: Study) -> Iterator[Told]:
    """Metrics of two classes where there are others, and a positive class that is none of them."""
    known_facts, positive = facts(study), study.compare.positive
    if known_facts is None or study.task != "classification":
        return
    if known_facts.classes != 2:
        values = {"classes": known_facts.classes}
        if study.compare.primary in OF_TWO_CLASSES:
            path: Path = ("compare", "primary")
            yield told(path, "study.two_classes_only", metric=study.compare.primary, **values)
        for name in set(OF_TWO_CLASSES) & set(study.compare.metrics):
            yield told(
                ("compare", "metrics", name), "study.two_classes_only", metric=name, **values
            )
        if positive is not None:
            path = ("compare", "positive")
            yield told(path, "study.two_classes_only", metric="positive", **values)
    elif positive is not None and (names := class_names(target(study))):
        try:
            study.compare.positive_of(names)
        except AlihError as error:
            yield told(("compare", "positive"), error.key, **error.values)


def _arm_seeds(study: Study) -> Iterator[Told]:
    """Arms that ask for more replicates than the study has."""
    count = plan.replicates(study)
    for arm, values in study.arms.items():
        if (values.seeds or 0) > count:
            path = ("arms", arm, "seeds")
            yield told(path, "study.arm_seeds", got=values.seeds, seeds=count)


def _until_decided(study: Study) -> Iterator[Told]:
    """What runs until decided cannot do: where no pair has a replicate that could differ."""
    path = ("until_decided",) if "until_decided" in study.model_fields_set else ("seeds",)
    if not study.until_decided:
        return
    if len(study.arms) < 2:
        yield told(path, "study.until_one_arm")
    elif all(one.once for at in plan.levels(study) for one in resolve(study, at).values()):
        yield told(path, "study.until_fixed")


def _metric(study: Study, path: Path, name: str, others: tuple[str, ...] = ()) -> Iterator[Told]:
    wrong = metric_problem(study.task, name, others)
    if wrong is not None:
        yield told(path, wrong.key, **wrong.values)


def _published(study: Study) -> Iterator[Told]:
    others = tuple(UNSTATED) if study.task == "segmentation" else ()
    for arm, numbers in (study.published.arms if study.published else {}).items():
        path = ("published", arm)
        if arm not in study.arms:
            yield told(path, "study.unknown_arm", got=arm, known=known(arm, study.arms))
        for split in ("train", "validation", "test"):
            for name in getattr(numbers, split):
                yield from _metric(study, (*path, split, name), name, others)
                if name in others and study.published and study.published.averaging is None:
                    named = ", ".join(
                        metric for metric in metrics_of(study.task) if metric.startswith(name)
                    )
                    yield told(
                        (*path, split, name), "study.averaging_unnamed", got=name, known=named
                    )


def _sources(study: Study) -> Iterator[Told]:
    for arm, values in study.arms.items():
        source, path = values.source, ("arms", arm, "from")
        if source is None:
            continue
        if source not in study.arms and not is_path(source):
            yield told(path, "study.unknown_source", got=source, known=known(source, study.arms))
        chain = [arm]
        while source in study.arms and source not in chain:
            chain.append(source)
            source = study.arms[source].source
        if source == arm:
            yield told(path, "study.source_cycle", chain=" -> ".join([*chain, arm]))
        elif values.source in study.oracles and not study.oracle(arm):
            yield told(path, "study.from_oracle", source=values.source)


def _others(study: Study) -> Iterator[Told]:
    """Arms whose networks another arm's strategy uses: there, with a network, not in a circle."""
    try:
        found = [resolve(study, at) for at in plan.levels(study)]
        named = {
            (arm, option, other)
            for arms in found
            for arm, made in arms.items()
            for trial in made.trials
            for option, other in options_of(trial.recipe).arms().items()
        }
        solved = {arm for arms in found for arm, made in arms.items() if is_closed(made.recipe)}
        needed = plan.arms_needed(study)
    except ValidationError:
        return
    for arm, option, other in sorted(named):
        path = ("arms", arm, "transfer", option)
        if other not in study.arms:
            hint = known(other, study.arms)
            yield told(path, "study.unknown_other", key=option, got=other, known=hint)
        elif other in solved:
            yield told(path, "study.other_solved", key=option, got=other)
        elif other in study.oracles and not study.oracle(arm):
            yield told(path, "study.other_oracle", key=option, source=other)
        elif (chain := _chain(needed, other, arm)) is not None:
            yield told(path, "study.others_cycle", chain=" -> ".join([arm, *chain]))


def _chain(needed: Mapping[str, list[str]], start: str, end: str) -> list[str] | None:
    """The arms from one to another that it needs, itself or through others; None where it does
    not.
    """
    paths, seen = [[start]], {start}
    for path in paths:
        if path[-1] == end:
            return path
        following = [arm for arm in needed[path[-1]] if arm not in seen]
        seen.update(following)
        paths += [[*path, arm] for arm in following]
    return None


def is_path(source: str) -> bool:
    """Whether a `from` names a folder rather than an arm."""
    return source.startswith((".", "~")) or "/" in source or "\\" in source


def _views(study: Study, document: Document) -> Iterator[Problem]:
    """`train.views` where no arm changes images; at the top it may speak to some arms only."""
    try:
        chosen = {arm: recipe(study, arm) for arm in study.arms}
    except ValidationError:
        return
    views = {arm: found for arm, found in chosen.items() if found.train.views}
    if views and not any(found.augment.active for found in views.values()):
        arm, found = next(iter(views.items()))
        own = _ArmPlaces(document, arm, {}, {})
        yield own.place(
            Problem("", "train.views", "study.views_without_augment", {"got": found.train.views})
        )


def _arm(
    study: Study, document: Document, arm: str, level: Mapping[str, Any], trial: Mapping[str, Any]
) -> list[Problem]:
    """Problems of one arm at one level and trial, each placed at the key that brought it in."""
    own = _ArmPlaces(document, arm, level, trial)
    values = merged(study, arm, level, trial)
    transfer = values.get("transfer")
    if "model" not in values and not (
        isinstance(transfer, dict) and transfer.get("handmade") is not None
    ):
        return [own.place(Problem("", "model", "study.no_model", {"known": known_model(None)}))]
    try:
        chosen, untuned = recipe(study, arm, level, trial), recipe(study, arm, level)
    except ValidationError as error:
        located = Document(document.source, document.values, {(): own.default})
        return [own.place(item) for item in problems_of(error, located, root=Recipe)]
    data = scored_data(study)
    found = [*arm_problems(study, chosen, facts(study), data, training_items_of(study))]
    if not found:
        found += batch_problems(chosen, facts(study), data, level.get(TRAIN_IMAGES))
    if not found and is_closed(chosen) != is_closed(untuned):
        values = {"got": chosen.transfer.strategy, "own": untuned.transfer.strategy}
        found.append(Problem("", "transfer.strategy", "study.tune_kind", values))
    if trial and kind_of(chosen).source_free and study.tune_by not in ("entropy", "information"):
        values = {"strategy": chosen.transfer.strategy, "key": next(iter(trial))}
        found.append(Problem("", next(iter(trial)), "study.tune_selection", values))
    return [own.place(item) for item in found]


class _ArmPlaces:
    """Finds where a key of a merged recipe was written: in a grid, in the arm, or at the top."""

    def __init__(
        self,
        document: Document,
        arm: str,
        level: Mapping[str, Any],
        trial: Mapping[str, Any],
    ) -> None:
        self.document = document
        self.arm = arm
        self.grids = [
            (name, key) for name, values in (("vary", level), ("tune", trial)) for key in values
        ]
        self.default = document.where(("arms", arm))

    def place(self, found: Problem) -> Problem:
        key = found.path
        for name, grid_key in self.grids:
            inner = path_for_arm(grid_key, self.arm)
            if inner and (key == inner or key.startswith((f"{inner}.", f"{inner}["))):
                path: Path = (name, grid_key)
                return Problem(self.document.where(path), dotted(path), found.key, found.values)
        parts = tuple(key.split("[")[0].split(".")) if key else ()
        for length in range(len(parts), 0, -1):
            for base in (("arms", self.arm), ()):
                path = (*base, *parts[:length])
                if path in self.document.places:
                    return Problem(
                        self.document.places[path], ".".join([*base, key]), found.key, found.values
                    )
        return Problem(
            self.default, ".".join(["arms", self.arm, key]).rstrip("."), found.key, found.values
        )
