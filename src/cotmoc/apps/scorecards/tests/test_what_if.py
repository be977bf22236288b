"""What if: assumed readings, what comes of them, scenarios kept, and all of it over the API."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cotmoc.apps.accounts.services import issue_token
from cotmoc.apps.journal.models import Entry as JournalEntry
from cotmoc.apps.measurement.models import Figure
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.scorecards.assuming import DialKind, dials, read_assumed, what_if
from cotmoc.apps.scorecards.baseline import baseline, forget
from cotmoc.apps.scorecards.computing import compute_cards
from cotmoc.apps.scorecards.models import IndexVersion, Scenario
from cotmoc.apps.scorecards.presets import as_before, as_best, at_target
from cotmoc.apps.scorecards.queries import card_of
from cotmoc.apps.scorecards.scenarios import (
    Draft,
    NotYoursError,
    OverwrittenError,
    delete_scenario,
    play,
    save_scenario,
    scenarios,
    share_scenario,
    staleness,
)
from cotmoc.apps.scorecards.tests import trial
from cotmoc.apps.scorecards.web.what_if import period_before
from cotmoc.core.periods import parse_period

pytestmark = pytest.mark.django_db

AUGUST = parse_period("2026-08")
PAYMENT = {
    "code": "PAYMENT",
    "name": trial.words("Thanh toán"),
    "max": 10,
    "rule": {
        "kind": "formula",
        "formula": "6 * a + min(4, 5 * b)",
        "nothing": "zero",
        "operands": {
            "a": {"indicator": "dossiers_paid_online"},
            "b": {"indicator": "procedures_paid_online"},
        },
    },
}
AGAIN = {  # reads the figure that ON_TIME reads
    **trial.ON_TIME,
    "code": "AGAIN",
    "max": 2,
    "rule": {"kind": "capped_ratio", "of": {"indicator": "dossiers_on_time"}, "full_at": 95},
}
LEVEL = {
    "code": "LEVEL",
    "name": trial.words("Mức độ"),
    "max": 4,
    "rule": {
        "kind": "choice",
        "options": [
            {"code": "none", "name": trial.words("Chưa có"), "share": 0},
            {"code": "half", "name": trial.words("Một phần"), "share": 0.5},
            {"code": "full", "name": trial.words("Đầy đủ"), "share": 1},
        ],
    },
}


@pytest.fixture(autouse=True)
def nothing_kept():
    """What one test gathered is not another's."""
    forget()
    cache.clear()
    yield
    forget()


@pytest.fixture
def index(db, now):
    made = trial.method(
        trial.group("service", trial.ON_TIME, PAYMENT, AGAIN), trial.TEAM, LEVEL, trial.UNKNOWN
    )
    compute_cards(made, AUGUST, actor=None, now=now)
    return made


@pytest.fixture
def base(index, cast):
    return baseline(index, "2026-08", viewer=cast.dung)


@pytest.fixture
def assume(base):
    """Understand assumptions of H44.07: `assume(ON_TIME={"numerator": "400"})`."""
    return lambda **assumed: read_assumed(dials(base, "H44.07"), assumed)


@pytest.fixture
def browser():
    def of(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        client.cookies["language"] = "en"
        return client

    return of


# Assumptions --------------------------------------------------------------------------------------


def test_a_body_has_a_dial_for_every_reading_and_shared_ones_once(base):
    found = {dial.name: dial for dial in dials(base, "H44.07")}
    assert list(found) == ["ON_TIME", "PAYMENT:a", "PAYMENT:b", "TEAM", "LEVEL"]
    assert [leaf.code for leaf in found["ON_TIME"].leaves] == ["ON_TIME", "AGAIN"]
    assert found["ON_TIME"].kind is DialKind.PARTS
    assert (found["TEAM"].kind, found["TEAM"].codes) == (DialKind.CHOICE, ["yes", "no"])


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("ON_TIME", {"numerator": "483"}, "the part exceeds the whole"),
        ("ON_TIME", {"numerator": "-1"}, "below 0"),
        ("ON_TIME", {"numerator": "nhiều"}, "is not a number"),
        ("ON_TIME", {"numerator": "NaN"}, "is not a number"),
        ("ON_TIME", {"numerator": "1e40"}, "too large"),
        ("ON_TIME", {"denominator": "500"}, "Both numbers are needed"),
        ("ON_TIME", {"numerator": "1", "denominator": "0"}, "the part exceeds the whole"),
        ("TEAM", {"chosen": ["perhaps"]}, "among the options"),
        ("TEAM", {"chosen": "yes"}, "among the options"),
        ("LEVEL", {"chosen": ["half", "full"]}, "Only one of the options"),
        ("NOWHERE", {"value": "1"}, "reads no such thing"),
    ],
)
def test_what_is_impossible_is_refused_in_words(assume, name, given, words, settings):
    settings.LANGUAGE_CODE = "en"
    from django.utils import translation

    with translation.override("en"):
        read = assume(**{name: given})
    assert [each.name for each in read.refused] == [name]
    assert words in read.refused[0].text
    assert not read.readings


