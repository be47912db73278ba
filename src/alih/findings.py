"""What checks find in data and runs: sentences under stable codes, each with a page of its own.

`A…` (audit) findings are about images and files, `D…` (diagnosis) findings about runs. The page of
a code lies in `docs/checks/` and says how it is detected, why it matters and what to do. A study
mutes codes with `mute: [A003]`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from alih.words import has, say
from alih.words.phrase import Phrase, in_english

PAGES = "docs/checks"

CODES: dict[str, str] = {
    "A001": "images left out",
    "A002": "folder without images",
    "A003": "one image in two classes",
    "A004": "one image in two parts",
    "A005": "copies kept together",
    "A006": "validation part without test part",
    "A007": "class missing from a part",
    "A008": "images of 16 bits",
    "A009": "meaning of 255 in masks",
    "A010": "folders inside classes",
    "A011": "files that cannot be used",
    "A012": "near copies in two classes",
    "A013": "near copies in two parts",
    "A014": "near copies",
    "A015": "labels worth a look",
    "A016": "uneven classes",
    "A017": "few test images",
    "A018": "files tell the class",
    "A019": "brightness tells the class",
    "A020": "the border tells the class",
    "A021": "groups that parts divide",
    "A022": "stray ids in masks",
    "A023": "empty masks",
    "A024": "shifted masks",
    "A025": "images in both domains",
    "A040": "classes with nearly one name",
    "A041": "likely groups",
    "D001": "identical replicates",
    "D002": "no spread",
    "D003": "constant answers",
    "D004": "per cent and shares",
    "D005": "identical arms",
    "D006": "collapse on test",
    "D007": "trivial answer",
    "D008": "one replicate",
    "D009": "loss not finite",
    "D010": "not learning",
    "D011": "mode gap",
    "D012": "unstable",
    "D013": "over-fitting",
    "D014": "over-confidence",
    "D015": "under-fitting",
    "D016": "near majority",
    "D017": "not finished",
    "D018": "validation above training",
    "D019": "running curve below",
    "D020": "generalisation gap",
    "D021": "small validation",
    "D022": "too few epochs",
    "D023": "as easy for linear",
    "D024": "several factors",
    "D025": "test images as validation",
    "D026": "test images without labels used",
    "D027": "no seed",
    "D028": "different machines",
    "D029": "classes of a pretrained model",
    "D030": "earlier looks",
    "D031": "comparisons added later",
    "D032": "record of looks",
    "D033": "test images shown",
    "D034": "groups of items",
    "D035": "images changed since",
    "D036": "oracle",
    "D040": "adaptation hurts",
    "D041": "no source-only arm",
    "D042": "replicates at chance",
}
"""Every code and the name of its check. A code is never used again for something else."""


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: its code, the sentence's key and what fills it in.

    `about` names the arm, part or file that it is about, "" for the whole study. A `problem` makes
    results wrong; a `warning` may; a `note` says what was understood or taken for granted.
    """

    code: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    severity: Literal["note", "warning", "problem"] = "warning"

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"{self.code} is not in the table of codes")

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def text(self) -> str:
        """The sentence in the language in force."""
        return say(self.key, **self.values)

    def to_stored(self) -> dict[str, Any]:
        """Plain JSON values in no reader's language, which `of_stored` makes a finding of again."""
        values = Phrase(self.key, self.values).to_json()
        return {"code": self.code, **values, "about": self.about, "severity": self.severity}

    @classmethod
    def of_stored(cls, found: Mapping[str, Any]) -> Finding:
        """The finding that `to_stored` wrote."""
        values = Phrase.parse(found).values
        return cls(found["code"], found["key"], values, found["about"], found["severity"])

    def to_json(self) -> dict[str, Any]:
        """Code, name, severity and place, and the sentence in English."""
        return {
            "code": self.code,
            "check": CODES[self.code],
            "severity": self.severity,
            "about": self.about,
            "text": in_english(Phrase(self.key, self.values)),
        }


NEVER_MUTED = ("D031", "D032", "D033")
"""Findings that make every verdict worth less: added comparisons, lost looks, test images seen."""


def unmuted(findings: Iterable[Finding], muted: Collection[str]) -> list[Finding]:
    """The findings whose codes are not muted, or cannot be, in their order."""
    hidden = set(muted).difference(NEVER_MUTED)
    return [finding for finding in findings if finding.code not in hidden]


def stored(found: Iterable[Mapping[str, Any]], muted: Collection[str]) -> list[Finding]:
    """Stored findings that are not muted; those of a later version of alih, whose code or sentence
    is unknown here, are passed over.
    """
    known = (one for one in found if one["code"] in CODES and has(one["key"]))
    return unmuted(map(Finding.of_stored, known), muted)
