/*
 * settings - the options that every program knows, and what answers them
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/io/limits.h"
#include "common/program/convert.h"

#ifndef PROFPIPE_VERSION
#define PROFPIPE_VERSION "unknown"
#endif

void settings_init(struct settings *s)
{
	*s = (struct settings){
		.estimate = { .max_unplaced = -1, .unattributed = true },
	};
}

void settings_free(struct settings *s)
{
	options_free(&s->options);
}

#define AT(field) offsetof(struct settings, field)

const struct option_row options_common[] = {
	OPT_TEXT('o', "output", "FILE", "write to FILE when all is well; .gz compresses",
		 AT(output)),
	OPT_FLAG('q', "quiet", "no warnings", AT(quiet)),
	OPT_FLAG('v', "verbose", "say what was kept, lost, estimated", AT(verbose)),
	OPT_FLAG('h', "help", "show this help and exit", AT(help)),
	OPT_FLAG('V', "version", "show the version and exit", AT(version)),
	OPT_LIMIT(0, "limit", "NAME=N", "at most N of what --list-limits names, or status 2"),
	OPT_FLAG(0, "sandbox", "give up all rights but to read and write the open files (Linux)",
		 AT(sandbox)),
	OPT_FLAG(0, "list-limits", "list the limits and exit", AT(list_limits)),
	OPT_FLAG(0, "list-formats", "list the formats and exit", AT(list_formats)),
	OPT_FLAG(0, "list-features",
		 "list what a profile can hold and which formats keep it, and exit",
		 AT(list_features)),
	OPT_FLAG(0, "list-options", "list these options, a line each with tabs, and exit",
		 AT(list_options)),
	OPT_END
};

const struct option_row options_strict[] = {
	OPT_FLAG(0, "strict", "any loss or estimate is an error", AT(strict)), OPT_END
};

const struct option_row options_selection[] = {
	OPT_TEXT(0, "value", "NAME|N",
		 "only this value type (default: all, or the first where the target holds one)",
		 AT(value)),
	OPT_TEXT(0, "thread", "NAME|N", "only this thread", AT(thread)), OPT_END
};

const struct option_row options_privacy[] = {
	OPT_FLAG(0, "strip-dirs", "files and objects without their directories", AT(strip_dirs)),
	OPT_FLAG(0, "anonymize",
		 "hashes for the names of functions, files and threads, under the key PROFPIPE_KEY",
		 AT(anonymize)),
	OPT_END
};

const struct option_row options_threads[] = {
	OPT_FLAG(0, "threads", "threads become root frames where the target has no threads",
		 AT(threads)),
	OPT_END
};

const struct option_row options_estimate[] = {
	OPT_COUNT(0, "max-contexts", "N", "expand at most N contexts (200000), and draw them all",
		  AT(estimate.contexts)),
	OPT_ALIAS("contexts", "max-contexts"),
	OPT_FRACTION(
		0, "max-unplaced", "SHARE",
		"expand until less than SHARE of the total is unplaced (0.001), and draw it all",
		AT(estimate.max_unplaced)),
	OPT_ALIAS("rest", "max-unplaced"),
	OPT_FLAG(0, "no-unattributed",
		 "leave out inclusive time that is in no function's self time",
		 AT(no_unattributed)),
	OPT_END
};

void format_list_print(FILE *to, format_list list)
{
	static const char *const heads[] = { "format", "reads", "writes", "suffixes" };
	int widest = (int)strlen(heads[3]);

	for (format_list f = list; *f; f++)
		if ((int)strlen((*f)->suffixes) > widest)
			widest = (int)strlen((*f)->suffixes);
	fprintf(to, "%-12s%-7s%-8s%-*s  %s\n", heads[0], heads[1], heads[2], widest, heads[3],
		"what it is");
	for (; *list; list++)
		fprintf(to, "%-12s%-7s%-8s%-*s  %s\n", (*list)->name, (*list)->read ? "yes" : "no",
			(*list)->write ? "yes" : "no", widest, (*list)->suffixes, (*list)->title);
}

/* "calls  call counts  pstat,callgrind,dot": a line a feature, in columns. */
static void features_print(FILE *to, format_list list)
{
	struct buf text = { 0 };
	int widest = 0;

	for (int bit = 0; bit < FEATURE_COUNT; bit++)
		if ((int)strlen(feature_sentence(bit)) > widest)
			widest = (int)strlen(feature_sentence(bit));
	fprintf(to, "%-16s%-*s  %s\n", "feature", widest, "what it is", "kept by");
	for (int bit = 0; bit < FEATURE_COUNT; bit++) {
		text.n = 0;
		feature_name(bit, &text);
		fprintf(to, "%-16.*s%-*s  ", (int)text.n, text.p, widest, feature_sentence(bit));
		text.n = 0;
		for (format_list f = list; *f; f++)
			if ((*f)->features & 1u << bit)
				buf_print(&text, "%s%s", text.n ? "," : "", (*f)->name);
		fprintf(to, "%.*s\n", (int)text.n, text.n ? text.p : "");
	}
	buf_free(&text);
}

