"""From normalised indicators to groups and the index: weighted means, for many weights at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from cotmoc.indicators.composite.framework import Matrix, Tree, Vector
from cotmoc.indicators.composite.products import product
from cotmoc.indicators.composite.wrong import CannotComputeError
from cotmoc.indicators.wrong import gettext_noop

Mean = Literal["arithmetic", "geometric", "harmonic"]
MEANS: tuple[Mean, ...] = ("arithmetic", "geometric", "harmonic")
Cube = NDArray[np.float64]  # aggregates × units × draws

_NOT_POSITIVE = gettext_noop(
    "a %(mean)s mean needs values above zero; normalise onto a scale like 1 to 100 (--range 1 100)"
)
_LOG_OF_NOTHING = -1e6  # a geometric mean with a zero in it is zero, whatever the zero weighs
# A mean of f(x), turned back.
_TO: Mapping[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: x,
    "geometric": lambda x: np.maximum(np.log(x), _LOG_OF_NOTHING),
    "harmonic": np.reciprocal,
}
_BACK: Mapping[str, Callable[[Any], Any]] = {
    "arithmetic": lambda x: x,
    "geometric": np.exp,
    "harmonic": np.reciprocal,
}


@dataclass(frozen=True, slots=True)
class Aggregation:
    """How children become their parent's value.

    A missing child does not count: the weights of the others are scaled up to the whole. With
    `threshold` a parent has a value only where at least that share of its children has one; with
    `rescale` off, only where all have. `means` says the mean of each aggregate where they differ.
    """

    mean: Mean = "arithmetic"
    threshold: float | None = None
    rescale: bool = True
    means: tuple[Mean, ...] = ()

    @property
    def needed(self) -> float:
        return 1.0 if not self.rescale else self.threshold or 0.0


def aggregate(
    values: Matrix, tree: Tree, weights: Vector, how: Aggregation | None = None
) -> Matrix:
    """Units × aggregates, the index last; raises CannotComputeError where a mean does not fit."""
    how = how or Aggregation()
    refuse_unfit(values, how.mean)
    return aggregate_draws(values, tree, weights[None, :], how)[:, :, 0].T


def refuse_unfit(values: Matrix, mean: Mean) -> None:
    """Geometric and harmonic means are of positive values."""
    if mean != "arithmetic" and (values <= 0).any():
        raise CannotComputeError("not_positive_values", _NOT_POSITIVE, mean=mean)


def aggregate_draws(values: Matrix, tree: Tree, weights: Matrix, how: Aggregation) -> Cube:
    """Aggregates × units × draws for weights given as draws × nodes.

    Indicators are the same in every draw and go through one product of matrices; groups of groups
    are few and are added one by one.
    """
    there = ~np.isnan(values)
    filled = np.where(there, values, 1.0)
    found = np.empty((len(tree.children), len(values), len(weights)))
    with np.errstate(all="ignore"):
        for number, below in enumerate(tree.children):
            mean = how.means[number] if how.means else how.mean
            to, back = _TO[mean], _BACK[mean]
            leaves, groups = below[below < tree.leaves], below[below >= tree.leaves]
            part, present = weights[:, leaves].T, there[:, leaves].astype(np.float64)
            above = product(np.where(there[:, leaves], to(filled[:, leaves]), 0.0), part)
            under = product(present, part)
            count = np.repeat(present.sum(axis=1)[:, None], len(weights), axis=1)
            for child in groups:
                value, weight = found[child - tree.leaves], weights[:, child]
                known = ~np.isnan(value)
                above += np.where(known, to(np.where(known, value, 1.0)) * weight, 0.0)
                under += known * weight
                count += known
            enough = (under > 0) & (count >= how.needed * len(below) - 1e-12)
            found[number] = np.where(enough, back(above / under), np.nan)
    return found
