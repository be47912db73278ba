"""Hand-made features that a document can ask for instead of a network's: HOG, and SIFT as a bag of
visual words. No torch.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from alih.study.document.values import Count, Frozen


class Hog(Frozen):
    """Histograms of oriented gradients (Dalal and Triggs 2005) of the image at `size` pixels a
    side, in gray.
    """

    name: Literal["hog"] = "hog"
    size: Annotated[int, Field(ge=16, le=1024)] = 96
    orientations: Annotated[int, Field(ge=2)] = 9
    cell: Annotated[int, Field(ge=2)] = 8
    block: Count = 2


class Sift(Frozen):
    """Scale-invariant keypoints (Lowe 2004), counted by the nearest of `words` visual words (Csurka
    et al. 2004), in gray.

    `upsampling: 2` finds about three times the keypoints in four times the time. The vocabulary
    comes from at most `descriptors` descriptors of training images.
    """

    name: Literal["sift"] = "sift"
    words: Annotated[int, Field(ge=2)] = 300
    upsampling: Literal[1, 2] = 2
    descriptors: Annotated[int, Field(ge=2)] = 40_000


HANDMADE: dict[str, type[Frozen]] = {"hog": Hog, "sift": Sift}


def handmade(value: Any) -> Hog | Sift:
    """The options that a document writes: a name, or a mapping with `name` and options.

    Raises pydantic's ValidationError, or PydanticCustomError for a name that is not in the table.

    >>> handmade("hog").cell
    8
    """
    if isinstance(value, Hog | Sift):
        return value
    if isinstance(value, str):
        value = {"name": value}
    if not isinstance(value, dict):
        raise PydanticCustomError(
            "alih", "study.wrong_type", {"expected_key": "transfer.expected_handmade"}
        )
    name = value.get("name")
    if name not in HANDMADE:
        raise PydanticCustomError(
            "alih", "transfer.unknown_handmade", {"got": str(name), "known": list(HANDMADE)}
        )
    return (Hog if name == "hog" else Sift).model_validate(value)


class HandmadeItem:
    """Annotation: hand-made features in a document, read by `handmade`; in the JSON schema a name
    or either options class.
    """

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(handmade)

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        forms = [handler(options.__pydantic_core_schema__) for options in HANDMADE.values()]
        return {"anyOf": [{"enum": list(HANDMADE)}, *forms]}


AnyHandmade = Annotated[Hog | Sift, HandmadeItem()]
"""The type of a document's key that holds hand-made features."""
