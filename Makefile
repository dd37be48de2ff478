# Every job that a person does here; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build run chat test lint bench clean

help: ## List these jobs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install the Debian packages that building, running and testing need
	@compose/local/setup.sh

build: ## Build everything in release mode
	@swift build -c release

run: ## Run all of it on this machine: a database, a cache, the five services; Ctrl-C stops them
	@exec setpriv --pdeathsig TERM compose/local/run.sh

chat: ## Talk to the running hotel in this terminal
	@exec compose/local/chat.sh

test: ## Check formats and scripts, build everything and run all tests
	@exec compose/local/test.sh

lint: ## Check the format of the Swift sources, and the scripts
	@compose/local/lint.sh

bench: ## Measure, each figure beside a reference in the same run
	@compose/local/setup.sh
	@swift build -c release
	@.build/release/Benchmarks

clean: ## Remove what was built, and the data of `make run`
	@compose/local/clean.sh
