# Everything runs in .venv, made again from pyproject.toml and constraints.txt whenever one of them changes.

PYTHON ?= python3
JOBS ?= 2
BIN := .venv/bin
VENV := .venv/.installed
# The first reaches build isolation in pip before 25.3, the second from then on.
PINS := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types layers check-generated format generate bench mutants mutate read-notes clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' Makefile

$(VENV): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'derive needs Python 3.11 or later; name one: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo '$(PYTHON) cannot make a virtual environment (no ensurepip); on Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@echo 'Installing the pinned packages into .venv (about a minute) ...'
	@$(PINS) $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV) ## notes, kernel and verdict of a bundled example
	$(BIN)/derive demo

test: $(VENV) ## the tests, JOBS at a time (2)
	$(BIN)/python -m pytest -n $(JOBS)

check: lint types layers test check-generated ## what CI runs

lint: $(VENV) ## ruff: lint and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV) ## mypy --strict
	$(BIN)/mypy

layers: $(VENV) ## import-linter: which stage may import which
	$(BIN)/lint-imports

check-generated: $(VENV) ## regenerate, and require no difference from generated/
	rm -rf build/generated
	$(BIN)/derive generate -o build/generated
	diff -r generated build/generated

format: $(VENV) ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(VENV) ## write generated/ anew
	rm -rf build/generated
	$(BIN)/derive generate -o build/generated
	rm -rf generated && mv build/generated generated

read-notes: $(VENV) ## read all formulas of all notes back, and paraphrases of all results (hours)
	DERIVE_ALL_NOTES=1 $(BIN)/python -m pytest -n $(JOBS) tests/unit/reading/test_notes.py \
		tests/unit/reading/test_paraphrased.py

bench: $(VENV) ## the measured figures
	$(BIN)/python -m benchmarks.run

mutants: $(VENV) ## mistakes made in every printed formula; the verifier must refute each
	$(BIN)/python -m tests.catalogue

mutate: $(VENV) ## plant bugs, one at a time; the tests must catch each
	$(BIN)/python -m tests.mutate

clean: ## remove .venv and whatever was built
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
