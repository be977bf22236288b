import pytest

from cotmoc.analytics.ingest.tests.lab import Lab


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)
