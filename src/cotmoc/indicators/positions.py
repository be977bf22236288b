"""Where in a YAML text each key and value stands, so that an error can point at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from cotmoc.indicators.wrong import WrongError
from cotmoc.indicators.wrong import gettext_noop as _


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text, both counted from 1."""

    line: int
    column: int


class UnreadableError(WrongError):
    """A text that is not one plain YAML mapping; `place` is where that shows."""

    def __init__(self, template: str, place: Place, **params: Any) -> None:
        super().__init__(template, **params)
        self.place = place


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML mapping with the places of what is in it, by dotted key (`numerator.expression`,
    `worked_example.facts.0.value`)."""

    text: str
    raw: Any
    keys: dict[str, Place]
    values: dict[str, yaml.Node]

    def place(self, key: str, offset: int | None = None, *, of_key: bool = False) -> Place:
        """Where the value of `key` stands, or its `offset`-th character, or the key itself; a key
        that is not there is looked for in what it would belong to."""
        node = self.values.get(key)
        if node is None or of_key:
            around = key.rpartition(".")[0]
            return self.keys.get(key) or (self.place(around) if around else Place(1, 1))
        if offset is not None and isinstance(node, yaml.ScalarNode):
            return self._inside(node, offset)
        if isinstance(node, yaml.ScalarNode):
            return _place(node.start_mark)
        return self.keys.get(key, _place(node.start_mark))

    def _inside(self, node: yaml.ScalarNode, offset: int) -> Place:
        """The place of a character of a scalar, whatever its quotes, folds and indentation: value
        and source are walked side by side."""
        value = str(node.value)
        lead = len(value) - len(value.lstrip())
        at, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            at = self.text.index("\n", at) + 1
        spaced = False
        for char in value[lead : lead + offset + 1]:
            # A run of spaces is written as any other run, or as a line's end.
            if char.isspace() and spaced:
                continue
            spaced, found = char.isspace(), at
            while found < end and not _same(self.text[found], char):
                found += 1
            if found == end:
                break
            at = found + 1
            if spaced:
                while at < end and self.text[at].isspace():
                    at += 1
        index = max(node.start_mark.index, at - 1)
        before = self.text[:index]
        return Place(before.count("\n") + 1, index - (before.rfind("\n") + 1) + 1)


class _Loader(yaml.SafeLoader):
    """Reads an impossible day (2026-02-31) as the text it is, for the reader to refuse there."""


def _moment(loader: _Loader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _moment)


def read_document(text: str) -> Document:
    """Read one YAML mapping; raises UnreadableError for anything else, also for a key that stands
    twice and for anchors, which could make a small file enormous."""
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                raise UnreadableError(
                    _("anchors and aliases are not allowed"), _place(token.start_mark)
                )
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except UnreadableError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(mark) if mark else Place(1, 1)
        reason = error.problem or str(error)
        raise UnreadableError(_("cannot be read: %(reason)s"), place, reason=reason) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreadableError(
            _("cannot be read: %(reason)s"), Place(1, 1), reason=reason
        ) from error
    if not isinstance(node, yaml.MappingNode):
        raise UnreadableError(_("must be a mapping of keys to values"), Place(1, 1))
    keys: dict[str, Place] = {}
    values: dict[str, yaml.Node] = {}
    for name, key, value in _walk(node, ""):
        if name in values:
            raise UnreadableError(
                _("the key %(part)r stands twice"), _place(key.start_mark), part=name
            )
        keys[name], values[name] = _place(key.start_mark), value
    return Document(text, raw, keys, values)


def _walk(node: yaml.Node, prefix: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(key.value), key, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(str(number), value, value) for number, value in enumerate(node.value)]
    else:
        return
    for name, key, value in pairs:
        yield f"{prefix}{name}", key, value
        yield from _walk(value, f"{prefix}{name}.")


def _same(source: str, char: str) -> bool:
    return source == char or (source.isspace() and char.isspace())


def _place(mark: Any) -> Place:
    return Place(mark.line + 1, mark.column + 1)
