"""The JSON schema of the study document, for editors; `alih schema` prints it."""

from __future__ import annotations

from typing import Any

from alih.study.document.study import Study


def json_schema() -> dict[str, Any]:
    """The schema of a study document (JSON Schema 2020-12).

    It knows keys, types and ranges; what depends on several keys is checked by `alih check` only.
    `name` and `title` are optional in a file, where the file's own name stands for them.
    """
    schema = Study.model_json_schema(by_alias=True)
    schema["required"] = [name for name in schema["required"] if name not in ("name", "title")]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
