"""From raw values to the index, stage by stage: what each stage gave stays at hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from cotmoc.indicators.composite import prepare, weights
from cotmoc.indicators.composite.aggregate import Aggregation, aggregate
from cotmoc.indicators.composite.data import Dataset
from cotmoc.indicators.composite.framework import Matrix, Tree, Vector
from cotmoc.indicators.composite.normalise import Normalisation, normalise, spread
from cotmoc.indicators.composite.ranking import Ranks, ranks
from cotmoc.indicators.composite.treat import MOST_PULLED, Treatment, treat

Weighting = Literal["given", "equal", "principal"]
WEIGHTINGS: tuple[Weighting, ...] = ("given", "equal", "principal")


@dataclass(frozen=True, slots=True)
class Method:
    """What is done, in this order: denominate, impute, screen, treat, normalise, aggregate."""

    denominate: bool = False
    impute: prepare.Middle | None = None
    group: str = ""  # impute within this column's groups
    screen: float | None = None  # units with values for a smaller share of indicators are left out
    treat: bool = False
    most_pulled: int = MOST_PULLED
    normalisation: Normalisation = field(default_factory=Normalisation)
    weighting: Weighting = "given"
    aggregation: Aggregation = field(default_factory=Aggregation)


@dataclass(frozen=True, slots=True)
class Composite:
    """An index computed: units × indicators or aggregates, NaN where there is no value.

    `prepared` is what was normalised; `stages` holds every stage before that was asked for.
    """

    dataset: Dataset
    method: Method
    stages: Mapping[str, Matrix]
    prepared: Matrix
    normalised: Matrix
    aggregates: Matrix
    ranks: Ranks
    tree: Tree
    weights: Vector  # relative to siblings
    treatments: Mapping[str, Treatment]
    left_out: tuple[str, ...]  # units that had too few values

    @property
    def effective(self) -> Mapping[str, float]:
        """The part of the index each node makes up, by code."""
        found = weights.effective(self.tree, self.weights)
        return dict(zip(self.tree.codes, found.tolist(), strict=True))

    @property
    def flat(self) -> tuple[str, ...]:
        """Indicators that have the same value everywhere and so tell nothing apart."""
        least, most = spread(self.prepared)
        codes = self.tree.codes
        return tuple(codes[column] for column in np.flatnonzero(least == most))


def compose(dataset: Dataset, method: Method) -> Composite:
    """Compute an index; raises CannotComputeError where a step does not fit the values."""
    stages: dict[str, Matrix] = {}
    left: tuple[str, ...] = ()
    treatments: dict[str, Treatment] = {}
    codes = [each.code for each in dataset.framework.indicators]
    if method.denominate:
        dataset = prepare.denominate(dataset)
        stages["denominated"] = dataset.values
    if method.impute:
        dataset = prepare.impute(dataset, method.impute, method.group)
        stages["imputed"] = dataset.values
    if method.screen is not None:
        dataset, left = prepare.screen(dataset, method.screen)
        kept = [number for number, unit in enumerate(dataset.units) if unit not in left]
        stages = {name: values[kept] for name, values in stages.items()}
    prepared = dataset.values
    if method.treat:
        prepared, done = treat(prepared, method.most_pulled)
        stages["treated"] = prepared
        treatments = dict(zip(codes, done, strict=True))
    tree = dataset.framework.tree()
    indicators = dataset.framework.indicators
    normalised = normalise(prepared, indicators, method.normalisation, dataset.units)
    relative = weigh(normalised, tree, method.weighting)
    aggregates = aggregate(normalised, tree, relative, method.aggregation)
    return Composite(
        dataset,
        method,
        stages,
        prepared,
        normalised,
        aggregates,
        ranks(aggregates),
        tree,
        relative,
        treatments,
        left,
    )


def weigh(normalised: Matrix, tree: Tree, weighting: Weighting) -> Vector:
    """Weights of all nodes relative to their siblings."""
    if weighting == "equal":
        return weights.equal(tree)
    if weighting == "principal":
        return weights.principal(normalised, tree, tree.weights)
    return tree.weights