static bool has_both_ends(const struct option_set *set)
{
	bool has[END_OUTPUT + 1] = { false };

	for (size_t g = 0; g < set->count; g++)
		has[set->groups[g].end] = true;
	return has[END_INPUT] && has[END_OUTPUT];
}

static void put_help(const struct settings *s, const char *synopsis, const char *purpose)
{
	const char *program = task_current->program;

	printf("usage: %s %s\n%s\n", program, synopsis, purpose);
	options_print(stdout, &s->options);
	if (has_both_ends(&s->options))
		printf("\nWhere input and output both have an option, --in-NAME and --out-NAME tell them apart.\n");
	printf("\n%s; gzip, zstd, xz and bzip2 are unwrapped.\n"
	       "Exit status: 0 done, 1 a check said no, 2 usage, bad input or I/O trouble.\n"
	       "Manual: man %s. Formats: --list-formats, man profpipe-FORMAT.\n",
	       strstr(synopsis, "[FILE...]")
		       ? "No FILE, or -, is standard input; several FILEs are merged"
		       : "- is standard input",
	       program);
}

bool convert_handle_info_options(const struct settings *s, const char *synopsis,
				 const char *purpose, format_list list)
{
	if (s->help) {
		put_help(s, synopsis, purpose);
	} else if (s->version) {
		printf("%s (profpipe) %s\n", task_current->program, PROFPIPE_VERSION);
	} else if (s->list_formats) {
		format_list_print(stdout, list);
	} else if (s->list_features) {
		features_print(stdout, list);
	} else if (s->list_limits) {
		limits_print(stdout);
	} else if (s->list_options) {
		printf("%s\t%s\n", synopsis, purpose);
		options_dump(stdout, &s->options);
	} else {
		return false;
	}
	if ((fflush(stdout) != 0 || ferror(stdout)) && errno != EPIPE)
		diag_die("standard output: %s", strerror(errno));
	return true;
}

void settings_add_group(struct settings *s, const char *heading, const struct option_row *rows,
			void *values)
{
	options_add(&s->options,
		    (struct option_group){ .heading = heading, .rows = rows, .values = values });
}

void settings_add_format(struct settings *s, const struct format *f, enum option_end end)
{
	const struct format_options *o = end == END_INPUT ? &f->read_options : &f->write_options;
	void *values;

	if (!o->rows)
		return;
	values = alloc_bytes(o->size);
	memcpy(values, o->usual, o->size);
	options_add(&s->options, (struct option_group){ .heading = f->name,
							.rows = o->rows,
							.values = values,
							.end = end,
							.format = f });
}

int settings_parse(struct settings *s, int argc, char **argv)
{
	int first = options_parse(&s->options, argc, argv);

	task_current->quiet = s->quiet;
	task_current->verbose = s->verbose;
	s->terminal = isatty(STDOUT_FILENO);
	return first;
}
