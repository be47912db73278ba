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
from pydantic_core import InitErrorDetails, PydanticCustomError, core_schema

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
    sees what the arm really changes. A bare string stands for the mapping with only the key
    `short`.
    """

    def __init__(self, model: type[BaseModel], short: str | None = None) -> None:
        self.model = model
        self.short = short

    def _validate(self, value: Any) -> dict[str, Any]:
        if value is None:
            return {}
        if self.short and isinstance(value, str):
            value = {self.short: value}
        return self.model.model_validate(value).model_dump(exclude_unset=True)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        mapping = handler(self.model.__pydantic_core_schema__)
        return {"anyOf": [mapping, {"type": "string"}]} if self.short else mapping


class OrWritten:
    """Annotation: what a document may also write for a value, for the JSON schema only (validators
    do the reading).
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), self.schema]}


Text = Annotated[
    Annotated[str, Field(min_length=1)]
    | Annotated[dict[Literal["en", "id"], str], Field(min_length=1)],
    Expecting("study.expected_text"),
]

OR_EMPTY = OrWritten({"type": "null"})


def as_name(key: str) -> BeforeValidator:
    """Let a bare string stand for a mapping with only `key`: `model: dcnn` is `model: {name:
    dcnn}`.
    """
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def empty_for_none(value: Any) -> Any:
    """Let nothing stand for a mapping without keys."""
    return {} if value is None else value


def under(part: str | int, error: ValidationError) -> ValidationError:
    """The same validation error, seen from one level further out: `part` is put before every
    location.
    """
    return ValidationError.from_exception_data(
        error.title,
        [
            InitErrorDetails(
                type=PydanticCustomError("alih", line["msg"], line.get("ctx"))
                if line["type"] == "alih"
                else line["type"],
                loc=(part, *line["loc"]),
                input=line["input"],
                ctx=line.get("ctx", {}),
            )
            for line in error.errors(include_url=False)
        ],
    )
