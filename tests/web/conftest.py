"""Pages as a browser without eyes reads them: status, tags, words."""

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from cotmoc.apps.accounts.models import Person, Role
from cotmoc.apps.accounts.services import issue_token
from cotmoc.apps.documents.originals import path_of
from cotmoc.apps.measurement.models import Source
from cotmoc.apps.orgs.models import Organisation, Post
from cotmoc.apps.programmes.models import PlanTask
from cotmoc.apps.programmes.services import publish_plan
from cotmoc.apps.programmes.uploading import receive
from cotmoc.apps.scorecards.evidence import Proof, add_evidence
from cotmoc.apps.scorecards.importing import Options, import_published
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.proposals import Wanted, propose
from cotmoc.apps.scorecards.publishing import Publisher, Result, record_publication
from cotmoc.apps.scorecards.rounds import Terms, open_round
from cotmoc.apps.scorecards.scenarios import Draft, save_scenario, share_scenario
from cotmoc.core.periods import parse_period

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "samples" / "plans" / "ke-hoach-chuyen-doi-so-phu-tho-2026.txt"
TRIAL = ROOT / "src" / "cotmoc" / "apps" / "scorecards" / "tests" / "rounds" / "trial.yaml"
CODES = {
    "indicators/": "dossiers_on_time",
    "units/": "25",
    "scorecards/": "qd766",
    "indices/": "qd766",
    "": "H44.100",
}


class Reader(HTMLParser):
    """All opening tags with their attributes, and the words between."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    handle_startendtag = handle_starttag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words)).strip()


@pytest.fixture
def read():
    """A page's tags and text."""
    return lambda answer: Reader(answer.content.decode())


def routes(patterns=None, prefix=""):
    """Every route of the service, in full."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from routes(each.url_patterns, route)


@pytest.fixture(scope="session")
def all_routes():
    return sorted(set(routes()))


@pytest.fixture
def plan_task(plan):
    """A task of the plan, as its first clause states it."""
    clause = plan.document.clauses.first()
    found = plan.tasks.filter(order=1).first()
    return found or PlanTask.objects.create(
        plan=plan,
        order=1,
        clause=clause,
        start=clause.start,
        end=clause.end,
        action="Xây dựng cổng dữ liệu mở",
    )


@pytest.fixture
def handed_in(plan):
    """A document handed in that waits to be confirmed."""
    raw = "KẾ HOẠCH\n\nII. MỤC TIÊU\n- Tối thiểu 95% hồ sơ được số hóa.\n".encode()
    now = plan.document.recorded_at
    return receive("ke-hoach.txt", raw, actor=None, now=now).upload


@pytest.fixture
def proposal(db, cast, now):
    """A task proposed for the points of H44.07, by Dung."""
    index = IndexVersion.objects.get(code="qd766", latest=True)
    body = Organisation.objects.get(code="H44.07")
    wanted = Wanted("ON_TIME", "2026-08", body, body, "Thêm hồ sơ đúng hạn")
    return propose(index, wanted, actor=cast.dung, now=now)[0]


@pytest.fixture
def scenario(db, cast, now):
    """A what-if of H44.07 that Dung shares."""
    index = IndexVersion.objects.get(code="qd766", latest=True)
    body = Organisation.objects.get(code="H44.07")
    draft = Draft("Giảm trễ hạn", index, body, "2026-08", {"ON_TIME": {"numerator": "400"}})
    made = save_scenario(draft, actor=cast.dung, now=now)
    return share_scenario(made, True, actor=cast.dung, now=now)


@pytest.fixture
def trial_index(now):
    """A small index, one leaf for every way in which a body is asked."""
    raw = yaml.safe_load(TRIAL.read_text(encoding="utf-8"))
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
def opened_round(db, trial_index):
    """A round that is open today, of An's department and Chi's commune."""
    bodies = Organisation.objects.filter(code__in=["H44.07", "H44.100"])
    today = timezone.localdate()
    terms = Terms("Chấm thử", today + timedelta(days=20), today + timedelta(days=30))
    period = parse_period("2026-08")
    return open_round(trial_index, period, bodies, terms, actor=None, now=timezone.now())


@pytest.fixture
def results(db, now):
    """The rank of a department, as somebody published it."""
    index = IndexVersion.objects.get(code="qd766", latest=True)
    body = Organisation.objects.get(code="H44.07")
    record_publication(
        index, parse_period("2026-08"), [Result(body, "", None, rank=3)],
        Publisher("Báo địa phương", published_on=date(2026, 9, 20)), actor=None, now=now,
    )  # fmt: skip


@pytest.fixture
def proof(opened_round):
    """Evidence with a link and a file in An's part of the round."""
    part = opened_round.assessments.get(organisation__code="H44.07")
    raw = b"%PDF-1.7\ntrailer\n<<>>\n%%EOF\n"
    handed = Proof(link="https://sct.phutho.gov.vn/", file_name="ke-hoach.pdf", raw=raw)
    return add_evidence(part, "PLAN", handed, actor=None, now=timezone.now())


