# One Makefile. `make help` lists the targets; `make demo` and `make test` do all the set-up they need.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup demo test test-quick test-nightly lint format bench bench-check random-graphs fuzz docs wheel clean

VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2
# Worksteal keeps both workers busy when one draws the slow tests.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## system packages (sudo only when not root), virtual environment, Python packages; safe to repeat
	@VENV=$(VENV) scripts/setup.sh

demo: setup ## train the synthetic phantom recipe, build, flash and bench it on the emulated Cortex-M4
	@MCUTK=$(BIN)/mcutk scripts/demo.sh

test test-nightly: export FOR_TESTS = 1

test: setup lint ## lint, then all tests
	$(PYTEST)

test-quick: setup ## the tests that take less than about ten seconds each
	$(PYTEST) -m "not slow"

test-nightly: setup ## all tests with more examples, 2,000 random graphs, one million fuzz inputs
	MCUTK_NIGHTLY=1 $(PYTEST)
	@$(MAKE) random-graphs fuzz

lint: setup ## ruff and mypy (strict)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## ruff's formatter and its safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## every model × board × mode beside the peers' figures; writes benchmarks/results.json
	$(BIN)/python -m benchmarks.run

bench-check: setup ## fail when a committed figure got worse by over 1 %
	$(BIN)/python -m benchmarks.run --check

random-graphs: setup ## 2,000 random graphs: oracle, TensorFlow Lite Micro and generated C agree on every byte
	$(BIN)/python -m benchmarks.random_graphs --count 2000 --json benchmarks/random_graphs.json

fuzz: setup ## one million inputs to the model reader
	$(BIN)/python -m tests.fuzz.reader --inputs 1000000 --jobs $(JOBS) --write benchmarks/fuzz.json

docs: setup ## write the pages and tables that are facts of the program: commands, boards, operators
	$(BIN)/python scripts/cli_docs.py
	$(BIN)/python scripts/readme.py
	$(BIN)/python scripts/operators.py
	$(BIN)/python scripts/operators.py

wheel: setup ## a wheel in dist/ that works outside the checkout
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls -l dist/*.whl

clean: ## remove what was built; keeps the virtual environment and mcutk-out/
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
