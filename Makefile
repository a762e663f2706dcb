# What one types. `make` alone lists it.
#
# PYTHON=  the Python to build for and to run on: an executable or a virtual environment. Without it: the active virtual
#          environment's, else the newest CPython 3.10+ of this machine that has a shared library.
# PORT=, HOST=, MPM=, LOG_LEVEL=  as the options of `clutch serve`.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
PORT ?= 8000
HOST ?= 127.0.0.1
MPM ?= event
LOG_LEVEL ?= warn
export PYTHON PORT HOST MPM LOG_LEVEL

.PHONY: help
help: ## List the targets
	@echo 'make TARGET [PYTHON=python3.13] [PORT=8000] [HOST=127.0.0.1] [MPM=event|worker|prefork]'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 16

.PHONY: serve
serve: ## Build what is needed and serve the examples, or APP=path/to/app.wsgi, until Ctrl-C
	@scripts/setup serve
	@exec scripts/let-in scripts/serve $(if $(APP),'$(APP)')

.PHONY: build
build: program module engine ## Build program, module and the engine for one Python into build/

.PHONY: program module engine engines
program:
	@scripts/setup serve
	@scripts/build program

module:
	@scripts/setup serve
	@scripts/build module

engine: program ## Build the engine for PYTHON= (without it: for the one that would be chosen)
	@chosen=$$(scripts/let-in scripts/python) && scripts/let-in scripts/build engine "$${chosen##*$$'\t'}"

engines: program ## Build an engine for each usable Python of this machine
	@scripts/let-in scripts/python >/dev/null
	@scripts/let-in build/clutch pythons --to-build --usable | while IFS=$$'\t' read -r tag python; do \
		scripts/let-in scripts/build engine "$$python" || exit 1; done

.PHONY: test
test: ## Run all tests under each MPM, with the oldest and the newest usable Python of this machine
	@scripts/setup test
	@scripts/let-in scripts/test outermost

.PHONY: test-all
test-all: ## Run all tests with every usable Python of this machine
	@scripts/setup test
	@scripts/let-in scripts/test all

.PHONY: test-compat
test-compat: ## Compare with mod_wsgi: the same requests to both, side by side; ONLY=group for a part
	@scripts/setup test
	@scripts/let-in scripts/test-compat $(ONLY)

.PHONY: test-debian
test-debian: ## Do `make serve` and `make test` from nothing in a root of SUITE=sid|trixie|bookworm (as root)
	@scripts/test-debian $(or $(SUITE),sid)

.PHONY: test-debian-migrate
test-debian-migrate: ## Go the way of docs/migrate.md, there and back, in a root of SUITE=bookworm|trixie|sid (as root)
	@scripts/debian-root $(or $(SUITE),bookworm) scripts/migrate-steps

.PHONY: test-migrate
test-migrate: ## Serve real applications of mod_wsgi's, from PyPI, under our module, or MODULE_UNDER_TEST=FILE; APPS="trac moin:daemon"
	@scripts/setup serve
	@chosen=$$(scripts/let-in scripts/python) && python=$${chosen##*$$'\t'} && scripts/setup venv "$$python" && \
		scripts/build module && scripts/let-in scripts/build engine "$$python" && \
		scripts/let-in examples/migrate/run --python "$$python" $(APPS)

.PHONY: check
check: ## Check format and lints of all crates
	@scripts/setup serve
	@scripts/check

.PHONY: soak
soak: ## Restart httpd gracefully RESTARTS=2000 times under load, watching what grows
	@scripts/setup test
	@scripts/let-in scripts/test soak $(or $(RESTARTS),2000)

.PHONY: bench
bench: ## Measure against mod_wsgi, side by side, into docs/performance.md
	@chosen=$$(scripts/let-in scripts/python) && $(MAKE) --no-print-directory module && \
		scripts/let-in scripts/build engine "$${chosen##*$$'\t'}" && \
		PYTHON="$${chosen##*$$'\t'}" scripts/let-in benches/run

.PHONY: fuzz
fuzz: ## Run each fuzz target for SECONDS_EACH=60
	@scripts/setup fuzz
	@fuzz/run $(or $(SECONDS_EACH),60)

.PHONY: install
install: ## Copy module and engines to httpd's modules, the program to PREFIX=/usr/local; builds first for PYTHON=, or if nothing is built
	@if command -v cargo >/dev/null && { [[ -n "$$PYTHON" ]] || ! compgen -G 'build/libclutch_engine-*.so' >/dev/null; }; then \
		$(MAKE) --no-print-directory build; fi
	@scripts/install

.PHONY: clean
clean: ## Delete all that was built, the examples' virtual environments and the cached Debian roots
	@rm -rf build target fuzz/target examples/.venv-* .roots
