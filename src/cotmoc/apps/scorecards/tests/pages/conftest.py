"""A small index over the real figures of August, and browsers to look at it with."""

import html
import re
from datetime import date

import pytest
from django.test import Client

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import Card
from cotmoc.apps.scorecards.results.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.tests import trial
from cotmoc.core.periods import parse_period

AUGUST = parse_period("2026-08")


@pytest.fixture
def index(now):
    """Two groups and a leaf that nobody can score, computed for August."""
    made = trial.method(
        trial.group("service", trial.ON_TIME), trial.group("payment", trial.PAID, trial.UNKNOWN)
    )
    compute_cards(made, AUGUST, actor=None, now=now)
    return made


@pytest.fixture
def july(index):
    """The month before: every department one place further down, the last one on top; communes as
    in August, one of them not ranked."""
    run = Card.objects.filter(index=index).first().run
    rows = []
    for card in Card.objects.filter(index=index, period="2026-08").order_by("kind", "rank"):
        rank = card.rank
        if card.kind == "department":
            rank = 1 if card.organisation.code == "H44.01" else (card.rank or 0) + 1
        elif card.organisation.code == "H44.100":
            rank = None
        rows.append(
            Card(
                index=index, organisation=card.organisation, kind=card.kind, period="2026-07",
                period_end=date(2026, 7, 31), total=card.total, max=card.max,
                scored_max=card.scored_max, status=card.status, rank=rank, ranked=card.ranked,
                nodes=card.nodes, leaves=card.leaves, run=run,
            )
        )  # fmt: skip
    Card.objects.bulk_create(rows)
    return rows


@pytest.fixture
def publish(now):
    """Record what a publisher gave: results by code of the body and of the node."""

    def made(index, given, period=AUGUST, source="Cổng công bố", on=date(2026, 9, 20)):
        bodies = Organisation.objects.in_bulk(field_name="code")
        results = [
            Result(bodies[code], node, points, rank=rank) for code, node, points, rank in given
        ]
        return record_publication(
            index, period, results, Publisher(source, published_on=on), actor=None, now=now
        )[0]

    return made


@pytest.fixture
def browser(cast):
    """A browser in which one of the cast has signed in."""

    def opened(who, language="vi"):
        client = Client()
        if who != "em":
            client.force_login(
                getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend"
            )
        client.cookies["language"] = language
        return client

    return opened


@pytest.fixture
def words():
    """The words of a page without its tags."""

    def read(answer):
        text = re.sub(r"<[^>]+>", " ", answer.content.decode())
        return re.sub(r"\s+", " ", html.unescape(text)).strip()

    return read
