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
#include <unistd.h>

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

/* What a mistyped name was meant to be. */
struct guess {
	struct str name;
	char best[2 * 64];
	size_t distance; /* of the best so far */
};

static void guess(struct guess *g, const char *first, const char *second, const char *third)
{
	char name[sizeof g->best];
	size_t distance;

	snprintf(name, sizeof name, "%s%s%s", first, second, third);
	distance = str_distance(g->name, str_of(name));
	if (distance >= g->distance)
		return;
	g->distance = distance;
	memcpy(g->best, name, sizeof name);
}

/* The program whose name is nearly this one; empty if there is none. */
static void guess_program(struct guess *g)
{
	enum { NEAR = 2 };

	g->distance = NEAR + 1;
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
		guess(g, tools[i].name, "", "");
	for (format_list from = format_registry; *from; from++)
		for (format_list to = format_registry; *to; to++)
			if ((*from)->read && (*to)->write)
				guess(g, (*from)->name, "2", (*to)->name);
}

/*
 * Under any name it is profconv, but who mistypes another program's name would not expect it;
 * nor where the name is the first word, unless that is a file.
 */
static int refuse_mistyped(struct str name, bool is_word)
{
	struct guess g = { .name = name };

	if (str_has(name, '/') || str_has(name, '.') || str_starts(name, S("-")))
		return 0;
	guess_program(&g);
	if (!*g.best || str_eq(str_of(g.best), S("profconv")) ||
	    (is_word && access(name.p, F_OK) == 0))
		return 0;
	return diag_error("no program is called %s; did you mean %s?", diag_quote(name), g.best);
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
	struct str name = str_base(str_of(argc > 0 ? argv[0] : ""));
	struct program own, named;
	int words = take_as(argc, argv, &named);

	if (words < 0)
		return STATUS_TROUBLE;
	if (words)
		return run_program(&named, argc - words, argv + words);
	if (!find_program(name, &own)) {
		if (refuse_mistyped(name, false) < 0)
			return STATUS_TROUBLE;
		own = profconv;
	}
	if (own.main == profconv_main && argc > 1) {
		if (find_program(str_of(argv[1]), &named))
			return run_program(&named, argc - 1, argv + 1);
		if (refuse_mistyped(str_of(argv[1]), true) < 0)
			return STATUS_TROUBLE;
	}
	return run_program(&own, argc, argv);
}

int main(int argc, char **argv)
{
	return main_run(choose_and_run, argc, argv);
}
