"""What a check of a study and its images finds, as values and in words; `alih check` prints it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from alih.findings import Finding
from alih.study.catalogue.sets import image_size
from alih.study.checking.notes import (
    adaptation_notes,
    joint_notes,
    oracle_notes,
    selection_notes,
    start_notes,
)
from alih.study.document.study import Study
from alih.study.planning.plan import cells, image_sizes, replicates
from alih.words import number, say
from alih.words.phrase import Phrase, in_english


@dataclass(frozen=True, repr=False)
class Checked:
    """A study that can be run, and what is to be said about it; printing it shows what `alih check`
    shows.

    `images` is the number of image files that were read, `findings` what about them is worth
    knowing (each with its code, see `docs/checks/`), `notes` what else may surprise. `sizes` are
    the pixels a side at which arms see the images, where that is not the set's size.

    >>> import alih
    >>> found = alih.check("quickstart")
    >>> found
    <Checked quickstart: 0 findings>
    >>> print(found.sentences()[0])
    Study 'quickstart' is good: 3 arms, 5 replicates, 15 cells.
    """

    study: Study
    images: int
    findings: tuple[Finding, ...]
    notes: tuple[Phrase, ...]
    sizes: dict[str, list[int]]

    def understood(self) -> list[str]:
        """What was understood of the images, in the language in force."""
        from alih.data.array_sets import lines

        return lines(self.study)

    def sentences(self) -> list[str]:
        """The result, the findings and the notes, in the language in force."""
        study = self.study
        said = [
            say(
                "api.check.good",
                name=study.name,
                arms=len(study.arms),
                seeds=replicates(study),
                cells=len(cells(study)),
            )
        ]
        if self.sizes:
            shown = "; ".join(
                f"{arm} {', '.join(map(str, sizes))}" for arm, sizes in self.sizes.items()
            )
            masks = (
                say("api.check.sizes_masks", size=image_size(study))
                if study.task == "segmentation"
                else ""
            )
            said.append(say("api.check.sizes", sizes=shown, masks=masks))
        if self.images:
            said.append(say("api.check.images", n=number(self.images, 0)))
        return [*said, *map(str, self.findings), *map(str, self.notes)]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `alih check --json` prints them."""
        return {
            "study": self.study.name,
            "images": self.images,
            "findings": [finding.to_json() for finding in self.findings],
            "notes": [note.to_json() | {"text": in_english(note)} for note in self.notes],
            "sizes": self.sizes,
        }

    def __str__(self) -> str:
        return "\n".join([*self.understood(), *self.sentences()])

    def __repr__(self) -> str:
        count = len(self.findings)
        return f"<Checked {self.study.name}: {count} finding{'' if count == 1 else 's'}>"

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in str(self).splitlines())


def checked(study: Study, on_images: Callable[[int, int], None]) -> Checked:
    """Look through the images of a study whose document is correct.

    Raises AlihError that names every image file that cannot be read, and for a run folder that has
    learnt images on which the study judges.
    """
    from alih.data.array_sets import here
    from alih.data.load import look_through
    from alih.data.parts import image_findings
    from alih.executors.prepare import read_images

    images = look_through(study, on_images)
    starts = [arm.source for arm in study.arms.values() if arm.source not in (None, *study.arms)]
    if starts and here(study):
        read_images(study)  # refuses runs that have seen what the study judges on
    findings = [*image_findings(study), *adaptation_notes(study)]
    return Checked(
        study,
        images,
        tuple(findings),
        (*start_notes(study), *oracle_notes(study), *joint_notes(study), *selection_notes(study)),
        image_sizes(study),
    )
