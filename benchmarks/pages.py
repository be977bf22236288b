"""How long the server thinks about each page, on the demo's data.

    python benchmarks/pages.py [REQUESTS]

Requests go through every middleware within this process; the time on the network and in the
browser is not in it. Beside the pages stand the floor (an answer with nothing in it)
and the dashboard's data gathered with a query per row, as is easily written.
"""

# ruff: noqa: E402 - Django is set up before its models are imported.

import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")

import django

django.setup()

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.models import Plan, Target
from cotmoc.apps.programmes.rules import Goal, Measured, assess
from cotmoc.portal.dashboard import gather

REQUESTS = int(sys.argv[1]) if len(sys.argv) > 1 else 40
LINE = "{:<44}{:>10}{:>10}{:>9}{:>11}"


def main() -> None:
    """Measure and print; nothing is left in the database."""
    plan = Plan.objects.select_related("document", "organisation").first()
    person = Person.objects.filter(role="secretariat").first()
    if plan is None or person is None:
        sys.exit("The demo is not loaded. Run: make demo SERVE=0")
    assert not settings.DEBUG
    print(f"Server time of {REQUESTS} requests each, {connection.vendor}\n")
    print(LINE.format("", "median", "p95", "queries", "bytes"))
    with transaction.atomic():
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for name, address in pages(plan):
            show(name, lambda address=address: client.get(address).getvalue())
        print()
        today = timezone.localdate()
        show("dashboard's data as gathered", lambda: gather(plan, viewer=person, today=today))
        show("dashboard's data, a query per row", lambda: one_by_one(plan))
        transaction.set_rollback(True)


def pages(plan: Plan) -> list[tuple[str, str]]:
    """What is asked, the floor first."""
    target = Target.objects.get(plan=plan, indicator_code="dossiers_on_time").pk
    return [
        ("floor: /health/", "/health/"),
        ("dashboard", "/"),
        ("targets", "/targets/"),
        ("target with its 163 bodies", f"/targets/{target}/"),
        ("plan, clause by clause", f"/plans/{plan.pk}/"),
        ("figures of all communes", "/figures/?indicator=dossiers_on_time&kind=commune"),
        ("figure down to its rows", "/figures/dossiers_on_time/H44/2026-08/"),
        ("organisations", "/organisations/"),
        ("organisation's card", "/organisations/H44.100/"),
        ("units", "/units/"),
        ("search", "/search/?q=viet+tri"),
        ("public page", "/public/"),
        ("indices", "/scorecards/"),
        ("ranking of 148 communes", "/scorecards/qd766/ranking/?kind=commune"),
        (
            "ranking by a group, page 2",
            "/scorecards/qd766/ranking/?kind=commune&sort=-g-progress&page=2",
        ),
        ("scorecard of a commune", "/scorecards/qd766/cards/H44.100/"),
        ("method as a tree", "/scorecards/qd766/methods/2022/"),
        ("published rankings", "/public/scorecards/"),
        ("all figures as CSV", "/figures/?status=measured&export=csv"),
        ("targets as Excel", "/targets/?export=xlsx"),
    ]


def show(name: str, work: Callable[[], object]) -> None:
    """One line of the table."""
    with CaptureQueriesContext(connection) as captured:
        result = work()
    queries = len(captured)
    times = []
    for _request in range(REQUESTS):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    times.sort()
    median, late = statistics.median(times), times[int(0.95 * (len(times) - 1))]
    size = f"{len(result):,}" if isinstance(result, bytes) else ""
    print(LINE.format(name, f"{median:.1f} ms", f"{late:.1f} ms", queries, size), flush=True)


def one_by_one(plan: Plan) -> list[object]:
    """Targets with their standing, and the members on two indicators: a query for each row."""
    today, found = timezone.localdate(), []
    for target in Target.objects.filter(plan=plan):
        indicator = IndicatorVersion.objects.filter(code=target.indicator_code, latest=True).first()
        figure = figure_of(target.indicator_code, plan.organisation_id)
        measured = None
        if figure and indicator:
            measured = Measured(figure.value, figure.numerator, figure.denominator, indicator.scale)
        goal = Goal(target.comparator, target.value, target.unit, target.level, target.deadline)
        lead = target.lead.short_name if target.lead else ""
        found.append((target.clause.address, lead, assess(goal, measured, today)))
    for code in ("dossiers_on_time", "dossiers_overdue"):
        for member in Organisation.objects.filter(parent=plan.organisation_id):
            figure = figure_of(code, member.pk)
            unit = member.unit
            found.append((member.short_name, unit and unit.latitude, figure and figure.value))
    return found


def figure_of(code: str, organisation_id: int | None) -> Figure | None:
    """The current figure of one body."""
    figures = Figure.objects.current().filter(organisation=organisation_id, indicator__code=code)
    return figures.order_by("-period_end").first()


if __name__ == "__main__":
    main()
