"""What all tests share: a data folder of their own, one loaded province, and the cast.

The province (unit table, a real capture of Phú Thọ's published figures, the sample plan) is loaded
once per run, after the migrations; every test then works inside a transaction that is undone.
"""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent
SAMPLES = ROOT / "samples"
CAPTURE = SAMPLES / "phu-tho-2026-08"
PLAN = SAMPLES / "plans" / "ke-hoach-chuyen-doi-so-phu-tho-2026.txt"
LOADED_AT = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


def pytest_addoption(parser):
    parser.addoption(
        "--database-tests",
        action="store_true",
        help="only tests that touch the database, without the browser's journeys",
    )


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--database-tests"):
        return
    chosen = [item for item in items if _touches_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


def _touches_database(item):
    if item.get_closest_marker("journey"):
        return False
    marked = item.get_closest_marker("django_db") is not None
    return marked or bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


@pytest.fixture(scope="session", autouse=True)
def data_dir(tmp_path_factory):
    """No test reads or writes the installation's own lake, sources or keys."""
    from django.conf import settings

    before = settings.DATA_DIR
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    yield settings.DATA_DIR
    settings.DATA_DIR = before


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, data_dir):
    """pytest-django's empty database, with the province in it."""
    with django_db_blocker.unblock():
        _load_province()


def _load_province():
    from cotmoc.apps.orgs.services import load_units
    from cotmoc.apps.programmes.services import import_plan
    from cotmoc.apps.scorecards.catalogue import sync_indices
    from cotmoc.apps.scorecards.computing import compute_all
    from cotmoc.integrations.portal766.services import import_folder, register_folder

    load_units(actor=None, now=LOADED_AT)
    register_folder(CAPTURE, actor=None, now=LOADED_AT)
    import_folder(CAPTURE, period=None, actor=None, now=LOADED_AT)
    sync_indices(actor=None, now=LOADED_AT)
    compute_all(actor=None, now=LOADED_AT)
    import_plan(PLAN, actor=None, now=LOADED_AT)


@pytest.fixture(autouse=True)
def requests_leave_the_connection_open():
    """The end of a request closes a connection with a fault; a test's connection holds the
    transaction it works in. Django's test client does the same for its own requests."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture(scope="session")
def capture_folder():
    """The tables of Phú Thọ's figures of August 2026, as published."""
    return CAPTURE


@pytest.fixture(scope="session")
def plan_file():
    """The sample plan's text."""
    return PLAN


@pytest.fixture
def now():
    """The moment at which a test's writes happen: after the province was loaded."""
    return datetime(2026, 10, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
def province(db):
    """The people's committee of Phú Thọ."""
    from cotmoc.apps.orgs.models import Organisation

    return Organisation.objects.get(code="H44")


@pytest.fixture
def scored(db):
    """The indices of the catalogue, the portal's points of August 2026 and its scorecards."""
    from cotmoc.apps.scorecards.catalogue import sync_indices
    from cotmoc.apps.scorecards.computing import compute_all
    from cotmoc.integrations.portal766.services import import_folder

    sync_indices(actor=None, now=LOADED_AT)
    import_folder(CAPTURE, period=None, actor=None, now=LOADED_AT)
    return compute_all(actor=None, now=LOADED_AT)


@pytest.fixture
def plan(db):
    """The sample plan of the province, as imported and not yet published."""
    from cotmoc.apps.programmes.models import Plan

    return Plan.objects.select_related("document", "organisation").get()


@pytest.fixture
def cast(db, now):
    """An: specialist of unit A. Bình: head of A, in the steering committee. Chi: unit B, a commune.
    Dung: secretariat. Em: a citizen, who never signs in. Giang: auditor."""
    from django.contrib.auth.models import AnonymousUser

    from cotmoc.apps.accounts.models import Person
    from cotmoc.apps.orgs.models import Organisation
    from cotmoc.apps.orgs.services import give_post

    def person(username, name, role, organisation=None):
        made = Person.objects.create_person(username, None, name=name, role=role)
        if organisation:
            body = Organisation.objects.get(code=organisation)
            give_post(made, body, actor=None, now=now)
        return made

    return SimpleNamespace(
        an=person("an", "Nguyễn Văn An", "reporter", "H44.07"),
        binh=person("binh", "Trần Thị Bình", "committee", "H44.07"),
        chi=person("chi", "Lê Thị Chi", "reporter", "H44.100"),
        dung=person("dung", "Phạm Thị Dung", "secretariat"),
        em=AnonymousUser(),
        giang=person("giang", "Đỗ Văn Giang", "auditor"),
    )
