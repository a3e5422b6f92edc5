# profpipe: any profile into any other
#
#   make                build/bin: the tools and one X2Y for each pair of formats
#   make deps           install what is missing (Debian, Ubuntu)
#   make demo           convert the samples into every format and say what was done
#   make check          the tests
#   make interop        the outputs opened by other programs (needs PyPI and npm)
#   make fuzz            libFuzzer on each reader and what they stand on; make fuzz-coverage
#   make figures         what the tests and fuzzers have tried, counted
#   make bench          speed and memory beside other programs (needs PyPI, npm and crates); make bench-count
#   make picture        the README's picture anew; make screenshots: its page in a browser
#   make install        PREFIX=/usr/local DESTDIR=

VERSION := 0.1.0
PREFIX ?= /usr/local
BUILD ?= build
CC ?= cc
CFLAGS ?= -O3 -g
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
# whatever CFLAGS and LDFLAGS say: a profile is a stranger's file (tests/structure reads the ELF)
HARDENING := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
LINK_HARDENING := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# no fused multiply-add: estimates come out the same on every machine; nobody asks for errno of
# rounding, so that most programs do without the library of mathematics
ALL_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -I. -I$(BUILD)/gen $(WARNINGS) -ffp-contract=off -fno-math-errno -pthread $(CFLAGS) $(HARDENING) \
	-DPROFPIPE_VERSION='"$(VERSION)"' $(xml_cflags)
xml_cflags := $(or $(shell xml2-config --cflags 2>/dev/null),-I/usr/include/libxml2)
# the last two from their archives: every shared library makes every start slower
LIBS := -lz -lm -pthread $(if $(filter Linux,$(shell uname -s)),-l:libseccomp.a) -l:libmd.a

.PHONY: all deps demo check figures interop fuzz install uninstall clean man completions print-flags
.DELETE_ON_ERROR:
all:

# --- the table of formats: name:reads:writes:libraries ---

rows := $(shell sed -n 's/^FORMAT(\([a-z0-9]*\), *\([01]\), *\([01]\), *"\(.*\)")/\1:\2:\3:\4/p' \
	converters/formats.def | tr ' ' ',')
formats := $(foreach row,$(rows),$(word 1,$(subst :, ,$(row))))
field = $(strip $(foreach row,$(rows),$(if $(filter $(1):%,$(row)),$(word $(2),$(subst :, ,$(row))))))
libraries = $(subst $(comma), ,$(call field,$(1),4))
comma := ,
readers := $(foreach f,$(formats),$(if $(filter 1,$(call field,$(f),2)),$(f)))
writers := $(foreach f,$(formats),$(if $(filter 1,$(call field,$(f),3)),$(f)))
all_libraries := $(sort $(foreach f,$(formats),$(call libraries,$(f))))
pairs := $(foreach x,$(readers),$(foreach y,$(writers),$(x)2$(y)))
tools := profconv profcheck proftop profmerge proffilter profdiff
# what only they need: regular expressions, names that compilers have mangled
proffilter_libraries := -lpcre2-8 -liberty
programs := $(tools) $(pairs)

# --- the library ---

