# Manual pages and completions, made from the programs' own --list-options.
#
# For install: $(man1_pages), $(man3_pages), $(man5_pages), $(man7_pages), $(bash_completions) and
# $(zsh_completions) are what there is, in $(BUILD).

man1_pages := $(programs:%=$(BUILD)/man/man1/%.1)
man3_pages := $(patsubst man/%,$(BUILD)/man/man3/%,$(wildcard man/*.3))
man5_pages := $(patsubst man/%,$(BUILD)/man/man5/%,$(wildcard man/*.5))
man7_pages := $(patsubst man/%,$(BUILD)/man/man7/%,$(wildcard man/*.7))
bash_completions := $(programs:%=$(BUILD)/completions/bash/%)
zsh_completions := $(BUILD)/completions/zsh/_profpipe

# the picture in README.md: tests/docs compares it with what its command makes
picture := samples/pictures/pyspy.svg

.PHONY: picture screenshots

man completions: $(BUILD)/man/made

$(BUILD)/man/made: man/generate man/pair.1.in $(wildcard man/*.[1357]) Makefile \
		$(programs:%=$(BUILD)/bin/%)
	man/generate $(BUILD) $(VERSION) $(programs)
	@touch $@

# README.md names the command in its first block
picture: $(BUILD)/bin/speedscope2flamegraph
	@mkdir -p $(dir $(picture))
	PATH="$(abspath $(BUILD)/bin):$$PATH" sh -c \
		"$$(sed -n '/^speedscope2flamegraph.* -o $(notdir $(picture))$$/p' README.md)"
	mv $(notdir $(picture)) $(picture)

# what a browser makes of it; needs what `make interop` installs
screenshots: picture
	NODE_PATH=$(BUILD)/interop/node_modules CHROMIUM=$$(command -v chromium) \
		node tests/interop/flamegraph_page.js <tests/interop/screenshots.json
