"""Every command prints one JSON document that its schema describes, or what went wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image
from tests.support import fake_masks, fake_study

from alih import cli, files, words
from alih.cli.documents.table import ERROR, schema_of

ROOT = Path(__file__).resolve().parents[1]
KEPT = sorted(path.parent for path in (ROOT / "results").glob("*/study.yaml"))

# What each command is asked for, with the places of `place` and `trained` below. Commands of the
# second table need torch.
EXAMPLES = {
    "studies": "",
    "new": "pets --data {photos} -o {new}",
    "check": "{study}",
    "audit": "{photos}",
    "plan": "{study}",
    "watch": "{finished}",
    "track": "{finished} --to tensorboard",
    "slurm": "{study} --jobs 2 --time 1h -o {script} --out {parts}",
    "status": "{finished}",
    "compare": "{finished}",
    "report": "{finished} -o {page}",
    "verdict": "{scores} --baseline a",
    "data list": "",
    "data fetch": "fashion-mnist-mini",
    "cache": "",
    "cache prune": "--limit 1",
    "doctor": "",
    "schema": "compare",
    "skill": "",
    "completion": "fish",
}
WITH_TORCH = {
    "run": "{study} --out {again}",
    "model": "mobilenetv2_100",
    "look": "{run} {image} -o {seen}",
    "export": "{trained} -o {model} --no-onnx",
    "predict": "{run} {photos}",
    "serve": "{run} --port 0",
    "test-strategy": "{example} --task classification",
    "weights list": "",
    "weights fetch": "resnet10t",
    "scout": "{photos} --models resnet10t --image-size 32",
    "domains": "{photos} {others} --model resnet10t --image-size 32",
}
STUDY = """
title: Small
data: {folder: DATA, image_size: 16}
split: {validation: 0.2, test: 0.4}
model: {layers: [{conv: {filters: 4, stride: 2}}, flatten]}
train: {epochs: 1, batch_size: 8, lr: 0.01}
seeds: 2
arms: {a: {}, b: {train: {lr: 0.02}}}
compare: {baseline: a}
"""


def _draw(folder: Path, bright: int = 0) -> Path:
    draw = np.random.default_rng(bright)
    for label, name in enumerate(("cats", "dogs")):
        (folder / name).mkdir(parents=True)
        for index in range(20):
            pixels = draw.integers(0, 120, (20, 24, 3)) + 60 * label + bright
            Image.fromarray(pixels.astype(np.uint8)).save(folder / name / f"{index}.png")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Paths by name."""
    root = tmp_path_factory.mktemp("json")
    photos, others = _draw(root / "photos"), _draw(root / "others", bright=70)
    (root / "small.yaml").write_text(STUDY.replace("DATA", photos.as_posix()))
    rows = [f"{arm},{seed},{item},{(item + seed) % 2}" for arm in "ab" for seed in range(3)
            for item in range(20)]  # fmt: skip
    (root / "scores.csv").write_text("\n".join(["arm,seed,item,score", *rows]) + "\n")
    new = {name: root / name for name in ("new.yaml", "page", "again", "seen", "model", "parts")}
    return {name.partition(".")[0]: path for name, path in new.items()} | {
        "root": root,
        "script": root / "job.sh",
        "photos": photos,
        "others": others,
        "image": photos / "cats" / "0.png",
        "study": root / "small.yaml",
        "scores": root / "scores.csv",
        "finished": fake_study.make(root / "finished", seeds=3, n_items=120, epochs=3),
        "example": ROOT / "docs" / "examples" / "mixup.py",
        "trained": root / "trained",
        "run": root / "trained" / "runs" / "a" / "seed-0",
    }


