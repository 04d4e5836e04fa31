# Each target sets up its environment by itself. VENV= and PYTHON= choose where and with what: see scripts/setup.
VENV ?= .venv
PYTEST ?= # more arguments for it
export VENV PYTHON

.PHONY: help demo test check bench $(VENV)

help:
	@echo "make demo | test | check | bench"

demo: $(VENV)
	@$(VENV)/bin/python examples/demo.py

test: $(VENV)
	@$(VENV)/bin/python -m pytest --cov --cov-report=term:skip-covered $(PYTEST)

check: $(VENV)
	@scripts/check

bench: $(VENV)
	@$(VENV)/bin/python -m benchmarks

$(VENV):
	@scripts/setup
