"""An index of any indicators as it is asked for, and all that came of it as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np

from cotmoc.indicators.composite.aggregate import Aggregation, Mean
from cotmoc.indicators.composite.compose import Composite, Method, Weighting
from cotmoc.indicators.composite.framework import Matrix
from cotmoc.indicators.composite.normalise import METHODS, Normalisation
from cotmoc.indicators.composite.normalise import Method as Way
from cotmoc.indicators.composite.prepare import Middle
from cotmoc.indicators.composite.sensitivity import (
    Model,
    Sensitivity,
    Varied,
    alternatives,
    sensitivity,
)

NORMALISATIONS = tuple(each.replace("_", "-") for each in METHODS)
Assumption = Literal["weights", "normalisation", "aggregation", "indicators"]
VARIED: tuple[Assumption, ...] = ("weights", "normalisation", "aggregation", "indicators")
OTHERS = (Normalisation("minmax"), Normalisation("zscore"), Normalisation("percentile"))
_MEANS: tuple[Mean, ...] = ("arithmetic", "geometric")


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of an index, under the names that people type; `low` and `high` are the scale
    of its values (None: the method's own), `noise` is how far weights swing."""

    denominate: bool = False
    impute: Middle | None = None
    group: str = ""
    screen: float | None = None
    treat: bool = False
    normalise: str = "minmax"
    low: float | None = None
    high: float | None = None
    reference: str = ""
    cap: bool = False
    weights: Weighting = "given"
    aggregate: Mean = "arithmetic"
    threshold: float | None = None
    noise: float = 0.25
    vary: Sequence[Assumption] = VARIED

    @property
    def upside_down(self) -> bool:
        """Whether the scale has no extent; mean and deviation of a z-score are no ends."""
        if self.low is None or self.high is None or self.normalise == "zscore":
            return False
        return self.low >= self.high

    def method(self) -> Method:
        how = cast("Way", self.normalise.replace("-", "_"))
        return Method(
            denominate=self.denominate,
            impute=self.impute,
            group=self.group,
            screen=self.screen,
            treat=self.treat,
            normalisation=Normalisation(how, self.low, self.high, self.reference, self.cap),
            weighting=self.weights,
            aggregation=Aggregation(self.aggregate, self.threshold),
        )

    def draw(self, composite: Composite, draws: int, seed: int) -> Sensitivity:
        """Rank intervals of an index under other weights and choices; raises CannotComputeError."""
        used = composite.method.aggregation.mean
        means = tuple(mean for mean in _MEANS if mean != used)
        varied = Varied(
            noise=self.noise if "weights" in self.vary else 0.0,
            normalised=alternatives(composite, OTHERS) if "normalisation" in self.vary else (),
            means=means if "aggregation" in self.vary else (),
            leave_out="indicators" in self.vary,
        )
        return sensitivity(Model.of(composite), varied, draws, seed)


def as_json(composite: Composite, draws: Sensitivity | None) -> dict[str, Any]:
    """Everything that was computed: values by unit, then by code; null where there is none."""
    dataset, method = composite.dataset, composite.method
    leaves = composite.tree.codes[: composite.tree.leaves]
    aggregates = composite.tree.codes[composite.tree.leaves :]
    units = dataset.units
    return {
        "index": aggregates[-1],
        "units": [
            {"code": code, "name": name} for code, name in zip(units, dataset.names, strict=True)
        ],
        "method": {
            "denominated": method.denominate,
            "imputed": method.impute,
            "group": method.group or None,
            "screened": method.screen,
            "treated": method.treat,
            "normalise": method.normalisation.method,
            "range": [method.normalisation.low, method.normalisation.high],
            "weights": method.weighting,
            "aggregate": method.aggregation.mean,
            "threshold": method.aggregation.threshold,
        },
        "levels": dataset.framework.levels(),
        "weights": dict(composite.effective),
        "stages": {
            name: _by_unit(units, leaves, values) for name, values in composite.stages.items()
        },
        "treatments": {
            code: {"done": each.done, "points": each.points}
            for code, each in composite.treatments.items()
        },
        "normalised": _by_unit(units, leaves, composite.normalised),
        "aggregates": _by_unit(units, aggregates, composite.aggregates),
        "ranks": {
            unit: dict(zip(aggregates, (rank or None for rank in row), strict=True))
            for unit, row in zip(units, composite.ranks.tolist(), strict=True)
        },
        "left_out": list(composite.left_out),
        "do_not_vary": list(composite.flat),
        "sensitivity": None if draws is None else _draws_as_json(draws),
    }


def _draws_as_json(draws: Sensitivity) -> dict[str, Any]:
    return {
        "draws": draws.draws,
        "seed": draws.seed,
        "units": {
            each.unit: {
                "nominal": each.nominal,
                "mean": each.mean,
                "median": each.median,
                "low": each.low,
                "high": each.high,
                "shift": each.shift,
            }
            for each in draws.units
        },
        "movers": [
            {
                "what": each.what,
                "name": each.name,
                "shift": each.shift,
                "most": each.most,
                "unit": each.unit or None,
                "to": each.to or None,
            }
            for each in draws.movers
        ],
    }


def _by_unit(
    units: Sequence[str], codes: Sequence[str], values: Matrix
) -> dict[str, dict[str, float | None]]:
    return {
        unit: dict(zip(codes, map(_present, row), strict=True))
        for unit, row in zip(units, values.tolist(), strict=True)
    }


def _present(value: float) -> float | None:
    return None if np.isnan(value) else value