def test_numbers_are_read_as_people_write_them(assume):
    read = assume(ON_TIME={"numerator": "1.000,5", "denominator": "2 000"})
    assert not read.refused
    assert read.kept == {"ON_TIME": {"numerator": "1000.5", "denominator": "2000"}}


def test_the_present_is_no_assumption(assume):
    read = assume(
        ON_TIME={"numerator": "332", "denominator": "482.0"}, TEAM={}, LEVEL={"chosen": []}
    )
    assert (read.kept, read.readings, read.refused) == ({}, {}, [])


def test_a_what_if_gives_what_scoring_the_same_figures_would(base, assume, index, cast, now):
    read = assume(**{"ON_TIME": {"numerator": "400"}, "PAYMENT:a": {"numerator": "0"}})
    outcome = what_if(base, "H44.07", read.readings)
    for code, numerator in (("dossiers_on_time", 400), ("dossiers_paid_online", 0)):
        figure = Figure.objects.current().get(
            indicator__code=code, organisation__code="H44.07", period="2026-08"
        )
        figure.numerator = Decimal(numerator)
        figure.value = 100 * figure.numerator / figure.denominator
        figure.save()
    compute_cards(index, AUGUST, actor=None, now=now + timedelta(hours=1))
    card = card_of(index, "H44.07", "2026-08", viewer=cast.dung)
    assert outcome.then.total == card.total
    assert outcome.then.rank == card.rank
    assert outcome.gain == card.total - base.score("H44.07").total


def test_an_answer_counts_by_its_own_rule(base, assume):
    read = assume(TEAM={"chosen": ["yes"]}, LEVEL={"chosen": ["half"]})
    leaves = what_if(base, "H44.07", read.readings).then.leaves
    assert (leaves["TEAM"].points, leaves["LEVEL"].points) == (Decimal(5), Decimal(2))


def test_distances_name_whom_one_meets_and_end_at_the_top(base):
    now = what_if(base, "H44.07", {}, wanted_rank=1)
    kin = sorted(
        (
            each.total
            for each in base.scores
            if each.body.kind == "department" and each.total is not None
        ),
        reverse=True,
    )
    above = [total for total in kin if total > now.now.total]
    assert now.next.points == min(above) - now.now.total
    assert now.wanted.points == kin[0] - now.now.total
    assert now.wanted.rank == 1
    assert now.next.bodies
    best = next(each for each in base.scores if each.rank == 1 and each.body.kind == "department")
    top = what_if(base, best.body.code, {}, wanted_rank=5)
    assert (top.next, top.wanted.points) == (None, 0)


def test_presets(base, index, cast, now):
    target = read_assumed(dials(base, "H44.07"), at_target(base, "H44.07"))
    assert not target.refused
    score = what_if(base, "H44.07", target.readings).then
    assert score.leaves["ON_TIME"].points == 20
    assert score.leaves["PAYMENT"].points == 10
    best = read_assumed(dials(base, "H44.07"), as_best(base, "H44.07"))
    assert not best.refused
    assert what_if(base, "H44.07", best.readings).gain > 0
    assert as_before(base, "H44.07", None) == {}
    assert as_before(base, "H44.07", base)["ON_TIME"] == {"numerator": "332", "denominator": "482"}


def test_the_period_before():
    known = {
        "2026-08": "2026-07", "2026-01": "2025-12", "2026-Q1": "2025-Q4", "2026-H2": "2026-H1",
        "2026": "2025", "2026-9M": "2025-9M", "2026-W05": "",
    }  # fmt: skip
    assert {code: period_before(code) for code in known} == known


