"""Rounds over the API: three columns beside what is computed, to those who take part."""

from datetime import date

import pytest

from cotmoc.apps.accounts.services import issue_token
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.scorecards.assessments.assessing import Filling, save_answers
from cotmoc.apps.scorecards.assessments.evidence import Proof, add_evidence
from cotmoc.apps.scorecards.assessments.rounds import Terms, open_round
from cotmoc.apps.scorecards.tests import trial
from cotmoc.core.periods import parse_period

OURS, THEIRS = "H44.07", "H44.100"


@pytest.fixture
def part(cast, now):
    """The department's part in a round of two bodies, answered."""
    Post.objects.update(valid_from=None)  # the API asks about today, whenever a test runs
    bodies = Organisation.objects.filter(code__in=[OURS, THEIRS])
    index = trial.method(trial.ON_TIME, trial.TEAM)
    terms = Terms("Chấm thử", date(2026, 10, 20))
    who = {"actor": None, "now": now}
    made = open_round(index, parse_period("2026-08"), bodies, terms, **who)
    found = made.assessments.get(organisation__code=OURS)
    save_answers(found, [Filling("TEAM", 0, {"chosen": ["yes"]})], **who)
    add_evidence(found, "TEAM", Proof(number="1/QĐ", dated=date(2026, 1, 2)), **who)
    return found


@pytest.fixture
def as_(get, now):
    """Ask in somebody's name."""

    def ask(person, address, query=None):
        return get(address, query, issue_token(person, "thử", actor=None, now=now))

    return ask


def test_rounds_are_listed_and_narrowed(get, part):
    (row,) = get("/rounds").json()["items"]
    assert (row["index"], row["period"], row["state"]) == ("trial", "2026-08", "open")
    assert (row["bodies"], row["submitted"], row["version"]) == (2, 0, 1)
    assert get("/rounds", {"state": "published"}).json()["count"] == 0
    assert get("/rounds", {"period": "2026-08", "index": "trial"}).json()["count"] == 1
    assert get(f"/rounds/{row['id']}").json() == row
    assert get("/rounds/9999").status_code == 404


def test_a_part_has_its_columns_apart(get, part):
    found = get(f"/rounds/{part.round_id}/assessments/{OURS}").json()
    assert (found["state"], found["computed"], found["self_assessed"]) == ("in_work", 13.78, 18.78)
    leaves = {leaf["code"]: leaf for leaf in found["entries"]}
    assert leaves["ON_TIME"]["computed"] == leaves["ON_TIME"]["self_assessed"] == 13.78
    assert leaves["TEAM"]["computed"] is None
    assert leaves["TEAM"]["self_assessed"] == 5
    assert leaves["TEAM"]["appraised"] is None
    assert leaves["TEAM"]["evidence"][0]["number"] == "1/QĐ"
    assert leaves["TEAM"]["answer"] == {"chosen": ["yes"]}


def test_chi_reads_her_own_body_only(as_, cast, part):
    rows = as_(cast.chi, f"/rounds/{part.round_id}/assessments").json()["items"]
    assert [row["unit_code"] for row in rows] == [THEIRS]
    assert as_(cast.chi, f"/rounds/{part.round_id}/assessments/{OURS}").status_code == 404
    assert as_(cast.an, f"/rounds/{part.round_id}/assessments/{OURS}").status_code == 200
    both = as_(cast.giang, f"/rounds/{part.round_id}/assessments").json()
    assert both["count"] == 2


def test_who_takes_no_part_sees_no_round(as_, cast, part):
    Post.objects.all().delete()
    assert as_(cast.an, "/rounds").json()["count"] == 0
    assert as_(cast.an, f"/rounds/{part.round_id}").status_code == 404


def test_reasons_and_evidence_of_a_published_round_stay_with_those_who_take_part(as_, cast, part):
    part.round.assessments.update(state="locked")
    type(part.round).objects.update(state="published")
    found = as_(cast.chi, f"/rounds/{part.round_id}/assessments/{OURS}").json()
    leaf = next(leaf for leaf in found["entries"] if leaf["code"] == "TEAM")
    assert leaf["self_assessed"] == 5
    assert (leaf["evidence"], leaf["answer"], leaf["self_reason"]) == (None, None, None)
