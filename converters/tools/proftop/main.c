/*
 * proftop/main - where did it go? The flat profile, one function's callers and callees,
 * the tree of calls, the lines
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/sort.h"
#include "common/program/main.h"
#include "common/program/sandbox.h"
#include "converters/tools/select_format.h"
#include "converters/tools/proftop/internal.h"
#include "converters/registry.h"

struct top_options top_options;
static const char *from_name;
static int color_choice;
static bool limit_given;

static const struct option_row view_rows[] = {
	OPT_TEXT(0, "peek", "NAME", "this function's callers and callees (the name, or a part of it)",
		 &top_options.peek),
	OPT_FLAG(0, "tree", "calling contexts as a tree", &top_options.tree),
	OPT_FLAG(0, "lines", "lines of code instead of functions", &top_options.lines),
	OPT_END
};

static const struct option_row look_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 &from_name),
	OPT_CHOICE(0, "sort", "self|inclusive|calls|self-per-call|inclusive-per-call|name",
		   "the order of rows, heaviest first (default self)", &top_options.sort),
	{ OPTION_COUNT, 'n', "limit", "N", "at most N rows; 0: all (default: as many as fit on "
	  "the terminal, else 40; openmetrics 100)", &top_options.limit, &limit_given },
	OPT_SHARE(0, "least", "SHARE", "leave out what has less of the total (0.01: 1%)",
		  &top_options.least),
	OPT_CHOICE(0, "format", TOP_FORMATS, "how it is written (default text)",
		   &top_options.format),
	OPT_CHOICE(0, "color", "auto|always|never",
		   "colours in text (auto: on a terminal, unless NO_COLOR is set)", &color_choice),
	OPT_END
};

/* --- the terminal --- */

enum { USUAL_ROWS = 40, METRICS = 100, HEADING_ROWS = 5 };

static void look_at_terminal(void)
{
	struct winsize size = { 0 };
	bool terminal = !settings.output && isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");

	top_options.colors = color_choice == 1 ||
			     (color_choice == 0 && terminal && !(no_color && *no_color));
	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		top_options.width = size.ws_col;
	if (limit_given)
		return;
	top_options.limit = top_options.format == FORMAT_OPENMETRICS ? METRICS
		: top_options.format != TABLE_TEXT && top_options.format != TABLE_MARKDOWN ? 0
		: size.ws_row > 2 * HEADING_ROWS ? size.ws_row - HEADING_ROWS : USUAL_ROWS;
}

struct table_look top_look(void)
{
	return (struct table_look){ .format = (enum table_format)top_options.format,
				    .width = top_options.width, .colors = top_options.colors };
}

/* --- cells --- */

static const struct value_style usual;

struct str top_unit(const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];

	return type->unit == UNIT_TIME ? S("ns") : type->unit == UNIT_BYTES ? S("bytes")
		: profile_text(p, type->name);
}

/* Of a count only the number is shown: what is counted stands in the heading. */
void top_value(struct table *t, const struct profile *p, value_id v, int64_t value)
{
	struct decimal exact = profile_decimal(p, v, value, 0);
	struct buf shown = { 0 };

	if (p->value_types[v].unit == UNIT_NONE)
		add_grouped(&shown, exact);
	else
		add_value_text(&shown, p, v, value, &usual);
	table_number(t, exact, buf_str(&shown));
	buf_free(&shown);
}

/* 12.34%: always two decimals, so that a column is easy to compare. */
void top_share(struct table *t, int64_t value, int64_t total)
{
	double percent = total ? (double)value / (double)total * 100 : 0;
	int64_t hundredths = i64_nearest(percent * 100);
	struct buf shown = { 0 };

	buf_print(&shown, "%s%lld.%02lld%%", hundredths < 0 ? "-" : "",
		  (long long)(hundredths < 0 ? -hundredths : hundredths) / 100,
		  (long long)(hundredths < 0 ? -hundredths : hundredths) % 100);
	table_number(t, (struct decimal){ hundredths, -2 }, buf_str(&shown));
	buf_free(&shown);
}

void top_count(struct table *t, int64_t count, bool known)
{
	struct buf shown = { 0 };

	if (!known) {
		table_unknown(t);
		return;
	}
	add_grouped(&shown, (struct decimal){ count, 0 });
	table_number(t, (struct decimal){ count, 0 }, buf_str(&shown));
	buf_free(&shown);
}

