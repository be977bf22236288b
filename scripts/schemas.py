"""Write the JSON Schemas of the catalogue from the code, or with --check compare them.

`python scripts/schemas.py` writes catalogue/indicator.schema.json and catalogue/index.schema.json;
with `--check` it fails if one is not what the readers of definitions and indices and the declared
fact tables say.
"""

import sys
from pathlib import Path

import yaml

CATALOGUE = Path(__file__).resolve().parents[1] / "catalogue"


def schema_texts() -> dict[str, str]:
    """The schemas as the code has them, by file; definitions over the fact tables declared."""
    from cotmoc.indicators.facts import read_fact_tables
    from cotmoc.indicators.indices.schema import index_schema
    from cotmoc.indicators.schema import as_text, definition_schema

    files = sorted((CATALOGUE / "facts").glob("*.yaml"))
    tables = read_fact_tables(
        (path.name, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files
    )
    return {
        "indicator.schema.json": as_text(definition_schema(tables)),
        "index.schema.json": as_text(index_schema()),
    }


def main(arguments: list[str]) -> str | None:
    """Returns what went wrong, for the exit status."""
    if unknown := set(arguments) - {"--check"}:
        return f"unknown arguments: {' '.join(sorted(unknown))}; known: --check"
    for name, text in schema_texts().items():
        path = CATALOGUE / name
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.is_file() or path.read_bytes() != text.encode():
            return f"catalogue/{name} is not what the code says; run: python scripts/schemas.py"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
