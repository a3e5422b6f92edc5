/*
 * profslow/report - the comparison as a table, and as a profile
 */
#include "common/base/alloc.h"
#include "common/program/cells.h"
#include "common/syntax/json_put.h"
#include "common/transform/diff/statistics.h"
#include "converters/tools/profslow/internal.h"

static const struct table_column columns[] = {
	{ .key = "path" },
	{ .key = "span" },
	{ .key = "unit" },
	{ .key = "spans_usual", .heading = "spans", .right = true, .spare = true },
	{ .key = "spans_slow", .heading = "slow spans", .right = true, .spare = true },
	{ .key = "self_usual", .heading = "self", .right = true },
	{ .key = "self_slow", .heading = "slow self", .right = true },
	{ .key = "difference", .heading = "difference", .right = true },
	{ .key = "difference_percent", .heading = "diff%", .right = true },
	{ .key = "p", .right = true },
	{ .key = "q", .heading = "q", .right = true },
	{ .key = "verdict", .heading = "verdict" },
	{ .heading = "path", .flexible = true },
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const struct value_style usual;

/* --- cells --- */

/* The names of a path, separated as in folded stacks. */
static void add_path(struct buf *b, const struct profile *p, stack_id path)
{
	frame_id *frames = NULL;
	size_t cap = 0, depth = stacks_frames(&p->stacks, path, &frames, &cap);

	for (size_t i = 0; i < depth; i++) {
		if (i)
			buf_byte(b, ';');
		buf_add(b, function_name(p, p->frames[frames[i]].function));
	}
	alloc_free(frames);
}

/* Spans for each request, in hundredths. */
static void put_per_request(struct table *t, const struct slow_comparison *c, int group,
			    uint64_t count)
{
	struct decimal number = { i64_nearest((double)count * 100 / (double)c->size[group]), -2 };
	char text[NUM_TEXT];

	table_number(t, number, (struct str){ text, decimal_text(text, number) });
}

static void put_difference(struct table *t, const struct slow_comparison *c, int64_t value)
{
	const struct profile *p = c->r->p;
	struct buf shown = { 0 };

	if (value > 0)
		buf_byte(&shown, '+');
	buf_add_value(&shown, p, c->r->value, value, &usual);
	table_number(t, profile_decimal(p, c->r->value, value, 0), buf_str(&shown));
	buf_free(&shown);
}

static bool is_significant(const struct slow_options *o, const struct slow_path *path)
{
	return path->q >= 0 && path->q <= o->alpha;
}

static const char *verdict(const struct slow_options *o, const struct slow_path *path)
{
	return path->p < 0                ? "small"
	       : !is_significant(o, path) ? "chance"
	       : path->difference > 0     ? "slower"
	       : path->difference < 0     ? "faster"
					  : "differs";
}

static double whole_difference(const struct slow_comparison *c)
{
	double sum = 0;

	for (size_t i = 0; i < c->path_count; i++)
		sum += c->paths[i].difference;
	return sum;
}

static void add_row(struct table *t, const struct slow_options *o, const struct slow_comparison *c,
		    const struct slow_path *path, double whole)
{
	const struct profile *p = c->r->p;
	int64_t means[2] = { slow_mean(c, SLOW_USUAL, path->self[SLOW_USUAL]),
			     slow_mean(c, SLOW_SLOW, path->self[SLOW_SLOW]) };
	struct buf text = { 0 };

	if (path->path != EMPTY_STACK)
		add_path(&text, p, path->path);
	table_text(t, buf_str(&text));
	table_text(t, path->path == EMPTY_STACK
			      ? S("")
			      : function_name(p, p->frames[p->stacks.frame[path->path]].function));
	table_text(t, profile_exact_unit(p, c->r->value));
	for (int g = 0; g < 2; g++)
		put_per_request(t, c, g, path->count[g]);
	for (int g = 0; g < 2; g++)
		cells_value(t, p, c->r->value, means[g]);
	put_difference(t, c, i64_nearest(path->difference));
	cells_share(t, i64_nearest(path->difference), i64_nearest(whole));
	cells_p_value(t, path->p, path->p >= 0);
	cells_p_value(t, path->q, path->q >= 0);
	table_text(t, str_of(verdict(o, path)));
	if (is_significant(o, path))
		table_color(t, path->difference > 0 ? "31" : "32");
	table_text(t, buf_str(&text));
	table_end_row(t);
	buf_free(&text);
}

/* --- the report --- */

static void add_value(struct buf *b, const struct slow_comparison *c, int64_t value)
{
	buf_add_value(b, c->r->p, c->r->value, value, &usual);
}

static size_t count_significant(const struct slow_options *o, const struct slow_comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->path_count; i++)
		n += is_significant(o, &c->paths[i]);
	return n;
}

