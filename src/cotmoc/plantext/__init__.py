"""Reads the text of a provincial plan into targets.  Pure: no Django, no network."""

from cotmoc.plantext.model import Clause, Doubt, Head, LeftAlone, Plan, Target
from cotmoc.plantext.reader import read_file, read_plan
from cotmoc.plantext.source import UnreadableText

__all__ = [
    "Clause",
    "Doubt",
    "Head",
    "LeftAlone",
    "Plan",
    "Target",
    "UnreadableText",
    "read_file",
    "read_plan",
]
