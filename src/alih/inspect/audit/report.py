"""The audit of a set or of a study: all checks, what they found, and its JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files
from alih.datafiles.layout import listed
from alih.errors import AlihError
from alih.files import cache
from alih.findings import Finding, stored, unmuted
from alih.inspect.audit import counts, giveaways, groups, labels, masks, pairs
from alih.inspect.audit.found import LEVELS, Found
from alih.inspect.audit.subject import PARTS, SOURCE, Subject, subject_of, subjects
from alih.inspect.audit.views import Viewer
from alih.study.catalogue.sets import specs
from alih.study.document.study import Study
from alih.words import say
from alih.words.phrase import known

if TYPE_CHECKING:
    from alih.data.imageset import ImageSet

Tell = Callable[[str, int, int], None]

CHECKS: tuple[Callable[[Subject], list[Found]], ...] = (
    pairs.near,
    counts.counts,
    counts.tested,
    masks.ids,
    masks.empty,
    masks.shifted,
)
"""Each looks at one set and says what it found; none changes anything."""

FITTED: tuple[Callable[[Subject], list[Found]], ...] = (giveaways.of_files, giveaways.of_pixels)
"""The same, with classifiers, which come with the extra `train`."""

SEEN: tuple[Callable[[Subject, Viewer], list[Found]], ...] = (
    labels.labels,
    giveaways.surroundings,
    groups.leaking,
)
"""The same, with features of images."""


@dataclass(frozen=True, repr=False)
class AuditReport:
    """What an audit found, the gravest first; printing it shows what `alih audit` shows.

    `muted` is how many further findings the study mutes.
    """

    study: Study
    subjects: Sequence[Subject]
    found: tuple[Found, ...]
    muted: int

    @property
    def name(self) -> str:
        """The study, or the set where no study was named."""
        return self.study.name if self.study.name != SOURCE else self.subjects[0].images.name

    def at_least(self, level: str) -> list[Found]:
        """The findings of at least a severity."""
        least = LEVELS.index(level)
        return [one for one in self.found if LEVELS.index(one.finding.severity) >= least]

    def to_json(self) -> dict[str, Any]:
        """Plain values, `alih audit --json`."""
        return {
            "audit": self.name,
            "sets": [
                {
                    "name": one.images.name,
                    "domain": one.domain,
                    "task": self.study.task,
                    "classes": list(one.images.classes),
                    "images": len(one.images),
                    "unusable": len(one.damaged),
                    "parts": {
                        part: count
                        for number, part in enumerate(PARTS)
                        if (count := int((one.part == number).sum()))
                    },
                }
                for one in self.subjects
            ],
            "counts": {level: len(self.of(level)) for level in reversed(LEVELS)},
            "findings": [one.to_json() for one in self.found],
            "muted": self.muted,
        }

    def of(self, level: str) -> list[Found]:
        """The findings of one severity."""
        return [one for one in self.found if one.finding.severity == level]

    def summary(self) -> str:
        """How many findings of which severity, in the language in force."""
        if not self.found:
            return say("inspect.audit.nothing")
        told = [
            say(f"inspect.audit.count_{level}", n=len(self.of(level)))
            for level in reversed(LEVELS)
            if self.of(level)
        ]
        return ", ".join(told) + "."

    def sentences(self) -> list[str]:
        """The summary, then each finding, in the language in force."""
        told = [
            f"{one.finding.code} {say(f'inspect.audit.{one.finding.severity}')}: {one.finding.text}"
            for one in self.found
        ]
        muted = [say("inspect.audit.muted", n=self.muted)] if self.muted else []
        return [self.summary(), *told, *muted, *self.skipped()]

    def skipped(self) -> list[str]:
        """What was not looked at, in the language in force."""
        return [] if find_spec("sklearn") else [say("inspect.audit.skipped")]

    def understood(self) -> list[str]:
        """What was understood of the images, in the language in force."""
        from alih.data.array_sets import lines

        return lines(self.study, drawn=self.study.name != SOURCE)

    def __str__(self) -> str:
        return "\n".join([*self.understood(), *self.sentences()])

    def __repr__(self) -> str:
        count = len(self.found)
        return f"<AuditReport {self.name}: {count} finding{'' if count == 1 else 's'}>"

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in str(self).splitlines())


def level(wanted: str) -> str:
    """A severity by name. Raises AlihError for another."""
    if wanted not in LEVELS:
        raise AlihError("inspect.audit.level", got=wanted, known=known(wanted, LEVELS))
    return wanted


def audit(
    source: str | Path,
    *,
    image_size: int | None = None,
    tell: Tell = lambda what, done, of: None,
) -> AuditReport:
    """Look for what ruins studies in a set, a folder, or the sets of a study.

    Raises AlihError for a source that is none of these, and where no image can be read.
    """
    study, sets = subjects(source, image_size, lambda done, of: tell("decoding", done, of))
    every = [one for subject in sets for one in _about(subject, tell)]
    shown = unmuted([one.finding for one in every], study.mute)
    kept = [one for one in every if any(one.finding is finding for finding in shown)]
    kept.sort(key=lambda one: (-LEVELS.index(one.finding.severity), one.finding.code))
    return AuditReport(study, sets, tuple(kept), len(every) - len(kept))


REASONS = 5
"""Reasons why files cannot be used that are told, at most."""
KEPT = frozenset(f"A0{number}" for number in (12, 13, 14, 15, 18, 20, 21, 22, 23, 24))
"""Findings that are kept for runs: those that no split of a study changes."""


def serious(study: Study, sets: Mapping[str, ImageSet]) -> list[Finding]:
    """Warnings about the sets of a study that are cheap to have before a run: what an audit of the
    same files found, else whether the files tell the class. Nothing that the study mutes.
    """
    found: list[Finding] = []
    for domain, spec in specs(study).items():
        if domain in sets:
            subject = subject_of(study, spec, "" if len(sets) == 1 else domain, sets[domain])
            kept = cache.read_json(_place(subject))
            if isinstance(kept, list):
                found += stored(kept, study.mute)
            elif find_spec("sklearn") is not None:
                found += [one.finding for one in giveaways.of_files(subject)]
    return unmuted([one for one in found if one.severity != "note"], study.mute)


def _place(subject: Subject) -> Path:
    """Where the findings of an audit are kept, by what the set holds."""
    images, split = subject.images, subject.study.split
    about = [images.card.get("sha256"), images.classes, subject.ready, split.group, subject.domain]
    return files.cache_dir() / "audits" / f"{files.digest(about)[:32]}.json"


def _about(subject: Subject, tell: Tell) -> list[Found]:
    """Everything that is found about one set."""
    found = [*_damaged(subject), *pairs.exact(subject, _known(subject))]
    fitted = find_spec("sklearn") is not None
    for check in (*CHECKS, *(FITTED if fitted else ())):
        found += check(subject)
    viewer = Viewer(subject, tell)
    for look in SEEN if fitted else ():
        found += look(subject, viewer)
    if subject.domain:
        found = [replace(one, finding=replace(one.finding, about=subject.domain)) for one in found]
    kept = [one.finding.to_stored() for one in found if one.finding.code in KEPT]
    cache.write_json(_place(subject), kept)
    return found


def _known(subject: Subject) -> list[Finding]:
    """What `alih check` says of the set."""
    from alih.data.parts import image_findings

    study = subject.study.model_copy(update={"data": subject.spec, "mute": []})
    # Damaged files are told with all of them, and what a split cannot do is nobody's question here.
    found = [one for one in image_findings(study, strict=False) if one.code != "A011"]
    if study.name != SOURCE and not subject.domain:
        return found
    # Parts of a set alone are drawn by a split that nobody chose.
    return [one for one in found if not one.key.startswith("study.class_absent")]


def _damaged(subject: Subject) -> list[Found]:
    """Files that cannot be used, each with the reason."""
    if not subject.damaged:
        return []
    assert subject.listing is not None, "only files are damaged"
    rows = [_row(subject.listing.root, error) for error in subject.damaged]
    count = len(rows)
    alike: dict[str, list[str]] = {}
    for name, reason in rows:
        alike.setdefault(reason, []).append(name)
    told = [f"{listed(names)} ({reason})" for reason, names in alike.items()][:REASONS]
    files = "; ".join(told) + ("; …" if len(alike) > REASONS else "")
    values = {"count": count, "of": count + len(subject.images), "files": files}
    finding = Finding("A011", "inspect.audit.damaged", values, severity="problem")
    return [Found(finding, {"files": count}, rows, subject=subject)]


def _row(root: Path, error: AlihError) -> tuple[str, str]:
    """The file that an error names, below `root` where it lies there, and the reason."""
    place = Path(str(error.values["path"]))
    name = place.relative_to(root) if place.is_relative_to(root) else place
    return name.as_posix(), str(error.values.get("reason") or error)
