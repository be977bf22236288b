"""Filters that are on, each with the address that takes it off."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.forms import BooleanField, BoundField, Form, NullBooleanField
from django.http import HttpRequest

from cotmoc.ui import addresses


@dataclass(frozen=True)
class Chip:
    name: str
    value: str  # empty for a box that is simply ticked
    url: str


def _flat(choices: object) -> Iterator[tuple[str, str]]:
    for value, words in choices:  # type: ignore[attr-defined]
        if isinstance(words, list | tuple):
            yield from _flat(words)
        else:
            yield str(value), str(words)


def _words(bound: BoundField) -> str | None:
    """The choice as the reader sees it; None when the filter is off."""
    if isinstance(bound.field, BooleanField) and not isinstance(bound.field, NullBooleanField):
        return "" if bound.field.to_python(bound.value()) else None
    value = bound.value()
    if value in (None, "", []):
        return None
    choices = dict(_flat(getattr(bound.field, "choices", ())))
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(choices.get(str(one), str(one)) for one in values)


def active(form: Form, request: HttpRequest | None) -> list[Chip]:
    if not form.is_bound:
        return []
    return [
        Chip(str(bound.label), words, addresses.changed(request, {bound.name: None}))
        for bound in form.visible_fields()
        if (words := _words(bound)) is not None
    ]
