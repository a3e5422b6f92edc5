# profpipe: any profile into any other
#
#   make                build/bin: the tools and one X2Y for each pair of formats
#   make deps           install what is missing (Debian, Ubuntu)
#   make demo           convert the samples into every format and say what was done
#   make check          the tests; make check T=tests/tools, T="-k name tests/laws": some of them
#   make debug          the same programs in build/debug, for a debugger
#   make asan           and in build/asan, with AddressSanitizer and UBSan; make asan GOAL=check
#   make interop        the outputs opened by other programs (needs PyPI and npm)
#   make fuzz           libFuzzer on each reader and what they stand on; make fuzz-coverage
#   make attack         generated profiles and options against all programs; make attack N=100000 SEED=1 CASE=5
#   make figures        what the tests and fuzzers have tried, counted
#   make bench          speed and memory beside other programs (needs PyPI, npm and crates); make bench-count
#   make picture        the README's picture anew; make screenshots: its page in a browser
#   make library        build/lib: libprofpipe, for programs of others
#   make install        PREFIX=/usr/local DESTDIR= LINKS=symbolic|hard|copy STRIP=strip
#   make format         the sources as .clang-format has them (clang-format 14)
#   make compile_commands.json   for editors and analysers

VERSION := 0.1.0
PREFIX ?= /usr/local
BUILD ?= build
CC ?= cc
CFLAGS ?= -O3 -g
WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
# whatever CFLAGS and LDFLAGS say: a profile is an untrusted file (tests/structure reads the ELF)
HARDENING := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fPIE
LINK_HARDENING := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# no fused multiply-add: estimates come out the same on every machine; nobody asks for errno of
# rounding, so that most programs do without the library of mathematics
ALL_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -I. -I$(BUILD)/gen $(WARNINGS) -ffp-contract=off -fno-math-errno -pthread $(CFLAGS) $(HARDENING) \
	-DPROFPIPE_VERSION='"$(VERSION)"' $(loaded_libraries) $(xml_cflags)
xml_cflags := $(or $(shell xml2-config --cflags 2>/dev/null),-I/usr/include/libxml2)
# the names under which libraries are loaded when their input comes: those that a program linked with them would ask for
soname = $(or $(shell $(CC) -print-file-name=lib$(1).so | xargs objdump -p 2>/dev/null | sed -n 's/^ *SONAME *//p'),$(if \
	$(filter Darwin,$(shell uname -s)),lib$(1).dylib,lib$(1).so))
loaded_libraries := -DXML_LIBRARY='"$(call soname,xml2)"' -DZSTD_LIBRARY='"$(call soname,zstd)"' \
	-DXZ_LIBRARY='"$(call soname,lzma)"' -DBZIP2_LIBRARY='"$(call soname,bz2)"' \
	-DCJSON_LIBRARY='"$(call soname,cjson)"' -DDWARF_LIBRARY='"$(call soname,dw)"'
# from their archives where there are any: every shared library makes every start slower
archive = $(if $(wildcard $(shell $(CC) -print-file-name=lib$(1).a)),-l:lib$(1).a,-l$(1))
LIBS := $(call archive,z) $(call archive,pcre2-8) -liberty -lm -ldl -pthread \
	$(if $(filter Linux,$(shell uname -s)),$(call archive,seccomp)) $(call archive,md)

.PHONY: all deps demo check debug asan tsan format attack figures interop fuzz install uninstall clean man completions print-flags
.DELETE_ON_ERROR:
all:

# --- the tables of formats and tools ---

rows_of = $(shell sed -n 's/^$(1)(\(.*\))$$/\1/p' $(2) | tr -d ' ' | tr , :)
format_rows := $(call rows_of,FORMAT,converters/formats.def)
formats := $(foreach row,$(format_rows),$(word 1,$(subst :, ,$(row))))
readers := $(foreach row,$(format_rows),$(if $(filter 1,$(word 2,$(subst :, ,$(row)))),$(word 1,$(subst :, ,$(row)))))
writers := $(foreach row,$(format_rows),$(if $(filter 1,$(word 3,$(subst :, ,$(row)))),$(word 1,$(subst :, ,$(row)))))
pairs := $(foreach x,$(readers),$(foreach y,$(writers),$(x)2$(y)))
tools := $(filter-out $(pairs),$(call rows_of,TOOL,converters/tools/tools.def))
programs := $(tools) $(pairs)

# --- objects ---

sources := $(sort $(wildcard common/*/*.c common/*/*/*.c))
library := $(BUILD)/libprofpipe.a
objects := $(sources:%.c=$(BUILD)/obj/%.o)
format_sources := $(sort $(foreach f,$(formats),$(wildcard converters/$(f)/*.c))) converters/registry.c
program_sources := $(format_sources) $(sort $(wildcard converters/*.c converters/tools/*/*.c))
program_objects := $(sort $(program_sources:%.c=$(BUILD)/obj/%.o))

# a change of compiler or flags makes everything anew
flags_stamp := $(BUILD)/flags
flags_now = $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LIBS)
flags_quoted = '$(subst ','\'',$(flags_now))'
$(shell mkdir -p $(BUILD) && { printf '%s\n' $(flags_quoted) | cmp -s - $(flags_stamp) || \
	printf '%s\n' $(flags_quoted) >$(flags_stamp); })

$(library): $(objects)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/obj/%.o: %.c $(flags_stamp)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# the script of flame graphs as a C string, without comments and indentation
page_parts := profile contexts time trees shown search picture moving actions controls heading table keys address
page_sources := $(page_parts:%=converters/flamegraph/page/%.js)
$(BUILD)/gen/flamegraph_page.inc: $(page_sources) $(flags_stamp)
	@mkdir -p $(@D)
	sed -e 's/^[\t]*//' -e '/^\/\//d' -e '/^$$/d' -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $(page_sources) >$@
