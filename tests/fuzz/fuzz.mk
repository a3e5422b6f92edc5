# Fuzzing: one target a reader, and others for what readers stand on.
#
#   make fuzz [FUZZ_SECONDS=60] [FUZZ="pstat trip"]   libFuzzer with ASan and UBSan (clang)
#   make fuzz-replay     every file of the corpus through every target: a test in `make check`
#   make fuzz-coverage   how many lines of each reader the corpus and the fuzzers' finds reach
#   make fuzz-afl        AFL++ in libFuzzer's place, for a second opinion

FUZZ_SECONDS ?= 60
FUZZ ?= $(fuzz_targets)
fuzz_targets := $(readers) json marshal gzip trip
fuzz_corpus = $(wildcard tests/formats/*/bad/*.in tests/formats/*/golden/*.in tests/formats/*/corpus/* tests/fuzz/corpus/*/*) \
	$(filter-out %.tsv %.sh %.md,$(wildcard $(readers:%=samples/%/*)))
fuzz_sources := $(sources) $(format_sources)
fuzz_libraries := $(LIBS)
fuzz_name = $(if $(filter $(1),$(readers)),-DFORMAT_NAME=$(1))
fuzz_main = tests/fuzz/fuzz_$(if $(filter $(1),$(readers)),read,$(1)).c

# --- the corpus, as a test ---

replays := $(fuzz_targets:%=$(BUILD)/fuzz/replay-%)

$(replays): $(BUILD)/fuzz/replay-%: tests/fuzz/replay.c tests/fuzz/fuzz.h tests/fuzz/fuzz_*.c \
		$(fuzz_sources:%.c=$(BUILD)/obj/%.o)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(call fuzz_name,$*) tests/fuzz/replay.c $(call fuzz_main,$*) \
		$(fuzz_sources:%.c=$(BUILD)/obj/%.o) $(fuzz_libraries) -o $@

.PHONY: fuzz replays fuzz-replay fuzz-coverage fuzz-afl fuzz-programs
replays: $(replays)

fuzz-replay: $(replays)
	@for target in $(fuzz_targets); do \
		echo "$$target: $$($(BUILD)/fuzz/replay-$$target $(fuzz_corpus))" || exit 1; \
	done

# --- libFuzzer, AFL++ and coverage: the same sources with other instruments ---

fuzz_flags := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_compile = $(filter-out $(CFLAGS) $(HARDENING),$(ALL_CFLAGS)) -Wno-unused-command-line-argument

define INSTRUMENTED
$$(BUILD)/$(1)/obj/%.o: %.c $$(flags_stamp) $$(BUILD)/gen/flamegraph_page.inc
	@mkdir -p $$(@D)
	$(2) $$(fuzz_compile) $(3) -MMD -MP -c $$< -o $$@

$$(fuzz_targets:%=$$(BUILD)/$(1)/%): $$(BUILD)/$(1)/%: tests/fuzz/fuzz.h tests/fuzz/fuzz_*.c \
		$$(fuzz_sources:%.c=$$(BUILD)/$(1)/obj/%.o)
	$(2) $$(fuzz_compile) $(3) $(4) $$(call fuzz_name,$$*) $$(call fuzz_main,$$*) \
		$$(fuzz_sources:%.c=$$(BUILD)/$(1)/obj/%.o) $$(fuzz_libraries) -o $$@

-include $$(fuzz_sources:%.c=$$(BUILD)/$(1)/obj/%.d)
endef
$(eval $(call INSTRUMENTED,libfuzzer,clang,$(fuzz_flags) -fsanitize=fuzzer-no-link,-fsanitize=fuzzer))
$(eval $(call INSTRUMENTED,afl,afl-clang-fast,-O1 -g -fsanitize=address,-fsanitize=fuzzer))
$(eval $(call INSTRUMENTED,coverage,clang,-O1 -g -fprofile-instr-generate -fcoverage-mapping,tests/fuzz/replay.c))

fuzz-programs: $(FUZZ:%=$(BUILD)/libfuzzer/%)

# new inputs go to build/; those worth keeping are moved to tests/formats/FORMAT/corpus (or tests/fuzz/corpus) by hand
fuzz: fuzz-programs
	BUILD=$(BUILD) tests/fuzz/run libfuzzer $(FUZZ_SECONDS) $(FUZZ) -- $(fuzz_corpus)

fuzz-coverage: $(FUZZ:%=$(BUILD)/coverage/%)
	BUILD=$(BUILD) tests/fuzz/coverage $(FUZZ) -- $(fuzz_corpus)

fuzz-afl: $(FUZZ:%=$(BUILD)/afl/%)
	BUILD=$(BUILD) tests/fuzz/run afl $(FUZZ_SECONDS) $(FUZZ) -- $(fuzz_corpus)
