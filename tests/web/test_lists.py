"""Lists: few queries however long they are, honest exports, and no address breaks them."""

import csv
import io
from urllib.parse import urlencode

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.models import Target

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15
PAGES = [
    "/",
    "/?indicator=dossiers_paid_online",
    "/targets/",
    "/targets/{target}/",
    "/plans/",
    "/plans/{plan}/",
    "/plans/{plan}/tasks/",
    "/plans/{plan}/tasks/1/",
    "/plans/{plan}/next-year/",
    "/plans/compare/?plan={plan}&plan={plan}",
    "/documents/",
    "/documents/?q=ho+so+truc+tuyen",
    "/documents/{document}/",
    "/documents/{document}/amends/",
    "/figures/",
    "/figures/?indicator=dossiers_on_time&kind=commune&sort=value",
    "/figures/dossiers_on_time/H44/2026-08/",
    "/indicators/",
    "/heat/",
    "/differences/",
    "/data/",
    "/data/computations/",
    "/organisations/",
    "/organisations/H44/",
    "/organisations/H44.100/",
    "/units/",
    "/units/province:25:/",
    "/sources/",
    "/search/?q=viet+tri",
    "/account/",
    "/public/",
    "/public/targets/{target}/",
    "/scorecards/",
    "/scorecards/qd766/ranking/",
    "/scorecards/qd766/ranking/?kind=commune&sort=-g-progress",
    "/scorecards/dti/methods/qd922/",
    "/public/scorecards/",
]
# A list with few rows and the same list with many.
FEW_AND_MANY = [
    ("/targets/?q=dung+han", "/targets/"),
    ("/organisations/?q=viet+tri", "/organisations/?q="),
    ("/figures/?q=viet+tri&indicator=dossiers_on_time", "/figures/?indicator=dossiers_on_time"),
    ("/units/?q=viet+tri", "/units/?q="),
    ("/indicators/?q=dti", "/indicators/"),
    ("/heat/?group=reported&q=viet+tri", "/heat/?group=reported"),
    ("/heat/?group=reported&kind=department", "/heat/?group=reported&kind=commune"),
    ("/search/?q=viet+tri", "/search/?q=tri"),
    ("/targets/?q=dung+han&export=csv", "/targets/?export=csv"),
    ("/figures/?q=viet+tri&export=csv", "/figures/?kind=commune&export=csv"),
    ("/units/?q=viet+tri&export=csv", "/units/?level=province&export=csv"),
    ("/scorecards/qd766/ranking/?q=viet+tri", "/scorecards/qd766/ranking/?kind=commune"),
    ("/scorecards/qd766/ranking/?kind=department", "/scorecards/qd766/ranking/?kind=commune"),
]
EXPORTS = [
    ("/targets/", "Clause"),
    ("/targets/{target}/", "Code"),
    ("/organisations/", "Code"),
    ("/organisations/H44.100/", "Indicator"),
    ("/units/?level=province", "Level"),
    ("/figures/", "Indicator"),
    ("/indicators/", "Code"),
    ("/indicators/dossiers_on_time/", "Code"),
    ("/heat/?group=reported", "Code"),
    ("/public/", "Clause"),
    ("/documents/", "Type"),
    ("/plans/{plan}/tasks/", "Clause"),
    ("/scorecards/qd766/ranking/", "Rank"),
    ("/scorecards/qd766/cards/H44.07/", "Code"),
]


@pytest.fixture
def at(published, plan_task):
    """Fill a real target, plan and document into an address."""
    target = published.targets.get(indicator_code="dossiers_on_time").pk
    return lambda address: address.format(
        target=target, plan=published.pk, document=published.document_id
    )


def queries(browser, address):
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        answer.getvalue()
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_few_things_of_the_database(dung, at, page):
    asked = queries(dung, at(page))
    assert len(asked) <= MOST_QUERIES, "\n".join(asked)


@pytest.mark.parametrize(("few", "many"), FEW_AND_MANY)
def test_a_longer_list_asks_nothing_more(dung, published, few, many):
    assert len(queries(dung, many)) <= len(queries(dung, few))


