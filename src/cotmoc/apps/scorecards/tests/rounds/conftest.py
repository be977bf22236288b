"""A round of two bodies under a small index: An's department and Chi's commune."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assessments.assessing import Filling, save_answers, submit
from cotmoc.apps.scorecards.assessments.evidence import Proof, add_evidence
from cotmoc.apps.scorecards.assessments.rounds import Terms, open_round
from cotmoc.apps.scorecards.models import Assessment, IndexVersion
from cotmoc.core.periods import parse_period

D = Decimal
PERIOD = parse_period("2026-08")
TERMS = Terms("Chấm thử tháng 8", date(2026, 10, 20), date(2026, 10, 30))
ANSWERS = {
    "PLAN": {"chosen": ["yes"]},
    "MEETINGS": {"value": "3"},
    "TRAINED": {"numerator": "30", "denominator": "40"},
    "SYSTEM": {"chosen": ["whole"]},
    "MARK": {"value": "8"},
    "IDEAS": {"value": "2"},
}


@pytest.fixture
def index(db, now):
    """The trial index, as the catalogue would hold it."""
    raw = yaml.safe_load((Path(__file__).parent / "trial.yaml").read_text(encoding="utf-8"))
    raw["valid_from"] = raw["valid_from"].isoformat()
    return IndexVersion.objects.create(
        code="trial",
        method="1",
        digest="7" * 64,
        name_vi="Chỉ số thử",
        name_en="Trial index",
        search="chi so thu",
        owner="Tổ giúp việc",
        legal_source="1/QĐ-UBND",
        content=raw,
        valid_from=date(2026, 1, 1),
        recorded_at=now,
    )


@pytest.fixture
def bodies(db):
    """The department that An and Bình speak for and the commune that Chi speaks for."""
    return [Organisation.objects.get(code=code) for code in ("H44.07", "H44.100")]


@pytest.fixture
def opened(index, bodies, cast, now):
    """The round as Dung opened it."""
    return open_round(index, PERIOD, bodies, TERMS, actor=cast.dung, now=now)


@pytest.fixture
def ours(opened):
    """The part of An's department."""
    return Assessment.objects.get(round=opened, organisation__code="H44.07")


@pytest.fixture
def theirs(opened):
    """The part of Chi's commune."""
    return Assessment.objects.get(round=opened, organisation__code="H44.100")


@pytest.fixture
def entry():
    return lambda assessment, leaf: assessment.entries.get(leaf=leaf)


@pytest.fixture
def say(cast, now, entry):
    """Answer a leaf as An, or as somebody else."""

    def answer(assessment, leaf, told, reason="", by=None):
        seen = entry(assessment, leaf).version
        filling = Filling(leaf, seen, told, reason)
        return save_answers(assessment, [filling], actor=by or cast.an, now=now)

    return answer


@pytest.fixture
def fill(cast, now, say):
    """Answer everything, with the evidence that is wanted."""

    def everything(assessment, by=None):
        by = by or cast.an
        for leaf, told in ANSWERS.items():
            say(assessment, leaf, told, by=by)
        if assessment.organisation.kind == "commune":
            say(assessment, "VILLAGES", {"value": "2"}, by=by)
        paper = Proof(number="12/KH-SCT", dated=date(2026, 2, 3), title="Kế hoạch")
        add_evidence(assessment, "PLAN", paper, actor=by, now=now)
        return assessment

    return everything


@pytest.fixture
def submitted(ours, fill, cast, now):
    """An's department has handed its assessment in."""
    fill(ours)
    return submit(ours, version=ours.version, actor=cast.an, now=now)


@pytest.fixture
def later(now):
    """A number of days later."""
    return lambda days: now + timedelta(days=days)
