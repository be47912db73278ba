"""Classes of a pretrained model mapped to the task's: names, groups, what is left out, and the
ceiling that this sets."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from pydantic import ValidationError

from alih.errors import AlihError
from alih.study.catalogue.imagenet import imagenet_names
from alih.study.strategies.mapping import LOWEST, DirectOptions, class_mapping
from alih.words import set_language

BREEDS = [
    "Abyssinian",
    "american_bulldog",
    "american_pit_bull_terrier",
    "basset_hound",
    "beagle",
    "Bengal",
    "Birman",
    "Bombay",
    "boxer",
    "British_Shorthair",
    "chihuahua",
    "Egyptian_Mau",
    "english_cocker_spaniel",
    "english_setter",
    "german_shorthaired",
    "great_pyrenees",
    "havanese",
    "japanese_chin",
    "keeshond",
    "leonberger",
    "Maine_Coon",
    "miniature_pinscher",
    "newfoundland",
    "Persian",
    "pomeranian",
    "pug",
    "Ragdoll",
    "Russian_Blue",
    "saint_bernard",
    "samoyed",
    "scottish_terrier",
    "shiba_inu",
    "Siamese",
    "Sphynx",
    "staffordshire_bull_terrier",
    "wheaten_terrier",
    "yorkshire_terrier",
]
FOUND = {
    "american_pit_bull_terrier": "American Staffordshire terrier, Staffordshire terrier, "
    "American pit bull terrier, pit bull terrier",
    "basset_hound": "basset, basset hound",
    "beagle": "beagle",
    "boxer": "boxer",
    "chihuahua": "Chihuahua",
    "Egyptian_Mau": "Egyptian cat",
    "english_cocker_spaniel": "cocker spaniel, English cocker spaniel, cocker",
    "english_setter": "English setter",
    "german_shorthaired": "German short-haired pointer",
    "great_pyrenees": "Great Pyrenees",
    "japanese_chin": "Japanese spaniel",
    "keeshond": "keeshond",
    "leonberger": "Leonberg",
    "miniature_pinscher": "miniature pinscher",
    "newfoundland": "Newfoundland, Newfoundland dog",
    "Persian": "Persian cat",
    "pomeranian": "Pomeranian",
    "pug": "pug, pug-dog",
    "saint_bernard": "Saint Bernard, St Bernard",
    "samoyed": "Samoyed, Samoyede",
    "scottish_terrier": "Scotch terrier, Scottish terrier, Scottie",
    "Siamese": "Siamese cat, Siamese",
    "staffordshire_bull_terrier": "Staffordshire bullterrier, Staffordshire bull terrier",
    "wheaten_terrier": "soft-coated wheaten terrier",
    "yorkshire_terrier": "Yorkshire terrier",
}
NAMES = ("pug, pug-dog", "beagle", "tabby, tabby cat", "Persian cat", "crane", "crane")


@pytest.mark.torch
def test_imagenet_has_its_thousand_classes_and_timm_is_not_imported_for_them():
    names = imagenet_names()
    assert len(names) == 1000
    assert names[0].startswith("tench")
    assert names[162] == "beagle"
    assert names[999].startswith("toilet tissue")
    code = (
        "import sys; from alih.study.catalogue.imagenet import imagenet_names; "
        "imagenet_names(); sys.exit('torch' in sys.modules)"
    )
    import subprocess

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.torch
def test_which_of_the_37_breeds_imagenet_knows():
    names = imagenet_names()
    mapping = class_mapping(BREEDS, names)
    assert len(BREEDS) == 37
    assert {
        c: names[group[0]] for c, group in zip(BREEDS, mapping.groups, strict=True) if group
    } == FOUND
    assert all(len(group) <= 1 for group in mapping.groups)
    assert mapping.coverage == pytest.approx(25 / 37)
    assert set(mapping.left_out) == set(BREEDS) - set(FOUND)
    assert mapping.ceiling(np.arange(37)) == pytest.approx(25 / 37)


def test_groups_add_their_probabilities_and_classes_left_out_are_never_predicted():
    mapping = class_mapping(["dog", "cat", "ghost"], NAMES, {"dog": ["pug", 1], "cat": "2-3"})
    assert mapping.groups == ((0, 1), (2, 3), ())
    assert mapping.left_out == ("ghost",)
    logits = np.random.default_rng(0).normal(size=(50, 6)) * 3
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = np.column_stack([p[:, :2].sum(axis=1), p[:, 2:4].sum(axis=1)])
    scores = mapping.scores(logits)
    assert np.allclose(np.exp(scores[:, :2]), expected / expected.sum(axis=1, keepdims=True))
    assert (scores[:, 2] == LOWEST).all()
    assert set(scores.argmax(axis=1)) == {0, 1}
    assert np.isfinite(mapping.scores(logits * 1e4)).all()


def test_the_ceiling_is_what_the_best_possible_model_reaches():
    mapping = class_mapping(
        ["pug", "dog", "tabby", "also tabby", "ghost"], NAMES, {"dog": [0, 1], "also tabby": 2}
    )
    # A pug is always at least as much a dog, and the second of two equal groups never wins.
    assert mapping.reachable.tolist() == [False, True, True, False, False]
    labels = np.array([0, 1, 1, 2, 3, 4, 4, 2])
    assert mapping.ceiling(labels) == pytest.approx(4 / 8)
    logits = np.random.default_rng(1).normal(size=(3000, 6)) * 4
    assert set(mapping.scores(logits).argmax(axis=1)) == set(np.flatnonzero(mapping.reachable))


def test_one_class_of_the_model_may_serve_several_of_the_task():
    mapping = class_mapping(["a", "b"], NAMES, {"a": [0, 1], "b": [1, 2]})
    assert mapping.reachable.all()
    logits = np.full((1, 6), -20.0)
    logits[0, 1] = 0.0
    assert np.allclose(np.exp(mapping.scores(logits)), 0.5)


def test_written_classes_come_before_names_and_an_empty_list_leaves_out():
    assert class_mapping(["pug", "beagle"], NAMES, {"pug": [], "beagle": "Persian_Cat"}).groups == (
        (),
        (3,),
    )


def test_a_name_that_two_classes_bear_is_not_guessed():
    assert class_mapping(["pug", "crane"], NAMES).left_out == ("crane",)
    assert class_mapping(["crane"], NAMES, {"crane": 5}).groups == ((5,),)
    with pytest.raises(AlihError, match=r"4 \(crane\), 5 \(crane\)"):
        class_mapping(["crane"], NAMES, {"crane": "crane"})


@pytest.mark.parametrize("lang", ["en", "id"])
@pytest.mark.parametrize(
    ("written", "key", "says"),
    [
        ({"pugg": 1}, "transfer.no_such_class", "'pug'"),
        ({"pug": "beagel"}, "transfer.no_such_model_class", "'beagle'"),
        ({"pug": ["beagle", "persian"]}, "transfer.no_such_model_class", "'Persian cat'"),
        ({"pug": 6}, "transfer.index_out_of_range", "0 "),
        ({"pug": -1}, "transfer.index_out_of_range", "-1"),
        ({"pug": "3-9"}, "transfer.index_out_of_range", "3-9"),
        ({"pug": "3-1"}, "transfer.index_out_of_range", "3-1"),
        ({"pug": []}, "transfer.nothing_mapped", "classes: {pug: [0, 1]}"),
    ],
)
def test_what_does_not_exist_is_told_with_near_names(written, key, says, lang):
    set_language(lang)
    with pytest.raises(AlihError) as told:
        class_mapping(["pug"], NAMES, written)
    assert told.value.key == key
    assert says in str(told.value)


def test_logits_of_another_head_are_refused():
    with pytest.raises(AlihError, match=r"\[2, 5\]"):
        class_mapping(["pug"], NAMES).scores(np.zeros((2, 5)))


def test_options_take_names_indices_ranges_and_lists():
    options = DirectOptions.model_validate(
        {"classes": {"dog": ["pug", 1], "cat": "2-3", "bird": 5}}
    )
    assert options.classes["dog"] == ["pug", 1]
    assert DirectOptions().classes == {}
    for wrong in ({"dog": 1.5}, {"dog": {"a": 1}}, {"dog": None}):
        with pytest.raises(ValidationError) as told:
            DirectOptions.model_validate({"classes": wrong})
        assert told.value.errors()[0]["ctx"] == {"expected_key": "transfer.expected_mapping"}
