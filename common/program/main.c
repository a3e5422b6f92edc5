#include "common/program/main.h"

#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/io/progress.h"
#include "common/program/sandbox.h"
#include "common/program/temporary.h"
#include "common/syntax/marshal.h"

static bool any_representation(format_list list, enum representation representation, bool reads)
{
	for (; *list; list++)
		if ((*list)->representation == representation &&
		    (reads ? (*list)->read != NULL : (*list)->write != NULL))
			return true;
	return false;
}

static bool any_loses_threads(format_list from, format_list to)
{
	bool had = false, lost = false;

	for (; *from; from++)
		had |= (*from)->read &&
		       ((*from)->features & FEATURE_THREADS || (*from)->reads_threads);
	for (; *to; to++)
		lost |= (*to)->write &&
			(!((*to)->features & FEATURE_THREADS) || (*to)->threads_as_roots);
	return had && lost;
}

static void add_inputs(struct settings *s, format_list from)
{
	for (; *from; from++)
		if ((*from)->read)
			settings_add_format(s, *from, END_INPUT);
}

void options_for_conversion(struct settings *s, format_list from, format_list to)
{
	settings_add_group(s, "output, messages, information", options_common, s);
	settings_add_group(s, "what a conversion loses", options_strict, s);
	settings_add_group(s, "a part of the profile", options_selection, s);
	settings_add_group(s, "names that are not to be seen", options_privacy, s);
	if (any_loses_threads(from, to))
		settings_add_group(s, "threads, where the target has none", options_threads, s);
	if (any_representation(from, REPR_GRAPH, true) &&
	    any_representation(to, REPR_SAMPLES, false))
		settings_add_group(s, "stacks from a call graph", options_estimate, s);
	add_inputs(s, from);
	for (; *to; to++)
		if ((*to)->write)
			settings_add_format(s, *to, END_OUTPUT);
}

void options_for_reading(struct settings *s, format_list from, const char *heading,
			 const struct option_row *own, void *values)
{
	settings_add_group(s, heading, own, values);
	settings_add_group(s, "output, messages, information", options_common, s);
	settings_add_group(s, "a part of the profile", options_selection, s);
	add_inputs(s, from);
}

int convert_files(struct settings *s, const struct format *from, const struct format *to,
		  format_list list, char **files, int count)
{
	struct read_hints wanted = {
		.order = convert_needs_order(s, to),
		.no_lines = to->representation == REPR_SAMPLES || !(to->features & FEATURE_LINES),
	};
	struct profile *p = NULL;
	int status = STATUS_TROUBLE;

	if (convert_check_terminal(s, to) == 0 &&
	    sandbox_enter(s, files, count, !from || from->reads_xml) == 0)
		p = convert_read(s, from, list, files, count, wanted, NULL);
	if (p && convert_select_and_redact(s, &p) == 0)
		status = convert_write(s, &p, to);
	profile_free(p);
	return status;
}

static int pair_parsed(struct settings *s, const struct format *from, const struct format *to,
		       int (*act)(struct settings *s, char **files, int count), int argc,
		       char **argv)
{
	const struct format *const both[] = { from, from == to ? NULL : to, NULL };
	char purpose[512];
	int first = settings_parse(s, argc, argv);

	snprintf(purpose, sizeof purpose, "convert %s to %s", from->name, to->name);
	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(s, "[options] [FILE...]", purpose, both))
		return STATUS_DONE;
	if (options_settle_pair(&s->options, from, to) < 0)
		return STATUS_TROUBLE;
	return act ? act(s, argv + first, argc - first)
		   : convert_files(s, from, to, NULL, argv + first, argc - first);
}

int main_pair(const struct format *from, const struct format *to, format_list all,
	      const struct option_row *more, void *values,
	      int (*act)(struct settings *s, char **files, int count), int argc, char **argv)
{
	const struct format *const froms[] = { from, NULL }, *const tos[] = { to, NULL };
	struct settings s;
	int status;

	settings_init(&s);
	s.all_formats = all;
	options_for_conversion(&s, froms, tos);
	if (more)
		settings_add_group(&s, "as pyprof2calltree", more, values);
	status = pair_parsed(&s, from, to, act, argc, argv);
	settings_free(&s);
	return status;
}

/* --- the program's task --- */

/*
 * Work that is given up ends the process at once, after its cleanups: nobody is left who would
 * free its memory piece by piece.
 */
int main_run(int (*main)(int argc, char **argv), int argc, char **argv)
{
	struct progress progress = { 0 };
	struct task c;
	int status;

	diag_start(&c, argv[0]);
	c.progress = &progress;
	temporary_guard(&c);
	task_current = &c;
	status = main(argc, argv);
	marshal_free_spare();
	task_free(&c);
	return status;
}
