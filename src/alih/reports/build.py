"""The report of a study: `report/index.html`, self-contained, with its figures and tables as files
beside it.

Reads run folders only and needs no torch, so it works on a machine that never trained anything, and
on a study that has not finished (marked so).
"""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words
from alih.errors import AlihError
from alih.reports.kit import pages, theme
from alih.reports.kit.facts import Facts, gather
from alih.reports.kit.tables import Table
from alih.reports.kit.theme import Plot
from alih.reports.methods.text import paragraphs
from alih.reports.study import (
    adaptation,
    class_page,
    figures,
    hardest,
    learnt,
    levels,
    mask_page,
    mask_pictures,
    overview,
    peeked,
    published,
    results,
    rounds,
    selected,
    selection,
    trials,
)
from alih.reports.study import data as provenance
from alih.reports.study import networks as network
from alih.reports.study import warnings as text
from alih.runs.folder import ITEMS, run_command
from alih.verdicts import choosing, equivalences
from alih.verdicts.compare import other_pairs
from alih.words import formats, glossary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Shown = Mapping[str, Sequence[Any]]
"""Test images by the slug of their group: pictures, or rows of masks."""
MARK = b'<meta name="generator" content="alih">'
"""What tells a report of ours from other pages."""
CURVE_METRICS = {
    "classification": ("log_loss", "accuracy"),
    "segmentation": ("log_loss", "iou_macro", "pixel_accuracy"),
}
"""What curves are drawn of, where it was recorded; for segmentation the primary metric, too."""


@dataclass
class Files:
    """The folders beside the page; remembers what was written so that leftovers of an older report
    can go.
    """

    root: Path
    written: set[Path] = field(default_factory=set)

    @property
    def figures(self) -> Path:
        """Where PNG and SVG lie."""
        return self.root / "figures"

    def keep(self, figure: Plot | None) -> Plot | None:
        """Remember a figure's files."""
        if figure is not None:
            self.written |= {self.figures / f"{figure.stem}.{kind}" for kind in ("png", "svg")}
        return figure

    def table(self, table: Table | None) -> Table | None:
        """Write a table as CSV, Markdown and LaTeX."""
        if table is not None:
            for kind, content in (
                ("csv", table.as_csv()),
                ("md", table.as_markdown()),
                ("tex", table.as_latex()),
            ):
                self.text(f"{table.stem}.{kind}", content)
        return table

    def picture(self, name: str, content: bytes) -> str:
        """Write one PNG into `figures/`; returns its name."""
        files.write_bytes(self.figures / name, content)
        self.written.add(self.figures / name)
        return name

    def text(self, name: str, content: str) -> None:
        """Write one file into `tables/`."""
        path = self.root / "tables" / name
        files.write_text(path, content)
        self.written.add(path)

    def copy(self, file: Path) -> None:
        """Copy one file into `tables/`."""
        path = self.root / "tables" / file.name
        with file.open("rb") as content:
            files.write_atomically(path, lambda handle: shutil.copyfileobj(content, handle))
        self.written.add(path)

    def tidy(self) -> None:
        """Remove figures and tables of an earlier report that this one no longer has."""
        for folder in (self.figures, self.root / "tables"):
            for path in folder.glob("*.*") if folder.exists() else ():
                if path not in self.written and path.suffix in {
                    ".png",
                    ".svg",
                    ".csv",
                    ".md",
                    ".tex",
                }:
                    path.unlink()


def write(
    root: Path,
    lang: str = "en",
    out: str | Path | None = None,
    test_split: peeked.TestSplit | None = None,
) -> Path:
    """Write `report/index.html` of the study folder `root` in English or Indonesian, and return its
    path.

    Beside it: `figures/*.png|svg` and `tables/*.csv|md|tex`. `out`: another folder than `report/`.
    Showing a verdict on new data counts as a look. `test_split` reads test images: those that went
    wrong are shown, which is noted in the folder as a peek. Raises AlihError
    when `root` is no study folder, a file of it is damaged, or nothing can be written.

    >>> from alih.reports.build import write
    >>> write(Path("runs/quickstart"), "id")  # doctest: +SKIP
    PosixPath('runs/quickstart/report/index.html')
    """
    with pages.speaking(lang):
        return _write(Path(root), out, test_split)


