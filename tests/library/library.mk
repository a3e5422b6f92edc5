# $(BUILD)/tests/library/use: linked with the archive, whose allocations it counts

.PHONY: library-tests
library-tests: library $(BUILD)/tests/library/use

$(BUILD)/tests/library/use: tests/library/use.c common/library/profpipe.h $(static_library)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $< $(static_library) $(public_libraries) \
		-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=free -o $@