/* Whether even the largest difference there is could not be told from chance. */
static bool has_too_few(const struct slow_options *o, const struct slow_comparison *c)
{
	return statistics_mann_whitney_min_p(c->size[SLOW_USUAL], c->size[SLOW_SLOW]) > o->alpha;
}

static void add_summary(struct buf *b, const struct slow_options *o,
			const struct slow_comparison *c)
{
	int64_t base = slow_mean(c, SLOW_USUAL, c->duration[SLOW_USUAL]),
		slow = slow_mean(c, SLOW_SLOW, c->duration[SLOW_SLOW]);
	struct str name = profile_text(c->r->p, c->r->endpoints[c->endpoint].name);

	buf_add_line(b, name);
	buf_print(b, ": %zu requests, P%u ", c->endpoint_requests, c->percentile);
	add_value(b, c, c->threshold);
	buf_print(b, "\nslow: the %zu %s, ", c->size[SLOW_SLOW],
		  c->at_threshold ? "at it" : "above");
	add_value(b, c, slow);
	buf_print(b, " in the mean; usual: %zu around the median, ", c->size[SLOW_USUAL]);
	add_value(b, c, base);
	buf_add(b, slow >= base ? S("; +") : S("; "));
	add_value(b, c, slow - base);
	if (has_too_few(o, c))
		buf_print(b,
			  "\ntoo few requests: no difference could be told from chance "
			  "(q <= %g)",
			  o->alpha);
	else
		buf_print(b, "\n%zu of %zu paths tested differ by more than chance (q <= %g)",
			  count_significant(o, c), c->tested, o->alpha);
	if (o->limit && o->limit < c->path_count)
		buf_print(b, "; %llu of %zu paths shown", (unsigned long long)o->limit,
			  c->path_count);
	buf_add(b, S("\n\n"));
}

static void put_summary(const struct slow_options *o, struct output *out,
			const struct slow_comparison *c)
{
	struct buf text = { 0 }, safe = { 0 };

	if (o->format == TABLE_TEXT || o->format == TABLE_MARKDOWN)
		add_summary(&text, o, c);
	if (o->format == TABLE_MARKDOWN) {
		for (struct str line, rest = buf_str(&text); str_cut(rest, '\n', &line, &rest);) {
			buf_add_markdown(&safe, line);
			buf_add(&safe, line.n && rest.n > 1 ? S("  \n") : S("\n"));
		}
		output_str(out, buf_str(&safe));
	} else {
		output_str(out, buf_str(&text));
	}
	buf_free(&text);
	buf_free(&safe);
}

struct more_context {
	const struct slow_options *o;
	const struct slow_comparison *c;
};

static void put_number(struct output *out, const char *key, struct decimal number)
{
	output_text(out, key);
	output_decimal(out, number);
}

static void put_group(struct output *out, const struct slow_comparison *c, const char *key,
		      int group)
{
	const struct slow_requests *r = c->r;

	output_text(out, key);
	put_number(out, "{\"requests\":", (struct decimal){ (int64_t)c->size[group], 0 });
	put_number(out, ",\"mean\":",
		   profile_decimal(r->p, r->value, slow_mean(c, group, c->duration[group]), 0));
	output_byte(out, '}');
}

