# One short command per intent; the same at home and in CI.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help install install-dev run demo test lint fmt bench drill audit chaos lock

help:
	@echo "make demo     try it: Zoho sandbox, sample documents, log-ins printed"
	@echo "make run      every service with the settings of the environment"
	@echo "make install  the set-up alone          make test   all tests (FAST=1: fewer)"
	@echo "make lint     every static check        make fmt    mend what can be mended"
	@echo "make bench    all benchmarks            make chaos  half an hour of faults (CHAOS_SEED=…)"
	@echo "make drill    restore, rollback, stage switches, with their minutes"
	@echo "make audit    look for known weaknesses in the pinned packages (asks PyPI)"
	@echo "make lock     renew the pinned requirements"

install:
	@$(PYTHON) scripts/install.py runtime

install-dev:
	@$(PYTHON) scripts/install.py tests

run: install
	@exec $(BIN)/python manage.py run

demo: install
	@exec $(BIN)/python manage.py demo

test: install-dev
	@$(BIN)/python -m scripts.run_tests

lint: install-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --no-incremental
	$(BIN)/lint-imports --no-cache
	git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --check --target-version 5.2
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m scripts.check_migrations
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

fmt: install-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files -z '*.html' | xargs -0 -r $(BIN)/djade --target-version 5.2

bench: install
	$(BIN)/python -m scripts.bench --page docs/performance.md

drill: install-dev
	$(BIN)/python -m scripts.drill --page docs/drills.md

# It installs nothing: versions and hashes are read from the locks. Exit 1: something was found, or
# the advisories of a package could not be had, which its last line says.
audit: install-dev
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r requirements.txt -r requirements-s3.txt

chaos: install-dev
	CHAOS_SECONDS=$${CHAOS_SECONDS:-1800} $(BIN)/python -m scripts.run_tests tests/chaos -n 0 -s

# One universal lock for Python 3.11 to 3.14: versions and hashes, no address of any index.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"

lock: install-dev
	$(COMPILE) $(UPGRADE) scripts/installer.in -o requirements-installer.txt
	$(COMPILE) $(UPGRADE) pyproject.toml -o requirements.txt
	$(COMPILE) $(UPGRADE) pyproject.toml --extra dev \
		--constraint requirements.txt -o requirements-dev.txt
	$(BIN)/python -m scripts.lock_s3
