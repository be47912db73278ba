"""A study from Python: plan it, run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from alih.api import checked as checking
from alih.api.checked import Checked
from alih.api.results import Results
from alih.errors import AlihError
from alih.executors.deadline import Deadline
from alih.executors.events import Listener, listening
from alih.runs.status import survey
from alih.study.document.durations import seconds
from alih.study.document.study import Study
from alih.study.loading import changed, load
from alih.study.planning.parts import Part
from alih.verdicts import until as rounds

if TYPE_CHECKING:
    from alih.api.planned import Plan
    from alih.executors.contract import Executor


def study_of(
    source: Study | str | Path,
    seeds: int | None = None,
    overrides: Sequence[str] = (),
    until_decided: bool = False,
    budget: str | None = None,
) -> Study:
    """The study that a caller means, with the caller's own values in it."""
    wishes = {"until_decided": until_decided, "budget": budget}
    if isinstance(source, Study):
        return changed(source, overrides, seeds, **wishes)  # type: ignore[arg-type]
    return load(source, overrides, seeds, **wishes)  # type: ignore[arg-type]


def place_of(source: Study | str | Path, study: Study, out: str | Path | None = None) -> Path:
    """The study folder: `out`, else the folder that was named as the study, else `runs/<name>`."""
    if out is not None:
        return Path(out)
    named = not isinstance(source, Study) and (Path(source) / "study.yaml").is_file()
    return Path(str(source)) if named else Path("runs") / study.name


def check(
    study: Study | str | Path,
    *,
    seeds: int | None = None,
    overrides: Sequence[str] = (),
    on_images: Callable[[int, int], None] = lambda done, of: None,
) -> Checked:
    """Check a study document and read its image files; nothing is trained.

    Args:
        study: A Study, a YAML file, the name of a built-in study, or a study folder.
        seeds: The number of replicates, in place of the study's.
        overrides: Values in place of the study's, such as `"train.epochs=3"` (`--set`).
        on_images: Hears `(done, of)` as image files are read.

    Returns:
        The checked study and the findings about its images; printing it shows what `alih check`
        shows.

    Raises:
        StudyError: The document cannot be used; `problems` has each with file, line and key.
        AlihError: Image files cannot be read; names all of them.

    >>> check("quickstart", seeds=4).study.seeds
    4
    >>> import alih
    >>> try:
    ...     found = alih.check("quickstart", overrides=["train.epochs=none"])
    ... except alih.StudyError as error:
    ...     error.problems[0].path
    'train.epochs'
    """
    return checking.checked(study_of(study, seeds, overrides), on_images)


def plan(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    seeds: int | None = None,
    overrides: Sequence[str] = (),
    jobs: int | None = None,
    measure: bool = False,
    until_decided: bool = False,
    budget: str | None = None,
) -> Plan:
    """What `run` would do: every cell with its state, the reason and its time, and advice.

    Args:
        study: A Study, a YAML file, the name of a built-in study, or a study folder.
        out: The study folder; by default the folder named as `study`, else `runs/<name>`.
        seeds: The number of replicates, in place of the study's.
        overrides: Values in place of the study's, such as `"train.epochs=3"` (`--set`).
        jobs: How many cells a run would compute at once; by default as many as suit this machine.
        measure: Time a few steps of each network first, which needs torch and some seconds.
        until_decided: Plan a run that adds replicates until verdicts are decided.
        budget: The time that such a run may take, such as `"2h"`.

    Returns:
        The plan; printing it shows what `alih plan` shows.

    Raises:
        StudyError: The study cannot be used.
        AlihError: A file of the study folder is damaged.

    >>> planned = plan("quickstart", seeds=2)
    >>> planned.cells[0].state, len(planned.cells)
    ('new', 6)
    """
    from alih.api import planned as planning

    check_wishes(jobs)
    document = study_of(study, seeds, overrides, until_decided, budget)
    root = place_of(study, document, out)
    document = rounds.resumed(document, root)
    statuses = survey(root, document)
    if measure:
        planning.measure(document, statuses, jobs)
    return planning.planned(document, root, statuses, jobs)


