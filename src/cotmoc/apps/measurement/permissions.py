"""Who may read the single facts behind a figure."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.orgs.models import Post
from cotmoc.apps.orgs.queries.closure import closure_for


def readable_bodies(person: object, day: date) -> frozenset[str] | None:
    """Codes of the bodies whose single facts a person may read on a day; None means all.

    Secretariat, committee, administrators and auditors read all. Who speaks for an organisation
    reads its own and what counts for it. The public reads none. One query.
    """
    if getattr(person, "is_authenticated", False) and getattr(person, "reads_drafts", False):
        return None  # also whoever runs commands on the server, who is nobody in particular
    if not isinstance(person, Person):
        return frozenset()
    posts = Post.objects.on(day).filter(person=person)
    return counting_for(set(posts.values_list("organisation__code", flat=True)))


def counting_for(codes: set[str]) -> frozenset[str]:
    """The bodies, as facts name them, that count for any of these organisations as it was."""
    if not codes:
        return frozenset()
    table = closure_for(None).table
    wanted = pc.is_in(table["target"], value_set=pa.array(sorted(codes)))
    return frozenset(table.filter(wanted)["source"].to_pylist())
