# Everything a checkout can do. `make` alone lists it.
DATA ?= ./cordon-data
LISTEN ?= 127.0.0.1:8080
export DATA LISTEN

SWIFT_SOURCES = Package.swift $(wildcard Sources Tests Benchmarks)

.PHONY: help run test torture bench bench-gateway screenshots format clean

help:
	@echo 'make run      build Cordon and open the demo (DATA=$(DATA) LISTEN=$(LISTEN))'
	@echo 'make test     format check, build, Swift tests on SQLite and PostgreSQL, end to end'
	@echo 'make torture  end-to-end tests that kill, cut and fill, against a release build'
	@echo 'make bench    measure'
	@echo 'make bench-gateway  measure the gateway next to others (ARGS="--only gate --rounds 1")'
	@echo 'make screenshots  pictures of every page, in ./screenshots'
	@echo 'make format   lay out the Swift sources'
	@echo 'make clean    remove what was built (never your data)'

run:
	@exec scripts/run.sh

test:
	@exec scripts/test.sh

torture:
	@exec scripts/torture.sh

bench:
	@exec Benchmarks/run.sh

bench-gateway:
	@exec Benchmarks/gateway.sh $(ARGS)

screenshots:
	@exec scripts/screenshots.sh

format:
	swift format -i --recursive --parallel $(SWIFT_SOURCES)

clean:
	rm -rf .build .venv .pytest_cache .hypothesis Tests/e2e/.pytest_cache
	find Tests Benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
