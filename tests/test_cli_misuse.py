"""What is typed wrongly at commands: each gets the sentence of one key and exit code 2."""

from __future__ import annotations

import shlex

import pytest

from alih import cli

DOCUMENT = """title: t
data: {set: fashion-mnist-mini, image_size: 14}
train: {epochs: 1}
model: {layers: [{dense: 4}]}
arms: {a: {}, b: {train: {lr: 0.1}}}
compare: {baseline: a}
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALIH_CACHE", str(tmp_path / "cache"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "ok.yaml").write_text(DOCUMENT)
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "junk").write_text("x")
    (tmp_path / "two.csv").write_text("arm,seed\na,0\n")
    (tmp_path / "empty.csv").write_text("")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("foo", "cli.unknown_command"),
        ("data foo", "cli.unknown_command"),
        ("--foo", "cli.unknown_option"),
        ("run ok.yaml --epochs 3", "cli.key_of_study"),
        ("plan ok.yaml --batch-size=3", "cli.key_of_study"),
        ("compare runs --epochs 3", "cli.unknown_option"),
        ("check ok.yaml --sets a=1", "cli.unknown_option"),
        ("run", "cli.missing_argument"),
        ("check ''", "cli.missing_argument"),
        ("status ''", "cli.missing_argument"),
        ("predict empty ''", "cli.missing_argument"),
        ("new x", "cli.missing_argument"),
        ("run -j", "cli.missing_value"),
        ("check ok.yaml --set", "cli.missing_value"),
        ("studies --json=1", "cli.surplus_value"),
        ("run ok.yaml --mixed=no", "cli.surplus_value"),
        ("check ok.yaml --seeds 1.5", "cli.bad_value"),
        ("verdict two.csv --level nan", "cli.bad_value"),
        ("verdict two.csv --margin inf", "cli.bad_value"),
        ("cache prune --limit inf", "cli.bad_value"),
        ("cache prune --limit -1", "cli.limit"),
        ("doctor foo", "cli.too_many"),
        ("schema --lang fr", "cli.unknown_language"),
        ("check nothere", "study.no_such_study"),
        ("check empty", "runs.not_a_study_folder"),
        ("check bad.yaml", "study.invalid"),
        ("check junk", "study.invalid"),
        ("check ok.yaml --set foo", "study.invalid"),
        ("check ok.yaml --seeds 99999999999999999999", "study.invalid"),
        ("plan ok.yaml --jobs 0", "api.jobs"),
        ("status junk", "runs.not_a_study_folder"),
        ("compare ok.yaml", "runs.document_no_folder"),
        ("verdict empty.csv", "reports.file.empty"),
        ("verdict empty", "reports.file.folder"),
        ("verdict two.csv --baseline a", "reports.file.no_column"),
        ("verdict two.csv --baseline a --look 0", "reports.file.look"),
        ("model dcn", "models.unknown_model"),
        ("model dcnn --classes 0", "models.not_positive"),
        ("model dcnn --encoder resnet18", "study.only_segmentation"),
        ("model unet --depth 40", "study.invalid"),
        ("model unet --padding foo", "study.invalid"),
        ("new x --data nothere", "study.new_absent"),
        ("new a/b --data empty", "study.new_name"),
        ("data fetch foo", "data.unknown_set"),
        *(
            pytest.param(*typed, marks=pytest.mark.torch)
            for typed in (
                ("weights fetch foo", "models.unknown_backbone"),
                ("test-strategy scratch --option foo=1", "study.invalid"),
                ("test-strategy scratch --option foo", "cli.test_strategy.option_form"),
            )
        ),
    ],
)
def test_what_is_typed_wrongly_is_told_under_its_key(typed, key, place, monkeypatch):
    told = []
    monkeypatch.setattr(cli, "_tell", lambda error: told.append(error) or error.exit_code)
    assert cli.run(shlex.split(typed)) == 2
    assert [error.key for error in told] == [key]


def test_weights_are_fetched_for_backbones_only(place, capsys):
    assert cli.run(["weights", "fetch", "dcn"]) == 2
    assert "dcnn" not in capsys.readouterr().err
