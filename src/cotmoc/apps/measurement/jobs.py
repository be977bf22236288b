"""Long work in the background: computations that a page or an import asked for."""

import logging
import time
from datetime import datetime

from django.utils import timezone
from django_tasks import task

from cotmoc.apps.measurement.models import Computation
from cotmoc.apps.measurement.services import compute_figures

logger = logging.getLogger(__name__)
_SECONDS_BETWEEN_NEWS = 0.5


@task()
def carry_out_computation(pk: int) -> str:
    """Do a requested computation; one that is done already is left alone. Gives its state."""
    computation = Computation.objects.select_related("requested_by").get(pk=pk)
    if computation.state != Computation.State.WAITING:
        return str(computation.state)
    return str(carry_out(computation, now=timezone.now()).state)


def enqueue(pk: int) -> None:
    """Hand a computation to the workers (`cotmoc work`)."""
    carry_out_computation.enqueue(pk)


def carry_out(computation: Computation, *, now: datetime) -> Computation:
    """Do a requested computation, telling how far it is; a failure is told, not raised."""
    computation.state = Computation.State.RUNNING
    computation.started_at = now
    computation.save(update_fields=["state", "started_at"])
    told = 0.0

    def tell(step: str, done: int, total: int) -> None:
        nonlocal told
        if step == computation.step and time.monotonic() - told < _SECONDS_BETWEEN_NEWS:
            return
        told = time.monotonic()
        computation.step, computation.done, computation.total = step, done, total
        computation.save(update_fields=["step", "done", "total"])

    try:
        computation.run = compute_figures(actor=computation.requested_by, now=now, progress=tell)
        computation.state = Computation.State.DONE
    except Exception as error:
        logger.exception("computation %s failed", computation.pk)
        computation.problem = str(error)[:2000]
        computation.state = Computation.State.FAILED
    computation.finished_at = timezone.now()
    computation.save(update_fields=["run", "state", "problem", "finished_at"])
    return computation
