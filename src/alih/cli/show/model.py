"""What `alih model` prints: a layer table, as in figures 17 and 21 of the X-ray paper, with each
layer's share of the parameters.
"""

from __future__ import annotations

from alih.cli.show import output
from alih.models.layer_table import LayerTable
from alih.words import number, percent, say


def show(table: LayerTable) -> None:
    """Print a layer table."""
    names = [say(f"cli.col.{key}") for key in ("layer", "type", "shape", "parameters", "share")]
    rows = [
        [
            row.name,
            row.type,
            _shape(row.output_shape),
            number(row.parameters, 0),
            percent(table.share(row), 1),
        ]
        for row in table.layers
    ]
    if table.staged:
        names.append(say("cli.col.stage"))
        order = list(dict.fromkeys(row.stage for row in table.layers))
        for row, line in zip(table.layers, rows, strict=True):
            place = order.index(row.stage) + 1
            line.append(f"{place} {row.stage}" if row.stage else say("cli.model.head"))
    shape = _shape(table.input_shape)
    print(say("cli.model.input", model=table.model, shape=shape, classes=table.classes))
    output.print_table(names, rows, numeric=[3, 4])
    print(say("cli.model.total", parameters=number(table.parameters, 0)))
    most = max(table.layers, key=lambda row: row.parameters)
    print(say("cli.model.most", layer=most.name, share=percent(table.share(most), 1)))
    if table.stages is not None:
        key = "cli.model.stages" if table.stages > 1 else "cli.model.whole"
        print(say(key, stages=table.stages))
    made = table.preprocessing
    if made is not None:
        mean, std = (
            ", ".join(number(part, 3) for part in parts) for parts in (made.mean, made.std)
        )
        print(say("cli.model.preprocessing", interpolation=made.interpolation, mean=mean, std=std))
    print(say("cli.model.reference", reference=table.reference))


def _shape(shape: tuple[int, ...]) -> str:
    """Height × width × channels, the order in which the papers and Keras print shapes."""
    if len(shape) == 1:
        return str(shape[0])
    channels, height, width = shape
    return f"{height} × {width} × {channels}"
