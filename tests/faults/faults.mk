# $(BUILD)/tests/fail.so: calls that fail when a test says so. A sanitizer keeps its malloc.

.PHONY: faults
faults: $(BUILD)/tests/fail.so

$(BUILD)/tests/fail.so: tests/faults/fail.c
	@mkdir -p $(@D)
	$(CC) -O1 -g -Wall -Wextra -fPIC -shared $(if $(findstring -fsanitize,$(CFLAGS)),-DKEEP_MALLOC) $< -ldl -o $@
