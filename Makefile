# One door for commands. `make` alone lists them. Each sets up what it needs, from nothing:
# Python 3.11 to 3.13, make and the package registry are enough.
#
#   make test ARGS="-k dasha"       arguments for the command behind a target (serve, test, bench)
#   make test PYTHONS=python3.13    another interpreter, after `make clean`
#   make lock UPGRADE=--upgrade     newer versions of everything; without it, only what pyproject.toml asks for

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHONS := python3.11 python3.12 python3.13 python3
ARGS :=
UPGRADE :=
TEST := $(MAKE) test

BIN := .venv/bin
INSTALLED := .venv/.installed
SUITABLE := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))

# What the caller's shell has set must not change what is installed or run; how pip reaches the registry stays.
PIP_REACHES := PIP_INDEX_URL PIP_EXTRA_INDEX_URL PIP_CERT PIP_CLIENT_CERT PIP_PROXY PIP_TRUSTED_HOST PIP_FIND_LINKS \
  PIP_DEFAULT_TIMEOUT PIP_TIMEOUT PIP_RETRIES PIP_CACHE_DIR PIP_KEYRING_PROVIDER
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME PYTHONOPTIMIZE PYTHONWARNINGS PYTEST_ADDOPTS PYTEST_PLUGINS MYPYPATH
unexport $(filter-out $(PIP_REACHES),$(filter PIP_%,$(.VARIABLES)))

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

.PHONY: serve
serve: $(INSTALLED) ## start the server, with workers and an embedded Redis-compatible server
	@exec $(BIN)/grahaql serve $(ARGS)

.PHONY: test
test: $(INSTALLED) ## run the tests and the examples in docstrings
	@$(BIN)/python -m pytest -n 2 $(ARGS)

.PHONY: chaos
chaos: $(INSTALLED) ## kill, stop and cut off everything while 100,000 births run; some minutes
	@$(BIN)/python -m pytest -s --long $(ARGS) tests/integration/test_chaos.py

.PHONY: check
check: lint types contracts schema-check ## everything CI asks for: lint, types, rooms, schema in sync, tests
	@$(TEST)

.PHONY: lint
lint: $(INSTALLED) ## ruff: rules and format
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .

.PHONY: format
format: $(INSTALLED) ## rewrite the code in the one format, and mend what ruff can mend
	@$(BIN)/python -m ruff check --fix-only .
	@$(BIN)/python -m ruff format .

.PHONY: types
types: $(INSTALLED) ## mypy, strict
	@$(BIN)/python -m mypy

.PHONY: contracts
contracts: $(INSTALLED) ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-logo

.PHONY: schema
schema: $(INSTALLED) ## print the schema and write it to schema.graphql
	@$(BIN)/grahaql schema > .schema.new && mv .schema.new schema.graphql && cat schema.graphql

.PHONY: schema-check
schema-check: $(INSTALLED) ## fail when schema.graphql differs from the code
	@$(BIN)/grahaql schema --check

.PHONY: bench
bench: $(INSTALLED) ## run the benchmarks; they print ratios against a reference measured in the same run
	@missed=0; for bench in benchmarks/bench_*.py; do \
	  $(BIN)/python -m benchmarks.$$(basename $$bench .py) $(ARGS) || missed=1; \
	done; exit $$missed

.PHONY: graphiql
graphiql: ## re-make graph/graphiql/, the page that ships, from graphiql/ (needs Node 20 or newer)
	@cd graphiql && npm ci && npm run build

.PHONY: lock
lock: $(INSTALLED) ## re-make requirements.lock: versions and hashes for every platform, no addresses
	@$(BIN)/uv pip compile --quiet --system-certs --universal --generate-hashes --python-version 3.11 --group dev \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE) \
	  --output-file requirements.lock pyproject.toml

.PHONY: clean
clean: ## remove the virtual environment and every cache
	@rm -rf .venv dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .schema.new
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── The set-up ───────────────────────────────────────────────────────────────────────────────────────────────────────
# Done again when the lock or pyproject.toml changed, or when the interpreter behind .venv is gone.
$(INSTALLED): requirements.lock pyproject.toml $(shell $(BIN)/python -c '$(SUITABLE)' 2>/dev/null || echo venv)
	@echo 'Installing into .venv'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: venv
venv:
	@for python in $(PYTHONS); do \
	  if $$python -c '$(SUITABLE)' 2>/dev/null; then exec $$python -m venv --clear .venv; fi; \
	done; \
	echo 'GrahaQL needs Python 3.11, 3.12 or 3.13 with its venv module. Found:' >&2; \
	for python in $(PYTHONS); do \
	  if ! version=$$($$python --version 2>/dev/null); then version='not found'; \
	  elif ! $$python -c 'import venv, ensurepip' 2>/dev/null; then version="$$version, without venv"; fi; \
	  echo "  $$python: $$version" >&2; \
	done; \
	echo 'Install one (on Debian and Ubuntu: apt install python3 python3-venv),' >&2; \
	echo 'or name yours: make PYTHONS=/path/to/python3 ...' >&2; \
	exit 1