def run(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    seeds: int | None = None,
    overrides: Sequence[str] = (),
    jobs: int | None = None,
    device: str = "auto",
    retry_failed: bool = False,
    fresh: bool = False,
    mixed: bool = False,
    until_decided: bool = False,
    budget: str | None = None,
    executor: str | Executor = "local",
    address: str | None = None,
    part: str | Part | None = None,
    until: str | Deadline | None = None,
    on_event: Listener | Sequence[Listener] = (),
) -> Results:
    """Run or resume a study; also returns when some cells failed (see `Results.status`).

    Args:
        study: A Study, a YAML file, the name of a built-in study, or a study folder.
        out: The study folder to write; by default the folder named as `study`, else
            `runs/<name>`.
        seeds: The number of replicates, in place of the study's.
        overrides: Values in place of the study's, such as `"train.epochs=3"` (`--set`).
        jobs: How many cells to compute at once; by default as many as suit this machine. One job
            runs in the calling process and leaves torch's settings there as they were.
        device: `auto`, `cpu`, `cuda` or `mps`.
        retry_failed: Compute failed cells again.
        fresh: Compute all cells again.
        mixed: Let a study go on where the device it was begun on is missing.
        until_decided: Add replicates, round by round, to arms whose verdict on the primary metric
            is open, until all are decided or no more replicates would help.
        budget: The time that all runs of the study may take together, such as `"2h"`; no round is
            begun that would exceed it.
        executor: Who computes the cells: `local`, `ray` (a cluster), or an `Executor`.
        address: Of the cluster, such as `"10.0.0.1:6379"`; by default that of the variable
            RAY_ADDRESS, a cluster that runs on this machine, or a new one here.
        part: Compute a fixed part of the cells, such as `"3/8"`, without locks: other processes,
            also on other machines, compute the other parts in the same folder.
        until: A time such as `"2h50m"`, from now on, after which nothing goes on: cells end with a
            checkpoint while there is still time for it, and the same call continues them.
        on_event: A function, or several, that hear of events (see `executors/events.py`).

    Returns:
        The results, as far as there are any.

    Raises:
        StudyError: The study cannot be used.
        AlihError: Data, weights or the device are missing, or the folder belongs to another study.
        KeyboardInterrupt: On Ctrl-C; the same call goes on where it stopped.

    >>> results = alih.run("quickstart", seeds=2, overrides=["train.epochs=3"])  # doctest: +SKIP
    >>> print(results.compare()["comparisons"][0]["verdict"])  # doctest: +SKIP
    undecided
    """
    from alih.api.rounds import Wishes, computed
    from alih.executors.table import known

    check_wishes(jobs, retry_failed, fresh)
    if isinstance(executor, str):
        known(executor, address)
    own = part_of(part, fresh)
    deadline = until if isinstance(until, Deadline) else deadline_in(until)
    document = study_of(study, seeds, overrides, until_decided, budget)
    root = place_of(study, document, out)
    document = rounds.resumed(document, root, fresh)
    check_budget(document, budget)
    if own is not None:
        own.cells(document)
    wishes = Wishes(jobs, device, retry_failed, fresh, mixed, own, deadline, address)
    with listening(on_event) as tell:
        return Results(root, computed(root, document, wishes, executor, tell))


def check_wishes(jobs: int | None = None, retry_failed: bool = False, fresh: bool = False) -> None:
    """Raise AlihError for what no run can do, before anything is read."""
    if retry_failed and fresh:
        raise AlihError("api.retry_or_fresh")
    if jobs is not None and jobs < 1:
        raise AlihError("api.jobs", jobs=jobs)


def part_of(text: str | Part | None, fresh: bool = False) -> Part | None:
    """The part of the cells that a caller means. Raises AlihError for what is none, and beside
    `fresh`, which would remove what other parts compute.
    """
    if text is None:
        return None
    if fresh:
        raise AlihError("api.part_or_fresh", part=text)
    return text if isinstance(text, Part) else Part.parse(text)


def deadline_in(text: str | None) -> Deadline:
    """The deadline so long after now, none for None. Raises AlihError for what is no time."""
    if text is None:
        return Deadline()
    try:
        found = seconds(text)
    except ValueError:
        found = 0.0
    if not found:
        raise AlihError("api.until", got=text)
    return Deadline(found)


def check_budget(study: Study, budget: str | None) -> None:
    """Raise AlihError for a budget of a run that has a fixed number of replicates."""
    if budget is not None and not study.until_decided:
        raise AlihError("api.budget_alone", budget=budget)
