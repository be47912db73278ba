"""One HTML file that answers for images by double click: the network, what runs it, and how images
are prepared.
"""

from __future__ import annotations

import base64
import gzip
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alih import files, words
from alih.datafiles.imagefile import MAX_PIXELS
from alih.errors import AlihError
from alih.metrics import METRICS
from alih.reports.kit import pages
from alih.reports.kit.mask_colours import palette
from alih.words import formats
from alih.words.phrase import reason_of

if TYPE_CHECKING:
    from alih.exported.card import Licence, ModelCard
    from alih.exported.folder import ExportedModel

LARGEST = 200
"""Megabytes of the largest network that is put into a page: browsers hold it about four times."""
LARGEST_MASK = 1 << 28
"""Values of the largest table of shares (classes × pixels) that the page computes."""
CODE = ("web-pixels.js", "web-masks.js", "web.js")
MEGABYTE = 1_000_000


def write(model: ExportedModel, out: Path, lang: str) -> Path:
    """Write the page, and return its path.

    Raises AlihError where the model has no ONNX file, it is too large for a browser, or the page
    cannot be written.
    """
    network = model.onnx
    if network is None:
        raise AlihError("reports.web_no_onnx", path=model.folder, why=model.card.without_onnx or "")
    size = network.stat().st_size / MEGABYTE
    if size > LARGEST:
        raise AlihError("reports.web_large", file=network, size=size, most=LARGEST)
    with pages.speaking(lang):
        html = _html(model.card, network.read_bytes())
    try:
        files.write_text(out, html)
    except OSError as error:
        raise AlihError("common.cannot_write", path=out, reason=reason_of(error)) from error
    return out


def _say(key: str, /, **values: Any) -> str:
    return words.say(f"reports.web_{key}", **values)


def _html(card: ModelCard, network: bytes) -> str:
    templates = resources.files("alih.reports") / "templates"
    runtime = resources.files("alih.reports.web") / "runtime"

    def kept(name: str) -> str:
        return base64.b64encode((runtime / f"{name}.gz").read_bytes()).decode()

    return pages.render(
        "web.html.j2",
        t=_say,
        title=words.text(card.origin.title),
        how=_how(card),
        facts=_facts(card),
        limits=_limits(card),
        licences=[_licence(one) for one in [*card.data, card.weights] if one is not None],
        version=card.versions.get("alih", ""),
        code="\n".join((templates / name).read_text(encoding="utf-8") for name in CODE),
        script=kept("ort.wasm.bundle.min.mjs"),
        binary=kept("ort-wasm-simd-threaded.wasm"),
        network=base64.b64encode(gzip.compress(network, mtime=0)).decode(),
        licence=kept("LICENSE"),
        notices=kept("ThirdPartyNotices.txt"),
    )


def _how(card: ModelCard) -> dict[str, Any]:
    """What the script of the page reads."""
    assert card.onnx is not None
    images, masks = card.preparation, card.task == "segmentation"
    known = card.output.familiar
    spoken = ("working", "tiles", "answered", "unreadable", "too_large", "picture", "caption")
    # The script fills these in.
    later = {name: f"{{{name}}}" for name in ("name", "index", "total", "share", "answer")}
    said = {key: _say(key, **later) for key in (*spoken, "ready", "failed", "unlike")}
    said |= {"pasted": _say("pasted"), "share": _say("area" if masks else "probability")}
    return {
        "lang": words.language(),
        "task": card.task,
        "classes": card.classes,
        "colours": palette(card.classes) if masks else None,
        "background": card.classes.index("background") if "background" in card.classes else -1,
        "size": images.size,
        "channels": images.channels,
        "resize": images.resize,
        "interpolation": images.interpolation,
        "scale": images.scale,
        "masks": card.masks_scale,
        "maxPixels": images.max_pixels or MAX_PIXELS,
        "columnsFirst": _columns_first(),
        "most": LARGEST_MASK,
        "temperature": card.output.temperature or 1.0,
        "familiar": known.model_dump(include={"log_probability", "logit"}) if known else None,
        "input": card.onnx.input,
        "output": card.onnx.output,
        "words": said,
    }


def _columns_first() -> bool:
    """Whether this Pillow resizes columns before rows where that shrinks more, which older ones
    never do: values are rounded between the two.
    """
    import numpy as np
    from PIL import Image

    pixels = np.arange(40 * 20, dtype=np.uint32).reshape(40, 20) * 2654435761 >> 24
    picture, how = Image.fromarray(pixels.astype(np.uint8)), Image.Resampling.BILINEAR
    rows_first = picture.resize((17, 40), how).resize((17, 13), how)
    return picture.resize((17, 13), how).tobytes() != rows_first.tobytes()


def _facts(card: ModelCard) -> list[tuple[str, str]]:
    images = card.preparation
    tiled = card.masks_scale == "tiles" or (card.masks_scale and images.resize == "crop")
    seen = _say("resize_masks") if tiled else _say(f"resize_{images.resize}")
    size = {"size": images.size, "resize": seen}
    found = [
        ("task", _say(f"task_{card.task}", count=len(card.classes))),
        ("classes", ", ".join(card.classes)),
        ("model", _model(card)),
        ("data", ", ".join(one.name for one in card.data)),
        ("score", _score(card)),
        ("choice", str(card.choice)),
        ("input", _say("input_gray" if images.channels == 1 else "input_colour", **size)),
    ]
    if card.task == "classification":
        fitted = card.output.temperature
        calibrated = _say("calibrated", value=fitted) if fitted else _say("uncalibrated")
        found.append(("calibration", calibrated))
    return [(_say(f"fact_{key}"), text) for key, text in found if text]


def _model(card: ModelCard) -> str:
    network = card.recipe.get("model")
    name = network.get("name") if isinstance(network, dict) else network
    return _say("model", arm=words.text(card.origin.label), network=name or "layers")


def _score(card: ModelCard) -> str:
    """The arm's mean on test images, which is what to expect of it."""
    metric, scores = card.scores.primary, card.scores
    arm = scores.arm.get(metric)
    if arm is None:
        return ""
    low, high = (formats.value(metric, bound) for bound in arm.ci95)
    return _say(
        "score",
        metric=formats.metric_name(metric),
        averaging=formats.averaging_name(METRICS[metric].averaging) if metric in METRICS else "",
        value=formats.value(metric, arm.mean),
        low=low,
        high=high,
        replicates=scores.replicates,
        items=scores.test_items,
    )


def _limits(card: ModelCard) -> list[str]:
    data = card.data[0].name if card.data else ""
    found = [_say("limit_classes"), _say("limit_alike", data=data), _say("limit_mean")]
    return [*found, _say("limit_private")]


def _licence(one: Licence) -> str:
    known = _say("licence_unknown")
    return _say("licence", name=one.name, licence=one.licence or known, source=one.source or "–")
