"""Where the sample plan and the (optional) seed texts are."""

from __future__ import annotations

from pathlib import Path

import pytest

from cotmoc.plantext import Plan, read_file

ROOT = Path(__file__).resolve().parents[4]
SAMPLE = ROOT / "samples" / "plans" / "ke-hoach-chuyen-doi-so-phu-tho-2026.txt"
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture(scope="session")
def sample() -> Plan:
    return read_file(SAMPLE)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> Plan:
    """The seed text whose number is the fixture's parameter."""
    found = sorted(SEEDS.glob(f"{request.param}_*.txt"))
    if not found:
        pytest.skip(f"seed text {request.param} is not in {SEEDS}")
    return read_file(found[0])