def _write(root: Path, out: str | Path | None, test_split: peeked.TestSplit | None) -> Path:
    facts = gather(root)
    beside = Files(facts.root / "report" if out is None else _place(Path(out)))
    page = beside.root / "index.html"
    shown: Shown = {}
    if test_split:
        show = peeked.masks if facts.study.task == "segmentation" else peeked.pictures
        shown = show(facts, test_split)
    try:
        with theme.applied():
            files.write_text(page, render(facts, beside, shown))
    except AlihError as error:
        if out is None and error.key == "common.cannot_write":
            raise AlihError(
                "reports.no_place",
                folder=facts.root,
                reason=error.values["reason"],
                command=_command(root),
            ) from error
        raise
    beside.tidy()
    return page


def drawn(root: Path, lang: str) -> dict[str, Figure]:
    """The figures of the report by the names of their files, as matplotlib's objects; writes
    nothing into the study folder but the look that showing verdicts is.
    """
    with (
        pages.speaking(lang),
        theme.applied(),
        theme.kept() as figures,
        tempfile.TemporaryDirectory() as place,
    ):
        _context(gather(Path(root)), Files(Path(place)), {})
    return figures


def _place(out: Path) -> Path:
    """The folder that a user named. Raises AlihError where it holds something else than an earlier
    report.
    """
    page = out / "index.html"
    if page.exists() and MARK not in (files.content(page) or b""):
        raise AlihError("reports.place_taken", path=page)
    if out.is_dir() and not page.exists() and any(out.iterdir()):
        raise AlihError("reports.place_not_empty", path=out)
    return out


def _command(root: Path) -> str:
    return f"alih report {shlex.quote(Path(root).as_posix())} --out DIR"


def render(facts: Facts, beside: Files, shown: Shown) -> str:
    """The page as HTML text; writes figures and tables on the way. `shown`: test images by the slug
    of their group.
    """
    return pages.render(
        "report.html.j2",
        facts=facts,
        t=facts.say,
        metric_name=formats.metric_name,
        **_context(facts, beside, shown),
    )


def _context(facts: Facts, beside: Files, shown: Shown) -> dict[str, Any]:
    compared = [
        metric
        for metric in facts.study.metrics
        if any(row.metric == metric for row in facts.comparison.rows)
    ]
    rows = {m: [row for row in facts.comparison.rows if row.metric == m] for m in compared}
    results_table = beside.table(results.arms_table(facts))
    segmented = facts.study.task == "segmentation"
    metrics_table = beside.table(results.metrics_table(facts))
    beside.text("results-raw.csv", results.raw_csv(facts))
    if (facts.root / ITEMS).exists():
        beside.copy(facts.root / ITEMS)
    methods = paragraphs(facts)
    verdicts = results.verdicts(facts)
    rows_of_comparisons = overview.blocks(verdicts)
    primary = formats.metric_name(facts.primary)
    hidden = facts.comparison.findings_muted
    beside.text("methods.md", "\n\n".join(methods) + "\n")
    return {
        "verdicts": verdicts,
        "lead": overview.lead(verdicts, facts.primary),
        "overview": rows_of_comparisons,
        "primary_blocks": sum(block.metric == primary for block in rows_of_comparisons),
        "differences": [
            beside.keep(figures.differences(facts, metric, rows[metric], beside.figures))
            for metric in compared
        ],
        "warnings": text.warnings(facts),
        "muted": words.say("verdicts.muted", n=hidden) if hidden else "",
        "other_pairs": other_pairs(facts.study, facts.root),
        "results": results_table,
        "all_metrics": metrics_table,
        "raw_csv": results.raw_csv(facts),
        "by_level": _present(
            beside.keep(levels.by_level(facts, metric, beside.figures)) for metric in compared
        ),
        "heat_maps": _present(
            beside.keep(levels.heat_map(facts, metric, beside.figures)) for metric in compared
        ),
        "equivalences": equivalences.sentences(facts.comparison, facts.study),
        "published": beside.table(published.published_table(facts)),
        "adaptation": adaptation.view(facts, beside),
        "curves": _curves(facts, beside),
        "diagnoses": text.of_curves(facts),
        "reach": beside.table(results.reach_table(facts)),
        "rounds": beside.table(rounds.rounds_table(facts)),
        "selection": beside.table(selection.selection_table(facts)),
        "choices": choosing.sentences(facts.study, facts.comparison.selection),
        "trials": beside.table(trials.trials_table(facts)),
        "class_levels": class_page.view(facts, beside, {} if segmented else shown),
        "hard_images": 0 if segmented else hardest.write(facts, beside, shown),
        "masks": mask_page.view(facts, beside, shown) if segmented else None,
        "images_shown": mask_pictures.shown_images(facts),
        "networks": network.layer_tables(facts),
        "learnt": [
            (beside.keep(one.figure), beside.table(one.table))
            for one in learnt.learnt(facts, beside.figures)
        ],
        "selected": [(one, beside.table(one.table)) for one in selected.selections(facts)],
        "activations": _activations(facts),
        "data": beside.table(provenance.data_table(facts)),
        "data_facts": provenance.data_facts(facts),
        "data_findings": provenance.data_findings(facts),
        "class_pictures": provenance.class_pictures(facts),
        "balance": [] if segmented else provenance.balance(facts),
        "runs": beside.table(provenance.run_rows(facts)),
        "machine": provenance.machine_facts(facts),
        "command": run_command(facts.root),
        "methods": methods,
        "glossary": glossary.terms(facts.study.task),
        "document": (facts.root / "study.yaml").read_text(encoding="utf-8"),
    }