@pytest.fixture
def publication(db, now):
    """Published results of DTI 2022."""
    file = ROOT / "samples" / "indices" / "dti-2022.csv"
    return import_published(file, Options(), actor=None, now=now).parts[0].publication


@pytest.fixture
def address_of(
    db, plan, plan_task, handed_in, opened_round, proof, proposal, scenario, publication, results
):
    """A real address for a route: its arguments are those of rows that are there."""
    token = None
    refused_rows = "dossiers-thang-8-0a1b2c3d.csv"
    apart = Path(settings.DATA_DIR) / "quarantine" / refused_rows
    apart.parent.mkdir(exist_ok=True)
    apart.write_text("line,field,value,reason,why,dossier\n7,state,99,not_allowed,…,A-1\n")
    original = path_of(plan.document.digest)
    original.parent.mkdir(parents=True, exist_ok=True)
    original.write_bytes(PLAN.read_bytes())

    def arguments(route):
        nonlocal token
        if "tokens/" in route:
            person = Person.objects.filter(role=Role.SECRETARIAT).first()
            if token is None and person:
                issue_token(person, "đọc số liệu", actor=None, now=plan.document.recorded_at)
                token = person.tokens.get()
            return {"pk": token.pk if token else 1}
        if "rounds/" in route:
            pk = proof.pk if "rounds/evidence/" in route else opened_round.pk
            own = "H44.07"
            return {"pk": pk, "unit": own, "leaf": "PLAN", "round_id": pk, "unit_code": own}
        if "proposals/" in route:
            pk = proposal.pk
        elif "published/" in route:
            pk = publication.pk
        elif "scenarios/" in route:
            pk = scenario.pk
        elif "targets/" in route:
            pk = plan.targets.get(indicator_code="dossiers_on_time").pk
        elif "plans/" in route:
            pk = plan.pk
        elif "uploads/" in route:
            pk = handed_in.pk
        elif "/confirm/" in route:
            pk = handed_in.document_id
        elif "documents/" in route:
            pk = plan.document_id
        else:
            pk = Source.objects.get(part="progress").pk
        return {
            "pk": pk,
            "id": pk,
            "target_id": pk,
            "indicator": "dossiers_on_time",
            "unit": "H44",
            "unit_code": "H44",
            "body": "H44",
            "name": refused_rows,
            "period": "2026-08",
            "level": "province",
            "method": "2022",
            "code": next(code for room, code in CODES.items() if room in route or not room),
            "key": "province:25:",
            "order": 1,
            "number": handed_in.document.draft_rows.first().pk,
        }

    def fill(route):
        values = arguments(route)
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)

    return fill


@pytest.fixture
def roles(cast, now):
    """One person of each role."""
    admin = Person.objects.create_person("quan", None, name="Vũ Quân", role=Role.ADMINISTRATOR)
    Post.objects.update(valid_from=None)  # pages ask about today, whenever a test runs
    return {
        "administrator": admin,
        "secretariat": cast.dung,
        "committee": cast.binh,
        "reporter": cast.an,
        "auditor": cast.giang,
    }


@pytest.fixture
def signed_in():
    """A browser in which somebody has signed in."""

    def browser(person, language="vi"):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["language"] = language
        return client

    return browser


@pytest.fixture
def dung(cast, signed_in):
    """The browser of Dung, of the secretariat."""
    return signed_in(cast.dung)


@pytest.fixture
def published(plan, now):
    """The plan and its figures, published."""
    publish_plan(plan, actor=None, now=now)
    return plan


@pytest.fixture
def quick_passwords(settings):
    """Hashing at the speed of tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return SimpleNamespace(word="mot-mat-khau-dai")
