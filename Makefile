# `make demo` answers a question; `make test` checks everything. Only python3 (3.11 or newer) is needed beforehand.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO ?= runs/quickstart
OLDEST ?= .venv-oldest
TRACKERS ?= .venv-trackers

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install demo test test-slow test-oldest test-trackers lint docs calibration bench pins clean

help:
	@echo "make install      make .venv with pinned versions of everything"
	@echo "make demo         run the built-in study 'quickstart' and write its report"
	@echo "make test         the test suite"
	@echo "make test-slow    the tests that take minutes"
	@echo "make test-oldest  the tests that need no torch, with the oldest versions that pyproject.toml allows"
	@echo "make test-trackers  what MLflow, W&B and Trackio read of a study that was sent to them"
	@echo "make lint         ruff, mypy and the rules between rooms"
	@echo "make docs         the documentation as a site: build/site/index.html"
	@echo "make calibration  the simulations behind the verdicts: the tables of docs/statistics.md"
	@echo "make bench        speed on this machine"

install: $(STAMP)

# The stamp is newer than the pins and pyproject.toml exactly when .venv holds what they ask for.
# uv is fast but reads no pip settings, so a machine that reaches its packages only through them falls back to pip.
$(STAMP): requirements/pins.txt requirements/build.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "alih needs Python 3.11 or newer; '$(PYTHON)' was not found." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "alih needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name a newer one: make PYTHON=python3.12 install" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python could not make $(VENV). On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	$(BIN)/python -m pip install --quiet --constraint requirements/build.txt uv || true
	$(BIN)/uv pip install --python $(BIN)/python --constraint requirements/pins.txt --build-constraint requirements/build.txt \
	    --editable '.[train,export,serve,ray,dev,docs]' \
	  || $(BIN)/python -m pip install --constraint requirements/pins.txt --editable '.[train,export,serve,ray,dev,docs]'
	@touch $@

demo: $(STAMP)
	$(BIN)/alih run quickstart --out $(DEMO)
	@echo
	@echo "Report: $(abspath $(DEMO))/report/index.html"

# Small networks gain nothing from threads; a process per core does more.
test: export OMP_NUM_THREADS := 1
test: $(STAMP)
	$(BIN)/python -m pytest -m "not slow" -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Tests of pages open them in Chromium, and are skipped where there is none.
test-slow: $(STAMP)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	  || { test "$$(id -u)" = 0 && apt-get install --quiet --yes --no-install-recommends chromium; } \
	  || echo "No Chromium here: tests of pages are skipped. On Debian: apt-get install chromium" >&2
	$(BIN)/python -m pytest -m slow

# An environment of its own (.venv-oldest, 0.6 GB): every direct dependency at its lower bound, the others as new as they fit.
test-oldest: export OMP_NUM_THREADS := 1
test-oldest: $(STAMP)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(OLDEST)
	$(BIN)/python -m tools.oldest | $(BIN)/uv pip install --quiet --python $(OLDEST)/bin/python --resolution lowest-direct \
	    --requirement - --editable .
	$(BIN)/uv pip freeze --quiet --exclude-editable --python $(OLDEST)/bin/python > $(OLDEST)/bounds.txt
	$(BIN)/uv pip install --quiet --python $(OLDEST)/bin/python --constraint $(OLDEST)/bounds.txt \
	    pytest pytest-xdist hypothesis jsonschema import-linter httpx
	$(OLDEST)/bin/python -m pytest -m "not slow and not torch" -W default -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# An environment of its own (.venv-trackers, 0.8 GB): Trackio wants an older Pillow than the pins have.
test-trackers: $(STAMP)
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(TRACKERS)
	$(BIN)/uv pip install --quiet --python $(TRACKERS)/bin/python --constraint requirements/pins.txt \
	    --editable '.[track-tensorboard,track-mlflow,track-wandb]' pytest pytest-xdist hypothesis jsonschema
	$(BIN)/uv pip install --quiet --python $(TRACKERS)/bin/python "$$(grep '^trackio==' requirements/pins.txt)"
	$(TRACKERS)/bin/python -m pytest -n 0 -W default -m "slow and not torch" tests/test_tracking_tools.py

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(STAMP)
	$(BIN)/python -m tools.site

calibration: $(STAMP)
	$(BIN)/python -m tools.calibration.grid
	$(BIN)/python -m tools.calibration.groups
	$(BIN)/python -m tools.calibration.levels
	$(BIN)/python -m tools.calibration.until
	$(BIN)/python -m tools.calibration.power
	$(BIN)/python -m tools.calibration.before_after
	$(BIN)/python -m tools.calibration.stored
	$(BIN)/python -m tools.calibration.real_networks
	$(BIN)/python -m tools.calibration.tied_runs

bench: $(STAMP)
	@for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

# Take the versions that .venv holds now as the pins.
pins: $(STAMP)
	{ sed -n '/^#/p' requirements/pins.txt; $(BIN)/uv pip list --python $(BIN)/python --format freeze \
	    | grep -v -e '^alih==' -e '^uv==' ; } > requirements/pins.new
	mv requirements/pins.new requirements/pins.txt
	@touch $(STAMP)

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
