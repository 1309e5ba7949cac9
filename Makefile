# Everything starts here: `make demo` for the sandbox, `make test` for every check.
# The environment in .venv is made from constraints.txt, and made anew only when that or pyproject.toml changes.

IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3 python; do \
  $$name -c '$(IS_NEW_ENOUGH)' 2>/dev/null && echo $$name && break; done)
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/made

.DEFAULT_GOAL := help
.PHONY: help demo test format bench soak clean

help: ## say what can be made
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1|/' | column -t -s '|' 2>/dev/null \
	  || grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST)

demo: $(STAMP) ## the sandbox in a browser, with no account; for example ARGS="--fast --port 3100"
	@$(BIN)/leadbell demo $(ARGS)

test: $(STAMP) ## every check that CI runs: format, lint, types, tests; ARGS goes to pytest
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

format: $(STAMP) ## format the code, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP) ## benchmarks: each a ratio to a floor in the same run
	$(BIN)/python -m tests.benchmarks $(ARGS)

soak: $(STAMP) ## long runs with random faults
	$(BIN)/python -m tests.soak $(ARGS)

clean: ## remove the environment and everything that was built
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .record
	find bot commands providers storage tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): constraints.txt pyproject.toml
	@$(or $(PYTHON),false) -c '$(IS_NEW_ENOUGH)' 2>/dev/null || { \
	  echo "Leadbell needs Python 3.11 or newer, and $(or $(PYTHON),none was found here)$(if $(PYTHON), is older or does not run). Install one, or say where it is: make PYTHON=/path/to/python3"; exit 2; }
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  echo "$(PYTHON) cannot make environments; on Debian and Ubuntu: apt install python3-venv"; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt pip setuptools wheel
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $(STAMP)
