# Signalbox. `make help` lists what there is.
#
# Every path is relative, so that the checkout may lie anywhere, also in a folder with a space.

SHELL = /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run dev test check bench lock vendor clean
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore

py = .venv/bin/python
BENCH ?= ledger pages search contact_import

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' Makefile

run: .venv/run ## serve on http://127.0.0.1:8000 with a database of its own; PORT, HOST, DATABASE_URL and DEMO change it
	@exec $(py) -m dashboard.local.run

dev: .venv/run ## the same, reloading when a file changes, with a debugger
	@exec $(py) -m dashboard.local.run --dev

test: .venv/dev ## lint, types, templates, migrations and all tests; ARGS="-k wallet" goes to pytest
	@exec $(py) -m dashboard.local.test $(ARGS)

check: .venv/dev ## lint, types and templates alone
	@exec $(py) -m dashboard.local.test --check-only

bench: .venv/dev ## how fast the ledger, every page, searches and imports are; BENCH=pages measures one, ARGS="--scale medium" goes to it
	@set -e; for one in $(BENCH); do $(py) -m bench.$$one $(ARGS); done

lock: .venv/dev ## write requirements*.txt anew from requirements*.in
	@bin/lock

vendor: ## fetch the browser files anew and check them
	@bin/vendor

clean: ## remove .venv, the local databases and all that was made
	@if [ -x $(py) ]; then $(py) -m dashboard.local.clean; fi
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The two stamps are made anew when the requirements change.
.venv/run: requirements.txt | .venv/bin/python
	@echo "Installing the requirements."
	@$(py) -m pip install -qq --require-hashes -r requirements.txt
	@touch .venv/run

.venv/dev: requirements-dev.txt .venv/run
	@echo "Installing the requirements of the tests."
	@$(py) -m pip install -qq --require-hashes -r requirements-dev.txt
	@touch .venv/dev

.venv/bin/python:
	@bin/make-venv
