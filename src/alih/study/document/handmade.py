"""Hand-made features that a document can ask for instead of a network's: HOG, SIFT as a bag of
visual words, and facts about the files. No torch.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, TypeAdapter

from alih.study.document.values import Count, Frozen, short


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


class FileFacts(Frozen):
    """Width, height, format and colours of the image files, and no pixel: a control that shows how
    far the files alone give the classes away.
    """

    name: Literal["files"] = "files"


AnyHandmade = Annotated[Hog | Sift | FileFacts, Discriminator("name"), short("name")]
"""The type of a document's key that holds hand-made features."""
_READER: TypeAdapter[Hog | Sift | FileFacts] = TypeAdapter(AnyHandmade)


def handmade(value: Any) -> Hog | Sift | FileFacts:
    """The options that a document writes: a name, or a mapping with `name` and options. Raises
    pydantic's ValidationError.

    >>> handmade("hog").cell
    8
    """
    return _READER.validate_python(value)