def test_a_baseline_is_kept_until_scores_are_computed_anew(index, base, cast, now):
    with CaptureQueriesContext(connection) as captured:
        again = baseline(index, "2026-08", viewer=cast.an)
    assert len(captured) == 1
    assert again.readings is base.readings
    assert baseline(index, "2026-08", viewer=cast.em) is None
    figure = Figure.objects.current().get(
        indicator__code="dossiers_on_time", organisation__code="H44.07", period="2026-08"
    )
    Figure.objects.filter(pk=figure.pk).update(numerator=100, value=20)
    compute_cards(index, AUGUST, actor=None, now=now + timedelta(hours=1))
    newer = baseline(index, "2026-08", viewer=cast.dung)
    assert newer.readings["H44.07"]["figure:dossiers_on_time"].numerator == 100


# The page -----------------------------------------------------------------------------------------


def address(name="card-what-if", **query):
    where = reverse(name, args=["trial", "H44.07"])
    return f"{where}?{'&'.join(f'{key}={value}' for key, value in query.items())}"


def test_the_page_computes_by_a_form_without_script(index, base, cast, browser):
    dung, digest = browser(cast.dung), base.asked.digest[:8]
    page = dung.get(address())
    assert page.context["assumptions"] == 0
    page = dung.get(address(of=digest, a0=400, b0=482, rank=1))
    outcome = page.context["outcome"]
    assert outcome.then.leaves["ON_TIME"].points == Decimal("16.60")
    assert page.context["assumptions"] == 1
    assert "+3.12" in page.content.decode()  # 2.82 of ON_TIME and 0.30 of AGAIN
    refused = dung.get(address(of=digest, a0=999, b0=482))
    assert "the part exceeds the whole" in refused.content.decode()
    assert refused.context["outcome"].gain == 0
    other = dung.get(address(of="0" * 8, a0=400, b0=482))
    assert other.context["forgotten"]
    assert other.context["assumptions"] == 0


def test_a_moving_slider_asks_for_a_part_of_the_page(index, base, cast, browser):
    asked = address(of=base.asked.digest[:8], a0=400, b0=482)
    part = browser(cast.an).get(asked, headers={"HX-Request": "true"})
    words = part.content.decode()
    assert "<html" not in words
    assert 'id="answer"' in words
    assert 'id="then-0" class="then" hx-swap-oob="true"' in words
    assert "HX-Request" in part["Vary"]


def test_the_page_asks_the_database_little(index, base, cast, browser):
    dung, asked = browser(cast.dung), address(of=base.asked.digest[:8], a0=400, b0=482)
    dung.get(asked)
    with CaptureQueriesContext(connection) as captured:
        dung.get(asked, headers={"HX-Request": "true"})
    assert len(captured) <= 10, "\n".join(each["sql"] for each in captured)


@pytest.mark.parametrize("preset", ["target", "best", "before", "nonsense"])
def test_presets_fill_the_boxes(index, cast, browser, preset):
    page = browser(cast.dung).get(address(preset=preset))
    assert page.status_code == 200
    assert (page.context["assumptions"] > 0) == (preset in ("target", "best"))


# Scenarios ----------------------------------------------------------------------------------------


@pytest.fixture
def draft(index):
    body = Organisation.objects.get(code="H44.07")
    return Draft("Giảm trễ hạn", index, body, "2026-08", {"ON_TIME": {"numerator": "400"}})


def test_a_scenario_is_changed_by_its_owner_alone_and_never_over_anothers_change(draft, cast, now):
    made = save_scenario(draft, actor=cast.an, now=now)
    later = now + timedelta(minutes=5)
    with pytest.raises(NotYoursError):
        save_scenario(draft, actor=cast.dung, now=later, scenario=made)
    with pytest.raises(NotYoursError):
        share_scenario(made, True, actor=cast.dung, now=later)
    with pytest.raises(NotYoursError):
        delete_scenario(made, actor=cast.dung, now=later)
    changed = save_scenario(draft, actor=cast.an, now=later, scenario=made, seen=now)
    assert changed.changed_at == later
    with pytest.raises(OverwrittenError):
        save_scenario(draft, actor=cast.an, now=later, scenario=made, seen=now)


