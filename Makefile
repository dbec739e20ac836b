# Everything a developer or an operator types. `make` alone lists the targets.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup run demo test fuzz e2e bench theme lint format lock clean

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/runtime.stamp: requirements/runtime.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Jumpseat needs Python 3.11 or later; $$($(PYTHON) --version) was found. Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev.stamp: requirements/dev.lock .venv/runtime.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

setup: .venv/dev.stamp ## Make the virtual environment with the pinned packages

run: .venv/runtime.stamp ## Serve http://localhost:8080, with a database under var/
	@$(BIN)/jumpseat start

demo: .venv/runtime.stamp ## Play a company joining, moving and leaving against `make run`
	@$(BIN)/jumpseat demo

test: .venv/dev.stamp ## Every test that needs no Java and no browser
	$(BIN)/pytest -n 2

fuzz: .venv/dev.stamp ## 20,000 hostile requests to each kind of database, other ones each day
	FUZZ_REQUESTS=$${FUZZ_REQUESTS:-20000} FUZZ_SEED=$${FUZZ_SEED:-$$(date +%Y%m%d)} $(BIN)/pytest tests/fuzzing -s

.venv/e2e.stamp: requirements/e2e.lock .venv/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/e2e.lock
	@touch $@

theme: dist/jumpseat-theme.jar ## Pack the Keycloak theme as a JAR for Keycloak's providers folder

dist/jumpseat-theme.jar: $(shell find keycloak-theme -type f)
	@mkdir -p $(@D)
	cd keycloak-theme && $(PYTHON) -m zipfile -c ../$@ META-INF theme

e2e: .venv/e2e.stamp dist/jumpseat-theme.jar ## The whole story with a real Keycloak and a real browser
	@tests/e2e/prepare
	$(BIN)/pytest tests/e2e

.venv-bench/bench.stamp: requirements/bench.lock
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	.venv-bench/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.lock
	@touch $@

bench: .venv/dev.stamp .venv-bench/bench.stamp ## Measure Jumpseat beside its peers; ONLY=creates runs a part, QUICK=1 tries it
	@$(BIN)/python -m bench

lint: .venv/dev.stamp ## Format, lint, types, layers, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

format: .venv/dev.stamp ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Pin the newest allowed packages again (needs uv)
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --extra build pyproject.toml -o requirements/runtime.lock
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate --extra build --extra dev -c requirements/runtime.lock pyproject.toml -o requirements/dev.lock
	echo playwright | uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate -c requirements/dev.lock - -o requirements/e2e.lock
	uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate -c requirements/dev.lock requirements/bench.in -o requirements/bench.lock

clean: ## Remove what was built; the database under var/ stays
	rm -rf .venv .venv-bench build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