sources := $(sort $(wildcard common/*/*.c common/*/*/*.c))
library := $(BUILD)/libprofpipe.a
objects := $(sources:%.c=$(BUILD)/obj/%.o)
format_sources = $(sort $(wildcard converters/$(1)/*.c))
objects_of = $(patsubst %.c,$(BUILD)/obj/%.o,$(call format_sources,$(1)))
format_objects := $(foreach f,$(formats),$(call objects_of,$(f)))
# who only writes a format does without its reader if that needs libraries
reader_of = $(filter $(BUILD)/obj/converters/$(1)/read%,$(call objects_of,$(1)))
writer_of = $(if $(call libraries,$(1)),$(BUILD)/obj/unread/$(1).o \
	$(filter-out $(call reader_of,$(1)),$(call objects_of,$(1))),$(call objects_of,$(1)))
pair_objects = $(sort $(call objects_of,$(1)) \
	$(if $(filter $(1),$(2)),,$(call writer_of,$(2))))

$(library): $(objects)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(formats:%=$(BUILD)/obj/unread/%.o): $(BUILD)/obj/unread/%.o: converters/reader_stub.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DFORMAT_NAME=$* -MMD -MP -c $< -o $@

# the script of flame graphs as a C string, without comments and indentation
page_parts := profile contexts trees shown picture actions controls keys address
page_sources := $(page_parts:%=converters/flamegraph/page/%.js)
$(BUILD)/gen/flamegraph_page.inc: $(page_sources) Makefile
	@mkdir -p $(@D)
	sed -e 's/^[\t]*//' -e '/^\/\//d' -e '/^$$/d' -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $(page_sources) >$@
$(BUILD)/obj/converters/flamegraph/page.o: $(BUILD)/gen/flamegraph_page.inc

# --- the programs ---

all: $(programs:%=$(BUILD)/bin/%)

# a pair with options of its own has a main in converters/tools
define PAIR
ifneq ($$(wildcard converters/tools/$(1)2$(2)/main.c),)
$$(BUILD)/obj/pairs/$(1)2$(2).o: converters/tools/$(1)2$(2)/main.c Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -MMD -MP -c $$< -o $$@
else
$$(BUILD)/obj/pairs/$(1)2$(2).o: converters/pair.c Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -DFROM=$(1) -DTO=$(2) -MMD -MP -c $$< -o $$@
endif
$$(BUILD)/bin/$(1)2$(2): $$(BUILD)/obj/pairs/$(1)2$(2).o \
		$$(call pair_objects,$(1),$(2)) $$(library)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LINK_HARDENING) $$(LDFLAGS) $$^ -Wl,--as-needed $$(call libraries,$(1)) $$(LIBS) -o $$@
endef
$(foreach x,$(readers),$(foreach y,$(writers),$(eval $(call PAIR,$(x),$(y)))))

# a tool is the folder converters/tools/NAME; $(NAME_libraries)
define TOOL
$$(BUILD)/bin/$(1): $$(patsubst %.c,$$(BUILD)/obj/%.o,$$(sort \
		$$(wildcard converters/tools/$(1)/*.c))) \
		$$(BUILD)/obj/converters/registry.o $$(BUILD)/obj/converters/tools/select_format.o \
		$$(format_objects) $$(library)
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS) $$(LINK_HARDENING) $$(LDFLAGS) $$^ -Wl,--as-needed $$(all_libraries) $$($(1)_libraries) -lcjson $$(LIBS) -o $$@
endef
$(foreach tool,$(tools),$(eval $(call TOOL,$(tool))))

-include $(objects:.o=.d) $(format_objects:.o=.d) $(wildcard $(BUILD)/obj/pairs/*.d $(BUILD)/obj/unread/*.d) \
	$(wildcard $(BUILD)/obj/converters/*.d $(BUILD)/obj/converters/tools/*.d $(BUILD)/obj/converters/tools/*/*.d)

# --- what is needed, from Debian's packages alone ---

build_packages := gcc make zlib1g-dev libcjson-dev libxml2-dev libpcre2-dev libiberty-dev libseccomp-dev libmd-dev
check_packages := binutils parallel python3 python3-pytest python3-pytest-xdist libcmocka-dev \
	libxml2-utils mandoc python3-yaml strace valgrind graphviz cmark-gfm
packages := $(build_packages) $(check_packages)

deps:
	@command -v dpkg-query >/dev/null || { \
		echo "deps: not Debian; install what is called here: $(packages)"; exit 1; }
	@missing=; for p in $(packages); do \
		dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed$$' || missing="$$missing $$p"; \
	done; \
	[ -z "$$missing" ] || { \
		sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
		$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive \
			apt-get install -q -y --no-install-recommends $$missing; }

# --- demo and tests ---

# Debian's own Python: that is the one with Debian's pytest
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
PYTEST := BUILD=$(BUILD) $(PYTHON) -m pytest -q -p no:cacheprovider --basetemp=$(BUILD)/tests/tmp

demo: all
	@samples/demo $(BUILD)/bin $(BUILD)/demo

check: all unit-tests faults replays man completions
	@mkdir -p $(BUILD)/tests
	$(PYTEST) -n $$(nproc) tests --ignore=tests/interop

# what was tried: faults, names, inputs of the corpus, executions
figures:
	@tests/figures $(BUILD)

interop: all
	tests/interop/run

# what analysers have to know
print-flags:
	@echo $(filter-out -W%,$(ALL_CFLAGS))

# --- install ---

man_dir := $(DESTDIR)$(PREFIX)/share/man
bash_dir := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
zsh_dir := $(DESTDIR)$(PREFIX)/share/zsh/site-functions

install: all man completions
	install -d $(DESTDIR)$(PREFIX)/bin $(man_dir)/man1 $(man_dir)/man5 $(man_dir)/man7 $(bash_dir) $(zsh_dir)
	install $(programs:%=$(BUILD)/bin/%) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(man1_pages) $(man_dir)/man1
	install -m 644 $(man5_pages) $(man_dir)/man5
	install -m 644 $(man7_pages) $(man_dir)/man7
	install -m 644 $(bash_completions) $(bash_dir)
	install -m 644 $(zsh_completions) $(zsh_dir)

uninstall:
	cd $(DESTDIR)$(PREFIX)/bin && rm -f $(programs)
	rm -f $(man1_pages:$(BUILD)/man/%=$(man_dir)/%) $(man5_pages:$(BUILD)/man/%=$(man_dir)/%) \
		$(man7_pages:$(BUILD)/man/%=$(man_dir)/%) \
		$(bash_completions:$(BUILD)/completions/bash/%=$(bash_dir)/%) $(zsh_dir)/_profpipe

include man/docs.mk tests/fuzz/fuzz.mk tests/bench/bench.mk
-include tests/unit/unit.mk tests/faults/faults.mk

clean:
	rm -rf $(BUILD)
