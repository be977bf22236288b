"""Nobody reads anything without a name: every address is walked."""

import logging

import pytest

from cotmoc.apps.accounts.models import ApiToken
from cotmoc.apps.accounts.services import revoke_token
from cotmoc.apps.documents.models import Document
from cotmoc.apps.orgs.models import AdminUnit
from cotmoc.config.api import api
from cotmoc.rest import throttle
from cotmoc.rest.problems import MEDIA_TYPE

VALUES = {
    "indicator": "dossiers_on_time",
    "unit_code": "H44",
    "body": "H44",
    "period": "2026-08",
    "code": "H44",
    "method": "2022",
    "key": "province:25:",
    "level": "province",
    "target_id": "1",
    "round_id": "1",
    "id": "1",
}
ADDRESSES = [
    (method, path.format(**VALUES))
    for path, item in api.schema()["paths"].items()
    for method in item
] + [("get", "/api/v1/openapi.json")]


def is_problem(answer, status):
    body = answer.json()
    assert answer.status_code == status
    assert answer["Content-Type"] == MEDIA_TYPE
    assert body["status"] == status
    assert {"type", "title", "status", "detail", "instance"} <= set(body)
    return body


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_a_stranger_is_refused_everywhere(client, method, address):
    answer = getattr(client, method)(address)
    assert is_problem(answer, 401)["instance"] == address
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_opens_the_door(get):
    assert get("/units", {"limit": 1}).status_code == 200


def test_a_signed_in_browser_needs_no_token(client, cast):
    client.force_login(cast.an)
    assert client.get("/api/v1/units?limit=1").status_code == 200


@pytest.mark.parametrize("secret", ["", "cm_", "cm_wrong", "không phải mã"])
def test_a_wrong_token_is_refused(get, secret):
    is_problem(get("/units", secret=secret.encode().decode("latin-1")), 401)


def test_a_wrong_token_is_refused_even_in_a_signed_in_browser(client, cast, get):
    client.force_login(cast.an)
    is_problem(get("/units", secret="cm_wrong"), 401)


def test_a_revoked_token_is_refused(get, cast, now):
    revoke_token(ApiToken.objects.get(), actor=cast.dung, now=now)
    is_problem(get("/units"), 401)


def test_the_token_of_somebody_who_left_is_refused(get, cast):
    cast.dung.is_active = False
    cast.dung.save()
    is_problem(get("/units"), 401)


def test_a_draft_is_there_for_those_who_read_drafts(client, cast, plan):
    Document.objects.update(state=Document.State.DRAFT)
    address = f"/api/v1/targets/{plan.targets.first().pk}"
    client.force_login(cast.binh)
    assert client.get(address).status_code == 200
    assert client.get("/api/v1/targets").json()["count"] == plan.targets.count()
    client.force_login(cast.an)
    is_problem(client.get(address), 404)
    is_problem(client.get("/api/v1/targets", {"plan": plan.pk}), 404)
    assert client.get("/api/v1/targets").json()["count"] == 0


@pytest.mark.parametrize("address", ["", "/", "/nowhere", "/units/", "/figures/a/b"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_a_problem_document(client, db, address, method):
    body = is_problem(getattr(client, method)(f"/api/v1/{address.lstrip('/')}"), 404)
    assert "Http404" not in body["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_a_list_can_only_be_read(client, db, method):
    answer = getattr(client, method)("/api/v1/units")
    is_problem(answer, 405)
    assert answer["Allow"] == "GET"


def test_the_head_of_an_answer_can_be_asked_for(client, cast):
    client.force_login(cast.an)
    answer = client.head("/api/v1/units?limit=1")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_failure_tells_nothing_of_the_inside(get, monkeypatch, caplog):
    def broken(*args):
        raise RuntimeError("password=secret")

    monkeypatch.setattr(AdminUnit, "__str__", broken)
    with caplog.at_level(logging.ERROR, "cotmoc.rest"):
        answer = get("/units", {"limit": 1})
    is_problem(answer, 500)
    assert "secret" not in answer.content.decode()
    assert "password=secret" in caplog.text


def test_who_asks_too_often_waits(get, client, cast, monkeypatch):
    monkeypatch.setattr(throttle.time, "time", lambda: 1_790_000_000.0)
    for limiter in api.throttle if isinstance(api.throttle, list) else [api.throttle]:
        monkeypatch.setattr(limiter, "limit", 2)
    assert [get("/units", {"limit": 1}).status_code for _ in range(2)] == [200, 200]
    answer = get("/indicators")
    is_problem(answer, 429)
    assert 0 < int(answer["Retry-After"]) <= 60
    client.force_login(cast.an)
    assert client.get("/api/v1/indicators").status_code == 200
