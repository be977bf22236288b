#!/bin/sh
# Writes the pinned requirement files from pyproject.toml. Run after changing a dependency (make lock).
# The files name packages, versions and hashes only: no registry address, so any mirror serves.
set -eu
cd "$(dirname "$0")/.."
compile() {
  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
    --no-emit-index-url --no-emit-find-links --upgrade pyproject.toml "$@"
}
compile --group build --output-file requirements/run.txt
compile --group build --group dev --constraint requirements/run.txt --output-file requirements/dev.txt
