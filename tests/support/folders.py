"""Study documents and folders before their first cell. No torch."""

from __future__ import annotations

from pathlib import Path

from alih import files
from alih.runs.card import MachineCard
from alih.study.document.problems import Problem, StudyError
from alih.study.loading import load

MACHINE = MachineCard(device="cpu", threads=1, precision="fp32")


def ready(root: Path, document: str, machine: MachineCard = MACHINE) -> Path:
    """Write a folder that holds what takes seconds to find out: the settings of the machine and
    reference scores, of which there are none."""
    root.mkdir(parents=True, exist_ok=True)
    machine.write(root)
    files.write_json(root / "references.json", {})
    files.write_text(root / "study.yaml", document)
    return root


def problems(document: Path) -> list[Problem]:
    """What is wrong with a study document."""
    try:
        load(document)
    except StudyError as error:
        return list(error.problems)
    return []
