/*
 * proftop/main - where did it go? The flat profile, one function's callers and callees,
 * the tree of calls, the lines
 */
#include <stdio.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/sort.h"
#include "common/program/group_by_label.h"
#include "common/program/main.h"
#include "common/program/prepare.h"
#include "common/program/sandbox.h"
#include "common/program/terminal.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/idle.h"
#include "converters/select_format.h"
#include "converters/tools/proftop/internal.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

#define AT(field) offsetof(struct proftop_options, field)

static const struct option_row view_rows[] = {
	OPT_TEXT(0, "peek", "NAME",
		 "this function's callers and callees (the name, or a part of it)", AT(peek)),
	OPT_TEXT(0, "by", "KEY",
		 "what samples have under KEY (labels; thread, process) instead of functions",
		 AT(by)),
	OPT_FLAG(0, "tree", "calling contexts as a tree", AT(tree)),
	OPT_FLAG(0, "lines", "lines of code instead of functions; with --peek, those that call",
		 AT(lines)),
	OPT_TEXT(0, "list", "NAME", "this function's source, each line with its values", AT(list)),
	OPT_FLAG(0, "hints", "advice that the profile carries, as plans of EXPLAIN do", AT(hints)),
	OPT_TEXT(0, "source-path", "DIR[:DIR...]",
		 "where sources are (default: where the profile says, or beside it)",
		 AT(source_path)),
	OPT_END
};

static const struct option_row look_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 AT(from)),
	OPT_CHOICE(0, "sort", "self|inclusive|calls|self-per-call|inclusive-per-call|name",
		   "the order of rows, heaviest first (default self)", AT(sort)),
	{ OPTION_COUNT, 'n', "limit", "N",
	  "at most N rows; 0: all (default: as many as fit on "
	  "the terminal, else 40; openmetrics 100)",
	  AT(limit), AT(limit_given) },
	OPT_FRACTION(0, "min-share", "SHARE", "leave out what has less of the total (0.01: 1%)",
		     AT(min_share)),
	OPT_ALIAS("least", "min-share"),
	OPT_TEXT(0, "per", "NAME|N",
		 "values divided by this count's: bytes per object, time per sample", AT(per)),
	OPT_FLAG(0, "no-idle", "leave out samples without a stack; else they are in the row [idle]",
		 AT(no_idle)),
	OPT_CHOICE(0, "format", TOP_FORMATS, "how it is written (default text)", AT(format)),
	FLAT_LABEL_ROW(AT(labels)),
	TERMINAL_COLOR_ROW(AT(color)),
	OPT_END
};

/* --- the terminal --- */

enum { USUAL_ROWS = 40, HEADING_ROWS = 5 };

static void look_at_terminal(struct proftop_options *o, const struct settings *s)
{
	struct terminal terminal = terminal_look(s, o->color);

	o->colors = terminal.colors;
	o->width = terminal.width;
	if (o->limit_given)
		return;
	o->limit = o->format == FORMAT_OPENMETRICS                          ? FLAT_USUAL_LIMIT
		   : o->format != TABLE_TEXT && o->format != TABLE_MARKDOWN ? 0
		   : terminal.rows > 2 * HEADING_ROWS ? terminal.rows - HEADING_ROWS
						      : USUAL_ROWS;
}

struct table_style proftop_look(const struct proftop_options *o)
{
	return (struct table_style){ .format = (enum table_format)o->format,
				     .width = o->width,
				     .colors = o->colors };
}

uint32_t *proftop_order(const struct proftop_options *o, const struct flat_profile *f)
{
	return flat_order(f, (enum flat_sort)o->sort);
}

uint32_t proftop_limit(const struct proftop_options *o, uint32_t count)
{
	return o->limit && o->limit < count ? (uint32_t)o->limit : count;
}

/* --- the program --- */

/* With --per, where all value types are kept. */
struct chosen_values {
	value_id value, per;
};

/* The needs of a view, described as a format that keeps everything. */
static int prepare_view(struct settings *s, const struct proftop_options *o, struct profile **p)
{
	const struct format needed = {
		.name = "proftop",
		.representation = o->tree ? REPR_SAMPLES : REPR_GRAPH,
		.features = ~0u,
		.needs_arc_values = !o->tree,
		.totals_only = !o->tree && !o->lines && !o->peek && !o->list,
	};

	return convert_prepare(s, p, &needed);
}

/* The format of that name that writes the list of functions; NULL: it is a table. */
static const struct format *format_of_list(const struct proftop_options *o)
{
	if (o->peek || o->list || o->by || o->tree || o->lines || o->hints || o->per)
		return NULL;
	return o->format == FORMAT_OPENMETRICS ? format_find(format_registry, S("openmetrics"))
	       : o->format == TABLE_NDJSON     ? format_find(format_registry, S("ndjson"))
					       : NULL;
}

static void write_list(const struct proftop_options *o, struct output *out, struct profile *p,
		       const struct format *to)
{
	struct flat_options options = { .selection = { o->sort, o->limit, o->min_share },
					.labels = o->labels };

	profile_keep_value(p, 0);
	out->options = &options;
	to->write(out, p);
	out->options = NULL;
}

static int show(const struct proftop_options *o, struct output *out, struct profile *p,
		struct chosen_values chosen)
{
	struct flat_profile f;
	int status = 0;

