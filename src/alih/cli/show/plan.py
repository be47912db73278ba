"""What the commands say of plans and next steps beyond `alih.api.planned`."""

from __future__ import annotations

from alih.study.catalogue.sets import image_size
from alih.study.document.study import Study
from alih.study.planning.plan import image_sizes
from alih.verdicts.next_step import NextStep
from alih.words import layout, say


def size_sentence(study: Study) -> str | None:
    """The sizes at which arms see the images; None where all see the data's."""
    found = image_sizes(study)
    if not found:
        return None
    shown = "; ".join(f"{arm} {', '.join(map(str, sizes))}" for arm, sizes in found.items())
    masks = (
        say("cli.check.sizes_masks", size=image_size(study)) if study.task == "segmentation" else ""
    )
    return say("cli.check.sizes", sizes=shown, masks=masks)


def next_sentence(step: NextStep | None) -> str | None:
    """The next command and what it costs; None where there is nothing left to do."""
    if step is None:
        return None
    if step.retry:
        return say("cli.next.retry", command=step.command)
    if step.seconds is None:
        return say("cli.next.command", command=step.command)
    time = layout.duration(step.seconds)
    return say("cli.next.command_cost", command=step.command, time=time)
