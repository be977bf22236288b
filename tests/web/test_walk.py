"""Every address is walked: nobody reads anything without a name, and a role decides the rest."""

import pytest

from cotmoc.rest.problems import MEDIA_TYPE

pytestmark = pytest.mark.django_db

# What anybody may ask, and what a stranger is answered by GET.
PUBLIC = {
    "": 302,
    "health/": 200,
    "language/": 302,
    "public/": 200,
    "public/targets/<int:pk>/": 200,
    "public/scorecards/": 200,
    "public/scorecards/<slug:code>/": 200,
    "sign-in/": 200,
    "sign-out/": 405,
    "api/v1/": 404,
}
# What a signed-in person is answered by GET, where it is not simply 200.
ANSWERS = {
    "language/": 302,
    "sign-in/": 302,
    "sign-out/": 405,
    "account/tokens/<int:pk>/revoke/": 405,
    "plans/<int:pk>/publish/": 405,
    "plans/<int:pk>/close-districts/": 405,
    "documents/<int:pk>/validity/": 405,
    "documents/<int:pk>/relations/": 405,
    "documents/uploads/<int:pk>/": 302,
    "documents/<int:pk>/confirm/rows/": 302,
    "documents/<int:pk>/confirm/rows/<int:number>/": 302,
    "documents/<int:pk>/confirm/finish/": 405,
    "data/compute/": 405,
    "targets/<int:pk>/links/": 405,
    "targets/<int:pk>/bind/": 405,
    "scorecards/<slug:code>/cards/<str:unit>/propose/": 405,
    "scorecards/proposals/<int:pk>/": 405,
    "scorecards/scenarios/save/": 405,
    "scorecards/scenarios/<int:pk>/": 405,
    "rounds/<int:pk>/do/": 405,
    "rounds/<int:pk>/<str:unit>/<str:leaf>/evidence/": 405,
    "rounds/evidence/<int:pk>/link/": 302,
    "rounds/evidence/<int:pk>/remove/": 405,
    "api/v1/": 404,
    "api/v1/composite": 405,
    "api/v1/indices/check": 405,
}
STEER = {"administrator", "secretariat"}
READS_DRAFTS = STEER | {"committee", "auditor"}
GUARDED = {
    "journal/": {"administrator", "auditor"},
    "data/quarantine/<str:name>/": STEER,
    "data/quarantine/<str:name>/file/": STEER,
    "documents/upload/": STEER,
    "documents/uploads/<int:pk>/": STEER,
    "documents/<int:pk>/confirm/": READS_DRAFTS,
    "documents/<int:pk>/confirm/rows/": READS_DRAFTS,
    "documents/<int:pk>/confirm/rows/<int:number>/": READS_DRAFTS,
    "plans/<int:pk>/next-year/": STEER,
    "targets/<int:pk>/definition/": STEER,
    "rounds/new/": STEER,
    "rounds/<int:pk>/correct/": STEER,
    "scorecards/published/new/": STEER,
}
# Who may do what is done by POST.
DEEDS = {
    "plans/<int:pk>/publish/": STEER,
    "data/compute/": STEER,
    "plans/<int:pk>/close-districts/": STEER,
    "documents/<int:pk>/validity/": STEER,
    "documents/<int:pk>/relations/": STEER,
    "documents/<int:pk>/amends/": STEER,
    "documents/<int:pk>/confirm/rows/": STEER,
    "documents/<int:pk>/confirm/rows/<int:number>/": STEER,
    "documents/<int:pk>/confirm/finish/": STEER,
    "targets/<int:pk>/links/": STEER,
    "targets/<int:pk>/bind/": STEER,
    "scorecards/<slug:code>/cards/<str:unit>/propose/": STEER,
    "scorecards/proposals/<int:pk>/": STEER | {"reporter", "committee"},  # An and Bình: their body
    "scorecards/scenarios/save/": READS_DRAFTS | {"reporter"},
    "scorecards/scenarios/<int:pk>/": {"secretariat"},  # Dung's own
    "rounds/<int:pk>/do/": STEER,
    # Bình sits in the committee and speaks for the department, as An does.
    "rounds/<int:pk>/<str:unit>/": {"committee", "reporter"},
    "rounds/<int:pk>/<str:unit>/<str:leaf>/evidence/": {"committee", "reporter"},
    "rounds/evidence/<int:pk>/remove/": {"committee", "reporter"},
    "scorecards/published/new/": STEER,
}
# What a deed needs to be told.
SENT = {
    "rounds/<int:pk>/do/": {"do": "refresh"},
    "rounds/<int:pk>/<str:unit>/": {"do": "save"},
    "rounds/<int:pk>/<str:unit>/<str:leaf>/evidence/": {"link": "https://a.vn/ke-hoach"},
    "documents/<int:pk>/validity/": {"state": "in_force"},
    "documents/<int:pk>/confirm/rows/": {"do": "accept-clean"},
    "documents/<int:pk>/confirm/rows/<int:number>/": {"do": "accept", "version": 1},
    "scorecards/<slug:code>/cards/<str:unit>/propose/": {"leaf": "ON_TIME"},
    "scorecards/proposals/<int:pk>/": {"do": "drop"},
    "scorecards/scenarios/save/": {
        "index": "qd766", "method": "2022", "unit": "H44.07", "period": "2026-08", "name": "Thử",
    },
    "scorecards/scenarios/<int:pk>/": {"do": "unshare"},
    "scorecards/published/new/": {
        "how": "hand", "do": "confirm", "index": "par@qd876", "period": "2024",
        "subject": "Hải Phòng", "points": "96,17", "rank": "1", "source": "báo",
    },
}  # fmt: skip


