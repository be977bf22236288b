"""Write the API's contract to docs/openapi.json, or with --check compare it.

`python scripts/openapi.py` writes; with `--check` it fails if the file is not what the code says.
"""

import os
import sys
from pathlib import Path

import django

CONTRACT = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"


def contract() -> str:
    """The contract as the code has it; needs Django set up."""
    from cotmoc.config.api import api
    from cotmoc.rest.openapi import as_text

    return as_text(api.schema())


def main(arguments: list[str]) -> str | None:
    """Returns what went wrong, for the exit status."""
    if unknown := set(arguments) - {"--check"}:
        return f"unknown arguments: {' '.join(sorted(unknown))}; known: --check"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotmoc.config.settings")
    django.setup()
    text = contract()
    if "--check" not in arguments:
        CONTRACT.write_text(text, encoding="utf-8", newline="\n")
        return None
    if not CONTRACT.is_file() or CONTRACT.read_bytes() != text.encode():
        return (
            "docs/openapi.json is not what the code says. If the change of the contract is meant, "
            "run: python scripts/openapi.py"
        )
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
