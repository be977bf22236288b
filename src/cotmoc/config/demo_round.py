"""One assessment round for the demonstration: its figures are real, its answers are made up, and it
says so on every page (`illustration`)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assessments.appraising import (
    Mark,
    accept_undisputed,
    agree,
    appraise,
    mark,
    return_assessment,
)
from cotmoc.apps.scorecards.assessments.assessing import Filling, missing_of, save_answers, submit
from cotmoc.apps.scorecards.assessments.evidence import Proof, add_evidence
from cotmoc.apps.scorecards.assessments.objecting import object_to
from cotmoc.apps.scorecards.assessments.prefilling import body_of
from cotmoc.apps.scorecards.assessments.reckoning import applies, ask_of
from cotmoc.apps.scorecards.assessments.rounds import Terms, open_round, refresh_computed
from cotmoc.apps.scorecards.models import Assessment, Entry, IndexVersion, Round
from cotmoc.core.periods import parse_period
from cotmoc.indicators.indices.model import Bands, Choice, Leaf, PerCase, Survey

PERIOD = "2026-08"
TITLE = "Chấm điểm chuyển đổi số tháng 8/2026 (minh họa)"
NOTE = (
    "Đợt chấm minh họa. Điểm máy tính lấy từ số liệu thật đã công bố; câu trả lời, minh chứng và "
    "điểm thẩm định là giả định để xem cách làm."
)
# How far each body is, by its short name.
BODIES = {
    "Sở Nội vụ": "in_work",
    "Sở Tài chính": "submitted",
    "Sở Công Thương": "appraised",
    "Sở Xây dựng": "objected",
    "Sở Y tế": "settled",
    "Phường Việt Trì": "returned",
    "Phường Nông Trang": "submitted",
    "Phường Thanh Miếu": "not_started",
}
DEPARTING = "Sở Tài chính"
PAPER = Proof(number="01/KH-MH", title="Văn bản minh họa")


def demo_round(*, now: datetime) -> Round | None:
    """Open the round and bring its bodies to different states; once. None without the index."""
    index = IndexVersion.objects.filter(code="internal", method="template", latest=True).first()
    if index is None:
        return None
    if held := Round.objects.filter(index__code="internal", illustration=True).first():
        return held
    opened, today = now - timedelta(days=20), timezone.localdate(now)
    terms = Terms(
        title=TITLE,
        deadline=today - timedelta(days=2),
        objections_until=today + timedelta(days=10),
        note=NOTE,
        illustration=True,
    )
    bodies = Organisation.objects.filter(short_name__in=BODIES, parent__kind="province")
    made = open_round(index, parse_period(PERIOD), list(bodies), terms, actor=None, now=opened)
    refresh_computed(made, actor=None, now=now)
    for assessment in made.assessments.select_related("round__index", "organisation"):
        _bring_to(assessment, BODIES[assessment.organisation.short_name], now)
    return made


def _bring_to(assessment: Assessment, state: str, now: datetime) -> None:
    """Walk a body's part to a state, by the same steps as people take."""
    who: dict[str, Any] = {"actor": None, "now": now - timedelta(days=3)}
    if state == "not_started":
        return
    _fill(assessment, who, share=2 if state == "in_work" else 1)
    if state == "in_work":
        return
    if assessment.organisation.short_name == DEPARTING:
        _depart(assessment, who)
    submit(assessment, version=assessment.version, **who)
    if state == "submitted":
        return
    if state == "returned":
        wanted = list(_leaves(assessment))[:2]
        reasons = {
            wanted[0].code: "Chưa thấy văn bản phân công còn hiệu lực",
            wanted[1].code: "Ghi rõ ngày từng cuộc họp",
        }
        return_assessment(assessment, reasons, version=assessment.version, **who)
        return
    _appraise(assessment, who)
    if state == "settled":
        agree(assessment, version=assessment.version, **who)
    elif state == "objected":
        leaf = next(_leaves(assessment)).code
        claimed = assessment.entries.get(leaf=leaf).self_points
        text = "Quyết định phân công đã gửi kèm, đề nghị xem lại."
        object_to(assessment, leaf, text, claimed, version=assessment.version, **who)


