"""Every write of every service leaves its entry, in the name of the one who did it."""

import ast
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction

from cotmoc.apps.accounts import services as accounts
from cotmoc.apps.accounts.models import ApiToken
from cotmoc.apps.documents import services as documents
from cotmoc.apps.journal.models import Entry
from cotmoc.apps.measurement import services as measurement
from cotmoc.apps.measurement.models import Run
from cotmoc.apps.orgs import services as orgs
from cotmoc.apps.orgs import table
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes import amending, drafts, linking, next_year, uploading
from cotmoc.apps.programmes import services as programmes
from cotmoc.apps.programmes.models import TargetLink
from cotmoc.apps.scorecards import catalogue, computing, ports
from cotmoc.apps.scorecards.assessments import (
    appraising,
    assessing,
    evidence,
    objecting,
    reminding,
    rounds,
)
from cotmoc.apps.scorecards.models import IndexVersion
from cotmoc.apps.scorecards.results import publishing
from cotmoc.apps.scorecards.tests import trial
from cotmoc.apps.scorecards.tomorrow import proposals, scenarios
from cotmoc.core.periods import parse_period
from cotmoc.integrations.portal766.services import import_folder
from cotmoc.plantext import read_file, read_plan

pytestmark = pytest.mark.django_db

APPS = Path(__file__).parents[2] / "src" / "cotmoc" / "apps"
# Where writes stand: an app's services, and what has grown out of them.
WRITERS = (
    "services.py", "amending.py", "drafts.py", "uploading.py", "linking.py", "next_year.py",
    "publishing.py", "computing.py", "catalogue.py", "proposals.py", "scenarios.py",
    "rounds.py", "assessing.py", "appraising.py", "objecting.py", "evidence.py", "reminding.py",
)  # fmt: skip