def test_others_see_a_scenario_when_it_is_shared(draft, cast, now):
    made = save_scenario(draft, actor=cast.an, now=now)
    assert not scenarios(viewer=cast.dung).exists()
    share_scenario(made, True, actor=cast.an, now=now)
    share_scenario(made, True, actor=cast.an, now=now)
    assert scenarios(viewer=cast.dung).get() == made
    assert not scenarios(viewer=cast.em).exists()
    delete_scenario(made, actor=cast.an, now=now)
    verbs = list(
        JournalEntry.objects.filter(verb__startswith="scenario")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == ["scenario.saved", "scenario.shared", "scenario.deleted"]


def test_a_stale_scenario_says_why(draft, index, base, cast, now):
    made = save_scenario(draft, actor=cast.an, now=base.computed_at)
    assert not staleness(made, base, index)
    made.changed_at = base.computed_at - timedelta(days=1)
    assert staleness(made, base, index).figures
    reworded = IndexVersion(digest="other")
    assert staleness(made, base, reworded).method
    assert play(made, base).outcome.gain > 0


def test_what_cannot_be_assumed_any_more_is_said(draft, base, cast, now):
    draft.assumed["ON_TIME"] = {"numerator": "9999", "denominator": "1"}
    played = play(save_scenario(draft, actor=cast.an, now=now), base)
    assert [each.name for each in played.refused] == ["ON_TIME"]
    assert played.outcome.gain == 0


def kept(name="Kịch bản", **more):
    return {
        "index": "trial", "method": "a", "unit": "H44.07", "period": "2026-08", "name": name,
        "assumed": json.dumps({"ON_TIME": {"numerator": "400"}}), "do": "new", **more,
    }  # fmt: skip


def test_scenarios_are_saved_opened_compared_shared_and_deleted(index, base, cast, browser):
    an, dung = browser(cast.an), browser(cast.dung)
    save = reverse("scenario-save")
    answer = an.post(save, kept())
    made = Scenario.objects.get()
    assert answer.url.endswith(f"scenario={made.pk}")
    assert made.assumed == {"ON_TIME": {"numerator": "400", "denominator": "482"}}
    page = an.get(answer.url)
    assert page.context["assumptions"] == 1
    changed = kept("Khác", do="change", scenario=made.pk, seen=made.changed_at.isoformat())
    an.post(save, changed)
    an.post(save, changed)  # the page it came from is old by now
    made.refresh_from_db()
    assert made.name == "Khác"
    assert JournalEntry.objects.filter(verb="scenario.saved").count() == 2
    assert dung.post(save, changed).status_code == 404  # not shared: not there
    deed = reverse("scenario-deed", args=[made.pk])
    assert dung.post(deed, {"do": "delete"}).status_code == 404
    an.post(deed, {"do": "share"})
    assert dung.post(save, changed).status_code == 403
    assert dung.post(deed, {"do": "delete"}).status_code == 403
    dung.post(save, kept("Của Dung"))
    both = "&".join(f"s={each.pk}" for each in Scenario.objects.all())
    compared = dung.get(f"{reverse('scenarios-compare')}?{both}").content.decode()
    assert "Khác" in compared
    assert "Của Dung" in compared
    assert "400 / 482" in compared
    an.post(deed, {"do": "delete"})
    assert Scenario.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"name": " "}, 302),
        ({"assumed": "{"}, 302),
        ({"assumed": json.dumps({"ON_TIME": {"numerator": "x"}})}, 302),
        ({"unit": "H99"}, 404),
        ({"index": "none"}, 404),
        ({"period": "2001-01"}, 404),
        ({"do": "change", "scenario": "x"}, 404),
    ],
)
def test_what_cannot_be_kept_is_refused(index, cast, browser, sent, status):
    answer = browser(cast.an).post(reverse("scenario-save"), {**kept(), **sent})
    assert answer.status_code == status
    assert Scenario.objects.count() == (1 if sent == {"assumed": "{"} else 0)


