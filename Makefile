.DELETE_ON_ERROR:
.PHONY: demo run test check bench drill fix lock messages clean help

PYTHON ?= python3.11
VENV   ?= .venv
BIN     = $(VENV)/bin

help:   ## What there is
	@grep -hE '^[a-z]+: .*##' $(MAKEFILE_LIST) | sed 's/:[^#]*##/\t/' | expand -t 10

# The stamps are older than what they were made from only when something has to be installed again.
$(VENV)/.runtime: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(VENV)/.tools: $(VENV)/.runtime requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

demo: $(VENV)/.runtime ## From a clean clone to a running product with an invented partnership
	$(BIN)/python manage.py demo

run: $(VENV)/.runtime  ## Web, worker and beat on your own data
	$(BIN)/python manage.py up

test: $(VENV)/.tools   ## The whole suite, on every database that can be had
	$(BIN)/python -m tests.run

check: $(VENV)/.tools  ## Formatter, linters, types, import contracts, migrations, translations, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy .
	git ls-files '*.html' | xargs $(BIN)/djade --target-version 5.2 --check
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m tests.translations

bench: $(VENV)/.tools  ## Speed as ratios to floors measured in the same run
	$(BIN)/python -m bench

drill: $(VENV)/.tools  ## The chaos tests in their long form, with their counts as JSON in var/drills/ (about three hours)
	$(BIN)/python -m tests.drill

fix: $(VENV)/.tools             ## Repair what a machine can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	git ls-files '*.html' | xargs $(BIN)/djade --target-version 5.2

messages: $(VENV)/.tools        ## Collect texts for translation and compile them (needs GNU gettext)
	$(BIN)/python -m tests.translations --write

lock: $(VENV)/.tools            ## Write the hashed lock files anew
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean:  ## Remove what was built; your data under var/ stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