def _curves(facts: Facts, beside: Files) -> list[dict[str, Any]]:
    """Per level: one panel per metric with all arms, then one per arm and metric with training
    against validation.
    """
    shown = []
    detailed = [at for at, _ in facts.detailed()]
    wanted = CURVE_METRICS[facts.study.task]
    if facts.study.task == "segmentation":
        # Another objective than cross-entropy has a curve of its own.
        losses = {group.planned[0].recipe.train.loss for group in facts.groups if group.card}
        objective = ["loss"] if losses - {"cross-entropy"} else []
        wanted = tuple(dict.fromkeys([*objective, wanted[0], facts.primary, *wanted[1:]]))
    metrics = [m for m in wanted if any(group.curve("validation", m) for group in facts.groups)]
    for at, groups in facts.levels():
        suffix = groups[0].slug.removeprefix(groups[0].arm)
        together = [
            beside.keep(figures.compared_curves(facts, groups, metric, beside.figures, suffix))
            for metric in metrics
        ]
        limits = {metric: figures.curve_limits(facts, groups, metric) for metric in metrics}
        own = [
            beside.keep(figures.own_curves(facts, group, metric, limits[metric], beside.figures))
            for group in (groups if at in detailed else ())
            for metric in _own_metrics(metrics)
        ]
        level = {
            "at": formats.level_text(at),
            "carried": facts.carried("validation", groups),
        }
        shown.append(level | {"together": _present(together), "own": _present(own)})
    return [level for level in shown if level["together"]]


def _own_metrics(metrics: Sequence[str]) -> list[str]:
    """Of losses all, of scores the first: what is drawn for each arm by itself."""
    scores = [metric for metric in metrics if metric in formats.FRACTIONS]
    return [metric for metric in metrics if metric not in scores[1:]]


def _present(found: Iterable[Plot | None]) -> list[Plot]:
    return [figure for figure in found if figure is not None]


def _activations(facts: Facts) -> list[dict[str, Any]]:
    """One example per arm, at the first level that stored activations."""
    shown: dict[str, dict[str, Any]] = {}
    for group in facts.groups:
        if group.arm not in shown and (found := network.activations(facts, group)):
            shown[group.arm] = {"label": group.label, "example": found[0], "layers": found[1]}
    return list(shown.values())
