import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from cotmoc.ui import middleware


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse(translation.get_language())


def ask(cookie: str | None) -> HttpResponse:
    request = RequestFactory().get("/", headers={"accept-language": "fr,en;q=0.9"})
    if cookie:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    return middleware.language(answer)(request)


@pytest.mark.parametrize(
    ("cookie", "expected"), [("en", "en"), ("vi", "vi"), ("xx", None), (None, None)]
)
def test_the_language_is_the_readers_choice_never_the_browsers(cookie, expected):
    response = ask(cookie)
    assert response.content.decode() == (expected or settings.LANGUAGE_CODE)
    assert response.headers["Content-Language"] == (expected or settings.LANGUAGE_CODE)


def test_every_answer_carries_the_policy_unless_it_brought_its_own():
    response = middleware.security_headers(answer)(RequestFactory().get("/"))
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
