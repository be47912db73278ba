"""The JSON schema of the study document, for editors; committed as `schema.json` beside this file.

After a change of the document: `python -m alih.study.schema` writes it anew (a test says when that
is due).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from alih.study.document.study import Study

COMMITTED = Path(__file__).with_name("schema.json")


def json_schema() -> dict[str, Any]:
    """The schema of a study document (JSON Schema 2020-12).

    It knows keys, types and ranges; what depends on several keys is checked by `alih check` only.
    `name` and `title` are optional in a file, where the file's own name stands for them.
    """
    schema = Study.model_json_schema(by_alias=True)
    schema["required"] = [name for name in schema["required"] if name not in ("name", "title")]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def text() -> str:
    """The schema as it is committed."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    from alih import files

    files.write_text(COMMITTED, text())
