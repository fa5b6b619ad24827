.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python

# What PORT=, DATA_DIR= and every other setting say reaches the program through the environment.
.PHONY: run
run: .venv/run.stamp ## Start the whole service: make run [PORT=8000] [DATA_DIR=.run/data]
	@exec $(PY) -m deploy.local run

.PHONY: demo
demo: export PYTHONPATH = client/src
demo: .venv/demo.stamp ## Fill an account with models of real data to look at: make demo [PORT=8000] [EVALSERVE_URL=http://...]
	@exec $(PY) -m deploy.demo

.PHONY: backup
backup: .venv/run.stamp ## Back up the database and the bucket, also while they are used: make backup DEST=/some/dir
	@$(PY) -m deploy.backup save "$(DEST)"

.PHONY: restore
restore: .venv/run.stamp ## Restore a backup into an empty database: make restore FROM=/some/dir [DATA_DIR=...]
	@$(PY) -m deploy.backup restore "$(FROM)"

.PHONY: orphans
orphans: .venv/run.stamp ## Look after objects that no row refers to, as after a restore: make orphans DO=list [DATA_DIR=...]
	@$(PY) -m deploy.backup orphans $(DO)

# Three at once keep two cores busy: a third of the time a test waits for a process, a lease or a browser. Who begins with
# what, tests/scheduling.py says. The asserts of a file of tests are rewritten once and kept as bytecode for the other
# processes, which would take each as long as a hundred tests.
.PHONY: test
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev.stamp ## Run all tests on a stack of their own; as root, installs chromium for those of the pages
	@tests/chromium.sh
	$(PY) -m pytest -n 3 --no-loadscope-reorder

TEMPLATES := api/web/templates shared/presentation/templates worker/rendering/templates

.PHONY: check
check: .venv/dev.stamp ## Check style, types, layers and migrations; scripts and styles where there is Node
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m djlint --quiet --check --lint $(TEMPLATES)
	tests/linters/check.sh
	$(PY) -m mypy
	$(BIN)/lint-imports
	$(PY) -m deploy.local with-stack -- sh -c '$(PY) -m alembic upgrade head && $(PY) -m alembic check'

# djlint ends with 1 if it has changed anything.
.PHONY: format
format: .venv/dev.stamp ## Format code, templates, scripts and styles
	$(PY) -m ruff format
	-$(PY) -m djlint --quiet --reformat $(TEMPLATES)
	tests/linters/check.sh --write

.PHONY: bench
bench: export PYTHONPATH = client/src
bench: .venv/dev.stamp ## Measure the maths and the service, as ratios to peers (15 minutes)
	for part in libraries.counting libraries.runs libraries.curves libraries.multilabel libraries.compare \
		service.calculators service.annotations service.client service.jobs service.celery_peer \
		service.first_answers service.small_requests service.deliveries service.http; do \
		$(PY) -m benchmarks.$$part || exit 1; done

.PHONY: fuzz
fuzz: .venv/dev.stamp ## Throw requests at the api, and drawn values at all else: make fuzz [FUZZ_SEED=2] [FUZZ_SECONDS=900] (40 minutes)
	FUZZ_SECONDS=$${FUZZ_SECONDS:-900} FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-500} FUZZ_REQUESTS=$${FUZZ_REQUESTS:-20000} \
		$(PY) -m pytest tests/integration/fuzz --timeout 3600
	$(PY) -m pytest -n 2 -m hypothesis --hypothesis-profile anew --timeout 3600

.PHONY: deliveries
deliveries: .venv/dev.stamp ## Deliver 3,000 events to a receiver that fails, from a sender that is killed (5 minutes)
	DELIVERY_EVENTS=$${DELIVERY_EVENTS:-3000} DELIVERY_KILLS=$${DELIVERY_KILLS:-20} \
		$(PY) -m pytest -s tests/integration/worker/test_delivery_faults.py

.PHONY: chaos
chaos: export PYTHONPATH = client/src
chaos: .venv/dev.stamp ## Kill everything while thousands of jobs run: make chaos [ARGS="--seed 7"] (20 minutes)
	$(PY) -m tests.chaos $(ARGS)

