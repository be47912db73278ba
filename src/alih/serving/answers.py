"""The JSON that a server answers with; these classes are also its OpenAPI document."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ClassShare(BaseModel):
    """A class and how probable it is."""

    name: str
    probability: float = Field(
        description="As `alih predict` gives it: calibrated where `temperature` is a number."
    )
    uncalibrated: float = Field(
        description="The network's own; the same where `temperature` is null."
    )


class Area(BaseModel):
    """A class and the part of the image that it covers."""

    name: str
    share: float = Field(description="Share of the image's pixels, 0 to 1.")
    colour: str = Field(description="Its colour in `mask` and `picture`.")


class Fault(BaseModel):
    """Why something was not answered: a code for programs, a sentence for people."""

    code: str
    message: str = Field(description="In the language of Accept-Language: en or id.")


class Failure(BaseModel):
    """What is sent in place of an answer."""

    error: Fault


class ImageAnswer(BaseModel):
    """The answer for one image, or why there is none.

    Classification: `label`, `classes` (most probable first), `unlike`. Segmentation: `width`,
    `height`, `areas`, `mask`. `picture` comes with `?picture=true`.
    """

    file: str
    label: str | None = None
    classes: list[ClassShare] | None = None
    unlike: bool | None = Field(
        default=None,
        description="Whether the image is unlike those learnt from; left out where that is not "
        "known. Of images like them at most one in twenty is flagged.",
    )
    width: int | None = None
    height: int | None = None
    areas: list[Area] | None = None
    mask: str | None = Field(
        default=None,
        description="PNG of the image's size in base64; pixel values are indices into `areas`.",
    )
    picture: str | None = Field(
        default=None,
        description="JPEG in base64: what speaks for the class (Grad-CAM), or the mask over the "
        "image. None where the model has none.",
    )
    error: Fault | None = None


class Prediction(BaseModel):
    """Answers for the images of a request, in their order."""

    model: str
    task: str
    temperature: float | None = Field(
        description="What divides logits before softmax; null where nothing was fitted."
    )
    images: list[ImageAnswer]
    seconds: float


class Health(BaseModel):
    """That the server is ready, and for what."""

    status: str
    model: str
    task: str
    runtime: str = Field(description="What computes: torch, onnx or int8.")
    classes: list[str]
