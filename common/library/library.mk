# The public library, in $(BUILD)/lib: libprofpipe.so.0, libprofpipe.a. Included by the top
# Makefile, which says what $(sources), $(format_sources) and the flags are.
#
# Only profpipe_* can be seen of both: in the archive the objects are one, so that what is
# shared among them is not seen outside (tests/library asks nm).

LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
public := $(BUILD)/lib
soversion := 0
shared_name := libprofpipe.so.$(soversion)
shared_library := $(public)/$(shared_name)
static_library := $(public)/libprofpipe.a
# what only programs need: a main, signals, a sandbox, regular expressions
public_sources := $(filter-out common/program/main.c common/program/sandbox.c common/program/temporary.c \
	common/syntax/pattern.c,$(sources)) $(format_sources)
public_objects := $(public_sources:%.c=$(public)/obj/%.o)
public_flags := -fPIC -fvisibility=hidden -ffunction-sections -fdata-sections
public_symbols := $(shell sed -n -e '/^PROFPIPE_API enum profpipe_status$$/d' \
	-e 's/^PROFPIPE_API.*[ *]\(profpipe_[a-z_]*\).*/\1/p' -e 's/^\(profpipe_[a-z_]*\).*/\1/p' common/library/profpipe.h)
public_libraries := -lz -lmd -lm -ldl -pthread
whole := $(if $(findstring -fsanitize,$(CFLAGS)),,-Wl,--no-undefined)

.PHONY: library
library: $(shared_library) $(static_library)

$(public)/obj/%.o: %.c $(flags_stamp)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(public_flags) -MMD -MP -c $< -o $@
$(public)/obj/converters/flamegraph/page.o: $(BUILD)/gen/flamegraph_page.inc

$(shared_library): $(public_objects)
	$(CC) $(CFLAGS) -shared -Wl,-soname,$(shared_name) -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--gc-sections $(whole) \
		$(LDFLAGS) $^ -Wl,--as-needed $(public_libraries) -o $@
	@ln -sf $(shared_name) $(public)/libprofpipe.so

$(static_library): $(public_objects)
	@rm -f $@
	$(LD) -r --gc-sections $(public_symbols:%=-u %) $^ -o $(public)/profpipe.o
	objcopy --localize-hidden $(public)/profpipe.o
	ar rcs $@ $(public)/profpipe.o

-include $(public_objects:.o=.d)

lib_dir := $(DESTDIR)$(LIBDIR)
include_dir := $(DESTDIR)$(INCLUDEDIR)

.PHONY: install-library uninstall-library
install-library: library
	install -d $(lib_dir)/pkgconfig $(include_dir)
	install -m 644 common/library/profpipe.h $(include_dir)
	install -m 644 $(static_library) $(shared_library) $(lib_dir)
	$(if $(STRIP),$(STRIP) --strip-unneeded $(lib_dir)/$(shared_name))
	$(if $(STRIP),$(STRIP) --strip-debug $(lib_dir)/libprofpipe.a)
	ln -sf $(shared_name) $(lib_dir)/libprofpipe.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		common/library/profpipe.pc.in >$(lib_dir)/pkgconfig/profpipe.pc

uninstall-library:
	rm -f $(include_dir)/profpipe.h $(lib_dir)/pkgconfig/profpipe.pc $(lib_dir)/libprofpipe.a \
		$(lib_dir)/libprofpipe.so $(lib_dir)/$(shared_name)
