/*
 * proftop/lines - lines of code
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/tools/proftop/internal.h"

struct code_line {
	struct str name, file;
	uint32_t line;
	int64_t self;
};

static int compare_places(const void *left, const void *right)
{
	const struct code_line *a = left, *b = right;
	int order = str_compare(a->file, b->file);

	if (!order)
		order = (a->line > b->line) - (a->line < b->line);
	return order ? order : str_compare(a->name, b->name);
}

static int compare_self(const void *left, const void *right)
{
	const struct code_line *a = left, *b = right;

	if (a->self != b->self)
		return a->self < b->self ? 1 : -1;
	return compare_places(left, right);
}

static struct str known_file(struct str file)
{
	return str_eq(file, S("~")) ? S("") : file;
}

struct str proftop_cost_file(const struct profile *p, size_t i)
{
	const struct cost_row *c = &p->costs[i];

	return c->file ? profile_text(p, c->file) : known_file(function_location(p, c->function));
}

uint32_t proftop_cost_line(const struct profile *p, size_t i)
{
	const struct cost_row *c = &p->costs[i];

	return c->line || !p->line_functions ? c->line : p->functions[c->function].line;
}

struct str proftop_site_file(const struct profile *p, const struct arc *a)
{
	return a->site.file ? profile_text(p, a->site.file)
			    : known_file(function_location(p, a->caller));
}

static struct code_line line_of_cost(const struct profile *p, size_t i, value_id v)
{
	return (struct code_line){
		function_name(p, p->costs[i].function),
		proftop_cost_file(p, i),
		proftop_cost_line(p, i),
		values_row(&p->cost_values, i)[v],
	};
}

static size_t add_up_lines(struct code_line *lines, size_t count)
{
	size_t kept = 0;

	qsort(lines, count, sizeof *lines, compare_places);
	for (size_t i = 0; i < count; i++) {
		if (kept && !compare_places(&lines[kept - 1], &lines[i]))
			i64_add_to(&lines[kept - 1].self, lines[i].self);
		else
			lines[kept++] = lines[i];
	}
	qsort(lines, kept, sizeof *lines, compare_self);
	return kept;
}

static const struct table_column line_columns[] = {
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "self_percent", .heading = "self%", .right = true },
	{ .key = "cumulative_percent", .heading = "sum%", .right = true, .spare = true },
	{ .key = "unit" },
	{ .key = "file" },
	{ .key = "line", .right = true },
	{ .heading = "line", .flexible = true },
	{ .key = "function", .heading = "function", .flexible = true },
};

static void add_code_line(struct table *t, const struct profile *p, value_id v,
			  const struct code_line *line, int64_t sum, int64_t total)
{
	cells_value(t, p, v, line->self);
	cells_share(t, line->self, total);
	cells_share(t, sum, total);
	table_text(t, profile_exact_unit(p, v));
	table_text(t, line->file);
	proftop_line(t, line->line);
	proftop_place(t, line->file, line->line);
	table_text(t, line->name);
	table_end_row(t);
}

void proftop_lines(const struct proftop_options *o, struct output *out, const struct profile *p,
		   value_id v)
{
	struct table *t = table_new(line_columns, sizeof line_columns / sizeof *line_columns);
	struct code_line *lines = alloc_zero(p->cost_count, sizeof *lines);
	int64_t total = 0, sum = 0;
	size_t count;

	for (size_t i = 0; i < p->cost_count; i++) {
		lines[i] = line_of_cost(p, i, v);
		i64_add_to(&total, lines[i].self);
	}
	count = add_up_lines(lines, p->cost_count);
	for (size_t i = 0; i < count && table_rows(t) < proftop_limit(o, (uint32_t)count); i++) {
		i64_add_to(&sum, lines[i].self);
		if (lines[i].self && proftop_is_heavy(o, lines[i].self, total))
			add_code_line(t, p, v, &lines[i], sum, total);
	}
	alloc_free(lines);
	proftop_put(o, t, out);
}
