# Needs git, make and Python 3.11 or newer; everything else is brought by tools/setup.sh.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
# Arguments for the commands below:  make test PYTEST="-k identify"   make bench BENCH=--quick
PYTEST ?=
BENCH ?=

.PHONY: help run dev setup test test-quick lint format bench docs words screenshots lock clean
.PHONY: run-environment dev-environment

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*  ## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*  ## (.*)/\1\t\2/' \
		| while IFS=$$'\t' read -r name text; do printf 'make %-12s %s\n' "$$name" "$$text"; done

run: run-environment  ## Install what is needed, then serve Mien at http://127.0.0.1:8000
	@exec $(BIN)/mien run

dev: dev-environment  ## Serve with the development server, which reloads what you change
	@exec $(BIN)/mien dev

setup: run-environment  ## Make the environment and fetch the models; leaves .venv/bin/mien
	@$(BIN)/mien models pull

test: lint  ## Run everything: lints, types, layers, unit, integration and browser tests
	@tools/setup.sh browser
	@tools/setup.sh servers
	@$(BIN)/python tools/run_tests.py $(PYTEST)

test-quick: dev-environment  ## Run the tests for while you work: no models, network, processes, browser; nothing thorough
	@$(BIN)/python tools/run_tests.py --quick $(PYTEST)

lint: dev-environment  ## Check style, types, import layers, templates and spelling
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint src/mien
	@$(BIN)/codespell

format: dev-environment  ## Put code into the one style
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: dev-environment  ## Measure speed, load and faults, and write the pages of it (BENCH=--quick for a look)
	@$(BIN)/python bench/all.py $(BENCH)

docs: dev-environment  ## Write the reference pages that are made from the code
	@$(BIN)/python tools/make_docs.py

words: dev-environment  ## Gather the texts that can be translated
	@$(BIN)/python tools/make_words.py

screenshots: dev-environment  ## Take a picture of every page, light and dark, phone and desktop
	@tools/setup.sh browser
	@$(BIN)/python tools/screenshots.py

lock:  ## Write requirements/*.lock anew (LOCK=--upgrade for newer versions)
	@python3 tools/lock.py $(LOCK)

clean:  ## Remove the environment and every cache; ./var, your data, stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache shots
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment:
	@tools/setup.sh run

dev-environment:
	@tools/setup.sh dev
