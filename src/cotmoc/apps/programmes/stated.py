"""What plans state in documents, as the register asks for it (`documents.ports.Statements`)."""

from collections.abc import Collection

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.ports import Counts, Door, Statement
from cotmoc.apps.documents.queries import amended_by
from cotmoc.apps.programmes.models import Plan, PlanTask, Target
from cotmoc.apps.programmes.wording import (
    FLAGS,
    REASONS,
    due_text,
    goal_text,
    holds_text,
    level_text,
    task_lead_text,
)


class StatedInDocuments:
    """Targets and tasks of plans, by the document they stand in."""

    def counts(self, documents: Collection[int], *, viewer: object) -> dict[int, Counts]:
        """Two queries, however many documents."""
        targets = Target.objects.visible_to(viewer).filter(plan__document__in=documents)
        tasks = PlanTask.objects.visible_to(viewer).filter(plan__document__in=documents)
        of_targets, of_tasks = (
            dict(
                rows.order_by()
                .values("plan__document")
                .annotate(many=Count("pk"))
                .values_list("plan__document", "many")
            )
            for rows in (targets, tasks)
        )
        return {
            pk: Counts(of_targets.get(pk, 0), of_tasks.get(pk, 0))
            for pk in {*of_targets, *of_tasks}
        }

    def of(self, document: int, *, viewer: object) -> list[Statement]:
        """Two queries: targets, then tasks, each in the order of the text."""
        targets = (
            Target.objects.visible_to(viewer)
            .filter(plan__document=document)
            .select_related("clause", "lead")
        )
        tasks = (
            PlanTask.objects.visible_to(viewer)
            .filter(plan__document=document)
            .select_related("clause", "lead")
        )
        return [*map(_target, targets), *map(_task, tasks)]

    def doors(self, document: int, *, viewer: object) -> list[Door]:
        """The pages of the plan in a document, and of what the document changes."""
        found = Plan.objects.visible_to(viewer).filter(document=document).first()
        doors = []
        if found:
            doors.append(Door(_("Tasks of the plan"), reverse("plan-tasks", args=[found.pk])))
            doors.append(Door(_("Targets and their figures"), reverse("plan", args=[found.pk])))
        own = Document.objects.visible_to(viewer).only("pk", "state").filter(pk=document).first()
        if own and own.state == Document.State.DRAFT and getattr(viewer, "reads_drafts", False):
            url = reverse("confirm-document", args=[document])
            doors.append(Door(_("Confirm its targets and tasks"), url, primary=True))
        if own and amended_by(own, viewer=viewer):
            url = reverse("document-amends", args=[document])
            doors.append(Door(_("What it changes"), url, primary=True))
        return doors

    def word(self, code: str) -> str:
        """A code of the reader in words."""
        return str(FLAGS.get(code) or REASONS.get(code) or code)


def _target(target: Target) -> Statement:
    words = " · ".join(filter(None, [goal_text(target), level_text(target)]))
    return Statement(
        "target",
        target.name,
        target.start,
        target.end,
        target.clause.address,
        reverse("target", args=[target.pk]),
        words,
        holds_text(target),
    )


def _task(task: PlanTask) -> Statement:
    return Statement(
        "task",
        task.action,
        task.start,
        task.end,
        task.clause.address,
        reverse("plan-task", args=[task.plan_id, task.order]),
        " · ".join(filter(None, [task_lead_text(task), due_text(task)])),
        holds_text(task),
    )