class Deeds:
    """One way to make each service write something; named `<app>_<function>`."""

    def __init__(self, world):
        self.__dict__.update(world)
        self.who = {"actor": self.cast.dung, "now": self.now}

    def accounts_ensure_person(self):
        accounts.ensure_person("moi", name="Mới", role="reporter", password="x" * 12, **self.who)
        return "person.created"

    def accounts_set_password(self):
        accounts.set_password(self.cast.an, "mot-mat-khau-khac", **self.who)
        return "person.password_changed"

    def accounts_issue_token(self):
        accounts.issue_token(self.cast.an, "báo cáo", **self.who)
        return "token.issued"

    def accounts_revoke_token(self):
        accounts.issue_token(self.cast.an, "báo cáo", actor=None, now=self.now)
        accounts.revoke_token(ApiToken.objects.get(), **self.who)
        return "token.revoked"

    def accounts_close_account(self):
        accounts.close_account(self.cast.an, **self.who)
        return "person.closed"

    def orgs_load_units(self):
        self.monkeypatch.setattr(table, "digest", lambda: "0" * 64)
        orgs.load_units(**self.who)
        return "units.loaded"

    def orgs_register_organisations(self):
        top = orgs.Body("H31", "UBND tỉnh Hưng Yên", "province")
        orgs.register_organisations(top, [], on=date(2026, 8, 31), **self.who)
        return "organisations.registered"

    def orgs_load_weights(self):
        file = self.tmp_path / "weights.csv"
        file.write_text("unit,area,source,date\nprovince:01:,3359.8,NGTK,2024-12-31\n")
        orgs.load_weights(file, **self.who)
        return "weights.loaded"

    def orgs_give_post(self):
        orgs.give_post(self.cast.an, self.province, **self.who)
        return "post.given"

    def documents_record_document(self):
        documents.record_document("k.txt", "0" * 64, read_file(self.plan_file), **self.who)
        return "document.recorded"

    def measurement_record_observations(self):
        self.import_other_month()
        return "source.recorded"

    def measurement_compute_figures(self):
        self.import_other_month()
        return "figures.computed"

    def import_other_month(self):
        name = "phu-tho-2026-08-progress.csv"
        shutil.copy(self.capture_folder / name, self.tmp_path / name.replace("08", "09"))
        import_folder(self.tmp_path, period=None, **self.who)

    def measurement_sync_catalogue(self):
        folder = self.tmp_path / "indicators"
        shutil.copytree(self.settings.CATALOGUE_DIR, self.tmp_path, dirs_exist_ok=True)
        path = folder / "dossiers_on_time.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("version: 1", "version: 2"), encoding="utf-8")
        self.settings.CATALOGUE_DIR = self.tmp_path
        measurement.sync_catalogue(**self.who)
        return "catalogue.synchronised"

    def measurement_request_computation(self):
        self.monkeypatch.setattr("cotmoc.apps.measurement.ports.computations", [])
        measurement.request_computation(reason="a test", **self.who)
        return "computation.requested"

    def measurement_publish_figures(self):
        measurement.publish_figures(["dossiers_on_time"], self.province, **self.who)
        return "figures.published"

    def programmes_import_plan(self):
        other = self.tmp_path / "ke-hoach.txt"
        other.write_bytes(self.plan_file.read_bytes() + b"\n")
        programmes.import_plan(other, **self.who)
        return "plan.imported"

    def programmes_publish_plan(self):
        programmes.publish_plan(self.plan, **self.who)
        return "plan.published"

    def documents_set_validity(self):
        document, self.in_force = self.plan.document, documents.Document.State.IN_FORCE
        documents.set_validity(
            document, state=self.in_force, valid_from=date(2026, 1, 2), valid_to=None, **self.who
        )
        return "document.validity_set"

    def documents_withdraw(self):
        documents.withdraw(self.plan.document, on=date(2030, 1, 1), reason="cũ", **self.who)
        return "document.validity_set"

    def documents_relate(self):
        other = documents.record_document(
            "k.txt", "0" * 64, read_file(self.plan_file), actor=None, now=self.now
        )
        documents.relate(self.plan.document, "amends", other, **self.who)
        return "document.related"

    def documents_untie(self):
        relation = self.plan.document.relations.create(
            kind="amends", other=self.plan.document, text="", start=0, end=0
        )
        documents.untie(relation, **self.who)
        return "document.untied"

    def programmes_apply_amendment(self):
        other = self.tmp_path / "ke-hoach.txt"
        other.write_bytes(self.plan_file.read_bytes() + b"\n")
        later = programmes.import_plan(other, actor=None, now=self.now).plan
        later.document.relations.create(
            kind="amends", other=self.plan.document, text="", start=0, end=0
        )
        first = self.plan.targets.first()
        decided = [amending.Decided("target", first.pk, "close", reason="không còn")]
        amending.apply_amendment(self.plan, later, decided, **self.who)
        return "amendment.applied"

    def draft(self):
        """A document that waits to be confirmed, and its rows."""
        raw = self.plan_file.read_bytes() + b"\n\n"
        reading = read_plan(raw.decode())
        made = programmes.record_draft("k.txt", raw, reading, actor=None, now=self.now)
        return made, list(made.draft_rows.select_related("document"))

    def programmes_record_draft(self):
        raw = self.plan_file.read_bytes() + b"\n\n"
        programmes.record_draft("k.txt", raw, read_plan(raw.decode()), **self.who)
        return "draft.proposed"

    def programmes_propose_rows(self):
        drafts.propose_rows(self.draft()[0], read_plan("II. MỤC TIÊU\n- 90% xã."), **self.who)
        return "draft.proposed"

    def programmes_decide_row(self):
        drafts.decide_row(self.draft()[1][0], "accepted", version=1, **self.who)
        return "draft.accepted"

    def programmes_edit_row(self):
        drafts.edit_row(self.draft()[1][0], {"name": "Khác"}, version=1, **self.who)
        return "draft.edited"

    def programmes_accept_clean_rows(self):
        drafts.accept_clean_rows(self.draft()[0], **self.who)
        return "draft.accepted_clean"

    def programmes_accept_all_rows(self):
        programmes.accept_all_rows(self.draft()[0], **self.who)
        return "draft.accepted_all"

    def programmes_split_row(self):
        drafts.split_row(self.draft()[1][0], [], version=1, **self.who)
        return "draft.split"

    def programmes_merge_rows(self):
        one, two, *_rest = self.draft()[1]
        drafts.merge_rows([(one, 1), (two, 1)], **self.who)
        return "draft.merged"

    def programmes_add_row(self):
        drafts.add_row(self.draft()[0], "task", 0, 30, **self.who)
        return "draft.added"

    def programmes_choose_body(self):
        drafts.choose_body(self.draft()[0], "Công an tỉnh", self.province, **self.who)
        return "draft.body_chosen"

    def programmes_undo(self):
        change = drafts.decide_row(self.draft()[1][0], "accepted", version=1, **self.who)
        drafts.undo(change, **self.who)
        return "draft.undone"

    def programmes_confirm_document(self):
        programmes.confirm_document(self.draft()[0], leave_rest=True, **self.who)
        return "document.confirmed"

    def programmes_receive(self):
        uploading.receive("k.txt", self.plan_file.read_bytes() + b"\n\n", **self.who)
        return "upload.received"

    def programmes_close_district_targets(self):
        self.plan.targets.update(level="district")
        amending.close_district_targets(self.plan, **self.who)
        return "plan.districts_closed"

    def programmes_link_targets(self):
        self.another_plan()
        TargetLink.objects.all().delete()  # importing a plan links it
        linking.link_targets(self.plan, **self.who)
        return "targets.linked"

    def programmes_decide_link(self):
        self.another_plan()
        linking.link_targets(self.plan, actor=None, now=self.now)
        linking.decide_link(TargetLink.objects.first(), True, **self.who)
        return "target_link.confirmed"

    def programmes_bind_target(self):
        linking.bind_target(self.plan.targets.first(), "dossiers_on_time", **self.who)
        return "target.bound"

    def another_plan(self):
        other = self.tmp_path / "ke-hoach-khac.txt"
        other.write_bytes(self.plan_file.read_bytes() + b"\n")
        programmes.import_plan(other, actor=None, now=self.now)

    def scorecards_sync_indices(self):
        folder = self.tmp_path / "indices"
        shutil.copytree(self.settings.CATALOGUE_DIR, self.tmp_path, dirs_exist_ok=True)
        path = folder / "dti@qd1726.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("valid_from", "template: true\nvalid_from"), encoding="utf-8")
        self.settings.CATALOGUE_DIR = self.tmp_path
        catalogue.sync_indices(**self.who)
        return "indices.synchronised"

    def scorecards_compute_cards(self):
        index = trial.method(trial.ON_TIME)
        computing.compute_cards(index, parse_period("2026-08"), **self.who)
        return "scores.computed"

    def scorecards_compute_all(self):
        trial.method(trial.ON_TIME)
        computing.compute_all(**self.who)
        return "scores.computed"

    def scorecards_recompute(self):
        index = trial.method(trial.ON_TIME, trial.TEAM)
        computing.recompute(index, parse_period("2026-08"), **self.who)
        return "scores.computed"

    def scorecards_after_figures(self):
        trial.method(trial.ON_TIME)
        computing.after_figures(Run.objects.first(), **self.who)
        return "scores.computed"

    def programmes_draft_next_year(self):
        target = self.plan.targets.get(indicator_code="dossiers_on_time")
        carried = [next_year.CarriedTarget(target, target.value, date(2027, 12, 31))]
        next_year.draft_next_year(self.plan, carried, **self.who)
        return "plan.next_year_drafted"

    def scorecards_record_publication(self):
        publishing.record_publication(
            self.an_index(),
            parse_period("2022"),
            [publishing.Result(self.province, "", Decimal("0.7"))],
            publishing.Publisher("một văn bản"),
            **self.who,
        )
        return "publication.recorded"

    def wanted(self):
        body = self.province
        return proposals.Wanted("ON_TIME", "2026-08", body, body, "Thêm hồ sơ đúng hạn")

    def proposed(self):
        index = self.an_index()
        return proposals.propose(index, self.wanted(), actor=None, now=self.now)[0]

    def scorecards_propose(self):
        proposals.propose(self.an_index(), self.wanted(), **self.who)
        return "proposal.made"

    def scorecards_drop_proposal(self):
        proposals.drop_proposal(self.proposed(), **self.who)
        return "proposal.dropped"

    def scorecards_restore_proposal(self):
        dropped = proposals.drop_proposal(self.proposed(), actor=None, now=self.now)
        proposals.restore_proposal(dropped, **self.who)
        return "proposal.restored"

    def scorecards_hand_over(self):
        waiting = self.proposed()
        self.monkeypatch.setattr(ports, "_desk", lambda: self)
        proposals.hand_over(waiting, "/scorecards/", **self.who)
        return "proposal.taken"

    def create(self, wanted, *, actor, now):
        """As a room that owns tasks makes one."""
        return "/tasks/1/"

    def a_scenario(self, actor):
        draft = scenarios.Draft("Thử", self.an_index(), self.province, "2026-08", {})
        return scenarios.save_scenario(draft, actor=actor, now=self.now)

    def scorecards_save_scenario(self):
        self.a_scenario(self.cast.dung)
        return "scenario.saved"

    def scorecards_share_scenario(self):
        scenarios.share_scenario(self.a_scenario(self.cast.dung), True, **self.who)
        return "scenario.shared"

    def scorecards_delete_scenario(self):
        scenarios.delete_scenario(self.a_scenario(self.cast.dung), **self.who)
        return "scenario.deleted"

    def part(self, *leaves, dung_speaks=False):
        """A department's part in a round of one leaf that figures give, or of these."""
        body = Organisation.objects.get(code="H44.07")
        if dung_speaks:
            orgs.give_post(self.cast.dung, body, actor=None, now=self.now)
        terms = rounds.Terms("Chấm thử", date(2026, 10, 3), date(2026, 10, 9))
        index = trial.method(*(leaves or [trial.ON_TIME]))
        made = rounds.open_round(
            index, parse_period("2026-08"), [body], terms, actor=None, now=self.now
        )
        return made.assessments.get()

    def submitted(self):
        part = self.part()
        assessing.submit(part, version=part.version, actor=None, now=self.now)
        return part

    def appraised(self):
        part = self.submitted()
        found = part.entries.get()
        given = [appraising.Mark("ON_TIME", found.version, found.self_points)]
        appraising.mark(part, given, actor=None, now=self.now)
        appraising.appraise(part, version=part.version, actor=None, now=self.now)
        return part

    def objected(self, part):
        return objecting.object_to(
            part, "ON_TIME", "Đếm thiếu", Decimal(20),
            version=part.version, actor=None, now=self.now,
        )  # fmt: skip

    def settled_round(self):
        part = self.appraised()
        appraising.agree(part, version=part.version, actor=None, now=self.now)
        return part.round

    def scorecards_open_round(self):
        terms = rounds.Terms("Chấm thử", date(2026, 10, 9))
        index = trial.method(trial.ON_TIME)
        rounds.open_round(index, parse_period("2026-08"), [self.province], terms, **self.who)
        return "round.opened"

    def scorecards_refresh_computed(self):
        rounds.refresh_computed(self.part().round, **self.who)
        return "round.refreshed"

    def scorecards_refresh_after_figures(self):
        self.part()
        rounds.refresh_after_figures(Run.objects.first(), **self.who)
        return "round.refreshed"

    def scorecards_move_deadline(self):
        rounds.move_deadline(self.part().round, date(2026, 10, 20), None, "Bão", **self.who)
        return "round.deadline_moved"

    def scorecards_close_round(self):
        rounds.close_round(self.part().round, "Mở nhầm", **self.who)
        return "round.closed"

    def scorecards_publish_round(self):
        rounds.publish_round(self.settled_round(), **self.who)
        return "round.published"

    def scorecards_correct_round(self):
        held = self.settled_round()
        rounds.publish_round(held, actor=None, now=self.now)
        bodies = [held.assessments.get().organisation]
        asked = rounds.Correction("Cộng nhầm", bodies, date(2026, 10, 20))
        rounds.correct_round(held, asked, **self.who)
        return "round.corrected"

    def scorecards_save_answers(self):
        part = self.part(trial.TEAM, dung_speaks=True)
        told = [assessing.Filling("TEAM", 0, {"chosen": ["yes"]})]
        assessing.save_answers(part, told, **self.who)
        return "assessment.saved"

    def scorecards_submit(self):
        part = self.part(dung_speaks=True)
        assessing.submit(part, version=part.version, **self.who)
        return "assessment.submitted"

    def scorecards_return_assessment(self):
        part = self.submitted()
        appraising.return_assessment(part, {"ON_TIME": "Xem lại"}, version=part.version, **self.who)
        return "assessment.returned"

    def scorecards_mark(self):
        given = [appraising.Mark("ON_TIME", 0, Decimal(1), "Chưa đủ")]
        appraising.mark(self.submitted(), given, **self.who)
        return "assessment.marked"

    def scorecards_accept_undisputed(self):
        part = self.submitted()
        appraising.accept_undisputed(part, version=part.version, **self.who)
        return "assessment.marked"

    def scorecards_appraise(self):
        part = self.submitted()
        given = [appraising.Mark("ON_TIME", 0, Decimal(1), "Chưa đủ")]
        appraising.mark(part, given, actor=None, now=self.now)
        appraising.appraise(part, version=part.version, **self.who)
        return "assessment.appraised"

    def scorecards_reopen(self):
        part = self.appraised()
        appraising.reopen(part, "Bỏ sót", version=part.version, **self.who)
        return "assessment.reopened"

    def scorecards_settle(self):
        part = self.appraised()
        asked = self.objected(part)
        part.refresh_from_db()
        objecting.answer_objection(
            asked, False, "Đã đủ", version=part.version, actor=None, now=self.now
        )
        part.refresh_from_db()
        appraising.settle(part, version=part.version, **self.who)
        return "assessment.settled"

    def scorecards_agree(self):
        part = self.appraised()
        orgs.give_post(self.cast.dung, part.organisation, actor=None, now=self.now)
        appraising.agree(part, version=part.version, **self.who)
        return "assessment.agreed"

    def scorecards_appraise_undisputed(self):
        appraising.appraise_undisputed(self.submitted().round, **self.who)
        return "assessment.appraised"

    def scorecards_object_to(self):
        part = self.appraised()
        orgs.give_post(self.cast.dung, part.organisation, actor=None, now=self.now)
        objecting.object_to(
            part, "ON_TIME", "Đếm thiếu", Decimal(20), version=part.version, **self.who
        )
        return "assessment.objected"

    def scorecards_answer_objection(self):
        part = self.appraised()
        asked = self.objected(part)
        objecting.answer_objection(asked, True, "Đúng", version=part.version, **self.who)
        return "objection.answered"

    def scorecards_add_evidence(self):
        part = self.part(dung_speaks=True)
        evidence.add_evidence(part, "ON_TIME", evidence.Proof(link="https://a.vn"), **self.who)
        return "evidence.added"

    def scorecards_remove_evidence(self):
        part = self.part(dung_speaks=True)
        proof = evidence.Proof(link="https://a.vn")
        held = evidence.add_evidence(part, "ON_TIME", proof, actor=None, now=self.now)
        evidence.remove_evidence(held, **self.who)
        return "evidence.removed"

    def scorecards_remind(self):
        self.part()
        reminding.remind(**self.who)
        return "assessment.reminded"

    def an_index(self):
        return IndexVersion.objects.create(
            code="thu", method="m1", digest="0" * 64, name_vi="Thử", name_en="Trial", search="thu",
            owner="", legal_source="", content={}, valid_from=date(2022, 1, 1),
            recorded_at=self.now,
        )  # fmt: skip