$(BUILD)/obj/converters/flamegraph/page.o: $(BUILD)/gen/flamegraph_page.inc

# --- one program; its name chooses what it does ---

program := $(BUILD)/bin/profconv
links := $(filter-out $(program),$(programs:%=$(BUILD)/bin/%))

# links of formats that are in the table no more
stale := $(filter-out $(program) $(links),$(wildcard $(BUILD)/bin/*))

# the template for new formats is compiled with the others, and linked where it is tested
example := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard converters/example/*.c))

all: $(program) $(links) $(example)
	$(if $(stale),@rm -f $(stale))

$(program): $(program_objects) $(library)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LINK_HARDENING) $(LDFLAGS) $^ -Wl,--as-needed $(LIBS) -o $@

$(links): $(program)
	@ln -sf $(notdir $(program)) $@

-include $(objects:.o=.d) $(program_objects:.o=.d) $(example:.o=.d)

# --- other builds of the same ---

sanitize_flags := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
GOAL ?= all

debug:
	$(MAKE) BUILD=$(BUILD)/debug CFLAGS='-Og -g3 -fno-omit-frame-pointer' $(GOAL)

asan:
	$(MAKE) BUILD=$(BUILD)/asan CFLAGS='$(sanitize_flags)' LDFLAGS= $(GOAL)

format:
	git ls-files '*.c' '*.h' | xargs clang-format-14 -i

# the library in four threads, under ThreadSanitizer
tsan:
	$(MAKE) BUILD=$(BUILD)/tsan CFLAGS='-O1 -g -fsanitize=thread' LDFLAGS= library-tests
	@mkdir -p $(BUILD)/tsan/work
	$(BUILD)/tsan/tests/library/use samples $(BUILD)/tsan/work

# relative to the folder of the sources: an editor that opens it finds every include
compile_commands.json: Makefile
	@printf '%s\n' $(sources) $(program_sources) | sort -u | CC='$(CC)' FLAGS='$(subst ','\'',$(ALL_CFLAGS))' \
		$(PYTHON) -c 'import json, os, sys; print(json.dumps([dict(directory=os.getcwd(), file=f, \
		command=" ".join((os.environ["CC"], os.environ["FLAGS"], "-c", f))) for f in sys.stdin.read().split()], indent=1))' >$@

# --- what is needed, from Debian's packages alone ---

build_packages := gcc make zlib1g-dev libcjson-dev libxml2-dev libpcre2-dev libiberty-dev libseccomp-dev libmd-dev \
	libzstd-dev liblzma-dev libbz2-dev libdw-dev
check_packages := binutils parallel python3 python3-pytest python3-pytest-xdist libcmocka-dev \
	libxml2-utils mandoc python3-yaml strace valgrind graphviz cmark-gfm zstd
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

# all of them, or what T says: folders, files, any words for pytest
T ?= tests

check: all unit-tests library-tests faults replays man completions
	@mkdir -p $(BUILD)/tests
	$(PYTEST) -n $$(nproc) --ignore=tests/interop $(T)

# N generated cases; SEED says which (default: others each time), CASE runs one of them alone
N ?= 2000
attack: all
	@$(PYTHON) tests/attack/attack.py $(BUILD) -n $(N) $(if $(SEED),-s $(SEED)) $(if $(CASE),-c $(CASE)) -j $(or $(JOBS),$$(nproc))

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

bin_dir := $(DESTDIR)$(PREFIX)/bin
# what an installed X2Y is: a symbolic link, or what systems without them need
LINKS ?= symbolic
link_with := $(or $(if $(filter symbolic,$(LINKS)),ln -sf),$(if $(filter hard,$(LINKS)),ln -f),$(if \
	$(filter copy,$(LINKS)),cp -f),$(error LINKS: expected symbolic, hard or copy))
STRIP ?= strip

install: all man completions install-library
	install -d $(bin_dir) $(man_dir)/man1 $(man_dir)/man3 $(man_dir)/man5 $(man_dir)/man7 $(bash_dir) $(zsh_dir)
	install $(program) $(bin_dir)
	$(if $(STRIP),$(STRIP) $(bin_dir)/$(notdir $(program)))
	cd $(bin_dir) && for name in $(notdir $(links)); do $(link_with) $(notdir $(program)) $$name || exit 1; done
	install -m 644 $(man1_pages) $(man_dir)/man1
	install -m 644 $(man3_pages) $(man_dir)/man3
	install -m 644 $(man5_pages) $(man_dir)/man5
	install -m 644 $(man7_pages) $(man_dir)/man7
	install -m 644 $(bash_completions) $(bash_dir)
	install -m 644 $(zsh_completions) $(zsh_dir)

uninstall: uninstall-library
	cd $(bin_dir) && rm -f $(programs)
	rm -f $(man1_pages:$(BUILD)/man/%=$(man_dir)/%) $(man5_pages:$(BUILD)/man/%=$(man_dir)/%) \
		$(man3_pages:$(BUILD)/man/%=$(man_dir)/%) $(man7_pages:$(BUILD)/man/%=$(man_dir)/%) \
		$(bash_completions:$(BUILD)/completions/bash/%=$(bash_dir)/%) $(zsh_dir)/_profpipe

include common/library/library.mk man/docs.mk tests/fuzz/fuzz.mk tests/bench/bench.mk
-include tests/unit/unit.mk tests/faults/faults.mk tests/library/library.mk

clean:
	rm -rf $(BUILD)
