"""Drafts are for those who read drafts; what is unpublished is not for the public; and whatever
people wrote stays text."""

import pytest

from cotmoc.apps.documents.models import Document
from cotmoc.apps.measurement.models import Figure, IndicatorVersion
from cotmoc.apps.orgs.models import Organisation
from cotmoc.apps.programmes.models import Plan, Target

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def draft(plan):
    """The plan, not yet signed."""
    Document.objects.filter(pk=plan.document_id).update(state=Document.State.DRAFT)
    return plan


def addresses(plan):
    return [
        f"/plans/{plan.pk}/",
        f"/plans/{plan.pk}/text/",
        f"/plans/{plan.pk}/tasks/",
        f"/documents/{plan.document_id}/",
        f"/documents/{plan.document_id}/amends/",
        *(f"/targets/{pk}/" for pk in plan.targets.values_list("pk", flat=True)[:3]),
    ]


@pytest.mark.parametrize("role", ["administrator", "secretariat", "committee", "auditor"])
def test_who_reads_drafts_sees_a_draft(draft, roles, signed_in, role):
    browser = signed_in(roles[role])
    assert all(browser.get(each).status_code == 200 for each in addresses(draft))
    assert draft.title in browser.get("/plans/").content.decode()


def test_a_reporter_finds_nothing_of_a_draft(draft, roles, signed_in):
    browser = signed_in(roles["reporter"])
    assert all(browser.get(each).status_code == 404 for each in addresses(draft))
    link = f"/targets/{draft.targets.first().pk}/"
    for page in ("/", "/targets/", "/plans/", "/documents/", "/search/?q=chuyen+doi+so",
                 "/organisations/H44/"):  # fmt: skip
        text = browser.get(page).content.decode()
        assert draft.title not in text, page
        assert link not in text, page


def test_the_public_sees_a_plan_only_when_it_is_published(plan, client):
    target = plan.targets.first()
    address = f"/public/targets/{target.pk}/"
    assert client.get(address).status_code == 404
    assert target.name not in client.get("/public/").content.decode()


def test_the_public_page_shows_everybody_what_the_public_sees(plan, dung):
    assert dung.get(f"/public/targets/{plan.targets.first().pk}/").status_code == 404


def test_a_figure_that_is_not_published_is_no_data_for_the_public(published, client, read):
    target = published.targets.get(indicator_code="dossiers_on_time")
    address = f"/public/targets/{target.pk}/"
    assert "78,38 %" in read(client.get(address)).text
    Figure.objects.update(published_at=None)
    assert "78,38" not in read(client.get(address)).text
    assert "78,38" not in read(client.get("/public/")).text
    assert "78.38" not in client.get("/public/?export=csv").getvalue().decode()


def test_a_body_that_is_not_the_provinces_own_is_never_public(published, client):
    text = client.get("/public/").content.decode()
    own = Figure.objects.exclude(published_at=None).values_list("organisation__code", flat=True)
    assert set(own) == {"H44"}
    assert "/organisations/" not in text


def test_whatever_people_wrote_stays_text(published, roles, signed_in, client, read):
    Target.objects.update(name=HOSTILE, lead=None, lead_text=HOSTILE)
    Target.objects.update(search="script")
    Plan.objects.update(title=HOSTILE)
    Document.objects.update(title=HOSTILE, symbol=HOSTILE[:60], issuer=HOSTILE, file_name=HOSTILE)
    Organisation.objects.update(name=HOSTILE, short_name=HOSTILE, search="script")
    IndicatorVersion.objects.update(name_vi=HOSTILE, owner=HOSTILE, search="script")
    person = roles["administrator"]
    person.name = HOSTILE
    person.save()
    target = published.targets.get(indicator_code="dossiers_on_time")
    browser = signed_in(person)
    pages = [
        "/",
        "/targets/",
        f"/targets/{target.pk}/",
        "/plans/",
        f"/plans/{published.pk}/",
        f"/plans/{published.pk}/tasks/",
        "/documents/",
        f"/documents/{published.document_id}/",
        "/figures/",
        "/figures/dossiers_on_time/H44/2026-08/",
        "/indicators/",
        "/indicators/dossiers_on_time/",
        "/heat/?group=reported",
        "/organisations/",
        "/organisations/H44.100/",
        "/search/?q=script",
        f"/search/?q={HOSTILE}",
        f"/targets/?q={HOSTILE}",
        f"/units/?q={HOSTILE}",
        "/account/",
        "/journal/",
    ]
    answers = [(page, browser.get(page)) for page in pages]
    answers += [(page, client.get(page)) for page in ("/public/", f"/public/targets/{target.pk}/")]
    for page, answer in answers:
        assert answer.status_code == 200, page
        text = answer.content.decode()
        assert "&lt;script&gt;" in text, page
        assert "<script>alert" not in text, page
        assert "<img" not in text, page
        for tag, attributes in read(answer).tags:
            assert not any(name.startswith("on") for name in attributes), (page, tag, attributes)