def test_the_list_of_scenarios_filters_sorts_pages_and_exports(draft, index, cast, now, browser):
    for number in range(60):
        each = Draft(f"Kịch bản {number:02}", index, draft.organisation, "2026-08", {})
        save_scenario(each, actor=cast.an, now=now + timedelta(minutes=number))
    shared = save_scenario(draft, actor=cast.dung, now=now)
    share_scenario(shared, True, actor=cast.dung, now=now)
    an, where = browser(cast.an), reverse("scenarios")
    page = an.get(where)
    assert (page.context["total"], len(page.context["page"].object_list)) == (61, 50)
    names = [row.scenario.name for row in an.get(f"{where}?sort=name").context["page"].object_list]
    assert names == sorted(names)
    found = an.get(f"{where}?whose=shared").context["page"].object_list
    assert [row.scenario for row in found] == [shared]
    assert len(an.get(f"{where}?q=kich+ban+58").context["page"].object_list) == 1
    csv = an.get(f"{where}?export=csv").getvalue().decode("utf-8-sig")
    assert len(csv.splitlines()) == 62
    with CaptureQueriesContext(connection) as captured:
        an.get(where)
    assert len(captured) <= 12


def test_only_scenarios_of_one_body_stand_side_by_side(draft, index, cast, now, browser):
    one = save_scenario(draft, actor=cast.an, now=now)
    other = Draft("X", index, Organisation.objects.get(code="H44.100"), "2026-08", {})
    two = save_scenario(other, actor=cast.an, now=now)
    page = browser(cast.an).get(f"{reverse('scenarios-compare')}?s={one.pk}&s={two.pk}&s=x&s=99")
    assert page.context["left_out"] == 1
    assert len(page.context["played"]) == 1
    empty = browser(cast.an).get(reverse("scenarios-compare"))
    assert "Nothing to compare" in empty.content.decode()


# Over the API -------------------------------------------------------------------------------------


@pytest.fixture
def api(client, cast, now):
    """Ask and post in Dung's name."""
    token = issue_token(cast.dung, "tests", actor=cast.dung, now=now)

    def ask(path, body=None):
        options = {"headers": {"authorization": f"Bearer {token}"}}
        where = f"/api/v1/indices/trial/cards/H44.07/{path}"
        if body is None:
            return client.get(where, **options)
        return client.post(where, json.dumps(body), content_type="application/json", **options)

    return ask


def test_points_lost_over_the_api(index, api):
    found = api("lost").json()["items"]
    assert found[0]["leaf"] == "ON_TIME"
    assert found[0]["point"]["things"] == 25
    assert found[0]["figures"][0]["missing"] == 150
    assert [each["why"] for each in found if each["lost"] is None] == [
        "no_data", "no_data", "unknown_rule",
    ]  # fmt: skip
    assert api("lost?sort=effort").status_code == 200
    assert api("lost?sort=luck").status_code == 422
    assert api("lost?period=2001-01").status_code == 404


def test_what_if_over_the_api_computes_and_stores_nothing(index, base, api):
    entries = JournalEntry.objects.count()
    now = api("what-if").json()
    assert now["dials"][0]["name"] == "ON_TIME"
    then = api("what-if", {"assumed": {"ON_TIME": {"numerator": 400}}, "wanted_rank": 1}).json()
    assert then["now"] == now["now"]
    assert then["gain"] > 0
    assert then["wanted"]["rank"] == 1
    refused = api("what-if", {"assumed": {"ON_TIME": {"numerator": 999}, "X": {"value": 1}}})
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["body.ON_TIME", "body.X"]
    assert JournalEntry.objects.count() == entries
    assert not Scenario.objects.exists()


def test_a_browser_needs_its_mark_to_post(index, cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.dung, backend="django.contrib.auth.backends.ModelBackend")
    where = "/api/v1/indices/trial/cards/H44.07/what-if"
    assert client.post(where, "{}", content_type="application/json").status_code == 403
    assert Client().post(where, "{}", content_type="application/json").status_code == 401


def test_scenarios_over_the_api(draft, cast, now, client):
    save_scenario(draft, actor=cast.an, now=now)
    shared = save_scenario(draft, actor=cast.an, now=now)
    share_scenario(shared, True, actor=cast.an, now=now)
    client.force_login(cast.dung, backend="django.contrib.auth.backends.ModelBackend")
    found = client.get("/api/v1/scenarios?unit_code=H44.07").json()
    assert [each["id"] for each in found["items"]] == [shared.pk]
    assert found["items"][0]["own"] is False
    assert client.get("/api/v1/scenarios?index=other").json()["count"] == 0
