"""Building blocks of the document's values: immutability, parts that only change defaults, errors
in place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
)
from pydantic_core import PydanticCustomError, core_schema

LARGEST_COUNT = 1_000_000_000
"""Beyond this a count is a slip of the keyboard; int64, floats and tables hold it."""
Count = Annotated[int, Field(gt=0, le=LARGEST_COUNT)]
MOST_REPLICATES = 1000
Replicates = Annotated[int, Field(gt=0, le=MOST_REPLICATES)]
LARGEST_SIDE = 16_384
Side = Annotated[int, Field(gt=0, le=LARGEST_SIDE)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
LONGEST_NAME = 200
"""Bytes of a study's name, which is a folder's."""


def _folder_name(name: str) -> str:
    """A study's name is the folder of its results below `runs/`, so it must not lead out of
    there.
    """
    odd = any(letter in "/\\" or not letter.isprintable() for letter in name)
    if (
        odd
        or name.strip() != name
        or name in (".", "..")
        or len(name.encode(errors="replace")) > LONGEST_NAME
    ):
        raise PydanticCustomError("alih", "study.name_is_path", {"got": name[:60]})
    return name


FolderName = Annotated[str, Field(min_length=1), AfterValidator(_folder_name)]


class Frozen(BaseModel):
    """Base of all document values: immutable, unknown keys refused, no silent conversion of
    types.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, strict=True, allow_inf_nan=False
    )


class Expecting:
    """Annotation: when none of a union's types fits, report one error that says what was expected.

    `key` names a phrase of the word catalogue, for example "a list of numbers, or `balanced`".
    """

    def __init__(self, key: str) -> None:
        self.key = key

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def validate(value: Any, inner: Callable[[Any], Any]) -> Any:
            try:
                return inner(value)
            except ValidationError:
                raise PydanticCustomError(
                    "alih", "study.wrong_type", {"expected_key": self.key}
                ) from None

        return core_schema.no_info_wrap_validator_function(validate, handler(source))


class Changes:
    """Annotation: a mapping that holds only some keys of `model`, each checked as the model would
    check it.

    The value stays a plain dict with just the given keys, so that merging an arm over the defaults
    sees what the arm really changes.
    """

    def __init__(self, model: type[BaseModel]) -> None:
        self.model = model

    def _validate(self, value: Any) -> dict[str, Any]:
        return self.model.model_validate({} if value is None else value).model_dump(
            exclude_unset=True
        )

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return handler(self.model.__pydantic_core_schema__)


class Written:
    """Annotation: what a document may also write for a value: `read` turns it into the full form,
    and `schema` describes it for the JSON schema, where a union of kinds lists their names.
    """

    def __init__(self, read: Callable[[Any], Any], schema: dict[str, Any]) -> None:
        self.read = read
        self.schema = schema

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        full = handler(schema)
        kinds = full.get("discriminator", {}).get("mapping")
        return {"anyOf": [full, {"enum": list(kinds)} if kinds else self.schema]}


def short(key: str) -> Written:
    """Let a bare text stand for a mapping with only `key`: `model: dcnn` is `model: {name:
    dcnn}`.
    """
    return Written(
        lambda value: {key: value} if isinstance(value, str) else value, {"type": "string"}
    )


def kind_by_default(key: str, kind: str) -> BeforeValidator:
    """Let a mapping without `key` be of this kind, in a union that `key` tells apart."""
    return BeforeValidator(lambda value: {key: kind, **value} if isinstance(value, dict) else value)


OR_EMPTY = Written(lambda value: {} if value is None else value, {"type": "null"})
"""Let nothing stand for a mapping without keys."""

Text = Annotated[
    Annotated[str, Field(min_length=1)]
    | Annotated[dict[Literal["en", "id"], str], Field(min_length=1)],
    Expecting("study.expected_text"),
]
