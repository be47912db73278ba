"""A study as a job of a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alih.api.studies import place_of
from alih.executors import slurm as batch
from alih.executors.slurm import Resources
from alih.study.document.study import Study
from alih.study.planning.parts import divided
from alih.verdicts import until


@dataclass(frozen=True)
class BatchJob:
    """A script that was written, and the most cells that one of its tasks computes."""

    file: Path
    root: Path
    most: int


def slurm(
    source: Study | str | Path,
    study: Study,
    jobs: int,
    wanted: Resources,
    file: Path,
    out: str | Path | None = None,
) -> BatchJob:
    """Make the folder of a study, which `source` named, and write a batch script that runs it as so
    many jobs.

    Raises AlihError where the study has too few cells, the script exists, or the folder is
    another's.
    """
    from alih.executors.prepare import check_place, claim

    root = place_of(source, study, out)
    check_place(root, study)
    study = until.resumed(study, root)
    most = max(map(len, divided(study, max(1, jobs))))
    batch.script(study, root, jobs, wanted, file)  # refuses before anything is made
    batch.refuse_existing(file)
    claim(root, study, fresh=False)
    return BatchJob(batch.write(study, root, jobs, wanted, file), root, most)
