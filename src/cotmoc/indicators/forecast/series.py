"""A series of months or quarters as numbers, gaps included."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """Values of periods that follow one another, the oldest first; None where there is none.

    `season` is how many periods make a year: 12 for months, 4 for quarters.
    """

    values: tuple[float | None, ...]
    season: int = 12

    @property
    def known(self) -> int:
        """How many periods have a value."""
        return sum(value is not None for value in self.values)

    @property
    def gaps(self) -> int:
        """How many periods between the first and the last known value have none."""
        return len(self.span()) - self.known

    def span(self) -> tuple[float | None, ...]:
        """From the first to the last period with a value."""
        at = [number for number, value in enumerate(self.values) if value is not None]
        return self.values[at[0] : at[-1] + 1] if at else ()

    def filled(self) -> Numbers:
        """The span with gaps bridged by straight lines: to fit models to, never to show."""
        span = self.span()
        at = [number for number, value in enumerate(span) if value is not None]
        known = np.array([span[number] for number in at], dtype=float)
        return np.interp(np.arange(len(span)), at, known) if at else np.zeros(0)

    def ahead(self, steps: int) -> int:
        """Periods to forecast so that `steps` after the series' end are there: those at its end
        that have no value yet come on top."""
        missing = 0
        for value in reversed(self.values):
            if value is not None:
                break
            missing += 1
        return steps + missing


def series(values: Sequence[float | None], season: int = 12) -> Series:
    """A series from any sequence."""
    return Series(tuple(values), season)
