"""The one failure of reading a file."""

from __future__ import annotations


class UnreadableText(Exception):  # noqa: N818 - the name says what happened
    """The file holds no text we can read.  `code` and `params` are for the edge to translate."""

    def __init__(self, code: str, file: str, **params: object) -> None:
        super().__init__(code, file, params)
        self.code = code
        self.file = file
        self.params: dict[str, object] = params

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.file}: {self.code}" + (f" ({details})" if details else "")
