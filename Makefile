# A front for people: each target sets up `.venv` if need be and runs what is named.
# The commands themselves stand in one place, noxfile.py; here its sessions run in `.venv`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

# The first interpreter on the path that is new enough; `make PYTHON=...` names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
STAMP := .venv/.installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SESSION := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m nox --no-venv --no-install --session

.PHONY: help setup demo test lint types properties mutants docs bench wheel pins clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: $(STAMP) ## Make .venv with parax installed editable, at the pinned versions

$(STAMP): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo 'parax needs Python 3.11 or newer; none is on the path (make PYTHON=...)' >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) pip
	$(INSTALL) hatchling editables
	$(INSTALL) --no-build-isolation --editable '.[rf,docs,dev]'
	@touch $@

demo: $(STAMP) ## Show what parax does
	@$(BIN)/python examples/demo.py

test: $(STAMP) ## Run every test, in 64 and in 32 bit (WORKERS=2 at a time; ARGS='-k word' to choose)
	@$(SESSION) tests -- $(ARGS)

lint: $(STAMP) ## Check format, style and spelling
	@$(SESSION) lint

types: $(STAMP) ## Check types with pyright
	@$(SESSION) types

properties: $(STAMP) ## Run the long property tests, which `make test` leaves out
	@$(SESSION) properties -- $(ARGS)

mutants: $(STAMP) ## Change lines of the code at random, and see whether the tests notice (ARGS='--seed 1')
	@$(SESSION) mutants -- $(ARGS)

docs: $(STAMP) ## Build the documentation into docs/_build/html, warnings as errors
	@$(SESSION) docs

bench: $(STAMP) ## Print the benchmark table of this machine
	@$(SESSION) bench -- $(ARGS)

wheel: $(STAMP) ## Build the wheel and the sdist, then try the wheel in a fresh environment
	@$(SESSION) wheel

pins: $(STAMP) ## Resolve all dependencies afresh and write constraints.txt
	@$(SESSION) pins

clean: ## Remove everything that the targets made, .venv included
	rm -rf .venv .nox build dist docs/_build .pytest_cache .ruff_cache .hypothesis
	find parax tests examples benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
