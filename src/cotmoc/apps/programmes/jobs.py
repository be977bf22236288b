"""Long work in the background: reading large files that were handed in."""

from django.utils import timezone
from django_tasks import task

from cotmoc.apps.programmes.models import Upload
from cotmoc.apps.programmes.uploading import carry_out


@task()
def read_upload(pk: int) -> str:
    """Read a file that was handed in; one that is read already is left alone. Gives its state."""
    upload = Upload.objects.select_related("requested_by").get(pk=pk)
    return str(carry_out(upload, now=timezone.now()).state)


def enqueue(pk: int) -> None:
    """Hand an upload to the workers (`cotmoc work`)."""
    read_upload.enqueue(pk)
