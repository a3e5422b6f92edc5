# tests/unit/NAME.c -> $(BUILD)/tests/NAME, a cmocka program of its own.
# Included by the top Makefile, which says what $(BUILD), $(library) and the flags are.

unit_sources := $(sort $(wildcard tests/unit/*.c))
unit_programs := $(unit_sources:tests/unit/%.c=$(BUILD)/tests/%)

.PHONY: unit-tests
unit-tests: $(unit_programs)

$(BUILD)/tests/%: tests/unit/%.c tests/unit/unit.h $(library)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $< $(library) -lcmocka $(LIBS) -o $@
