# Benchmarks: ours and the peers on the same inputs, in turn.
#
#   make bench [BENCH="--scale 0.1 --no-slow"]   build/bench/report.md; needs PyPI, npm and crates
#   make bench-laws [SCALE=1]                    the laws on those inputs
#   make bench-count [UPDATE=1]                  instructions of small conversions, against counts.tsv

bench_programs := $(BUILD)/bench/generate $(BUILD)/bench/scan $(BUILD)/bench/measure

$(bench_programs): $(BUILD)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $< -o $@

.PHONY: bench bench-laws bench-count

bench: all $(bench_programs)
	BUILD=$(BUILD) tests/bench/install
	BUILD=$(BUILD) $(PYTHON) -B tests/bench/run.py $(BENCH)

bench-laws: all $(bench_programs)
	BUILD=$(BUILD) $(PYTHON) -B tests/bench/laws.py --scale $(or $(SCALE),1)

bench-count: all $(bench_programs)
	BUILD=$(BUILD) CC="$(CC)" CFLAGS="$(CFLAGS)" $(PYTHON) -B tests/bench/counts.py $(if $(UPDATE),--update)