def _leaves(assessment: Assessment) -> Iterator[Leaf]:
    """The leaves that are for the body to answer."""
    body = body_of(assessment.organisation)
    for leaf in assessment.round.index.definition.leaves():
        if applies(leaf, body) and ask_of(leaf).answer != "none":
            yield leaf


def _fill(assessment: Assessment, who: dict[str, Any], share: int) -> None:
    """Answer every leaf, or one of `share`; with evidence where it is wanted."""
    fillings = [Filling(leaf.code, 0, _answer(leaf)) for leaf in list(_leaves(assessment))[::share]]
    save_answers(assessment, fillings, **who)
    dated = timezone.localdate(who["now"]) - timedelta(days=60)
    answered = {filling.leaf for filling in fillings}
    for leaf, codes in missing_of(assessment).items():
        if "evidence" in codes and (share == 1 or (leaf in answered and leaf[-1] in "13579")):
            proof = Proof(number=PAPER.number, title=PAPER.title, dated=dated)
            add_evidence(assessment, leaf, proof, **who)


def _depart(assessment: Assessment, who: dict[str, Any]) -> None:
    """Give other numbers than the first figure that has a whole, with a reason and evidence."""
    for entry in assessment.entries.exclude(computed_points=None):
        for key, read in entry.computed_from["readings"].items():
            whole = Decimal(read.get("denominator") or 0)
            if key.startswith("figure:") and whole > 0:
                own = {"numerator": f"{whole:f}", "denominator": f"{whole:f}"}
                answer = {"figures": {key.removeprefix("figure:"): own}}
                why = "Cổng đếm thiếu hồ sơ trả kết quả ngoài giờ (minh họa)"
                save_answers(assessment, [Filling(entry.leaf, entry.version, answer, why)], **who)
                dated = timezone.localdate(who["now"]) - timedelta(days=30)
                proof = Proof(number="02/BC-MH", title="Báo cáo minh họa", dated=dated)
                add_evidence(assessment, entry.leaf, proof, **who)
                return


def _answer(leaf: Leaf) -> dict[str, Any]:
    """A made-up answer that fits the leaf."""
    rule, ask = leaf.rule, ask_of(leaf)
    match ask.answer:
        case "choice" | "choices":
            assert isinstance(rule, Choice)
            return {"chosen": [rule.options[len(leaf.code) % 2].code]}
        case "yes_no":
            return {"chosen": ["yes"]}
        case "ratio":
            return {"numerator": "17", "denominator": "20"}
        case "points":
            return {"value": f"{(leaf.max * 8 / 10).quantize(Decimal(1)):f}"}
    if isinstance(rule, Survey):
        return {"value": f"{(rule.low + rule.high * 3) / 4:f}"}
    if isinstance(rule, PerCase):
        return {"value": "1" if rule.each > 0 else "0"}
    if isinstance(rule, Bands):
        lows = [band.low for band in rule.bands if band.low is not None]
        return {"value": f"{lows[len(lows) // 2]:f}" if lows else "1"}
    return {"value": "75"}


def _appraise(assessment: Assessment, who: dict[str, Any]) -> None:
    """Give what is claimed, but for the first answered leaf."""
    accept_undisputed(assessment, version=assessment.version, **who)
    first = next(_leaves(assessment)).code
    open_entries = assessment.entries.filter(appraised_points=None).exclude(self_points=None)
    mark(assessment, [_mark(entry, entry.leaf == first) for entry in open_entries], **who)
    appraise(assessment, version=assessment.version, **who)


def _mark(entry: Entry, cut: bool) -> Mark:
    assert entry.self_points is not None
    if not cut:
        return Mark(entry.leaf, entry.version, entry.self_points)
    less = (entry.self_points / 2).quantize(Decimal(1))
    return Mark(entry.leaf, entry.version, less, "Văn bản gửi kèm đã hết hiệu lực (minh họa)")
