"""Plans side by side, the same target elsewhere, and next year's plan, as people meet them."""

import csv
import io
import re

import openpyxl
import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cotmoc.apps.documents.models import Document
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.programmes.linking import link_targets
from cotmoc.apps.programmes.models import DraftRow, Plan, Target, TargetLink
from cotmoc.apps.programmes.services import import_plan

pytestmark = pytest.mark.django_db

STEER = {"administrator", "secretariat"}


@pytest.fixture
def last_year(plan, plan_file, tmp_path, now):
    """The sample plan a year earlier, with a lower goal for dossiers on time."""
    text = plan_file.read_text(encoding="utf-8").replace("2026", "2025")
    path = tmp_path / "nam-truoc.txt"
    path.write_text(text.replace("Tối thiểu 95% hồ sơ", "Tối thiểu 90% hồ sơ"), encoding="utf-8")
    made = import_plan(path, actor=None, now=now).plan
    TargetLink.objects.all().delete()  # importing looks by itself; these tests look again
    return made


@pytest.fixture
def on_time(plan):
    return plan.targets.get(indicator_code="dossiers_on_time")


@pytest.fixture
def address(plan, last_year):
    return f"/plans/compare/?plan={last_year.pk}&plan={plan.pk}"


class TestComparing:
    def test_the_same_target_stands_in_one_row_with_its_difference(self, dung, address, read):
        text = read(dung.get(address)).text
        assert "Hồ sơ thủ tục hành chính được giải quyết đúng hạn" in text
        assert "90 % → 95 %" in text

    def test_without_plans_it_asks_for_some(self, dung, plan):
        for query in ("", f"?plan={plan.pk}", "?plan=x&plan=-1&plan=99999999999999999999"):
            answer = dung.get(f"/plans/compare/{query}")
            assert answer.status_code == 200
            assert answer.context["blocks"] == []

    @pytest.mark.parametrize(
        ("show", "kinds"), [("differs", {True}), ("same", {False}), ("alone", set())]
    )
    def test_it_can_be_narrowed_to_what_differs(self, dung, address, show, kinds):
        blocks = dung.get(f"{address}&show={show}").context["blocks"]
        assert {row.differs for _heading, lines in blocks for row, _cells in lines} == kinds

    def test_search_needs_no_accents(self, dung, address):
        blocks = dung.get(f"{address}&q=DUNG HAN").context["blocks"]
        names = [row.first.name for _heading, lines in blocks for row, _cells in lines]
        assert names
        assert all("đúng hạn" in name for name in names)

    def test_the_files_hold_every_row(self, dung, address, plan):
        rows = csv.reader(io.StringIO(dung.get(f"{address}&export=csv").getvalue().decode()))
        header, *lines = rows
        assert len(header) == 2 + 5 * 2 + 2
        assert len(lines) == plan.targets.count()
        book = openpyxl.load_workbook(io.BytesIO(dung.get(f"{address}&export=xlsx").content))
        assert book.active.max_row == len(lines) + 1

    def test_a_draft_is_not_compared_for_those_who_read_none(
        self, address, plan, last_year, roles, signed_in
    ):
        Document.objects.filter(pk=last_year.document_id).update(state=Document.State.DRAFT)
        seen = signed_in(roles["reporter"]).get(address)
        assert seen.context["plans"] == [plan]
        assert len(signed_in(roles["secretariat"]).get(address).context["plans"]) == 2

    def test_few_queries_however_many_targets(self, dung, address, plan):
        dung.get(address)
        with CaptureQueriesContext(
            connection,
        ) as many:
            dung.get(address)
        Target.objects.exclude(indicator_code__startswith="dossiers").delete()
        with CaptureQueriesContext(connection) as few:
            dung.get(address)
        assert len(many) == len(few) <= 15


