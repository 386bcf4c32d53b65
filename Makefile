# `make help` lists the targets. `make demo` and `make test` also do the set-up that they need.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.PHONY: help setup demo test test-quick test-nightly lint format bench bench-check random-graphs wild fuzz power-cut link-faults kills docs site wheel clean

VENV ?= .venv
BIN := $(VENV)/bin
JOBS ?= 2
# With worksteal, an idle worker takes tests from one that has slow tests left.
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install system packages (with sudo if not root), the virtual environment and Python packages; safe to repeat
	@VENV=$(VENV) scripts/setup.sh

demo: setup ## train the recipe of synthetic phantoms, build, flash and bench it on the emulated Cortex-M4
	@MCUTK=$(BIN)/mcutk scripts/demo.sh

test test-nightly: export FOR_TESTS = 1

test: setup lint ## run lint, then all tests
	$(PYTEST)

test-quick: setup ## run the tests that take less than about ten seconds each
	$(PYTEST) -m "not slow"

test-nightly: setup ## run all tests with more examples, 2,000 random graphs, one million fuzz inputs
	MCUTK_NIGHTLY=1 $(PYTEST)
	@$(MAKE) random-graphs fuzz

lint: setup ## run ruff and mypy (strict)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## apply ruff's formatter and its safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## measure every model × board × mode, print the figures beside the peers', write benchmarks/results.json
	$(BIN)/python -m benchmarks.run

bench-check: setup ## fail if instructions rose by over 0.5 %, flash, engine or arena by over 1 %, or an output changed
	$(BIN)/python -m benchmarks.run --check

random-graphs: setup ## compare oracle, TensorFlow Lite Micro and generated C on 2,000 random graphs, every byte
	$(BIN)/python -m benchmarks.random_graphs --count 2000 --json benchmarks/random_graphs.json

wild: setup ## read, build, bench and compare the public models of ../shared/models/wild on emulated boards
	$(BIN)/python -m benchmarks.wild --boards qemu-m4 qemu-m55

power-cut: setup ## stop build, flash and bench at every system call that changes a file; some hours
	$(BIN)/python -m tests.power.matrix

fuzz: setup ## fuzz the model reader, both ends of the link and what else reads foreign bytes; PARTS="link-host" runs one
	$(BIN)/python -m tests.fuzz --jobs $(JOBS) $(PARTS)

link-faults: setup ## bench over 300 seeded mixes of faults of the line, with kws and the shipped model
	$(BIN)/python -m tests.fuzz.link_faults --mixes 300 --images 20

kills: setup ## kill build, flash and bench at 50 random moments; the next command must be right, and nothing remains
	$(BIN)/python -m tests.fuzz.kills --kills 50

docs: setup ## write the generated pages and tables: commands, boards, operators, recipes, benchmarks
	$(BIN)/python scripts/cli_docs.py
	$(BIN)/python scripts/readme.py
	$(BIN)/python scripts/operators.py
	$(BIN)/python scripts/recipes.py
	$(BIN)/python -m benchmarks.page

site: setup ## build the documentation as a site in build/site; open build/site/index.html
	$(BIN)/python -m pip install --quiet --editable '.[site]'
	$(BIN)/zensical build --strict

wheel: setup ## build a wheel in dist/ that works outside the checkout
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls -l dist/*.whl

clean: ## remove build products and caches; keep the virtual environment and mcutk-out/
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
