"""One replicate of a setting of the corpus: draw its training images, train a small net, score the
test items.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from tools.calibration.corpus import Recipe, Scores
from tools.calibration.corpus_data import Arrays
from torch import nn
from torch.nn import functional as F

from alih.seeding import derive, numpy_generator

BATCH = 512


def replicate(data: Arrays, images: int | None, recipe: Recipe, number: int) -> Scores:
    """Scores per test item of replicate `number`: `correct`, `log_loss`; of masks `iou`,
    `pixel_accuracy`, `log_loss`.

    Replicates of all recipes with the same number share drawn images, order and, where shapes
    agree, initial weights, as the arms of a study do. `images` None: nine tenths of the pool.
    """
    drawn = _drawn(data.strata, images or len(data.x) * 9 // 10, number)
    x, y = data.x[drawn], data.y[drawn]
    if recipe.net in CLOSED:
        return _class_scores(CLOSED[recipe.net](x, y, recipe, number, data.x_test), data.y_test)
    classes = int(data.y.max()) + 1
    torch.manual_seed(derive(0, number, "init"))
    net = NETS[recipe.net](x.shape[1:], classes, recipe)
    _train(net, torch.from_numpy(x), torch.from_numpy(y), recipe, number)
    net.eval()
    with torch.no_grad():
        parts = [net(part) for part in torch.from_numpy(data.x_test).split(BATCH)]
    logits = torch.cat(parts).nan_to_num(0.0)  # a run that diverged answers at random
    log_p = F.log_softmax(logits.double(), dim=1).numpy()
    return (_class_scores if data.y.ndim == 1 else _mask_scores)(log_p, data.y_test)


def _drawn(strata: np.ndarray, images: int, number: int) -> np.ndarray:
    """Positions of `images` training images, in equal shares of the strata as far as possible."""
    g = numpy_generator(0, number, "train_images")
    order = g.permutation(len(strata))
    place = np.zeros(len(strata))
    for stratum in np.unique(strata):
        own = order[strata[order] == stratum]
        place[own] = (np.arange(len(own)) + g.random()) / len(own)
    return np.argsort(place, kind="stable")[:images]


def _train(net: nn.Module, x: torch.Tensor, y: torch.Tensor, recipe: Recipe, number: int) -> None:
    kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[recipe.optimizer]
    extra = {"momentum": 0.9} if recipe.optimizer == "sgd" else {}
    step: Any = kind(net.parameters(), lr=recipe.lr, weight_decay=recipe.decay, **extra)
    order = torch.Generator().manual_seed(derive(0, number, "order"))
    torch.manual_seed(derive(0, number, "dropout"))
    net.train()
    for _ in range(recipe.epochs):
        for part in torch.randperm(len(x), generator=order).split(32):
            if len(part) < 2:
                continue
            step.zero_grad()
            F.cross_entropy(net(x[part]), y[part]).backward()
            step.step()


def _mlp(shape: tuple[int, ...], classes: int, recipe: Recipe) -> nn.Module:
    size = int(np.prod(shape))
    if not recipe.width:
        return nn.Sequential(nn.Flatten(), nn.Linear(size, classes))
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(size, recipe.width),
        nn.ReLU(),
        nn.Dropout(recipe.dropout),
        nn.Linear(recipe.width, classes),
    )


def _cnn(shape: tuple[int, ...], classes: int, recipe: Recipe) -> nn.Module:
    w = recipe.width
    return nn.Sequential(
        nn.Conv2d(shape[0], w, 3, stride=2 if shape[1] > 8 else 1, padding=1),
        nn.ReLU(),
        nn.Conv2d(w, 2 * w, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(4),
        nn.Flatten(),
        nn.Dropout(recipe.dropout),
        nn.Linear(32 * w, classes),
    )


class _UNet(nn.Module):
    """Three resolutions, two skips."""

    def __init__(self, channels: int, classes: int, recipe: Recipe) -> None:
        super().__init__()
        w = recipe.width

        def block(first: int, last: int) -> nn.Module:
            return nn.Sequential(
                nn.Conv2d(first, last, 3, padding=1), nn.BatchNorm2d(last), nn.ReLU()
            )

        self.one, self.two = block(channels, w), block(w, 2 * w)
        self.deep = nn.Sequential(block(2 * w, 4 * w), nn.Dropout2d(recipe.dropout))
        self.up_two, self.up_one = block(6 * w, 2 * w), block(3 * w, w)
        self.last = nn.Conv2d(w, classes, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits [N, classes, H, W]."""
        one = self.one(x)
        two = self.two(F.max_pool2d(one, 2))
        deep = F.interpolate(self.deep(F.max_pool2d(two, 2)), scale_factor=2)
        up = F.interpolate(self.up_two(torch.cat([deep, two], 1)), scale_factor=2)
        return self.last(self.up_one(torch.cat([up, one], 1)))


NETS: dict[str, Callable[[tuple[int, ...], int, Recipe], nn.Module]] = {
    "mlp": _mlp,
    "cnn": _cnn,
    "unet": lambda shape, classes, recipe: _UNet(shape[0], classes, recipe),
}


def _forest(
    x: np.ndarray, y: np.ndarray, recipe: Recipe, number: int, test: np.ndarray
) -> np.ndarray:
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(recipe.width, random_state=derive(0, number, "init") % 2**32)
    fitted = forest.fit(x.reshape(len(x), -1), y)
    share = fitted.predict_proba(test.reshape(len(test), -1))
    return np.log((share * recipe.width + 0.1) / (recipe.width + 0.1 * share.shape[1]))


def _logistic(
    x: np.ndarray, y: np.ndarray, recipe: Recipe, number: int, test: np.ndarray
) -> np.ndarray:
    from sklearn.linear_model import LogisticRegression

    flat = x.reshape(len(x), -1)
    fitted = LogisticRegression(C=recipe.lr, max_iter=200).fit(flat, y)
    return fitted.predict_log_proba(test.reshape(len(test), -1))


CLOSED = {"forest": _forest, "logistic": _logistic}


def _class_scores(log_p: np.ndarray, y: np.ndarray) -> Scores:
    return {
        "correct": log_p.argmax(axis=1) == y,
        "log_loss": -log_p[np.arange(len(y)), y].clip(-30, 0),
    }


def _mask_scores(log_p: np.ndarray, y: np.ndarray) -> Scores:
    """Per image: IoU of the pet, share of right pixels, mean log loss of pixels."""
    found = log_p.argmax(axis=1) == 1
    both, either = (found & (y == 1)).sum((1, 2)), (found | (y == 1)).sum((1, 2))
    true = np.take_along_axis(log_p, y[:, None], axis=1)[:, 0]
    return {
        "iou": np.where(either, both / np.maximum(either, 1), 1.0),
        "pixel_accuracy": (found == y).mean((1, 2)),
        "log_loss": -true.clip(-30, 0).mean((1, 2)),
    }