class TestLinks:
    @pytest.fixture
    def link(self, plan, last_year, on_time, now):
        link_targets(plan, actor=None, now=now)
        return TargetLink.objects.get(later=on_time)

    def test_the_page_of_a_target_shows_the_same_one_elsewhere(self, dung, link, on_time, read):
        text = read(dung.get(f"/targets/{on_time.pk}/")).text
        assert "90 % → 95 %" in text
        assert link.earlier.plan.title in text

    def test_links_add_one_query_to_the_page(self, dung, last_year, on_time, plan, now):
        dung.get(f"/targets/{on_time.pk}/")
        with CaptureQueriesContext(connection) as without:
            dung.get(f"/targets/{on_time.pk}/")
        link_targets(plan, actor=None, now=now)
        with CaptureQueriesContext(connection) as linked:
            dung.get(f"/targets/{on_time.pk}/")
        assert len(linked) == len(without) <= 15

    @pytest.mark.parametrize(
        ("decision", "confirmed"), [("confirm", True), ("refuse", False), ("reopen", None)]
    )
    def test_who_steers_decides(self, dung, link, on_time, decision, confirmed):
        address = f"/targets/{on_time.pk}/links/"
        answer = dung.post(address, {"link": link.pk, "decision": decision})
        assert answer.url == f"/targets/{on_time.pk}/#links"
        link.refresh_from_db()
        assert link.confirmed is confirmed

    @pytest.mark.parametrize("role", ["committee", "reporter", "auditor"])
    def test_others_neither_decide_nor_see_the_buttons(self, role, roles, signed_in, link, on_time):
        browser = signed_in(roles[role])
        address = f"/targets/{on_time.pk}/links/"
        answer = browser.post(address, {"link": link.pk, "decision": "confirm"})
        assert answer.status_code == 403
        link.refresh_from_db()
        assert link.confirmed is None
        assert address not in browser.get(f"/targets/{on_time.pk}/").content.decode()

    def test_a_link_of_another_target_is_not_decided_from_here(self, dung, link, plan):
        other = plan.targets.exclude(pk=link.later_id).first()
        for key in (link.pk, "x", "9" * 30, ""):
            dung.post(f"/targets/{other.pk}/links/", {"link": key, "decision": "confirm"})
        link.refresh_from_db()
        assert link.confirmed is None

    def test_looking_finds_what_is_there(self, dung, last_year, on_time):
        dung.post(f"/targets/{on_time.pk}/links/", {"decision": "look"})
        assert TargetLink.objects.filter(later=on_time).count() == 1


class TestTheIndicatorOfATarget:
    @pytest.fixture
    def unbound(self, on_time):
        Target.objects.filter(pk=on_time.pk).update(indicator_code="", bound_by="")
        return on_time

    def test_a_target_that_nothing_measures_shows_what_may_and_why(self, dung, unbound, read):
        answer = dung.get(f"/targets/{unbound.pk}/")
        assert "giải quyết đúng hạn" in read(answer).text
        assert "/indicators/dossiers_on_time/" in answer.content.decode()

    def test_who_steers_binds_it_and_the_words_that_spoke_for_it_are_kept(self, dung, unbound):
        dung.post(f"/targets/{unbound.pk}/bind/", {"indicator": "dossiers_on_time"})
        unbound.refresh_from_db()
        assert (unbound.indicator_code, unbound.bound_by) == (
            "dossiers_on_time",
            "giải quyết đúng hạn",
        )
        assert Entry.objects.get(verb="target.bound").after["indicator"] == "dossiers_on_time"

    @pytest.mark.parametrize("code", ["", "no_such_indicator", "x" * 500])
    def test_what_the_catalogue_does_not_hold_binds_nothing(self, dung, unbound, code):
        answer = dung.post(f"/targets/{unbound.pk}/bind/", {"indicator": code})
        assert answer.status_code == 302
        unbound.refresh_from_db()
        assert unbound.indicator_code == ""

    def test_the_draft_of_a_definition_is_a_file_of_the_catalogue(self, dung, unbound):
        answer = dung.get(f"/targets/{unbound.pk}/definition/")
        content = yaml.safe_load(answer.content)
        assert answer["Content-Disposition"].endswith(f'"{content["code"]}.yaml"')
        assert content["unit"] == "%"
        assert unbound.plan.document.symbol in content["legal_source"]
        assert content["owner"] == unbound.lead.name

    @pytest.mark.parametrize("role", ["committee", "reporter", "auditor"])
    def test_others_read_the_proposals_and_bind_nothing(self, role, roles, signed_in, unbound):
        browser = signed_in(roles[role])
        text = browser.get(f"/targets/{unbound.pk}/").content.decode()
        assert "/indicators/dossiers_on_time/" in text
        assert f"/targets/{unbound.pk}/bind/" not in text
        sent = {"indicator": "dossiers_on_time"}
        assert browser.post(f"/targets/{unbound.pk}/bind/", sent).status_code == 403


