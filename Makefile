# Everything a developer or CI types. Needs Python 3.11 or newer, git and make; brings the rest itself.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)

.PHONY: run test lint types contracts check eval soak audit lock clean

run: .venv/.stamp            ## show the whole of jobwire working (ARGS=--once ends by itself)
	$(BIN)/jobwire demo $(ARGS)

test: .venv/.stamp           ## all tests, in parallel
	$(BIN)/pytest -n auto $(ARGS)

lint: .venv/.stamp           ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.stamp          ## mypy, strict
	$(BIN)/mypy

contracts: .venv/.stamp      ## who may import whom
	$(BIN)/lint-imports

check: lint types contracts  ## all that is not a test

eval: .venv/.stamp           ## score the enrichment on the labelled sets
	$(BIN)/python evaluation/score.py

soak: .venv/.stamp           ## the long versions of the crash and concurrency harnesses
	$(BIN)/pytest -n auto -m soak --timeout 3600 $(ARGS)

audit: .venv/.stamp          ## known weaknesses of the locked dependencies; asks an advisory service
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

clean:
	rm -rf .venv .tools

lock: | $(UV)                 ## resolve the dependencies anew (pyproject.toml -> requirements.lock)
	$(UV) pip compile --quiet --universal --python-version 3.11 --all-extras --group dev --generate-hashes \
	  --no-header --no-emit-index-url --upgrade --output-file requirements.lock pyproject.toml

.venv/.stamp: pyproject.toml requirements.lock | $(UV)
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps -e .
	@touch $@

.tools/bin/uv:
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check uv
