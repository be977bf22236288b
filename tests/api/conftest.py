"""The API as a program asks it: a token, an address, an answer."""

import pytest
from django.core.cache import cache

from cotmoc.apps.accounts.services import issue_token


@pytest.fixture(autouse=True)
def _nobody_asked_yet():
    """The count of requests is kept in the cache, which outlives a test."""
    cache.clear()


@pytest.fixture
def token(cast, now):
    """A token of Dung, of the secretariat."""
    return issue_token(cast.dung, "tests", actor=cast.dung, now=now)


@pytest.fixture
def get(client, token):
    """Ask an address of the API in Dung's name."""

    def ask(address, query=None, secret=token):
        headers = {"authorization": f"Bearer {secret}"}
        return client.get(f"/api/v1{address}", query or {}, headers=headers)

    return ask


@pytest.fixture
def post(client, token):
    """Send a body to the API in Dung's name."""

    def send(address, body, secret=token):
        headers = {"authorization": f"Bearer {secret}"}
        where = f"/api/v1{address}"
        return client.post(where, body, content_type="application/json", headers=headers)

    return send
