"""Generated requests, good and bad, against the contract: no answer may contradict it."""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from cotmoc.config.api import api

EXAMPLES = 25
# They take texts that no schema describes: what is in them may be refused.
TAKES_TEXTS = {"/api/v1/indices/check", "/api/v1/composite", "/api/v1/publications"}


def application(environ, start_response):
    """Made when asked, so that each test's settings count."""
    return WSGIHandler()(environ, start_response)


schema = schemathesis.openapi.from_dict(api.schema())
schema.app = application
rejection = schema.config.checks.negative_data_rejection
# A body above what the server takes is refused before its schema is looked at.
rejection.expected_statuses = [*rejection.expected_statuses, "413"]


@pytest.fixture
def ask(token, monkeypatch):
    """Ask the application itself, inside the test's transaction."""
    monkeypatch.setattr("cotmoc.rest.throttle.PerMinute.allow_request", lambda *_: True)

    def send(case):
        texts = case.method == "POST" and case.operation.full_path in TAKES_TEXTS
        case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"},
            excluded_checks=[positive_data_acceptance] if texts else [],
        )

    return send


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_contradicts_the_contract(case, ask):
    ask(case)
