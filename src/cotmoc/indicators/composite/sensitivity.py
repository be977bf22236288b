"""How sure ranks are: the index computed again and again with other weights and other choices.

The draws depend on the seed alone, never on the units; results are the same for any order of them
and for any size of the parts that are computed at once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cotmoc.indicators.composite.aggregate import Aggregation, Mean, aggregate_draws
from cotmoc.indicators.composite.compose import Composite
from cotmoc.indicators.composite.framework import Matrix, Tree, Vector
from cotmoc.indicators.composite.normalise import Normalisation, normalise
from cotmoc.indicators.composite.ranking import Ranks, ranks
from cotmoc.indicators.composite.weights import noisy
from cotmoc.indicators.composite.wrong import CannotComputeError
from cotmoc.indicators.wrong import gettext_noop

MOST_DRAWS = 100_000
_MOST_RANKS = 40_000_000  # units × draws that are held
_AT_ONCE = 50_000  # units × draws that are computed at once
_FEW = 200  # draws that tell how much weights alone move
_TOO_MANY = gettext_noop("%(draws)s draws are too many for %(units)s units; at most %(limit)s")

What = Literal["weights", "normalisation", "aggregation", "indicator"]


@dataclass(frozen=True, slots=True)
class Varied:
    """What is not certain.

    Weights swing by `noise` (0.25: up to a quarter more or less); `normalised` and `means` are the
    alternatives beside what the index uses, each as likely as that; with `leave_out` a draw leaves
    out one indicator or none, each as likely.
    """

    noise: float = 0.25
    normalised: tuple[tuple[str, Matrix], ...] = ()
    means: tuple[Mean, ...] = ()
    leave_out: bool = False


@dataclass(frozen=True, slots=True)
class UnitRanks:
    """Ranks of one unit over the draws: nine draws out of ten are within `low` and `high`;
    `shift` is the mean distance from the nominal rank."""

    unit: str
    nominal: int | None
    mean: float | None
    median: float | None
    low: float | None
    high: float | None
    shift: float | None


@dataclass(frozen=True, slots=True)
class Mover:
    """What moves ranks when it alone is changed: on average over the units, and the farthest."""

    what: What
    name: str
    shift: float
    most: int
    unit: str  # that moves farthest
    to: int  # its rank then


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Ranks of all units in their order, and what moves ranks, the strongest first."""

    draws: int
    seed: int
    units: tuple[UnitRanks, ...]
    movers: tuple[Mover, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """An index as sensitivity sees it: normalised values, and how they become ranks."""

    units: tuple[str, ...]
    normalised: Matrix
    tree: Tree
    weights: Vector
    aggregation: Aggregation

    @classmethod
    def of(cls, composite: Composite) -> "Model":
        return cls(
            composite.dataset.units,
            composite.normalised,
            composite.tree,
            composite.weights,
            composite.method.aggregation,
        )


def alternatives(
    composite: Composite, others: Sequence[Normalisation]
) -> tuple[tuple[str, Matrix], ...]:
    """The prepared values under other normalisations, without the one in use."""
    dataset, used = composite.dataset, composite.method.normalisation.method
    return tuple(
        (how.method, normalise(composite.prepared, dataset.framework.indicators, how))
        for how in others
        if how.method != used
    )


def sensitivity(model: Model, varied: Varied, draws: int = 1000, seed: int = 1) -> Sensitivity:
    """Rank intervals by Monte Carlo, and what each assumption does by itself."""
    limit = min(MOST_DRAWS, _MOST_RANKS // max(1, len(model.units)))
    if not 0 < draws <= limit:
        counts = {"draws": draws, "units": len(model.units), "limit": limit}
        raise CannotComputeError("too_many_draws", _TOO_MANY, **counts)
    nominal = _ranks(model, model.normalised, model.weights[None, :], model.aggregation)[:, 0]
    drawn = _drawn(model, varied, draws, seed)
    movers = sorted(
        _movers(model, varied, nominal, min(draws, _FEW), seed),
        key=lambda each: (-each.shift, each.what, each.name),
    )
    return Sensitivity(draws, seed, _summed_up(model.units, nominal, drawn), tuple(movers))


def positive(values: Matrix) -> Matrix:
    """Values a geometric mean can take: moved up as a whole where some are zero or less, so that
    the least is a hundredth of the range."""
    least, most = np.fmin.reduce(values, axis=None), np.fmax.reduce(values, axis=None)
    return values if least > 0 else values - least + 0.01 * ((most - least) or 1.0)


# Drawing ------------------------------------------------------------------------------------------


def _drawn(model: Model, varied: Varied, draws: int, seed: int) -> Ranks:
    """Ranks as units × draws."""
    choices = [model.normalised, *(values for _name, values in varied.normalised)]
    means = [model.aggregation, *(_with(model, mean) for mean in varied.means)]
    # A stream for each assumption: leaving one certain does not change what is drawn of the others.
    weights, scale, mean, left = (
        np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(4)
    )
    found = np.empty((len(model.units), draws), dtype=np.int32)
    for part in _parts(draws, len(model.units)):
        size = part.stop - part.start
        drawn = noisy(model.weights, varied.noise, size, weights)
        which = scale.integers(len(choices), size=size)
        how = mean.integers(len(means), size=size)
        out = left.integers(-1, model.tree.leaves, size=size)
        if varied.leave_out:
            rows = np.flatnonzero(out >= 0)
            drawn[rows, out[rows]] = 0.0
        for one in range(len(choices)):
            for other in range(len(means)):
                chosen = np.flatnonzero((which == one) & (how == other))
                if chosen.size:
                    places = part.start + chosen
                    found[:, places] = _ranks(model, choices[one], drawn[chosen], means[other])
    return found


def _parts(draws: int, units: int) -> Iterator[slice]:
    size = max(1, _AT_ONCE // max(1, units))
    for start in range(0, draws, size):
        yield slice(start, min(draws, start + size))


def _with(model: Model, mean: Mean) -> Aggregation:
    return replace(model.aggregation, mean=mean, means=())


def _ranks(model: Model, values: Matrix, weights: Matrix, how: Aggregation) -> Ranks:
    """Ranks of the index for each row of weights."""
    fit = values if how.mean == "arithmetic" else positive(values)
    return ranks(aggregate_draws(fit, model.tree, weights, how)[-1])


# What came of it ----------------------------------------------------------------------------------


def _summed_up(
    units: Sequence[str], nominal: NDArray[np.int32], drawn: Ranks
) -> tuple[UnitRanks, ...]:
    found = []
    for unit, first, row in zip(units, nominal.tolist(), drawn, strict=True):
        there = row[row > 0]
        if not first or not there.size:
            found.append(UnitRanks(unit, first or None, None, None, None, None, None))
            continue
        low, middle, high = np.percentile(there, (5, 50, 95)).tolist()
        shift = float(np.abs(there - first).mean())
        found.append(UnitRanks(unit, first, float(there.mean()), middle, low, high, shift))
    return tuple(found)


def _movers(
    model: Model, varied: Varied, nominal: NDArray[np.int32], draws: int, seed: int
) -> Iterator[Mover]:
    """Each assumption by itself, all others as they are."""
    own = model.weights[None, :]
    if varied.noise:
        alone = _drawn(model, Varied(varied.noise), draws, seed)
        yield _mover("weights", "", model.units, nominal, alone)
    for name, values in varied.normalised:
        ranked = _ranks(model, values, own, model.aggregation)
        yield _mover("normalisation", name, model.units, nominal, ranked)
    for mean in varied.means:
        ranked = _ranks(model, model.normalised, own, _with(model, mean))
        yield _mover("aggregation", mean, model.units, nominal, ranked)
    if varied.leave_out:
        for part in _parts(model.tree.leaves, len(model.units)):
            leaves = range(part.start, part.stop)
            weights = np.repeat(own, len(leaves), axis=0)
            weights[np.arange(len(leaves)), leaves] = 0.0
            ranked = _ranks(model, model.normalised, weights, model.aggregation)
            for number, leaf in enumerate(leaves):
                code = model.tree.codes[leaf]
                yield _mover("indicator", code, model.units, nominal, ranked[:, [number]])


def _mover(
    what: What, name: str, units: Sequence[str], nominal: NDArray[np.int32], ranked: Ranks
) -> Mover:
    """How far ranks went; units without a rank on either side do not count."""
    there = (nominal[:, None] > 0) & (ranked > 0)
    moved = np.where(there, np.abs(ranked - nominal[:, None]), 0)
    shift = float(moved.sum() / max(1, int(there.sum())))
    most = int(moved.max(initial=0))
    # Of those that move as far, the one with the least code: the order of units must not matter.
    if not most:
        return Mover(what, name, shift, 0, "", 0)
    farthest = np.flatnonzero(moved.max(axis=1, initial=0) == most).tolist()
    place = min(farthest, key=lambda each: units[each])
    to = int(ranked[place, int(np.argmax(moved[place]))])
    return Mover(what, name, shift, most, units[place], to)
