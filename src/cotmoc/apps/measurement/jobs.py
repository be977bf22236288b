"""Long work in the background: computations that a page or an import asked for."""

from django.utils import timezone
from django_tasks import task

from cotmoc.apps.measurement.models import Computation
from cotmoc.apps.measurement.services import carry_out


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
