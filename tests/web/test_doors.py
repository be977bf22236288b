"""Signing in and out, forms, cookies, language, and what is said when something goes wrong."""

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from cotmoc.apps.accounts.models import Person
from cotmoc.portal import views

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "\x00https://evil.example/",
]


@pytest.fixture
def hoa(quick_passwords):
    """Hoa, who has just been given a password."""
    return Person.objects.create_person(
        "hoa", quick_passwords.word, name="Ngô Thị Hoa", role="reporter"
    )


@pytest.fixture
def enter(client, hoa, quick_passwords):
    """Sign in as Hoa through the form."""

    def form(**more):
        fields = {"username": "hoa", "password": quick_passwords.word, **more}
        return client.post("/sign-in/", fields)

    return form


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(client, enter):
    client.get("/sign-in/")
    client.post("/language/", {"language": "en", "next": "/"})
    enter()
    for name in ("sessionid", "csrftoken", "language"):
        assert client.cookies[name]["httponly"], name
        assert client.cookies[name]["samesite"] == "Lax", name


def test_signing_in_gives_a_new_session(client, enter):
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    enter()
    assert client.cookies["sessionid"].value != before


def test_signing_in_leads_where_one_was_going(enter):
    assert enter(next="/targets/?state=behind").url == "/targets/?state=behind"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(enter, address):
    assert enter(next=address).url == "/"


@pytest.mark.parametrize("address", ELSEWHERE)
def test_choosing_a_language_never_leads_to_another_site(client, address):
    answer = client.post("/language/", {"language": "en", "next": address})
    assert (answer.status_code, answer.url) == (302, "/")
    assert client.cookies["language"].value == "en"


def test_a_language_we_do_not_speak_changes_nothing(client):
    client.post("/language/", {"language": "xx", "next": "/public/"})
    assert client.get("/public/")["Content-Language"] == "vi"


@pytest.mark.parametrize("address", ["/sign-in/", "/language/", "/sign-out/", "/account/"])
def test_a_form_without_its_mark_is_refused_in_our_own_words(cast, address, read):
    client = Client(enforce_csrf_checks=True)
    if address in {"/account/", "/sign-out/"}:
        client.force_login(cast.dung, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(address, {"label": "x"})
    assert answer.status_code == 403
    with translation.override("vi"):
        words = gettext(
            "The form was too old or cookies are blocked. Go back, reload and try again."
        )
    assert words in read(answer).text


def test_one_leaves_only_by_the_button(dung):
    assert dung.get("/sign-out/").status_code == 405
    assert dung.get("/account/").status_code == 200
    assert dung.post("/sign-out/").url == "/public/"
    assert dung.get("/account/").status_code == 302


def test_somebody_whose_account_was_closed_is_out_at_once(dung, cast):
    cast.dung.is_active = False
    cast.dung.save()
    assert dung.get("/targets/").status_code == 302


def test_a_failed_sign_in_does_not_tell_whether_the_name_exists(client, hoa, read):
    pages = []
    for name in ("hoa", "khong-co"):
        answer = client.post("/sign-in/", {"username": name, "password": "sai"})
        assert answer.status_code == 200
        pages.append(read(answer).text)
    assert pages[0] == pages[1]


TROUBLES = {
    403: ("/journal/", "This page is not open to you"),
    404: ("/khong-co-trang-nay/", "There is no such page"),
    500: ("/", "Something broke on our side"),
}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("status", TROUBLES)
def test_trouble_is_told_in_the_readers_language(
    cast, signed_in, read, monkeypatch, status, language
):
    def broken(*args, **kwargs):
        raise RuntimeError("password=secret")

    monkeypatch.setattr(views, "gather", broken)
    browser = signed_in(cast.an, language)
    browser.raise_request_exception = False
    address, heading = TROUBLES[status]
    answer = browser.get(address)
    page = read(answer)
    with translation.override(language):
        assert gettext(heading) in page.text
    assert answer.status_code == status
    assert ("html", {"lang": language}) in page.tags
    assert "password=secret" not in answer.content.decode()
    assert "Traceback" not in page.text


def test_a_stranger_who_is_lost_is_told_so(client, read):
    answer = client.get("/khong-co-trang-nay/")
    assert answer.status_code == 404
    assert "404" in read(answer).text
