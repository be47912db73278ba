"""TensorBoard: a folder for each run with one file of events, to which epochs are appended."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from alih.tracking.contract import News, Sent, Tracker
from alih.tracking.records import TrackedRun

NOTE, HEAD = "note", 12
"""The tag of texts; the bytes before a record: its length, and a checksum of that."""


class TensorBoard(Tracker):
    """Files of events below `place`, in folders named as the cells.

    An epoch is one record, so that whoever is killed while writing leaves it whole or not at all.
    What is cut off at a file's end is removed by the next call.
    """

    NAME = "tensorboard"

    def __init__(self, place: Path) -> None:
        import tensorboard.compat.proto.event_pb2  # noqa: F401 - to be missed at once

        self._place = place

    @property
    def shown(self) -> str:
        """The command that shows them."""
        return f"tensorboard --logdir {self._place}"

    def sent(self, run: TrackedRun) -> Sent | None:
        """What the run's file holds."""
        file = self._file(run)
        if not file.exists():
            return None
        from tensorboard.compat.proto.event_pb2 import Event

        epoch, values, note = 0, dict[str, float](), ""
        for record in _records(file.read_bytes()):
            event = Event.FromString(record)
            for value in event.summary.value:
                if value.tag == NOTE:
                    note = value.tensor.string_val[0].decode()
                elif value.HasField("simple_value"):
                    values[value.tag] = value.simple_value
                    epoch = max(epoch, event.step)
        # Floats of 32 bits come back; those of the run tell whether they are the same.
        known = {
            name: run.values[name]
            for name, value in values.items()
            if name in run.values and _short(run.values[name]) == value
        }
        return Sent(epoch, known, note, run.state)

    def send(self, run: TrackedRun, news: News) -> None:
        """Append records."""
        file = self._file(run)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = not file.exists()
        whole = 0 if new else _whole(file.read_bytes())
        events = [*(_opening(run) if new else ()), *_events(run, news)]
        with open(file, "ab") as handle:
            handle.truncate(whole)
            handle.write(b"".join(_packed(event.SerializeToString()) for event in events))

    def _file(self, run: TrackedRun) -> Path:
        """The run's file. Another run of the same name, computed anew, has a folder of its own,
        since all files of a folder are shown as one run.
        """
        folder = self._place / run.name.replace(": ", "-")
        name = f"events.out.tfevents.{int(run.started)}.alih.{run.key}"
        # When a run began is told by a file's time, which a copied folder need not keep.
        there = sorted(folder.glob("events.out.tfevents.*.alih.*"))
        own = [file for file in there if file.name.endswith(run.key)]
        if own or not there:
            return own[0] if own else folder / name
        again = folder.with_name(f"{folder.name}.{run.key[:8]}")
        own = sorted(again.glob(f"events.out.tfevents.*.alih.{run.key}"))
        return own[0] if own else again / name


def _short(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _opening(run: TrackedRun) -> list[Any]:
    """The first records of a file: its version, and the run's settings for the tab of
    hyperparameters.
    """
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.plugins.hparams.summary_v2 import hparams_pb

    version = Event(wall_time=run.started, file_version="brain.Event:2")
    settings = {
        name: value
        for name, value in run.config.items()
        if isinstance(value, str | bool | int | float)
    }
    if not settings:
        return [version]
    told = hparams_pb(settings, trial_id=run.key, start_time_secs=run.started)
    return [version, Event(wall_time=run.started, summary=told)]


def _events(run: TrackedRun, news: News) -> Iterator[Any]:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

    def scalars(values: Mapping[str, float]) -> Summary:
        return Summary(
            value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
        )

    for epoch in news.epochs:
        yield Event(wall_time=epoch.at, step=epoch.number, summary=scalars(epoch.values))
    if news.values:
        yield Event(wall_time=run.changed, step=run.step, summary=scalars(news.values))
    if news.note is not None:
        yield Event(wall_time=run.changed, step=run.step, summary=_text(news.note))


def _text(note: str) -> Any:
    from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
    from tensorboard.compat.proto.tensor_pb2 import TensorProto
    from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
    from tensorboard.plugins.text.plugin_data_pb2 import TextPluginData

    content = TextPluginData(version=0).SerializeToString()
    plugin = SummaryMetadata.PluginData(plugin_name="text", content=content)
    tensor = TensorProto(
        dtype="DT_STRING",
        string_val=[note.encode()],
        tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
    )
    return Summary(
        value=[Summary.Value(tag=NOTE, metadata=SummaryMetadata(plugin_data=plugin), tensor=tensor)]
    )


def _packed(record: bytes) -> bytes:
    """A record with its length and checksums, as TensorFlow writes files of records."""
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

    length = struct.pack("<Q", len(record))
    sums = (struct.pack("<I", masked_crc32c(part)) for part in (length, record))
    return length + next(sums) + record + next(sums)


def _records(content: bytes) -> Iterator[bytes]:
    """The whole records of a file."""
    place = 0
    while place + HEAD <= len(content):
        (length,) = struct.unpack_from("<Q", content, place)
        end = place + HEAD + length + 4
        if end > len(content):
            return
        yield content[place + HEAD : end - 4]
        place = end


def _whole(content: bytes) -> int:
    """How many bytes of a file are whole records."""
    return sum(HEAD + len(record) + 4 for record in _records(content))