static void put_more(struct output *out, void *context)
{
	const struct more_context *m = context;
	const struct slow_comparison *c = m->c;

	output_text(out, ",\n\"endpoint\":");
	json_put(out, profile_text(c->r->p, c->r->endpoints[c->endpoint].name));
	put_number(out, ",\"requests\":", (struct decimal){ (int64_t)c->endpoint_requests, 0 });
	put_number(out, ",\"percentile\":", (struct decimal){ c->percentile, 0 });
	put_number(out, ",\"threshold\":", profile_decimal(c->r->p, c->r->value, c->threshold, 0));
	put_group(out, c, ",\"usual\":", SLOW_USUAL);
	put_group(out, c, ",\"slow\":", SLOW_SLOW);
	put_number(out, ",\"tested\":", (struct decimal){ (int64_t)c->tested, 0 });
	output_text(out, has_too_few(m->o, c) ? ",\"too_few_requests\":true"
					      : ",\"too_few_requests\":false");
}

void slow_put_comparison(const struct slow_options *o, struct output *out,
			 const struct slow_comparison *c)
{
	struct table *t = table_new(columns, COLUMNS);
	struct more_context more = { o, c };
	struct table_style look = { .format = (enum table_format)o->format,
				    .width = o->width,
				    .colors = o->colors,
				    .more = put_more,
				    .context = &more };
	double whole = whole_difference(c);

	for (size_t i = 0; i < c->path_count && (!o->limit || i < o->limit); i++)
		add_row(t, o, c, &c->paths[i], whole);
	put_summary(o, out, c);
	table_put(t, out, &look);
	table_free(t);
}

/* --- as a profile --- */

/* Pictures show the title of base, which is about both. */
static void add_value_type(struct profile *d, const struct slow_comparison *c, const char *name)
{
	const struct profile *p = c->r->p;
	struct value_type type = p->value_types[c->r->value];
	struct buf title = { 0 };

	buf_print(&title, "%s: ", name);
	buf_add(&title, profile_text(p, type.name));
	buf_print(&title, " of a request, means of %zu around the median and the %zu slowest",
		  c->size[SLOW_USUAL], c->size[SLOW_SLOW]);
	type.name = profile_string(d, str_of(name));
	type.title = profile_string(d, buf_str(&title));
	type.unit_name = profile_string(d, profile_text(p, type.unit_name));
	profile_value_type(d, type);
	buf_free(&title);
}

static stack_id copy_path(struct profile *d, const struct profile *p, stack_id path,
			  frame_id **frames, size_t *cap)
{
	size_t depth = stacks_frames(&p->stacks, path, frames, cap);
	stack_id to = EMPTY_STACK;

	for (size_t i = 0; i < depth; i++) {
		struct function f = profile_function_at(p, p->frames[(*frames)[i]].function);

		f.name = profile_string(d, profile_text(p, f.name));
		f.file = profile_string(d, profile_text(p, f.file));
		f.object = profile_string(d, profile_text(p, f.object));
		f.system = profile_string(d, profile_text(p, f.system));
		to = stacks_push(&d->stacks, to,
				 profile_frame(d, (struct frame){
							  .function = profile_function(d, f) }));
	}
	return to;
}

struct profile *slow_difference(const struct slow_comparison *c)
{
	struct profile *d = profile_new();
	struct buf title = { 0 };
	frame_id *frames = NULL;
	size_t cap = 0;

	profile_thread(d, (struct thread){ 0 });
	add_value_type(d, c, "base");
	add_value_type(d, c, "new");
	for (size_t i = 0; i < c->path_count; i++) {
		const struct slow_path *path = &c->paths[i];
		int64_t values[2] = { slow_mean(c, SLOW_USUAL, path->self[SLOW_USUAL]),
				      slow_mean(c, SLOW_SLOW, path->self[SLOW_SLOW]) };
		struct sample s = { .stack = copy_path(d, c->r->p, path->path, &frames, &cap),
				    .count = path->count[0] + path->count[1] };

		profile_sample_row(d, s, values);
	}
	buf_add(&title, profile_text(c->r->p, c->r->endpoints[c->endpoint].name));
	buf_print(&title, " above P%u", c->percentile);
	d->title = profile_string(d, buf_str(&title));
	buf_free(&title);
	alloc_free(frames);
	return d;
}
