# Every command of the project. `make` alone lists them.
# Needs git, make and Python 3.11 or newer with venv; everything else is fetched into .venv.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo serve test shots check fix bench docs lock

PYTHON := .venv/bin/python
# Arguments handed on, e.g. `make test ARGS="-k units"`.
ARGS ?=

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@scripts/setup.sh run

setup-dev: setup
	@scripts/setup.sh dev

demo: setup ## start the service with a province's real figures (SERVE=0: only load them)
	@.venv/bin/cotmoc demo $(if $(filter 0,$(SERVE)),--no-serve) $(ARGS)

serve: setup ## start the service with the data it has
	@.venv/bin/cotmoc serve $(ARGS)

test: setup-dev ## run all tests, on SQLite and PostgreSQL (ARGS="-k units" chooses)
	@$(PYTHON) scripts/test.py $(ARGS)

shots: setup-dev ## take pictures of the pages
	@$(PYTHON) scripts/shots.py $(ARGS)

check: setup-dev ## check style, types, import directions, catalogue, translations, documents
	@$(PYTHON) scripts/check.py $(ARGS)

fix: setup-dev ## put style right where a program can
	@.venv/bin/ruff format .
	@.venv/bin/ruff check --fix .

bench: setup-dev ## measure speed and memory
	@set -e; for each in benchmarks/*.py; do [ -e "$$each" ] || continue; echo "== $$each"; $(PYTHON) "$$each" $(ARGS); done

docs: setup ## list the documents and check that their links lead somewhere
	@$(PYTHON) scripts/docs.py

lock: setup-dev ## pin the dependencies of pyproject.toml anew
	@scripts/lock.sh
