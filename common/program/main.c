#include "common/program/main.h"

#include <stdio.h>
#include <string.h>

#include "common/base/diag.h"

static bool any_representation(format_list list, enum representation representation, bool reads)
{
	for (; *list; list++)
		if ((*list)->representation == representation && (reads ? (*list)->read != NULL : (*list)->write != NULL))
			return true;
	return false;
}

static bool any_loses_threads(format_list from, format_list to)
{
	bool had = false, lost = false;

	for (; *from; from++)
		had |= (*from)->read && (*from)->features & FEATURE_THREADS;
	for (; *to; to++)
		lost |= (*to)->write &&
			(!((*to)->features & FEATURE_THREADS) || (*to)->threads_as_roots);
	return had && lost;
}

static void add_group(struct option_group *groups, size_t *n, const char *heading,
		      const struct option_row *rows)
{
	if (rows && *n < MAX_OPTION_GROUPS - 1)
		groups[(*n)++] = (struct option_group){ heading, rows, NULL };
}

/* "collapsed input": a heading is how options_refuse_unused() knows the group's format again. */
static const char *heading(const struct format *f, const char *way)
{
	static char texts[MAX_OPTION_GROUPS][48];
	static size_t used;
	char *text = texts[used++ % MAX_OPTION_GROUPS];

	snprintf(text, sizeof texts[0], "%s %s", f->name, way);
	return text;
}

size_t options_for_conversion(struct option_group *groups, format_list from, format_list to)
{
	size_t n = 0;

	add_group(groups, &n, "options", options_common);
	add_group(groups, &n, "losses", options_strict);
	add_group(groups, &n, "selection", options_selection);
	add_group(groups, &n, "privacy", options_privacy);
	if (any_loses_threads(from, to))
		add_group(groups, &n, "threads", options_threads);
	if (any_representation(from, REPR_GRAPH, true) && any_representation(to, REPR_SAMPLES, false))
		add_group(groups, &n, "stacks from a call graph", options_estimate);
	for (; *from; from++)
		if ((*from)->read)
			add_group(groups, &n, heading(*from, "input"), (*from)->read_options);
	for (; *to; to++)
		if ((*to)->write)
			add_group(groups, &n, heading(*to, "output"), (*to)->write_options);
	return n;
}

size_t options_for_reading(struct option_group *groups, format_list from,
			   const struct option_row *own)
{
	size_t n = 0;

	add_group(groups, &n, "checks", own);
	add_group(groups, &n, "options", options_common);
	add_group(groups, &n, "selection", options_selection);
	for (; *from; from++)
		if ((*from)->read)
			add_group(groups, &n, heading(*from, "input"), (*from)->read_options);
	return n;
}

static bool about(const char *text, const struct format *f, const char *way)
{
	size_t n = strlen(f->name);

	return strncmp(text, f->name, n) == 0 && text[n] == ' ' &&
	       strcmp(text + n + 1, way) == 0;
}

int options_refuse_unused(const struct option_group *groups, size_t count,
			  const struct format *from, const struct format *to)
{
	for (size_t i = 0; i < count; i++) {
		const struct option_group *g = &groups[i];
		size_t n = strlen(g->heading);
		bool input = n > 6 && strcmp(g->heading + n - 6, " input") == 0;
		bool output = n > 7 && strcmp(g->heading + n - 7, " output") == 0;

		if (g->used && ((output && !about(g->heading, to, "output")) ||
				(input && from && !about(g->heading, from, "input"))))
			return diag_error("--%s is an option for %s", g->used, g->heading);
	}
	return 0;
}

int main_pair(const struct format *from, const struct format *to,
	      const struct option_row *more, int (*act)(char **files, int count), int argc,
	      char **argv)
{
	const struct format *const froms[] = { from, NULL }, *const tos[] = { to, NULL };
	const struct format *const both[] = { from, from == to ? NULL : to, NULL };
	struct option_group groups[MAX_OPTION_GROUPS];
	char purpose[512];
	size_t n;
	int first;

	n = options_for_conversion(groups, froms, tos);
	add_group(groups, &n, "as pyprof2calltree", more);
	snprintf(purpose, sizeof purpose, "convert %s to %s", from->name, to->name);
	first = options_parse(groups, n, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options("[options] [FILE...]", purpose, both, groups, n))
		return STATUS_DONE;
	if (act)
		return act(argv + first, argc - first);
	return convert_files(from, to, NULL, argv + first, argc - first);
}
