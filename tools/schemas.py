"""Write the JSON schemas of what commands print: `python -m tools.schemas` fills docs/schema/."""

from __future__ import annotations

import json
from pathlib import Path

from alih.cli.documents.table import DOCUMENTS, ERROR, schema_of

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "schema"


def texts() -> dict[str, str]:
    """The files by name, as they should be."""
    return {
        f"{name.replace(' ', '-')}.json": json.dumps(schema_of(name), indent=1) + "\n"
        for name in (*DOCUMENTS, ERROR)
    }


def main() -> None:
    """Write the files, and remove those of commands that are gone."""
    FOLDER.mkdir(exist_ok=True)
    wanted = texts()
    for file in FOLDER.glob("*.json"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
