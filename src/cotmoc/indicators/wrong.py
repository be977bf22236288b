"""What is wrong with a definition, said so that it can be translated and pointed at."""

from typing import Any


def gettext_noop(text: str) -> str:
    """Mark a text for the translators; this room knows no Django."""
    return text


class WrongError(ValueError):
    """Something that cannot be used. `template` with `params` filled in is the reason, in English;
    `offset` is where the wrong part stands in its text, when that can be said."""

    def __init__(self, template: str, offset: int | None = None, **params: Any) -> None:
        self.template, self.offset, self.params = template, offset, params
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        return self.template % self.params if self.params else self.template
