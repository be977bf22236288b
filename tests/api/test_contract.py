"""The contract is a file under review: docs/openapi.json says what the code answers."""

import importlib.util
import re
from pathlib import Path

from cotmoc.config.api import api
from cotmoc.rest.openapi import as_text

ROOT = Path(__file__).parents[2]


def _script():
    spec = importlib.util.spec_from_file_location("openapi", ROOT / "scripts" / "openapi.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_contract_is_up_to_date():
    assert _script().main(["--check"]) is None


def test_a_changed_contract_is_reported(tmp_path, monkeypatch):
    script = _script()
    changed = tmp_path / "openapi.json"
    changed.write_text("{}\n")
    monkeypatch.setattr(script, "CONTRACT", changed)
    assert "python scripts/openapi.py" in script.main(["--check"])


def test_the_same_code_writes_the_same_bytes():
    assert as_text(api.schema()) == as_text(api.schema())


def test_every_address_says_what_it_gives_and_how_it_refuses():
    for path in api.schema()["paths"].values():
        # Everything can be read by GET; a POST computes with what it is sent, or writes.
        assert list(path) in (["get"], ["get", "post"], ["post"])
        for method, operation in path.items():
            assert operation["description"]
            assert operation["security"]
            sent = {"400", "403", "413"} if method == "post" else set()
            assert set(operation["responses"]) == {"200", "401", "404", "422", "429"} | sent


def test_the_contract_is_served_as_written(get):
    answer = get("/openapi.json")
    assert answer.json() == api.schema()


def test_the_addresses_of_the_manual_answer(get):
    manual = (ROOT / "docs" / "howto" / "use-the-api.md").read_text(encoding="utf-8")
    rows = [line for line in manual.splitlines() if line.startswith("|") and "`" in line]
    addresses = [found for line in rows[:7] for found in re.findall(r"`([^`]+)`", line)]
    assert len(addresses) == 8
    for address in addresses:
        assert get(f"/{address}").status_code == 200, address
