# Everything a developer types. `make` alone prints this list.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
# The first of these that is 3.11 or later and can make a virtual environment; or say PYTHON=/path/to/python3.
# Under a name of its own, because `make -n` runs every line that holds the usual one.
SAME_MAKE = $(MAKE)
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python3

.PHONY: help install install-dev run test coverage test-slow lint eval bench chaos hosts pooler runbook fuzz load minimum alerts lock clean deploy-drill audit deploy-plain

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

install: ## .venv with what the product runs on
	@$(call with-python,embedded/install.py requirements.txt)

install-dev: ## .venv with what the suite and the linters need as well
	@$(call with-python,embedded/install.py requirements-dev.txt)

run: ## start everything; stop with Ctrl-C
	@began=$$(date +%s) && $(SAME_MAKE) --no-print-directory install && STARTED_AT=$$began exec $(PY) -m embedded

test: install-dev ## the whole suite, offline, one worker more than there are cores, each with servers of its own
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

coverage: install-dev ## lines and branches of what places an order (pyproject.toml names it), by the whole suite; exit 2 below its floor
	@rm -rf var/coverage && mkdir -p var/coverage
	@$(PY) -m coverage run -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)
	@$(PY) -m coverage combine --quiet
	@$(PY) -m coverage report

test-slow: install-dev ## the tests that start a whole house in processes of its own, a minute and more each
	@$(PY) -m pytest -m slow $(ARGS)

lint: install-dev ## ruff and mypy
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

eval: install ## read the shipped corpus: a table by tag, and the dangerous errors
	@$(PY) -m flask eval $(ARGS)

bench: install-dev ## time the parts that must be fast
	@$(PY) -m bench $(ARGS)

chaos: install-dev ## kill and cut what can be killed and cut, then count the orders
	@$(PY) -m chaos $(ARGS)

hosts: install-dev ## two web and two worker hosts, PostgreSQL and Redis as machines of their own; cut one off, lose others, count
	@$(PY) -m chaos.hosts $(ARGS)

pooler: install-dev ## web, workers and invoices behind a real pgbouncer, where one can be had; what its modes keep and lose
	@$(PY) -m chaos.pooler $(ARGS)

runbook: install-dev ## play every issue of docs/runbook.md: break a house, type the page, look whether it is well
	@$(PY) -m chaos.rehearsal $(ARGS)

deploy-drill: install-dev ## bring releases out and take them back under traffic, good ones and broken ones
	@$(PY) -m chaos.deploys

deploy-plain: ## from an account that owns only its home to a placed order, in a folder of its own below var/
	@sh deploy/from-nothing.sh . HEAD $(CURDIR)/var/from-nothing-$$$$ 28203 28213

fuzz: install-dev ## try what the API's own document promises, and what it does not
	@$(PY) -m tests.fuzz_api $(ARGS)

alerts: install-dev ## try every alert, dashboard and way out with the real Prometheus
	@$(PY) -m monitoring $(ARGS)

load: install-dev ## so many users at once, then every message counted: --profile sustained|burst|spike|soak|chaos|all [--quick]
	@$(PY) -m chaos.load $(ARGS)

minimum: install-dev ## the same on the smallest host that is promised: two cores and 4 GB by the kernel's limits
	@$(PY) -m chaos.minimum $(ARGS)

audit: install-dev ## ask the world's list of weaknesses about the locked libraries; needs a network
	@$(PY) -m uv tool run --system-certs pip-audit --requirement requirements.txt --disable-pip --require-hashes --strict

lock: install-dev ## write requirements*.txt from requirements*.in
	@$(call compile,requirements)
	@$(call compile,requirements-dev)

clean: ## remove .venv, caches and var/ with the demo database in it; asks first, unless CONFIRM=delete
	@test ! -d var/postgres || test "$(CONFIRM)" = delete || { printf 'This deletes the demo database in var/. Type delete: '; read answer && test "$$answer" = delete; }
	@test ! -x $(PY) || $(PY) -m embedded --remove
	@rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

define with-python
for python in $(PYTHONS); do \
  if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
    exec $$python -I $(1); \
  fi; \
done; \
echo "Tria needs Python 3.11 or later with its venv module (Debian: python3-venv); none of these is: $(strip $(PYTHONS))" >&2; \
exit 1
endef

define compile
$(PY) -m uv pip compile --system-certs --universal --generate-hashes --python-version 3.11 --quiet \
  --custom-compile-command "make lock" -o $(1).txt $(1).in
endef
