"""Keep finished studies in the repository, and write `docs/results.md` from them.

    python tools/results.py keep runs/some-study    # copies all but weights to results/<name>
    python tools/results.py page                    # writes docs/results.md

Kept are the document, records, per-item scores, names of image files, environment and looks, but no
weights and no pictures of sets that have a licence of their own. `alih compare`, `alih report` and
`alih run results/<name> --seeds N` work there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from alih.metrics import UNSTATED
from alih.reports.kit.facts import gather
from alih.reports.study.published import averaging_sentence, nearest
from alih.runs.folder import StudyFolder
from alih.runs.status import survey
from alih.study.document.study import Study
from alih.study.loading import load
from alih.verdicts import tables
from alih.verdicts.compare import compare
from alih.verdicts.equivalences import sentences
from alih.verdicts.line import chance
from alih.verdicts.line import lines as compared
from alih.verdicts.result import Comparison, MetricResult
from alih.verdicts.terms import of_study
from alih.words import formats, number, speaking, text

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = (
    "*.safetensors",
    "probabilities.npz",
    "report",
    ".locks",
    "*.lock",
    "trials",
    "error.log",
    "place.json",
)
PICTURES = ("pictures", "examples.npz", "attention.npz", "activations.npz")
FREE = ("MIT",)
"""Licences of image sets whose pictures may lie here."""
LIMIT = 16 * 2**20


def keep(source: Path) -> Path:
    """Copy a finished study folder to `results/`, without weights; refuses an unfinished one or
    more than 16 MiB.

    Pictures come along only where the licence of the images lets them lie in this repository and
    where there is room for them; scores hold none.
    """
    study = load(source)
    unfinished = [str(s.cell) for s in survey(source, study) if s.state != "finished"]
    if unfinished:
        sys.exit(f"{source} is not finished: {', '.join(unfinished)}")
    target = ROOT / "results" / study.name
    free = (data := StudyFolder.open(source).data) is not None and data.licence in FREE
    for left_out in ([LEFT_OUT] if free else []) + [(*LEFT_OUT, *PICTURES)]:
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target, ignore=_without(left_out))
        size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
        if size <= LIMIT:
            return target
    sys.exit(f"{target} holds {size / 2**20:.1f} MiB; at most 16 are kept in the repository")


def _without(patterns: Sequence[str]) -> Callable[[Any, list[str]], set[str]]:
    """What is not copied of a folder; features of both domains come along of replicate 0 only,
    which is the one that is shown.
    """
    named = shutil.ignore_patterns(*patterns)

    def ignored(place: Any, names: list[str]) -> set[str]:
        others = set() if "seed-0" in Path(place).parts else {"domains.npz"}
        return set(named(place, names)) | others & set(names)

    return ignored


def kept() -> list[Path]:
    """The folders of kept studies, from the root of the repository."""
    return sorted(path.parent for path in Path("results").glob("*/study.yaml"))


def page(folders: list[Path]) -> str:
    """The Markdown page of these studies."""
    parts = [
        "# Results",
        "Written by `python tools/results.py page` from the folders under `results/`; "
        "do not edit. Every number comes from the "
        "stored scores per item: `alih compare results/<study>` prints it again, "
        "`alih report results/<study>` draws it.",
    ]
    with speaking("en"):
        for root in folders:
            parts += _study(root)
    return "\n\n".join(parts) + "\n"


def _study(root: Path) -> list[str]:
    study = load(root)
    comparison = compare(root, record_look=False)
    folder = StudyFolder.open(root)
    machine = folder.machine
    cells = [folder.cell(status.cell) for status in survey(root, study)]
    hours = sum(row.seconds for cell in cells for row in cell.timing) / 3600
    made = machine.made_on
    assert made is not None
    lines = [f"## {text(study.title)}"]
    if study.question:
        lines.append(text(study.question))
    told = compared(comparison.rows, of_study(study))
    if told:
        baseline = study.compare.baseline
        counted = told[0].terms.count_name
        lines += [
            f"Compared with `{baseline}` (n: {counted}):",
            _markdown(*tables.differences(told)),
        ]
        lines += chance([one for one in told if one.row.metric == comparison.primary])
        spared = _spared(comparison, study)
        lines += ["\n".join(f"- {sentence}" for sentence in spared)] if spared else []
    else:
        lines.append("A single arm: nothing is compared; other studies start from it.")
    lines.append(_table(comparison))
    if study.task == "segmentation":
        lines.append("How these metrics average: [segmentation.md](segmentation.md#metrics).")
        facts = gather(root)
        averages = {metric: nearest(facts, metric) for metric in UNSTATED}
        lines += [averaging_sentence(facts, name, own) for name, own in averages.items() if own]
    lines.append(
        f"`alih run {study.name}`: {len(cells)} cell{'s' * (len(cells) != 1)}, "
        f"{hours:.2f} hours of training (one core each, summed), "
        f"{machine.threads} thread{'s' * (machine.threads != 1)} a cell, "
        f"{machine.precision}, "
        f"{made.cpu} ({made.cores} cores, {made.cpu_capability}), "
        f"Python {made.python}, torch {made.torch}. Protocol: {study.protocol}."
    )
    return lines


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruled = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in ruled)


def _spared(comparison: Comparison, study: Study) -> list[str]:
    """How many training images arms spare one another, for each pair of arms at the fewest."""
    first = {(one.arm, one.other): one for one in reversed(comparison.equivalences)}
    kept = [one for one in comparison.equivalences if one in first.values()]
    return sentences(replace(comparison, equivalences=kept), study)


def _table(comparison: Comparison) -> str:
    names = list(dict.fromkeys(name for arm in comparison.arms for name in arm.metrics))
    rows = [
        "| arm | replicates | "
        + " | ".join(f"{n} (test)" for n in names)
        + " | published | parameters | s / epoch |"
    ]
    rows.append("|" + "---|" * (len(names) + 5))
    # Arm by arm, each with its levels.
    order = list(dict.fromkeys(arm.arm for arm in comparison.arms))
    for arm in sorted(comparison.arms, key=lambda arm: order.index(arm.arm)):
        level = ", ".join(f"{key} {value}" for key, value in arm.at.items())
        cells = [
            f"{arm.arm} ({level})" if level else arm.arm,
            str(arm.n_seeds),
            *(_value(metric, arm.metrics.get(metric)) for metric in names),
            _published(arm.published or {}),
            f"{arm.parameters:,}" if arm.parameters else "–",
            number(arm.seconds_per_epoch, 1) if arm.seconds_per_epoch else "–",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _published(published: Mapping[str, Any]) -> str:
    """A paper's numbers: those of its test part, else of what it calls validation."""
    for split in ("test", "validation"):
        if published.get(split):
            quoted = ", ".join(
                f"{metric} {_last(value):g}" for metric, value in published[split].items()
            )
            return quoted if split == "test" else f"{split}: {quoted}"
    return "–"


def _last(printed: float | dict[int, float]) -> float:
    """The value, of the last epoch where several were printed."""
    return printed[max(printed)] if isinstance(printed, dict) else printed


def _value(metric: str, entry: MetricResult | None) -> str:
    return "–" if entry is None else formats.spread(metric, entry.mean, entry.sd)


def main() -> None:
    """Run a sub-command."""
    match sys.argv[1:]:
        case ["keep", source]:
            print(keep(Path(source)))
        case ["page"]:
            os.chdir(
                ROOT
            )  # so that commands on the page name folders of the repository, not of this machine
            (ROOT / "docs" / "results.md").write_text(page(kept()), encoding="utf-8")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
