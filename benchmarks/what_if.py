"""How long the server thinks while somebody slides: what if and points lost, on the demo's data.

    python benchmarks/what_if.py [REQUESTS]

Requests go through every middleware within this process, as in benchmarks/pages.py. QĐ 766 is
scored on the demo's figures. The template (71 leaves, some of which set bodies beside each other)
gets made-up readings of every leaf for each of the 163 bodies, put where the process keeps what a
run read. The first line of each index reads and scores everything anew, as after a new run.
"""

# ruff: noqa: E402 - Django is set up before its models are imported.

import os
import random
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")

import django

django.setup()

from dataclasses import replace
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from pages import LINE, REQUESTS, show

from cotmoc.apps.accounts.models import Person
from cotmoc.apps.scorecards import baseline as kept
from cotmoc.apps.scorecards.assuming import DialKind, dials
from cotmoc.apps.scorecards.baseline import Baseline, baseline, forget
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.indicators.indices.model import Answer, Leaf, operands_of
from cotmoc.indicators.indices.results import Reading, reading_key
from cotmoc.indicators.indices.score import score

BODY, PERIOD = "H44.100", "2026-08"
SEED = 1


def main() -> None:
    """Measure and print; nothing is left in the database."""
    person = Person.objects.filter(role="secretariat").first()
    if person is None or not IndexVersion.objects.filter(code="qd766", latest=True).exists():
        sys.exit("The demo is not loaded. Run: make demo SERVE=0")
    assert not settings.DEBUG
    print(f"Server time of {REQUESTS} requests each, {connection.vendor}\n")
    print(LINE.format("", "median", "p95", "queries", "bytes"))
    with transaction.atomic():
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for code in ("qd766", "internal"):
            measure(client, person, IndexVersion.objects.get(code=code, latest=True))
        transaction.set_rollback(True)


def measure(client: Client, person: Person, index: IndexVersion) -> None:
    """The pages of one index."""
    address = f"/scorecards/{index.code}/cards/{BODY}"

    def ask(path: str, **headers: str) -> bytes:
        return bytes(client.get(f"{address}/{path}", headers=headers).content)

    def anew() -> bytes:
        forget()
        return ask("what-if/")

    base = baseline(index, PERIOD, viewer=person)
    if base is None:
        sys.exit(f"{index} has no scorecards of {PERIOD}. Run: make demo SERVE=0")
    show(f"{index.code}: what if, all read anew", anew)
    if base.asked.template:
        base = made_up(base)
    moved = f"what-if/?period={PERIOD}&of={base.asked.digest[:8]}&{slid(base)}"
    asks = {"hx-request": "true"}
    leaves = len(list(base.asked.leaves()))
    name = f"{index.code}: {len(base.scores)} × {leaves}"
    show(f"{name}, a slider moves", lambda: ask(moved, **asks))
    show(f"{name}, the whole page", lambda: ask(moved))
    show(f"{name}, as the best of its kind", lambda: ask("what-if/?preset=best"))
    show(f"{name}, points lost", lambda: ask("lost/"))


def slid(base: Baseline) -> str:
    """The first dial with counts, moved by one."""
    for place, dial in enumerate(dials(base, BODY)):
        now = dial.now
        if dial.kind is DialKind.PARTS and now and now.numerator and now.denominator:
            return f"a{place}={now.numerator - 1}&b{place}={now.denominator}"
    raise LookupError("no dial has counts")


def made_up(base: Baseline) -> Baseline:
    """The same bodies with a reading of every leaf; the process holds it as what the run read."""
    chance = random.Random(SEED)
    bodies = [each.body for each in base.scores]
    readings = {
        body.code: {
            reading_key(operand, leaf): reading(leaf, chance, answer=isinstance(operand, Answer))
            for leaf in base.index.leaves()
            for operand in operands_of(leaf.rule).values()
        }
        for body in bodies
    }
    scores = score(base.index, bodies, readings)
    made = replace(
        base,
        scores=scores,
        readings=readings,
        by_code={each.body.code: each for each in scores},
    )
    key = next(key for key, held in kept._kept.items() if held.asked.digest == base.asked.digest)
    kept._kept[key] = made
    return made


def reading(leaf: Leaf, chance: random.Random, *, answer: bool) -> Reading:
    """A figure with its counts, or the points of an answer."""
    if answer:
        return Reading(value=(leaf.max * chance.randint(0, 10) / 10).quantize(Decimal("0.01")))
    whole = chance.randint(1, 4000)
    part = chance.randint(0, whole)
    value = Decimal(100 * part) / whole
    return Reading("measured", value.quantize(Decimal("0.000001")), Decimal(part), Decimal(whole))


if __name__ == "__main__":
    main()