def refused(answer, address):
    if answer.status_code == 302:
        return answer.url.startswith("/sign-in/?next=")
    return answer.status_code == 401 and answer["Content-Type"] == MEDIA_TYPE


def test_the_lists_of_this_test_hold_only_what_is_there(all_routes):
    assert {*PUBLIC, *ANSWERS, *GUARDED, *DEEDS} <= set(all_routes)
    assert len(all_routes) > 30


def test_a_stranger_is_refused_wherever_the_public_is_not_invited(client, all_routes, address_of):
    answers = {route: client.get(address_of(route)) for route in all_routes if route not in PUBLIC}
    # Where only a POST is answered (405), a GET has nothing to give.
    assert not [
        route
        for route, answer in answers.items()
        if not refused(answer, route) and answer.status_code != 405
    ]


def test_a_stranger_writes_nowhere(client, all_routes, address_of):
    for route in set(all_routes) - set(PUBLIC):
        answer = client.post(address_of(route), {"label": "x"})
        assert refused(answer, route) or answer.status_code == 405, route


def test_the_public_is_answered(client, all_routes, address_of, published):
    answers = {route: client.get(address_of(route)).status_code for route in PUBLIC}
    assert answers == PUBLIC


@pytest.mark.parametrize(
    "role", ["administrator", "secretariat", "committee", "reporter", "auditor"]
)
def test_a_role_is_answered_as_its_table_says(
    role, roles, signed_in, all_routes, address_of, published
):
    browser = signed_in(roles[role])
    for route in all_routes:
        expected = ANSWERS.get(route, 200)
        if route in GUARDED and role not in GUARDED[route]:
            expected = 403
        assert browser.get(address_of(route)).status_code == expected, route


@pytest.mark.parametrize("route", DEEDS)
@pytest.mark.parametrize(
    "role", ["administrator", "secretariat", "committee", "reporter", "auditor"]
)
def test_a_role_does_what_its_table_says(role, route, roles, signed_in, address_of):
    answer = signed_in(roles[role]).post(address_of(route), SENT.get(route, {}))
    assert answer.status_code == (302 if role in DEEDS[route] else 403)


def test_nobody_revokes_anothers_token(roles, signed_in, address_of):
    address = address_of("account/tokens/<int:pk>/revoke/")
    assert signed_in(roles["auditor"]).post(address).status_code == 404
    assert signed_in(roles["secretariat"]).post(address).status_code == 302


def test_pages_carry_no_script_and_no_style_of_their_own(
    roles, signed_in, all_routes, address_of, published, read
):
    browser = signed_in(roles["administrator"])
    pages = 0
    for route in all_routes:
        answer = browser.get(address_of(route))
        if "text/html" not in answer.get("Content-Type", "") or answer.status_code == 302:
            continue
        pages += 1
        for tag, attributes in read(answer).tags:
            where = f"{route}: <{tag} {attributes}>"
            assert tag != "style", where
            assert "style" not in attributes, where
            assert not any(name.startswith("on") for name in attributes), where
            assert tag != "script" or attributes.get("src", "").startswith("/static/"), where
            for name in ("href", "src", "action"):
                link = attributes.get(name) or ""
                assert not link.startswith(("http:", "https:", "//", "javascript:")), where
    assert pages > 18


def test_every_answer_carries_its_headers(client, roles, signed_in, all_routes, address_of):
    browser = signed_in(roles["auditor"])
    for route in all_routes:
        for asking in (client, browser):
            headers = asking.get(address_of(route)).headers
            assert headers["Content-Security-Policy"] == (
                "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
                "font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
            )
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["X-Frame-Options"] == "DENY"
            assert "geolocation=()" in headers["Permissions-Policy"]