void top_function(struct table *t, const struct figure *f)
{
	struct buf text = { 0 };

	buf_add(&text, f->name);
	if (f->home.n && !str_eq(f->home, S("~"))) {
		buf_add(&text, S(" ("));
		buf_add(&text, f->home);
		if (f->line)
			buf_print(&text, ":%lu", (unsigned long)f->line);
		buf_byte(&text, ')');
	}
	table_text(t, buf_str(&text));
	buf_free(&text);
}

/* --- order --- */

static double sort_key(const struct call_row *r)
{
	switch (top_options.sort) {
	case SORT_INCLUSIVE: return (double)r->inclusive;
	case SORT_CALLS: return (double)r->calls;
	case SORT_SELF_CALL: return r->calls ? (double)r->self / (double)r->calls : 0;
	case SORT_INCLUSIVE_CALL: return r->calls ? (double)r->inclusive / (double)r->calls : 0;
	case SORT_NAME: return 0;
	default: return (double)r->self;
	}
}

/* Rows are in order of names: equal ones stay so. */
static int compare_rows(uint32_t a, uint32_t b, const void *context)
{
	const struct figures *f = context;
	double x = sort_key(&f->table.rows[a]), y = sort_key(&f->table.rows[b]);

	if (x < y || x > y)
		return x < y ? 1 : -1;
	return (a > b) - (a < b);
}

uint32_t *top_order(const struct figures *f)
{
	uint32_t *order = alloc_zero(f->count, sizeof *order);

	for (uint32_t i = 0; i < f->count; i++)
		order[i] = i;
	sort_ids(order, f->count, compare_rows, f);
	return order;
}

uint32_t top_limit(uint32_t count)
{
	return top_options.limit && top_options.limit < count ? (uint32_t)top_options.limit : count;
}

/* --- the program --- */

/* What a view needs of a profile, as if it were a format that keeps everything. */
static int prepare(struct profile **p)
{
	const struct format needed = {
		.name = "proftop", .half = top_options.tree ? HALF_STACKS : HALF_GRAPH,
		.keeps = ~0u, .values_arcs = !top_options.tree,
	};

	return prepare_for(p, &needed);
}

static int show(struct output *out, struct profile *p)
{
	struct figures f;
	int status = 0;

	if (!p->value_count)
		return 0;
	if (top_options.tree) {
		top_tree(out, p);
		return 0;
	}
	if (top_options.lines) {
		top_lines(out, p, 0);
		return 0;
	}
	figures_make(&f, p, 0);
	if (top_options.peek)
		status = top_peek(out, &f);
	else if (top_options.format == FORMAT_OPENMETRICS)
		top_metrics(out, &f);
	else
		top_flat(out, &f);
	figures_free(&f);
	return status;
}

static int run(char **files, int count)
{
	const struct format *from;
	struct profile *p;
	struct output *out;
	int status = STATUS_TROUBLE;

	if (choose_input(from_name, &from) < 0)
		return STATUS_TROUBLE;
	p = read_profile(from, all_formats, files, count, (struct wanted){ 0 }, NULL);
	if (p && select_and_hide(&p) == 0 && prepare(&p) == 0 && (out = output_open(settings.output))) {
		bool good = show(out, p) == 0;

		status = output_close(out, good) == 0 && good ? STATUS_DONE : STATUS_TROUBLE;
	}
	profile_free(p);
	return status;
}

static int check_options(void)
{
	if ((top_options.peek != NULL) + top_options.tree + top_options.lines > 1)
		return error("options --peek, --tree and --lines: only one of them");
	if (top_options.format == FORMAT_OPENMETRICS &&
	    (top_options.peek || top_options.tree || top_options.lines))
		return error("option --format openmetrics: only for functions");
	return 0;
}

int main(int argc, char **argv)
{
	struct option_group groups[GROUPS_MOST];
	size_t n;
	int first;

	diag_start(argv[0]);
	groups[0] = (struct option_group){ "views", view_rows, NULL };
	n = 1 + check_groups(groups + 1, all_formats, look_rows);
	groups[n++] = (struct option_group){ "privacy", privacy_rows, NULL };
	groups[n++] = (struct option_group){ "losses", strict_rows, NULL };
	groups[n++] = (struct option_group){ "stacks from a call graph, for --tree", estimate_rows, NULL };
	first = options_parse(groups, n, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (answered("[options] [FILE...]", "show where a profile's values are: by function, caller, "
		     "callee, line", all_formats, groups, n))
		return STATUS_DONE;
	look_at_terminal();
	if (check_options() < 0 || sandbox_enter(argv + first, argc - first) < 0)
		return STATUS_TROUBLE;
	return run(argv + first, argc - first);
}
