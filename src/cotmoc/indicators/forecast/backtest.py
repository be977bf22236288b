"""Which model would have done best on the series itself, and how wrong it would have been."""

from dataclasses import dataclass

import numpy as np

from cotmoc.indicators.forecast.models import MODELS, Model
from cotmoc.indicators.forecast.series import Numbers, Series

ENOUGH_ERRORS = 4  # to say how wrong a forecast may be
MOST_ORIGINS = 36


@dataclass(frozen=True, slots=True)
class Chosen:
    """A model with its errors of one step (actual − forecast), each made without knowing what came
    after; `error` is their mean size, in the series' unit; None where there are too few."""

    model: Model
    errors: Numbers
    error: float | None
    history: int

    @property
    def short(self) -> bool:
        """Whether the series is too short to say how sure the forecast is."""
        return self.error is None


def choose(series: Series) -> Chosen | None:
    """The model with the least mean error over the origins that all candidates can be tried on;
    the plainer one where they are equal. None without any value."""
    history = series.filled()
    if not len(history):
        return None
    known = np.array([value is not None for value in series.span()])
    candidates = [model for model in MODELS if _tries(model, series, history) >= ENOUGH_ERRORS]
    if not candidates:
        return Chosen(MODELS[0], np.zeros(0), None, series.known)
    fewest = min(_tries(model, series, history) for model in candidates)
    tried = [(model, _errors(model, history, known, series.season, fewest)) for model in candidates]
    tried = [(model, errors) for model, errors in tried if len(errors) >= ENOUGH_ERRORS]
    if not tried:
        return Chosen(MODELS[0], np.zeros(0), None, series.known)
    best, _errors_seen = min(tried, key=lambda each: _size(each[1]))
    errors = _errors(best, history, known, series.season, MOST_ORIGINS)
    return Chosen(best, errors, _size(errors), series.known)


def _size(errors: Numbers) -> float:
    return float(np.mean(np.abs(errors)))


def _tries(model: Model, series: Series, history: Numbers) -> int:
    return max(0, len(history) - model.needs(series.season))


def _errors(model: Model, history: Numbers, known: Numbers, season: int, most: int) -> Numbers:
    """One-step errors at the latest origins, where the actual value is really known."""
    first = max(model.needs(season), len(history) - most)
    return np.array(
        [
            history[origin] - model.forecast(history[:origin], 1, season)[0]
            for origin in range(first, len(history))
            if known[origin]
        ]
    )
