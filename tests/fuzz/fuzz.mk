# Fuzzing: one target a reader.
#
#   make fuzz [FUZZ_SECONDS=60]   libFuzzer with ASan and UBSan (clang), from the corpus
#   make fuzz-replay              every file of the corpus through every reader

FUZZ_SECONDS ?= 60
fuzz_corpus := $(wildcard tests/bad/*/*.in tests/golden/*/*.in tests/fuzz/corpus/*/*) \
	$(filter-out %.tsv %.sh %.md,$(wildcard samples/pstat/* samples/callgrind/* \
		samples/collapsed/* samples/speedscope/* samples/flamegraph/*))
# readers need no regular expressions, nor their library
fuzz_sources := $(filter-out common/syntax/pattern.c,$(sources))
fuzz_flags := -fsanitize=address,undefined -fno-sanitize-recover=all

$(readers:%=$(BUILD)/fuzz/replay-%): $(BUILD)/fuzz/replay-%: tests/fuzz/fuzz_read.c $(fuzz_sources) $(wildcard converters/*.c) \
		$(BUILD)/gen/flamegraph_page.inc
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(fuzz_flags) -DREPLAY -DFORMAT_NAME=$* tests/fuzz/fuzz_read.c \
		$(fuzz_sources) $(call format_sources,$*) $(call libraries,$*) $(LIBS) -o $@

$(readers:%=$(BUILD)/fuzz/fuzz-%): $(BUILD)/fuzz/fuzz-%: tests/fuzz/fuzz_read.c $(fuzz_sources) $(wildcard converters/*.c) \
		$(BUILD)/gen/flamegraph_page.inc
	@mkdir -p $(@D)
	clang $(ALL_CFLAGS) $(fuzz_flags) -fsanitize=fuzzer -DFORMAT_NAME=$* tests/fuzz/fuzz_read.c \
		$(fuzz_sources) $(call format_sources,$*) $(call libraries,$*) $(LIBS) -o $@

.PHONY: fuzz-replay
fuzz-replay: $(readers:%=$(BUILD)/fuzz/replay-%)
	@for reader in $(readers); do \
		echo "$$reader: $$($(BUILD)/fuzz/replay-$$reader $(fuzz_corpus))" || exit 1; \
	done

# new inputs go to build/; those worth keeping are moved to tests/fuzz/corpus by hand
fuzz: $(readers:%=$(BUILD)/fuzz/fuzz-%)
	@for reader in $(readers); do \
		mkdir -p $(BUILD)/fuzz/corpus/$$reader $(BUILD)/fuzz/seed/$$reader; \
		cp $(fuzz_corpus) $(BUILD)/fuzz/seed/$$reader/; \
		$(BUILD)/fuzz/fuzz-$$reader -max_total_time=$(FUZZ_SECONDS) -max_len=20000 -timeout=10 \
			-artifact_prefix=$(BUILD)/fuzz/ -print_final_stats=1 \
			$(BUILD)/fuzz/corpus/$$reader $(BUILD)/fuzz/seed/$$reader || exit 1; \
	done
