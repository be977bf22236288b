"""Who asks: a token in the Authorization header, or the session of a signed-in browser."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import APIKeyCookie, HttpBearer


class Token(HttpBearer):
    """`Authorization: Bearer cm_…`; `person_of` finds the person a secret speaks for, or None.

    A wrong token is refused even when the browser is signed in: who sends one means it.
    """

    def __init__(self, person_of: Callable[[str], Any | None]) -> None:
        self.person_of = person_of
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        person = self.person_of(token.strip())
        if person is None:
            raise AuthenticationError
        return person


class Session(APIKeyCookie):
    """The session cookie; requests that change something also need the CSRF mark."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        return request.user if request.user.is_authenticated else None


def viewer(request: HttpRequest) -> Any:
    """The person in whose name the request is made; `visible_to` decides by it."""
    return request.auth  # type: ignore[attr-defined]
