"""The limit on an image's pixels, outside of a study's document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar

from alih.errors import AlihError

Model = TypeVar("Model", bound=Any)


def limited(model: Model, max_pixels: int | None) -> Model:
    """The same model with another limit on the pixels of an image file; `None` keeps its own."""
    if max_pixels is None:
        return model
    if max_pixels < 1:
        raise AlihError("inspect.max_pixels", got=max_pixels)
    return replace(model, decode=replace(model.decode, max_pixels=max_pixels))


@contextmanager
def telling_limit() -> Iterator[None]:
    """Where an image is too large, the error says how the limit is changed here, outside of a
    study's document.
    """
    try:
        yield
    except AlihError as error:
        if error.key != "study.image_too_large":
            raise
        raise AlihError("inspect.image_too_large", **error.values) from error