class TestNextYear:
    @pytest.fixture
    def page(self, plan):
        return f"/plans/{plan.pk}/next-year/"

    def filled(self, browser, page):
        """What a browser would send back of the page as it is."""
        html = browser.get(page).content.decode()
        sent = {}
        for tag in re.findall(r"<input[^>]+>", html):
            fields = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            name = fields.get("name", "")
            if re.match(r"t\d+-", name) and (fields["type"] != "checkbox" or " checked" in tag):
                sent[name] = fields.get("value", "on")
        return sent

    def test_results_stand_beside_and_each_proposal_says_its_rule(self, dung, page, plan, read):
        answer = dung.get(page)
        text = read(answer).text
        assert "78,38 %" in text
        assert answer.context["total"] == plan.targets.count()

    def test_saved_as_it_is_it_becomes_a_draft_to_confirm(self, dung, page, plan):
        sent = self.filled(dung, page)
        answer = dung.post(page, {**sent, "do": "save"})
        assert answer.status_code == 302
        document = Document.objects.get(state=Document.State.DRAFT)
        ticked = sum(name.endswith("-carry") for name in sent)
        assert DraftRow.objects.filter(document=document).count() == ticked
        assert ticked == plan.targets.count() - 1
        dung.post(page, {**sent, "do": "save"})
        assert Document.objects.filter(state=Document.State.DRAFT).count() == 1

    def test_an_edited_value_and_an_unticked_target_are_kept_so(self, dung, page, on_time):
        sent = self.filled(dung, page)
        sent = {name: value for name, value in sent.items() if not name.endswith("-carry")}
        sent |= {f"t{on_time.pk}-carry": "on", f"t{on_time.pk}-value": "97,5"}
        dung.post(page, {**sent, "do": "save"})
        row = DraftRow.objects.get(document__state=Document.State.DRAFT)
        assert (row.content["value"], row.indicator_code) == ("97.5", "dossiers_on_time")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("value", ""), ("value", "nhiều"), ("value", "101"), ("value", "-1"), ("value", "NaN"),
            ("value", "9" * 29), ("deadline", ""), ("deadline", "2026-12-31"), ("deadline", "x"),
        ],
    )  # fmt: skip
    def test_a_wrong_value_is_said_at_its_place_and_nothing_is_saved(
        self, dung, page, on_time, field, value, read
    ):
        sent = self.filled(dung, page) | {f"t{on_time.pk}-{field}": value}
        answer = dung.post(page, {**sent, "do": "save"})
        assert answer.status_code == 200
        assert [line.next_row.target for line in answer.context["wrong"]] == [on_time]
        assert not Document.objects.filter(state=Document.State.DRAFT).exists()

    def test_nothing_ticked_is_said(self, dung, page):
        answer = dung.post(page, {"do": "save"})
        assert answer.status_code == 200
        assert answer.context["nothing"]

    @pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("md", b"\xe1\xbb\xa6Y BAN")])
    def test_the_text_can_be_taken_away_without_saving(self, dung, page, kind, start):
        answer = dung.post(page, {**self.filled(dung, page), "do": kind})
        assert answer.content.startswith(start)
        assert answer["Content-Disposition"].endswith(f'.{kind}"')
        assert not Document.objects.filter(state=Document.State.DRAFT).exists()

    def test_only_those_who_steer_come_in(self, page, roles, signed_in):
        for role, person in roles.items():
            browser = signed_in(person)
            expected = 200 if role in STEER else 403
            assert browser.get(page).status_code == expected, role
            assert browser.post(page, {"do": "save"}).status_code == expected, role

    def test_few_queries_however_many_targets(self, dung, page, plan):
        dung.get(page)
        with CaptureQueriesContext(connection) as many:
            dung.get(page)
        Plan.objects.get(pk=plan.pk).targets.exclude(indicator_code__startswith="dossiers").delete()
        with CaptureQueriesContext(connection) as few:
            dung.get(page)
        assert len(many) == len(few) <= 15
