"""Pages as a browser without eyes reads them: status, tags, words."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, get_resolver

from cotmoc.apps.accounts.models import Person, Role
from cotmoc.apps.accounts.services import issue_token
from cotmoc.apps.documents.originals import path_of
from cotmoc.apps.measurement.models import Source
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.models import PlanTask
from cotmoc.apps.programmes.services import publish_plan
from cotmoc.apps.programmes.uploading import receive
from cotmoc.apps.scorecards.catalogue import sync_indices
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.proposals import Wanted, propose
from cotmoc.apps.scorecards.scenarios import Draft, save_scenario, share_scenario
from cotmoc.core.periods import parse_period

ROOT = Path(__file__).parents[2]
PLAN = ROOT / "samples" / "plans" / "ke-hoach-chuyen-doi-so-phu-tho-2026.txt"
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
def scored(db, cast, now):
    """Scorecards of August 2026, made when first asked for; a task proposed for the points of
    H44.07 and a what-if of it, both by Dung, who shares it."""

    @cache
    def make():
        sync_indices(actor=None, now=now)
        index = IndexVersion.objects.get(code="qd766", latest=True)
        compute_cards(index, parse_period("2026-08"), actor=None, now=now)
        who, body = {"actor": cast.dung, "now": now}, Organisation.objects.get(code="H44.07")
        wanted = Wanted("ON_TIME", "2026-08", body, body, "Thêm hồ sơ đúng hạn")
        draft = Draft("Giảm trễ hạn", index, body, "2026-08", {"ON_TIME": {"numerator": "400"}})
        shared = share_scenario(save_scenario(draft, **who), True, **who)
        return SimpleNamespace(proposal=propose(index, wanted, **who)[0], scenario=shared)

    return make


@pytest.fixture
def address_of(db, plan, plan_task, handed_in, scored):
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
        if "scorecards/" in route or "/indices/" in route:
            pk = (scored().scenario if "scenarios/" in route else scored().proposal).pk
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
