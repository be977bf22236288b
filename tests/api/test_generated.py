"""Generated requests, good and bad, against the contract: no answer may contradict it."""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, settings

from cotmoc.config.api import api

EXAMPLES = 25


def application(environ, start_response):
    """Made when asked, so that each test's settings count."""
    return WSGIHandler()(environ, start_response)


schema = schemathesis.openapi.from_dict(api.schema())
schema.app = application


@pytest.fixture
def ask(token, monkeypatch):
    """Ask the application itself, inside the test's transaction."""
    monkeypatch.setattr("cotmoc.rest.throttle.PerMinute.allow_request", lambda *_: True)
    return lambda case: case.call_and_validate(headers={"Authorization": f"Bearer {token}"})


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_contradicts_the_contract(case, ask):
    ask(case)