DEEDS = sorted(
    name for name in vars(Deeds) if name.split("_")[0] in {path.name for path in APPS.iterdir()}
)


@pytest.fixture
def deeds(request):
    needed = [
        "cast", "now", "province", "plan", "plan_file", "capture_folder",
        "tmp_path", "monkeypatch", "settings",
    ]  # fmt: skip
    return Deeds({name: request.getfixturevalue(name) for name in needed})


def _writes(function):
    """Public, and told who does it."""
    told = {argument.arg for argument in function.args.kwonlyargs}
    return not function.name.startswith("_") and "actor" in told


def test_every_service_is_in_the_list():
    services = {
        f"{path.relative_to(APPS).parts[0]}_{node.name}"
        for file in WRITERS
        for path in (*APPS.glob(f"*/{file}"), *APPS.glob(f"*/*/{file}"))
        if path.parent.name != "web"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and _writes(node)
    }
    assert services - {"journal_record"} == set(DEEDS)


@pytest.mark.parametrize("name", DEEDS)
def test_a_write_leaves_its_entry_and_goes_with_its_transaction(name, deeds, cast, now):
    before = Entry.objects.count()
    with transaction.atomic():
        verb = getattr(deeds, name)()
        entry = Entry.objects.filter(verb=verb, actor=cast.dung).get()
        assert entry.at == now
        assert (entry.subject_type, entry.subject_id) != ("", "")
        assert entry.after or verb == "person.password_changed"
        transaction.set_rollback(True)
    assert Entry.objects.count() == before
