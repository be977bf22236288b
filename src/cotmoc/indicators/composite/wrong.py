"""A method that does not fit the data."""

from typing import Any

from cotmoc.indicators.wrong import WrongError


class CannotComputeError(WrongError):
    """What was asked cannot be computed from these values; `code` names the sort."""

    def __init__(self, code: str, template: str, /, **params: Any) -> None:
        self.problem = code
        super().__init__(template, **params)
