"""`cotmoc plan read`: what the reader finds in a document, without a database."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cotmoc.apps.programmes.wording import FLAGS, FREQUENCIES, REASONS
from cotmoc.config.cli.output import BadInputError, print_json, print_table, stdout
from cotmoc.core.problems import Problem
from cotmoc.plantext import Plan, UnreadableText, read_file
from cotmoc.plantext.model import Head, Target, Task
from cotmoc.ui.formats import measure

Actions = argparse._SubParsersAction
LONGEST = 90
SHOWN_LEFT_ALONE = 40
TELLING = frozenset({"prose", "task", "result"})


def add_read(actions: "Actions[argparse.ArgumentParser]") -> None:
    """Add `read` to the commands about plans."""
    read = actions.add_parser(
        "read",
        help=_("show the targets and tasks of a document; writes nothing"),
        description=_(
            "Reads a plan, resolution or decision (its content decides what it is: Word, PDF, "
            "web page, Markdown or text) and shows its head, its targets and tasks, what is "
            "doubtful, and which lines were left alone and why. Needs no database."
        ),
    )
    read.add_argument("file", type=Path)
    read.add_argument("--json", action="store_true", help=_("print JSON"))
    read.set_defaults(run=read_plan_file)


def checked(path: Path) -> Path:
    """A path that is a file; what else it is, is said."""
    for code, wrong in (("no_such_file", not path.exists()), ("is_folder", path.is_dir())):
        if wrong:
            raise BadInputError([Problem(code, str(path))], _("The plan was not read:"))
    return path


def unreadable(error: UnreadableText) -> BadInputError:
    """The reader's refusal, to be said with exit code 1."""
    return BadInputError([unreadable_problem(error)], _("The plan was not read:"))


def unreadable_problem(error: UnreadableText) -> Problem:
    """The reader's refusal as a problem the kit has a sentence for."""
    return Problem(f"plan_{error.code}", error.file, params=dict(error.params))


def read_plan_file(chosen: argparse.Namespace) -> None:
    """Print what the reader finds."""
    try:
        plan = read_file(checked(chosen.file))
    except UnreadableText as error:
        raise unreadable(error) from error
    except OSError as error:
        problem = Problem(
            "source_note_unreadable", str(chosen.file), params={"reason": error.strerror}
        )
        raise BadInputError([problem], _("The plan was not read:")) from error
    if chosen.json:
        print_json(plan.to_dict())
        return
    _print_head(plan.head, chosen.file.name)
    _print_targets(plan)
    _print_tasks(plan)
    _print_doubts(plan)
    _print_left_alone(plan)


def _say(text: str = "", **how: Any) -> None:
    stdout.print(text, markup=False, **how)


def _print_head(head: Head, name: str) -> None:
    _say(" · ".join(filter(None, [head.type, head.reference, head.issuer, head.date])))
    _say(head.title or head.subject or name, style="bold")
    signed = head.signer
    if signed and signed.name:
        _say(" ".join(filter(None, [*signed.form, signed.title, signed.name])))
    for citation in head.citations:
        _say(f"  {citation.kind:<10} {citation.reference or _short(citation.text)}")
    _say()


def _print_targets(plan: Plan) -> None:
    count = len(plan.targets)
    _say(ngettext("%(n)s target", "%(n)s targets", count) % {"n": count}, style="bold")
    if not count:
        return
    print_table(
        [_("Clause"), _("Target"), "", _("Value"), _("Level"), _("Deadline"), _("Lead"), "?"],
        (_target_cells(each) for each in plan.targets),
        {3},
    )
    _say()


def _target_cells(target: Target) -> tuple[Any, ...]:
    value = target.value or ""
    if target.value_high:
        value = f"{value}–{target.value_high}"
    return (
        target.clause,
        target.name,
        target.comparator,
        f"{value} {target.unit or ''}".strip(),
        target.level,
        target.deadline,
        target.lead,
        _flags(target),
    )


def _print_tasks(plan: Plan) -> None:
    count = len(plan.tasks)
    _say(ngettext("%(n)s task", "%(n)s tasks", count) % {"n": count}, style="bold")
    if not count:
        return
    print_table(
        [_("Clause"), _("Task"), _("Lead"), _("With"), _("Deadline"), _("Product"), "?"],
        (_task_cells(each) for each in plan.tasks),
        set(),
    )
    _say()


def _task_cells(task: Task) -> tuple[Any, ...]:
    often = str(FREQUENCIES.get(task.frequency or "", ""))
    product = task.product or ""
    if task.budget:
        product = " · ".join(filter(None, [product, measure(int(task.budget), "VND")]))
    return (
        task.clause,
        _short(task.action),
        task.lead,
        "; ".join(task.coordinating),
        task.deadline or often,
        product,
        _flags(task),
    )


def _flags(row: Target | Task) -> str:
    """A mark where the list of doubts below has something about the row."""
    return "?" if row.flags else ""


def _print_doubts(plan: Plan) -> None:
    count = len(plan.doubts)
    _say(ngettext("%(n)s doubt", "%(n)s doubts", count) % {"n": count}, style="bold")
    for doubt in plan.doubts:
        words = str(FLAGS.get(doubt.code, doubt.code))
        _say(f"  {doubt.line:>4}  {words}: {_short(plan.text[doubt.start : doubt.end])}")
    if count:
        _say()


def _print_left_alone(plan: Plan) -> None:
    reasons = Counter(left.reason for left in plan.left_alone)
    count = len(plan.left_alone)
    said = ngettext("%(n)s line left alone", "%(n)s lines left alone", count) % {"n": count}
    _say(said, style="bold")
    for reason, lines in reasons.most_common():
        _say(f"  {lines:>4}  {REASONS.get(reason, reason)}")
    for line in _numbers_left(plan):
        _say(line)


def _numbers_left(plan: Plan) -> Iterator[str]:
    """Sentences left alone that hold a digit: where a target or task may have been missed."""
    told = [
        left
        for left in plan.left_alone
        if left.reason in TELLING and any(char.isdigit() for char in left.text)
    ]
    for left in told[:SHOWN_LEFT_ALONE]:
        yield f"  {left.line:>4}  {_short(left.text)}"
    if len(told) > SHOWN_LEFT_ALONE:
        yield f"  … +{len(told) - SHOWN_LEFT_ALONE}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
