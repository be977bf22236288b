"""The register, a document's page, and the file as received, as people see them."""

import csv
import hashlib
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.documents.models import Document
from cotmoc.apps.documents.originals import path_of
from cotmoc.apps.documents.queries import related
from cotmoc.apps.documents.web.graph import MOST_A_SIDE, graph
from cotmoc.apps.journal.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    """A browser in which somebody has signed in."""

    def make(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def dung(cast, browser):
    return browser(cast.dung)


@pytest.fixture
def several(recorded, reading):
    """A plan, a decision and a draft."""
    return [
        recorded(reading("11", issuer="UBND tỉnh Gia Lai", date="2025-03-01")),
        recorded(
            reading(
                "12", "QĐ-UBND", type="Quyết định", title="Quyết định về hạ tầng số",
                text="QUYẾT ĐỊNH\nĐiều 1. Phủ sóng đường băng rộng tới thôn, bản.\n",
            )
        ),
        recorded(reading("13", title="Dự thảo kế hoạch mật"), state=Document.State.DRAFT),
    ]  # fmt: skip


def page_text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def titles(answer):
    return {row.document.title for row, _passage in answer.context["rows"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=Quyết định", {"Quyết định về hạ tầng số"}),
        ("issuer=UBND tỉnh Gia Lai", {"Kế hoạch số 11"}),
        ("year=2025", {"Kế hoạch số 11"}),
        ("state=draft", {"Dự thảo kế hoạch mật"}),
        ("q=duong bang rong", {"Quyết định về hạ tầng số"}),
        ("q=ĐƯỜNG+BĂNG", {"Quyết định về hạ tầng số"}),
        ("q=12/QD-UBND", {"Quyết định về hạ tầng số"}),
        ('q="thon ban"', {"Quyết định về hạ tầng số"}),
        ('q="ban thon"', set()),
        ("q=-- !?", set()),
        (
            "year=1999&kind=khong-co&state=x",
            {"Kế hoạch số 11", "Quyết định về hạ tầng số", "Dự thảo kế hoạch mật"},
        ),
    ],
)
def test_the_register_is_narrowed_and_searched(dung, several, plan, query, found):
    assert titles(dung.get(f"/documents/?{query}")) - {plan.document.title} == found


def test_what_was_found_is_shown_as_written_and_marked(dung, several):
    html = dung.get("/documents/?q=duong+bang").content.decode()
    assert "<mark>đường</mark> <mark>băng</mark> rộng tới thôn" in html


@pytest.mark.parametrize(
    ("sort", "first"), [("date", "Kế hoạch số 11"), ("title", "Dự thảo kế hoạch mật")]
)
def test_the_register_is_sorted(dung, several, sort, first):
    rows = dung.get(f"/documents/?sort={sort}").context["rows"]
    assert rows[0][0].document.title == first


def test_the_register_counts_targets_and_tasks(dung, plan):
    ((row, _passage),) = dung.get("/documents/").context["rows"]
    assert (row.counts.targets, row.counts.tasks) == (plan.targets.count(), plan.tasks.count())
    assert row.counts.targets > 30


def test_the_register_is_taken_away_as_a_file(dung, several):
    answer = dung.get("/documents/?kind=Quyết định&export=csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][:2] == ["Quyết định", "12/QĐ-UBND"]
    assert rows[1][-1] == several[1].digest


def test_a_longer_register_asks_nothing_more(dung, several, recorded, reading):
    def asked(address):
        with CaptureQueriesContext(connection) as captured:
            assert dung.get(address).status_code == 200
        return len(captured)

    few = asked("/documents/?q=ke+hoach")
    for number in range(50, 70):
        recorded(reading(str(number)))
    assert asked("/documents/?q=ke+hoach") == few


def test_a_draft_is_for_those_who_read_drafts(cast, browser, several):
    draft = several[2]
    path = path_of(draft.digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    an = browser(cast.an)
    assert draft.title not in an.get("/documents/?q=mat").content.decode()
    assert an.get(f"/documents/{draft.pk}/").status_code == 404
    assert an.get(f"/documents/{draft.pk}/original/").status_code == 404
    assert browser(cast.giang).get(f"/documents/{draft.pk}/").status_code == 200


def test_a_document_shows_its_head_and_how_it_was_read(dung, recorded, full_reading):
    document = recorded(full_reading, size=4_200_000)
    answer = dung.get(f"/documents/{document.pk}/")
    text = page_text(answer)
    for said in (
        "0749/QĐ-UBND", "UBND tỉnh Phú Thọ", "02/3/2026", "Nguyễn Văn Mẫu", "TM. KT.",
        "Lưu: VT", "2026–2030", document.digest, "4,2 MB",
    ):  # fmt: skip
        assert said in text, said
    assert '<a href="#B1.2">Phụ lục I</a>: Danh mục' in answer.content.decode()


def test_tables_are_shown_as_tables_with_their_clauses(dung, recorded, full_reading):
    document = recorded(full_reading)
    html = dung.get(f"/documents/{document.pk}/").content.decode()
    table = html[html.index('<table class="signed">') : html.index("</table>")]
    assert '<th scope="col">Nhiệm vụ</th>' in table
    assert '<tr id="B1.2"><td>1</td><td>Xây dựng cổng dữ liệu' in table
    assert "doubt" in table
    assert html.count("Xây dựng cổng dữ liệu") == 1
    assert html.count("Kết thúc") == 1


def test_a_table_recorded_with_places_that_make_no_sense_is_read_as_lines(
    dung, recorded, full_reading
):
    document = recorded(full_reading)
    document.tables[0]["end"] = 10_000
    document.save()
    html = dung.get(f"/documents/{document.pk}/").content.decode()
    assert "<table" not in html
    assert "Xây dựng cổng dữ liệu" in html


def test_targets_are_marked_in_the_text_and_lead_to_their_pages(dung, plan):
    html = dung.get(f"/documents/{plan.document_id}/").content.decode()
    for target in plan.targets.select_related("clause"):
        assert f'href="/targets/{target.pk}/"' in html
        assert f'id="{target.clause.address}"' in html


def test_the_text_is_shown_whole(dung, plan):
    answer = dung.get(f"/documents/{plan.document_id}/")
    shown = ["".join(piece.text for piece in line.pieces) for line in answer.context["lines"]]
    assert shown == [line for line in plan.document.text.split("\n") if line.strip()]


def test_relations_are_drawn_and_listed(dung, recorded, reading, cites):
    older = recorded(reading("1"))
    newer = recorded(
        reading("2", citations=(cites("replaces", "1/KH-UBND"), cites("based_on", "9/NQ-CP")))
    )
    html = dung.get(f"/documents/{newer.pk}/").content.decode()
    drawing = html[html.index('<svg class="ties"') :]
    drawing = drawing[: drawing.index("</svg>")]
    assert f'<a href="/documents/{older.pk}/" tabindex="-1">' in drawing
    assert "9/NQ-CP" in drawing
    assert 'aria-hidden="true"' in drawing
    listed = html[html.index('class="plainlist ties-list"') :]
    assert f'href="/documents/{older.pk}/"' in listed
    assert "9/NQ-CP" in listed
    assert f'href="/documents/{newer.pk}/"' in dung.get(f"/documents/{older.pk}/").content.decode()


def test_a_graph_shows_the_nearest_and_says_how_many_more(recorded, reading, cites, cast):
    cited = [cites("based_on", f"{number}/NQ-CP") for number in range(1, 13)]
    document = recorded(reading("2", citations=(*cited, cites("amends", "77/KH-UBND"))))
    drawn = graph(document, related(document, viewer=cast.an))
    assert len(drawn.nodes) == MOST_A_SIDE + 1
    assert "77/KH-UBND" in drawn.nodes[-2].name  # next to the document itself
    assert drawn.nodes[-1].here
    assert "6" in drawn.hidden
    assert drawn.height == max(node.y for node in drawn.nodes) + 44 + 2


def test_the_original_is_given_out_as_received(dung, plan, plan_file):
    path = path_of(plan.document.digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plan_file.read_bytes())
    answer = dung.get(f"/documents/{plan.document_id}/original/")
    assert hashlib.sha256(answer.getvalue()).hexdigest() == plan.document.digest
    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert plan.document.file_name in answer["Content-Disposition"]


def test_a_file_that_is_not_the_one_received_is_not_given_out(dung, plan):
    path = path_of(plan.document.digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"something else")
    assert dung.get(f"/documents/{plan.document_id}/original/").status_code == 404
    path.unlink()
    assert dung.get(f"/documents/{plan.document_id}/original/").status_code == 404


def test_the_secretariat_says_whether_a_document_holds(cast, browser, dung, recorded, reading):
    document = recorded(reading())
    said = {"state": "withdrawn", "valid_from": "2026-01-15", "valid_to": "2026-09-01"}
    address = f"/documents/{document.pk}/validity/"
    assert browser(cast.an).post(address, said).status_code == 403
    assert dung.post(address, said | {"valid_to": ""}).status_code == 422
    assert dung.post(address, said).status_code == 302
    document.refresh_from_db()
    assert document.state == "withdrawn"
    assert Entry.objects.get(verb="document.validity_set").actor == cast.dung


def test_what_a_document_says_stays_text(dung, recorded, reading):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    document = recorded(
        reading("1", text=f"KẾ HOẠCH\n{hostile}\n", title=hostile, recipients=(hostile,))
    )
    for address in (f"/documents/{document.pk}/", "/documents/?q=alert"):
        html = dung.get(address).content.decode()
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


def test_a_person_ties_what_the_register_left_open(cast, browser, dung, recorded, reading, cites):
    first = recorded(reading("33", date="2025-01-15"))
    second = recorded(reading("33", date="2026-01-15"))
    newer = recorded(reading("40", citations=(cites("amends", "33/KH-UBND"),)))
    address = f"/documents/{newer.pk}/relations/"
    assert browser(cast.an).post(address, {"kind": "amends", "other": second.pk}).status_code == 403
    for other in (second, first):
        dung.post(address, {"kind": "amends", "other": other.pk})
        assert newer.relations.get().other == other  # put right, not doubled
    dung.post(address, {"kind": "amends", "other": first.pk})
    assert Entry.objects.filter(verb="document.related", actor=cast.dung).count() == 2
    dung.post(address, {"untie": newer.relations.get().pk})
    assert newer.relations.get().other is None
    dung.post(address, {"kind": "replaces", "other": first.pk})
    assert set(newer.relations.values_list("kind", "other")) == {
        ("amends", None), ("replaces", first.pk),
    }  # fmt: skip
    for sent in ({}, {"untie": "x"}, {"kind": "amends", "other": newer.pk}, {"kind": "?"}):
        assert dung.post(address, sent).status_code == 302
    assert dung.post(address, {"untie": "999999999"}).status_code == 404
    assert newer.relations.count() == 2