def cells(answer, kind):
    content = answer.getvalue()
    if kind == "csv":
        assert content.startswith(b"\xef\xbb\xbf")
        return [list(row) for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize(("address", "head"), EXPORTS)
def test_a_list_is_taken_away_in_the_readers_language(cast, signed_in, at, kind, address, head):
    shown = {}
    for language in ("vi", "en"):
        browser = signed_in(cast.dung, language)
        joint = "&" if "?" in address else "?"
        answer = browser.get(f"{at(address)}{joint}export={kind}")
        assert f'.{kind}"' in answer["Content-Disposition"]
        shown[language] = cells(answer, kind)
        with translation.override(language):
            assert shown[language][0][0] == gettext(head)
    vietnamese, english = shown["vi"], shown["en"]
    assert vietnamese[0] != english[0]
    assert len(vietnamese) == len(english) > 1
    assert {len(row) for row in vietnamese} == {len(vietnamese[0])}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_both_files_hold_the_same_rows(dung, published, kind):
    rows = cells(dung.get(f"/targets/?export={kind}"), kind)
    assert [row[1] for row in rows[1:]] == [target.name for target in published.targets.all()]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_text_never_becomes_a_formula(dung, published, sign):
    name = f"{sign}cmd|' /C calc'!A0"
    Target.objects.filter(order=1).update(name=name)
    Organisation.objects.filter(code="H44.100").update(name=name)
    for address, column in (("/targets/", 1), ("/organisations/?q=h44.100", 1)):
        joint = "&" if "?" in address else "?"
        text = cells(dung.get(f"{address}{joint}export=csv"), "csv")
        assert text[1][column][0] == "'"
        book = dung.get(f"{address}{joint}export=xlsx").getvalue()
        cell = openpyxl.load_workbook(io.BytesIO(book)).active.cell(2, column + 1)
        assert cell.data_type == "s"


def test_a_negative_number_stays_a_number(dung, at):
    rows = cells(dung.get("/organisations/H44.23/?export=csv"), "csv")
    assert not any(cell.startswith("'") for row in rows for cell in row)


LISTS = [
    "/",
    "/targets/",
    "/targets/{target}/",
    "/figures/",
    "/figures/dossiers_on_time/H44/2026-08/",
    "/indicators/",
    "/indicators/dossiers_on_time/",
    "/heat/",
    "/differences/",
    "/data/",
    "/organisations/",
    "/organisations/H44.100/",
    "/units/",
    "/sources/",
    "/sources/{source}/",
    "/search/",
    "/journal/",
    "/plans/",
    "/plans/{plan}/tasks/",
    "/documents/",
    "/documents/{document}/",
    "/documents/{document}/amends/",
    "/public/",
    "/scorecards/qd766/ranking/",
    "/scorecards/qd766/cards/H44.07/",
]
NAMES = [
    "q", "page", "sort", "state", "pillar", "kind", "indicator", "period", "status", "level",
    "on", "parent", "line", "day", "export", "next", "body", "calendar", "rule", "merge", "wait",
    "group", "show", "from", "unit", "path", "owner", "issuer", "year", "lead", "standing", "of",
    "method", "compare", "below", "missing",
]  # fmt: skip
NASTY = [
    "", " ", "abc", "-1", "0", "1e9", "²", "99999999999999999999", "9" * 4400, "nonsense", "-",
    "--text", "zzz", "2026-02-30", "0000-00-00", "9999-12-31", "0001-01-01", "%", "_", "'", '"',
    "\\", "\x00", "a\x00b", "\ud7ff", "🙂", "Việt Trì", "x" * 5_000, "<script>", "{{ 7*7 }}",
    "%(x)s", "csv", "xlsx", "pdf", "province:25:", "../../etc/passwd", "\u202e", "\r\nX: y",
]  # fmt: skip


@pytest.fixture
def auditor(cast, signed_in):
    """The browser of Giang, who may open every list."""
    return signed_in(cast.giang)


@pytest.fixture
def list_of(at, capture_folder):
    from cotmoc.apps.measurement.models import Source

    source = Source.objects.get(part="progress").pk
    return lambda page: at(page.replace("{source}", str(source)))


def answered(browser, address):
    answer = browser.get(address)
    assert answer.status_code in {200, 302, 400, 404}, address[:300]
    answer.getvalue()


@pytest.mark.parametrize("page", LISTS)
def test_no_value_in_all_its_parameters_breaks_a_list(auditor, list_of, page):
    for value in NASTY:
        names = NAMES if value in {"csv", "xlsx"} else [name for name in NAMES if name != "export"]
        answered(auditor, f"{list_of(page)}?{urlencode(dict.fromkeys(names, value))}")


@pytest.mark.parametrize("page", LISTS)
def test_no_query_string_breaks_a_list(auditor, list_of, page):
    values = st.one_of(st.sampled_from(NASTY), st.text(max_size=20))

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=4))
    def walk(parameters):
        answered(auditor, f"{list_of(page)}?{urlencode(parameters)}")

    walk()


@pytest.mark.parametrize("query", ["%ff%fe", "q=%ff", "&&&==", "q=%00", "q[]=1", "%", ";q=1"])
@pytest.mark.parametrize("page", ["/targets/", "/figures/", "/units/", "/search/", "/indicators/"])
def test_no_broken_encoding_breaks_a_list(auditor, list_of, page, query):
    answered(auditor, f"{page}?{query}")


@pytest.mark.parametrize(
    "path",
    [
        "/targets/99999999999999999999/",
        "/targets/0/",
        "/plans/99999999999999999999/",
        "/plans/1/tasks/99999999999999999999/",
        "/documents/99999999999999999999/",
        "/documents/99999999999999999999/original/",
        "/documents/99999999999999999999/amends/",
        "/sources/99999999999999999999/",
        "/public/targets/99999999999999999999/",
        "/figures/dossiers_on_time/H44/2026-13/",
        "/figures/x/%00/2026-08/",
        "/figures/dossiers_on_time/🙂/%27/",
        "/indicators/khong-co/",
        "/organisations/%00/",
        "/organisations/%F0%9F%99%82/",
        "/units/%00/",
        "/units/province:99:/",
    ],
)
def test_no_path_breaks_a_page(auditor, db, path):
    assert auditor.get(path).status_code == (400 if "%00" in path else 404)


def test_a_list_shows_the_nearest_page_to_a_wrong_one(auditor, db, read):
    first, last = (read(auditor.get(f"/organisations/?page={each}")) for each in ("abc", "9999"))
    assert "H44.01" in first.text
    assert "H44.01" not in last.text
