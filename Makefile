# Type `make` for the list. Each target is a script that works without make, too.
.DEFAULT_GOAL := help
.PHONY: help test test-all demo bench format catalogue

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

test: ## style, types, the order of the rooms, tests
	bash scripts/test.sh

test-all: ## the slow tests, too
	bash scripts/test.sh --all

demo: ## a simulated world, and the demonstration study on it
	bash scripts/submit.sh

bench: ## list the benchmarks; scripts/bench.sh NAME runs one
	@ls scripts/bench/*.py | sed 's|.*/||; s|\.py||'

catalogue: ## what the command line lists, after a stage or a table changed
	.venv/bin/python -m isthmus.cli.catalogue

format: ## format the code
	.venv/bin/ruff format lib tests scripts jobs