@pytest.fixture(scope="module")
def trained(place):
    """A study that was really run, and weights of a small network."""
    import timm
    import torch
    from safetensors.torch import save_file

    import alih
    from alih.models.weights import cached_weights

    alih.run(place["study"], out=place["trained"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALIH_CACHE", str(place["root"] / "cache"))
        file = cached_weights("resnet10t")
        file.parent.mkdir(parents=True)
        torch.manual_seed(0)
        save_file(dict(timm.create_model("resnet10t", pretrained=False).state_dict()), file)
        told = {"name": "resnet10t", "sha256": "drawn", "source": "drawn"}
        files.write_json(file.with_suffix(".json"), told | {"kept_sha256": files.sha256(file)})
        yield


def strict(schema):
    """The schema with no room for keys that it does not name, unless it says that there are any."""
    if isinstance(schema, dict):
        schema = {key: strict(value) for key, value in schema.items()}
        if "properties" in schema and isinstance(schema["properties"], dict):
            schema.setdefault("additionalProperties", False)
        return schema
    return [strict(value) for value in schema] if isinstance(schema, list) else schema


def validate(name, value):
    jsonschema.Draft202012Validator(strict(schema_of(name))).validate(value)


def printed(capsys, *argv, code=0):
    """The one JSON document on standard output."""
    got = cli.run([*argv, "--json"])
    shown = capsys.readouterr()
    assert got == code, shown.err
    return json.loads(shown.out)


def _call(name, place):
    given = EXAMPLES.get(name, WITH_TORCH.get(name, "")).format(**place).split()
    return [*name.split(), *given]


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_a_command_prints_fits_its_schema(name, place, undrawn, capsys, monkeypatch):
    monkeypatch.setenv("ALIH_CACHE", str(place["root"] / "other-cache"))
    argv = _call(name, place)
    if name == "track":
        pytest.importorskip("tensorboard")
    if name == "watch":
        from alih.watching import server

        monkeypatch.setattr(server, "serve", lambda watcher, held: None)
    value = printed(capsys, *argv)
    if name == "schema":
        jsonschema.Draft202012Validator.check_schema(value)
    else:
        validate(name, value)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize("name", WITH_TORCH)
def test_what_a_command_with_torch_prints_fits_its_schema(
    name, place, trained, undrawn, capsys, monkeypatch
):
    if name == "serve":
        pytest.importorskip("fastapi")
        from alih.serving import server

        monkeypatch.setattr(server, "serve", lambda app, held, ready: ready())
    validate(name, printed(capsys, *_call(name, place)))


@pytest.mark.torch
def test_a_run_says_all_that_its_commands_say(place, trained, undrawn, capsys):
    told = printed(capsys, "run", str(place["trained"]))
    assert told["status"] == printed(capsys, "status", str(place["trained"]))
    assert told["comparison"] == printed(capsys, "compare", str(place["trained"]))
    assert Path(told["report"]).is_file()
    assert told["broken"] == []


@pytest.mark.torch
def test_predictions_are_the_rows_of_the_file(place, trained, capsys, tmp_path):
    argv = ["predict", str(place["run"]), str(place["photos"])]
    (place["photos"] / "broken.png").write_text("no image")
    try:
        told = printed(capsys, *argv, code=1)
        rows = tmp_path / "a.jsonl"
        brief = printed(capsys, *argv, "-o", str(rows), code=1)
    finally:
        (place["photos"] / "broken.png").unlink()
    assert told["answers"] == [json.loads(line) for line in rows.read_text().splitlines()]
    assert len(told["answers"]) == told["answered"] == 40
    assert told["unusable"] == 1
    assert "broken.png" in told["faults"][0]
    assert brief == told | {"answers": None, "out": str(rows)}
    validate("predict", told)


FAKES = {
    "levels": lambda root: fake_study.make(
        root, seeds=2, n_items=60, epochs=2, levels=[100, "all"]
    ),
    "failed": lambda root: fake_study.make(
        root, seeds=2, n_items=60, epochs=2, failed=[("dropout", 1)], unfinished=[("plain", 1)]
    ),
    "masks": lambda root: fake_masks.make(root),
}


@pytest.mark.parametrize("kind", FAKES)
def test_unusual_studies_fit_the_schemas_as_well(kind, tmp_path, capsys):
    root = FAKES[kind](tmp_path / "s")
    for name in ("status", "compare"):
        validate(name, printed(capsys, name, str(root)))


@pytest.mark.slow
@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_kept_results_fit_the_schemas(kept, capsys):
    for name in ("status", "compare"):
        validate(name, printed(capsys, name, str(kept)))


# --- Errors
# --------------------------------------------------------------------------------------------------

WRONG = """title: Wrong
data: {set: fashion-mnist-mini}
model: dcnn
train: {epohs: 3, lr: -1}
arms: {a: {}, b: {}}
compare: {baseline: a}
"""


def failure(capsys, *argv, code=2):
    told = printed(capsys, *argv, code=code)
    validate(ERROR, told)
    return told["error"]


@pytest.mark.parametrize(
    ("argv", "code", "where", "fix"),
    [
        ("stauts x", "cli.unknown_command", {"command": "alih"}, "Did you mean 'status'?"),
        (
            "data fetch",
            "cli.missing_argument",
            {"command": "alih data fetch", "option": "NAME"},
            "See: alih data fetch --help",
        ),
        (
            "run x --seed 3",
            "cli.unknown_option",
            {"command": "alih run", "option": "--seed"},
            "Did you mean '--seeds'?",
        ),
        ("run x --seeds three", "cli.bad_value", {"option": "--seeds"}, "expected a whole number"),
        ("run quickstart --jobs 0", "api.jobs", {"option": "--jobs"}, "Give 1 or more."),
        (
            "check nowhere.v2.yaml",
            "common.no_such_file",
            {"command": "alih check", "file": "nowhere.v2.yaml"},
            "Check the path",
        ),
        ("schema comparison", "cli.schema.unknown", {"command": "alih schema"}, "'compare'"),
        ("completion csh", "cli.completion.shell", {}, "bash, zsh, fish"),
    ],
)
def test_an_error_is_a_document_with_place_and_cure(argv, code, where, fix, capsys):
    error = failure(capsys, *argv.split())
    assert error["code"] == code
    assert {key: error["where"][key] for key in where} == where
    assert fix in error["fix"] or (error["fix"] + error["message"]).count(fix)
    assert error["fix"] in error["message"]


def test_every_mistake_of_a_document_has_its_line_and_key(tmp_path, capsys):
    file = tmp_path / "wrong.yaml"
    file.write_text(WRONG)
    error = failure(capsys, "check", str(file))
    assert error["code"] == "study.invalid"
    places = [(one["where"]["line"], one["where"]["key"]) for one in error["problems"]]
    assert (4, "train.lr") in places
    assert any(line == 4 and "epohs" in key for line, key in places)
    assert error["where"] == error["problems"][0]["where"]
    assert error["fix"] == error["problems"][0]["fix"]
    error = failure(capsys, "check", "quickstart", "--set", "train.lr=-1")
    assert error["where"]["option"] == "--set train.lr=-1"


def test_every_file_that_cannot_be_read_is_named(place, tmp_path, capsys):
    photos = _draw(tmp_path / "photos")
    for name in ("cats", "dogs"):
        (photos / name / "bad.png").write_text("no image")
    study = tmp_path / "s.yaml"
    study.write_text(STUDY.replace("DATA", photos.as_posix()))
    error = failure(capsys, "check", str(study))
    assert error["code"] == "data.unusable_files"
    assert sorted(Path(one["where"]["file"]).parent.name for one in error["problems"]) == [
        "cats",
        "dogs",
    ]


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_stderr_and_exit_code_are_the_same_with_json(lang, capsys):
    assert cli.run(["model", "dcn", "--lang", lang]) == 2
    plain = capsys.readouterr()
    assert cli.run(["model", "dcn", "--lang", lang, "--json"]) == 2
    with_json = capsys.readouterr()
    assert plain.out == ""
    assert with_json.err == plain.err
    assert json.loads(with_json.out)["error"]["message"] in plain.err


def test_json_behind_two_dashes_is_no_wish_for_json(capsys):
    assert cli.run(["check", "--", "--json"]) == 2
    assert capsys.readouterr().out == ""


def test_a_page_that_cannot_be_written_leaves_one_document(place, capsys):
    page = place["root"] / "no" / "folder.html"
    (place["root"] / "no").write_text("a file")
    failure(capsys, "verdict", str(place["scores"]), "--baseline", "a", "-o", str(page))


def test_a_defect_is_told_to_programs_and_raised(capsys, monkeypatch):
    from alih.api import machine

    monkeypatch.setattr(machine, "survey", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.run(["doctor", "--json"])
    told = json.loads(capsys.readouterr().out)
    validate(ERROR, told)
    assert told["error"]["code"] == "cli.defect"


@pytest.mark.slow
@pytest.mark.torch
def test_an_interrupted_run_says_how_to_go_on(place, tmp_path):
    """SIGINT while cells are computed: the document on standard output, exit code 130."""
    start = (  # a background shell hands on that it is ignored
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from alih import cli\n"
        "sys.exit(cli.run(sys.argv[1:]))"
    )
    asked = ["run", str(place["study"]), "--set", "train.epochs=4000", "--jobs", "1", "--json"]
    with subprocess.Popen(
        [sys.executable, "-c", start, *asked, "--out", str(tmp_path / "s")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"ALIH_CACHE": str(place["root"] / "cache")},
    ) as process:
        for line in process.stderr:
            if "loss" in line:
                break
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate()
    told = json.loads(out)
    validate(ERROR, told)
    assert process.returncode == 130
    assert told["error"]["code"] == "cli.run.interrupted"
    assert f"alih run {tmp_path / 's'}" in told["error"]["message"]
