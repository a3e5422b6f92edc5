/*
 * main - one program, and its name chooses what it does
 *
 * Every X2Y and every tool is a link to it. A program that holds all formats starts as
 * fast as one that holds two, so nothing is gained by linking each pair apart. Where
 * there are no links, the name can be the first word: `profconv X2Y ...` or, under any
 * name, `--as X2Y ...`. Under a name that is no program's it is profconv.
 */
#include <stdio.h>
#include <string.h>

#include "common/base/diag.h"
#include "common/program/main.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

/* What a name stands for: a tool's main, or a pair of formats. */
struct program {
	int (*main)(int argc, char **argv);
	const struct format *from, *to;
};

static const struct tool {
	const char *name;
	int (*main)(int argc, char **argv);
} tools[] = {
#define TOOL(name) { #name, name##_main },
#include "converters/tools/tools.def"
#undef TOOL
};

/* A name of a format may hold a 2 itself: each one may be what parts the two. */
static bool find_pair(struct str name, struct program *found)
{
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] != '2')
			continue;
		found->from = format_find(format_registry, str_head(name, i));
		found->to = format_find(format_registry, str_from(name, i + 1));
		if (found->from && found->from->read && found->to && found->to->write)
			return true;
	}
	return false;
}

static bool find_program(struct str name, struct program *found)
{
	*found = (struct program){ 0 };
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
		if (str_eq(name, str_of(tools[i].name))) {
			found->main = tools[i].main;
			return true;
		}
	return find_pair(name, found);
}

static int run_program(const struct program *program, int argc, char **argv)
{
	diag_set_program(argv[0]);
	return program->main ? program->main(argc, argv)
			     : main_pair(program->from, program->to, format_registry, NULL, NULL,
					 NULL, argc, argv);
}

/*
 * `--as NAME` or `--as=NAME`, if that is the first word: the number of words it takes,
 * 0 if it is none of them, -1 after a message.
 */
static int take_as(int argc, char **argv, struct program *named)
{
	bool joined = argc > 1 && strncmp(argv[1], "--as=", 5) == 0;
	const char *name = joined ? argv[1] + 5 : argc > 2 ? argv[2] : "";

	if (!joined && (argc < 2 || strcmp(argv[1], "--as") != 0))
		return 0;
	if (!find_program(str_of(name), named))
		return diag_error(
			"--as: expected profconv, profcheck, X2Y or another program, got %s",
			diag_quote(str_of(name)));
	/* where the program's own name would be */
	argv[joined ? 1 : 2] = (char *)(uintptr_t)name;
	return joined ? 1 : 2;
}

static int choose_and_run(int argc, char **argv)
{
	static const struct program profconv = { .main = profconv_main };
	struct program own, named;
	int words = take_as(argc, argv, &named);

	if (words < 0)
		return STATUS_TROUBLE;
	if (words)
		return run_program(&named, argc - words, argv + words);
	if (!find_program(str_base(str_of(argc > 0 ? argv[0] : "")), &own))
		own = profconv;
	if (own.main == profconv_main && argc > 1 && find_program(str_of(argv[1]), &named))
		return run_program(&named, argc - 1, argv + 1);
	return run_program(&own, argc, argv);
}

int main(int argc, char **argv)
{
	return main_run(choose_and_run, argc, argv);
}
