# Each target sets up its environment by itself. VENV= and PYTHON= choose where and with what: see scripts/setup.
# JOBS= is how many tests run at a time.
VENV ?= .venv
PYTEST ?= # more arguments for it
JOBS ?= 2
BENCH ?= # the same for `python -m benchmarks`
export VENV PYTHON JOBS

.PHONY: help demo test test-ui check bench bench-peers bench-growth profile $(VENV)

help:
	@echo "make demo | test | test-ui | check | bench | bench-peers | bench-growth | profile"

demo: $(VENV)
	@$(VENV)/bin/python examples/demo.py

test: $(VENV)
	@$(VENV)/bin/python -m pytest -n $(JOBS) --dist loadgroup --cov --cov-report=term:skip-covered $(PYTEST)

test-ui:
	@cd ui && npm ci --silent --no-audit --no-fund && npm test

check: $(VENV)
	@scripts/check

bench: $(VENV)
	@$(VENV)/bin/python -m benchmarks $(BENCH)

bench-peers: $(VENV)
	@$(VENV)/bin/python -m benchmarks --peers --docs $(BENCH)

bench-growth: $(VENV)
	@$(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-input -c constraints.txt -e '.[bench]'
	@$(VENV)/bin/python -m benchmarks.growth

profile: $(VENV)
	@$(VENV)/bin/python -m benchmarks.profile

$(VENV):
	@scripts/setup
