"""Write catalogue/indicator.schema.json from the code, or with --check compare it.

`python scripts/indicator_schema.py` writes; with `--check` it fails if the file is not what the
reader of definitions and the declared fact tables say.
"""

import sys
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue"
SCHEMA = CATALOGUE / "indicator.schema.json"


def schema_text() -> str:
    """The schema as the code has it, over the fact tables of the catalogue."""
    from cotmoc.indicators.facts import read_fact_tables
    from cotmoc.indicators.schema import as_text, definition_schema

    files = sorted((CATALOGUE / "facts").glob("*.yaml"))
    tables = read_fact_tables(
        (path.name, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files
    )
    return as_text(definition_schema(tables))


def main(arguments: list[str]) -> str | None:
    """Returns what went wrong, for the exit status."""
    if unknown := set(arguments) - {"--check"}:
        return f"unknown arguments: {' '.join(sorted(unknown))}; known: --check"
    text = schema_text()
    if "--check" not in arguments:
        SCHEMA.write_text(text, encoding="utf-8", newline="\n")
        return None
    if not SCHEMA.is_file() or SCHEMA.read_bytes() != text.encode():
        return (
            "catalogue/indicator.schema.json is not what the code says; "
            "run: python scripts/indicator_schema.py"
        )
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