	if (o->hints) {
		proftop_hints(o, out, p);
		return 0;
	}
	if (!p->value_count)
		return 0;
	if (o->per) {
		proftop_per(o, out, p, chosen.value, chosen.per);
		return 0;
	}
	if (format_of_list(o)) {
		write_list(o, out, p, format_of_list(o));
		return 0;
	}
	if (o->tree) {
		proftop_tree(o, out, p);
		return 0;
	}
	if (o->lines && !o->peek) {
		proftop_lines(o, out, p, 0);
		return 0;
	}
	flat_profile_make(&f, p, 0);
	if (o->list)
		status = proftop_list(o, out, &f);
	else if (o->peek)
		status = (o->lines ? proftop_peek_lines : proftop_peek)(o, out, &f);
	else
		proftop_flat(o, out, &f);
	flat_profile_free(&f);
	return status;
}

/* The value type to be shown, if nobody chose another, is the only one. */
static void keep_default(const struct settings *s, struct profile *p)
{
	value_id v = prepare_default_value(p);

	if (v != 0 && !s->value)
		profile_keep_value(p, v);
}

static int choose_values(const struct settings *s, const struct proftop_options *o,
			 const struct profile *p, struct chosen_values *chosen)
{
	if (s->value && convert_find_value(p, NULL, s->value, &chosen->value) < 0)
		return -1;
	if (convert_find_value(p, NULL, o->per, &chosen->per) < 0)
		return -1;
	if (!s->value)
		chosen->value = prepare_default_value(p);
	if (p->value_types[chosen->per].unit == UNIT_TIME)
		return diag_error("option --per: expected a value type that counts, got the time "
				  "%s",
				  diag_quote(profile_text(p, p->value_types[chosen->per].name)));
	return 0;
}

static int select_and_group(struct settings *s, const struct proftop_options *o, struct profile **p,
			    struct chosen_values *chosen)
{
	struct settings all_values = *s;

	if (o->per) {
		all_values.value = NULL;
		if (choose_values(s, o, *p, chosen) < 0 ||
		    convert_select_and_redact(&all_values, p) < 0)
			return -1;
	} else {
		if (convert_select_and_redact(s, p) < 0)
			return -1;
		keep_default(s, *p);
	}
	if (o->no_idle)
		idle_drop(p);
	else
		idle_name(p);
	return convert_group_by_label(s, p, o->by, "--by");
}

static int run(struct settings *s, const struct proftop_options *o, char **files, int count)
{
	const struct format *from;
	struct profile *p;
	struct output *out;
	struct chosen_values chosen = { 0 };
	int status = STATUS_TROUBLE;

	if (select_format_input(o->from, &from) < 0)
		return STATUS_TROUBLE;
	p = convert_read(s, from, format_registry, files, count, (struct read_hints){ 0 }, NULL);
	if (p && select_and_group(s, o, &p, &chosen) == 0 && prepare_view(s, o, &p) == 0 &&
	    (out = o->format == TABLE_TEXT || o->format == TABLE_MARKDOWN ? output_open(s->output)
									  : convert_open(s))) {
		bool good = show(o, out, p, chosen) == 0;

		status = output_close(out, good) == 0 && good ? STATUS_DONE : STATUS_TROUBLE;
	}
	profile_free(p);
	return status;
}

static int check_options(const struct proftop_options *o)
{
	bool lines = o->lines && !o->peek;

	if ((o->peek != NULL) + (o->list != NULL) + (o->by != NULL) + o->tree + lines + o->hints >
	    1)
		return diag_error("options --peek, --list, --by, --tree, --lines and --hints: only "
				  "one of them, or --peek and --lines");
	if (o->per && (o->peek || o->list || o->tree || o->lines || o->hints))
		return diag_error("option --per: only for functions, or with --by");
	if (o->per && o->sort > FLAT_BY_INCLUSIVE && o->sort != FLAT_BY_NAME)
		return diag_error("option --per: expected --sort self, inclusive or name");
	if (o->labels.count && !format_of_list(o))
		return diag_error("option --label: only for functions as openmetrics or ndjson");
	if (o->per && o->format == FORMAT_OPENMETRICS)
		return diag_error("option --per: not with --format openmetrics");
	if (o->format == FORMAT_OPENMETRICS &&
	    (o->peek || o->list || o->by || o->tree || o->lines || o->hints))
		return diag_error("option --format openmetrics: only for functions");
	return flat_options_check(NULL, &(struct flat_options){ .labels = o->labels });
}

static int parsed(struct settings *s, struct proftop_options *o, int argc, char **argv)
{
	int first = settings_parse(s, argc, argv);

	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(s, "[options] [FILE...]",
					"show where a profile's values are: by function, caller, "
					"callee, line",
					format_registry))
		return STATUS_DONE;
	look_at_terminal(o, s);
	if (check_options(o) < 0 || sandbox_enter(s, argv + first, argc - first, true) < 0)
		return STATUS_TROUBLE;
	o->files = argv + first;
	o->file_count = argc - first;
	return run(s, o, o->files, o->file_count);
}

int proftop_main(int argc, char **argv)
{
	struct proftop_options o = { 0 };
	struct settings s;
	int status;

	settings_init(&s);
	s.all_formats = format_registry;
	settings_add_group(&s, "what is shown: functions, or one of these", view_rows, &o);
	options_for_reading(&s, format_registry, "how it is shown", look_rows, &o);
	settings_add_group(&s, "names that are not to be seen", options_privacy, &s);
	settings_add_group(&s, "what is lost", options_strict, &s);
	settings_add_group(&s, "stacks from a call graph, for --tree", options_estimate, &s);
	status = parsed(&s, &o, argc, argv);
	settings_free(&s);
	return status;
}
