# The participation budget: `make` lists what there is to make. GNU make, POSIX sh, Python 3.11 or newer.
# Everything made stays in .venv (programs), .data (the demo's database and keys) and git-ignored build folders.

SHELL = /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL = help
.PHONY: help run test bench reset lint fmt messages constraints machine install assets translations

PYTHON ?= python3
BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet install -c deploy/constraints.txt

CODE = budget models views seeds deploy tests wsgi.py
ASSETS := $(shell find views/assets -name node_modules -prune -o -type f -print 2>/dev/null | grep -v __pycache__)
CATALOGS := $(wildcard views/translations/*/LC_MESSAGES/messages.po)

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile | awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: install ## serve the demo at http://127.0.0.1:8000 (PORT=… changes it), Ctrl-C stops it
	@exec $(BIN)/python deploy/serve.py run

test: machine install .venv/.tests-installed ## install what tests need and run all of them
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder

bench: machine install .venv/.tests-installed ## measure against the goals, print and keep in tests/bench/RESULTS.md
	@$(BIN)/python -m tests.bench

reset: ## empty the demo: the next `make run` starts anew
	@if [ -d .data ]; then $(PYTHON) deploy/serve.py reset; else echo "Nothing to empty."; fi

lint: install .venv/.tests-installed ## ruff, mypy --strict, import directions
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy --strict
	@$(BIN)/lint-imports --no-logo

fmt: .venv/.tests-installed ## put the code into shape
	@$(BIN)/ruff check --fix $(CODE)
	@$(BIN)/ruff format $(CODE)

messages: .venv/.installed ## collect the texts of pages into the kk and ru catalogs
	@sh deploy/messages.sh

constraints: .venv/.tests-installed ## write the exact versions of this .venv to deploy/constraints.txt
	@$(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9._-]+==' > deploy/constraints.new
	@mv deploy/constraints.new deploy/constraints.txt

machine:
	@sh deploy/machine.sh test

install: .venv/.installed assets translations ## only install and build, start nothing

assets: .venv/.assets

translations: $(CATALOGS:.po=.mo)

# Stamps: each is newer than all it was made from, so nothing is done twice.

.venv/.made: deploy/machine.sh
	@PYTHON=$(PYTHON) sh deploy/machine.sh python
	@echo "Making the virtual environment .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.made pyproject.toml deploy/constraints.txt
	@echo "Installing the Python packages"
	@$(PIP) -e .
	@touch $@

.venv/.tests-installed: .venv/.installed
	@echo "Installing the packages of the tests"
	@$(PIP) -e '.[test]'
	@touch $@

.venv/.assets: .venv/.installed $(ASSETS)
	@echo "Building style sheets and scripts"
	@$(BIN)/python -m views.assets.build
	@touch $@

%.mo: %.po | .venv/.installed
	@$(BIN)/pybabel --quiet compile -i $< -o $@