.PHONY: away
away: export PYTHONPATH = client/src
away: .venv/dev.stamp ## Take Redis away for a minute while clients submit: make away [ARGS=--hang] (4 minutes)
	$(PY) -m tests.chaos.away $(ARGS)

.PHONY: restarts
restarts: export PYTHONPATH = client/src
restarts: .venv/dev.stamp ## Replace the api again and again under load and count requests: make restarts [ARGS="--restarts 3"] (4 minutes)
	$(PY) -m tests.chaos.rolling $(ARGS)

.PHONY: client
client: .venv/dev.stamp ## Build the Python client: a wheel and a source distribution in client/dist
	cd client && ../$(PY) -m hatchling build -d dist

.PHONY: neighbours
neighbours: .venv/dev.stamp ## Take files to and from MLflow, Hugging Face's hub, evaluators and other writers, all installed for it, 7 GB (8 minutes)
	NEIGHBOURS=1 $(PY) -m pytest tests/client/test_neighbours.py tests/neighbours --timeout 900

.PHONY: siege
siege: export PYTHONPATH = client/src
siege: .venv/dev.stamp ## Attack a service with connections, bodies and hanging receivers: make siege [ARGS=webhooks] (10 minutes)
	$(PY) -m tests.siege $(ARGS)

.PHONY: screenshots
screenshots: export PYTHONPATH = client/src
screenshots: .venv/dev.stamp ## Photograph the pages again for docs/pages.md, in chromium (2 minutes)
	$(PY) -m tests.pages.tour

.PHONY: sbom
sbom: .venv/dev.stamp ## List the packages of the image with their licences, and refuse the GPL: .sbom/ (1 minute)
	@mkdir -p .sbom
	@$(BIN)/uv venv -q --clear --python $(PY) .sbom/image
	@$(BIN)/uv pip install -q --python .sbom/image/bin/python -c requirements.lock -r pyproject.toml
	@$(PY) -m cyclonedx_py environment --pyproject pyproject.toml --output-reproducible -o .sbom/sbom.json \
		.sbom/image/bin/python
	@$(PY) -m piplicenses --python .sbom/image/bin/python --format csv --order license --partial-match \
		--fail-on "GPL;Affero" --output-file .sbom/licences.csv
	@echo ".sbom/sbom.json (CycloneDX) and .sbom/licences.csv"

.PHONY: pin
pin: .venv/run.stamp ## Print lines for .env that pin the images of compose.yaml by digest (needs docker)
	@$(PY) -m deploy.images

.PHONY: lock
lock: .venv/dev.stamp ## Resolve the dependencies again into requirements.lock
	$(PY) -m uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate \
		--no-header --group stack --group demo --group dev pyproject.toml -o requirements.lock

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

# --- The virtual environment: made by the first target that needs it, renewed when the lock has changed.

GROUPS_run := --group stack
GROUPS_demo := --group stack --group demo
GROUPS_dev := --group stack --group demo --group dev

# uv verifies the hashes that stand in the lock. Where only pip knows the way to the packages (pip.conf), pip does the
# same with all of the lock.
.venv/%.stamp: .venv/uv.txt requirements.lock pyproject.toml
	@echo "Installing what 'make $*' needs ..."
	@$(BIN)/uv pip install -q --compile-bytecode --python $(PY) -c requirements.lock -r pyproject.toml $(GROUPS_$*) || \
		{ echo "uv cannot install the dependencies; pip tries now." >&2; \
		$(PY) -m pip install -q --require-hashes -r requirements.lock; }
	@touch $@

.venv/uv.txt: requirements.lock
	@command -v "$(PYTHON)" > /dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, and \
	$(PYTHON) is $$("$(PYTHON)" -V). Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@$(PY) -m pip --version > /dev/null 2>&1 || "$(PYTHON)" -m venv --clear .venv
	@awk '/^[a-z]/ { wanted = /^uv==/ } wanted' requirements.lock > $@
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r $@
