#include "common/transform/diff/compare.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/profile/own_name.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/callgraph/inclusive.h"
#include "common/transform/estimate/stacks_from_graph.h"

int64_t *profile_self_totals(const struct profile *p, value_id v)
{
	int64_t *totals = alloc_zero(p->function_count, sizeof *totals);

	for (size_t i = 0; i < p->cost_count; i++)
		i64_add(totals[p->costs[i].function], values_row(&p->cost_values, i)[v],
			&totals[p->costs[i].function]);
	for (size_t i = 0; i < p->sample_count; i++) {
		stack_id stack = p->samples[i].stack;
		int64_t *to;

		if (stack == EMPTY_STACK)
			continue;
		to = &totals[p->frames[p->stacks.frame[stack]].function];
		i64_add(*to, values_row(&p->sample_values, i)[v], to);
	}
	return totals;
}

/* --- what functions are matched by --- */

static bool no_file(struct str file)
{
	return !file.n || str_eq(file, S("~")) || str_eq(file, S("???"));
}

/*
 * The replacements that formats make: ":" for ";", " " for control bytes, "?" for what is not
 * UTF-8.
 */
static void add_plain(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t len = utf8_length(s, i);
		unsigned char c = (unsigned char)s.p[i];

		if (len > 1)
			buf_add(out, str_head(str_from(s, i), len));
		else
			buf_byte(out, !len                    ? '?'
				      : c < 0x20 || c == 0x7f ? ' '
				      : c == ';'              ? ':'
							      : (char)c);
		i += len ? len : 1;
	}
}

/*
 * "f (a.c:3)" -> "f (a.c)": a name may contain the line, which the other profile has
 * separately.
 */
static bool drop_line(struct buf *text)
{
	size_t n = text->n, end;

	if (!str_ends(buf_str(text), S(")")))
		return false;
	for (end = --n; n && text->p[n - 1] >= '0' && text->p[n - 1] <= '9'; n--)
		;
	if (n == end || !n || text->p[n - 1] != ':')
		return false;
	text->p[n - 1] = ')';
	text->n = n;
	return true;
}

/* "f (???)" -> "f": a name may contain the word for an unknown file. */
static bool drop_no_file(struct buf *text)
{
	struct str name, file, all = buf_str(text);

	if (!str_ends(all, S(")")) || !str_cut_last(str_head(all, all.n - 1), '(', &name, &file) ||
	    !file.n || (name.n && !str_ends(name, S(" "))) || !no_file(str_trim(file)))
		return false;
	text->n = name.n;
	return true;
}

static void key_of(const struct profile *p, function_id f, bool files, struct buf *out)
{
	struct str name = function_name(p, f), location = function_location(p, f);

	out->n = 0;
	add_plain(out, name);
	if (files && !no_file(location)) {
		buf_add(out, S(" ("));
		add_plain(out, location);
		buf_byte(out, ')');
	}
	/* folded stacks lose blanks at the ends and the beginning of a comment */
	do
		buf_replace(out, str_trim(buf_str(out)));
	while (drop_line(out) || drop_no_file(out));
	/* some formats have a word for an empty name: "??? (a.c)" is " (a.c)" in others */
	if (str_starts(buf_str(out), S("??? (")))
		buf_replace(out, str_from(buf_str(out), 4));
	if (!out->n)
		buf_add(out, S("???"));
	if (str_eq(buf_str(out), S("#")))
		buf_byte(out, '_');
	else if (str_starts(buf_str(out), S("# ")))
		out->p[1] = '_';
}

static bool has_files(const struct profile *p)
{
	for (function_id f = 0; f < p->function_count; f++)
		if (!no_file(function_location(p, f)))
			return true;
	return false;
}

/* --- sums by key --- */

struct compared_side {
	struct profile *p;
	value_id value;
	int64_t *sums; /* by key */
	bool *present; /* by key: the profile has such a function */
	size_t sums_cap, present_cap;
};

static void add_sum(struct compared_side *s, string_id key, int64_t value, size_t keys)
{
	while (s->sums_cap < keys || s->present_cap < keys) {
		s->sums = alloc_grow_zero(s->sums, &s->sums_cap, keys, sizeof *s->sums);
		s->present = alloc_grow_zero(s->present, &s->present_cap, keys, sizeof *s->present);
	}
	i64_add(s->sums[key], value, &s->sums[key]);
	s->present[key] = true;
}

static void sum_side(struct compared_side *s, struct comparison *c, bool files, bool inclusive)
{
	struct buf key = { 0 };
	int64_t *totals = inclusive ? inclusive_totals(s->p, s->value, NULL)
				    : profile_self_totals(s->p, s->value);

	for (function_id f = 0; f < s->p->function_count; f++) {
		string_id id;

		key_of(s->p, f, files, &key);
		id = strings_add(&c->texts, buf_str(&key));
		add_sum(s, id, totals[f], c->texts.count);
	}
	add_sum(s, 0, 0, c->texts.count);
	alloc_free(totals);
	buf_free(&key);
}

/* The number that a format of bare counts would write. */
static struct decimal bare(const struct profile *p, value_id v, int64_t value)
{
	const struct value_type *t = &p->value_types[v];

	return profile_decimal(p, v, value, t->counts ? t->source_scale : 0);
}

/* A count whose meaning is not recorded. */
static bool is_bare(const struct value_type *t)
{
	return t->unit == UNIT_NONE && t->counts;
}

static bool same_value(const struct compared_side *a, int64_t x, const struct compared_side *b,
		       int64_t y)
{
	bool bare_a = is_bare(&a->p->value_types[a->value]);
	bool bare_b = is_bare(&b->p->value_types[b->value]);
	char text_x[NUM_TEXT], text_y[NUM_TEXT];
	struct str s, t;

	if (!bare_a && !bare_b)
		return x == y;
	s = (struct str){ text_x, decimal_text(text_x, bare(a->p, a->value, x)) };
	t = (struct str){ text_y, decimal_text(text_y, bare(b->p, b->value, y)) };
	return str_eq(s, t);
}

/* The self value of what is called so. */
static int64_t self_named(const struct compared_side *s, struct str name)
{
	int64_t *totals = profile_self_totals(s->p, s->value), sum = 0;

	for (function_id f = 0; f < s->p->function_count; f++)
		if (str_eq(function_name(s->p, f), name))
			i64_add_to(&sum, totals[f]);
	alloc_free(totals);
	return sum;
}

/*
 * Whether stacks estimated from the call graph of `graph` may have this frame and value. A name
 * alone says nothing: a function may be called so.
 */
static bool may_be_estimated(struct str key, const struct compared_side *s,
			     const struct compared_side *graph)
{
	struct graph_facts facts;

	if (!profile_has_stacks(s->p) || profile_has_stacks(graph->p))
		return false;
	if (own_name_is(key, S("[unplaced]")) || own_name_is(key, S("[awaited elsewhere]")) ||
	    own_name_is(key, S("[unknown caller]")))
		return !self_named(s, key);
	if (!own_name_is(key, S("[unattributed]")))
		return false;
	graph_facts_find(graph->p, graph->value, &facts);
	return same_value(s, self_named(s, key), graph, facts.unattributed);
}

static void compare_side(struct comparison *c, struct compared_side *a, struct compared_side *b)
{
	size_t keys = c->texts.count;

	add_sum(a, 0, 0, keys);
	add_sum(b, 0, 0, keys);
	for (string_id key = 1; key < keys; key++) {
		struct str text = strings_text(&c->texts, key);

		if (same_value(a, a->sums[key], b, b->sums[key]))
			continue;
		if (!b->present[key] && may_be_estimated(text, a, b))
			continue;
		if (!a->present[key] && may_be_estimated(text, b, a))
			continue;
		ARRAY_ROOM(c->differences, c->count, c->cap);
		c->differences[c->count++] = (struct compared_function){ text, a->value, b->value,
									 a->sums[key],
									 b->sums[key] };
	}
	c->functions = keys - 1;
}

static bool comparable(const struct value_type *a, const struct value_type *b)
{
	return a->unit == b->unit ? a->unit != UNIT_NONE || is_bare(a) || is_bare(b)
				  : is_bare(a) || is_bare(b);
}

/* A single count of unknown meaning: its name is one that no format records. */
static bool is_one_count(const struct profile *p)
{
	return p->value_count == 1 && is_bare(&p->value_types[0]);
}

/* The value type of b that corresponds to v of a, or NO_ID. */
static value_id partner(const struct profile *a, value_id v, const struct profile *b)
{
	value_id w;

	if (is_one_count(a) || is_one_count(b))
		return v == profile_shown_value(a) && b->value_count ? profile_shown_value(b)
								     : NO_ID;
	w = profile_value_named(b, profile_text(a, a->value_types[v].name));
	if (w != NO_ID)
		return w;
	/* two that are alone have nothing else to be */
	if (a->value_count == 1 && b->value_count == 1 &&
	    a->value_types[0].unit == b->value_types[0].unit)
		return 0;
	return v < b->value_count && (a->value_count == b->value_count || v == 0) &&
			       profile_value_named(a, profile_text(b, b->value_types[v].name)) ==
				       NO_ID &&
			       comparable(&a->value_types[v], &b->value_types[v])
		       ? v
		       : NO_ID;
}

static void list_lone(const struct profile *a, const struct profile *b, value_id **lone,
		      size_t *count)
{
	bool *met = alloc_zero(a->value_count, sizeof *met);

	*lone = alloc_zero(a->value_count, sizeof **lone);
	for (value_id w = 0; w < b->value_count; w++) {
		value_id v = partner(b, w, a);

		if (v != NO_ID)
			met[v] = true;
	}
	for (value_id v = 0; v < a->value_count; v++)
		if (!met[v] && partner(a, v, b) == NO_ID)
			(*lone)[(*count)++] = v;
	alloc_free(met);
}

static void compare_by(bool files, struct profile *a, struct profile *b, bool inclusive,
		       struct comparison *out)
{
	*out = (struct comparison){ 0 };
	strings_init(&out->texts);
	list_lone(a, b, &out->lone_a, &out->lone_a_count);
	list_lone(b, a, &out->lone_b, &out->lone_b_count);
	for (value_id v = 0; v < a->value_count; v++) {
		value_id w = partner(a, v, b);
		struct compared_side left = { .p = a, .value = v }, right = { .p = b, .value = w };

		if (w == NO_ID)
			continue;
		sum_side(&left, out, files, inclusive);
		sum_side(&right, out, files, inclusive);
		compare_side(out, &left, &right);
		out->values++;
		alloc_free(left.sums);
		alloc_free(left.present);
		alloc_free(right.sums);
		alloc_free(right.present);
	}
}

void comparison_make(struct profile *a, struct profile *b, bool inclusive, struct comparison *out)
{
	bool in_a = has_files(a), in_b = has_files(b);
	struct comparison whole;

	for (int side = 0; inclusive && side < 2; side++) {
		struct profile *p = side ? b : a;

		if (profile_has_stacks(p))
			graph_from_stacks(p);
	}
	compare_by(in_a && in_b, a, b, inclusive, out);
	if (in_a == in_b || !out->count)
		return;
	/* a name may contain the file, which the other profile has separately */
	compare_by(true, a, b, inclusive, &whole);
	if (!whole.count) {
		comparison_free(out);
		*out = whole;
	} else {
		comparison_free(&whole);
	}
}

void comparison_free(struct comparison *c)
{
	alloc_free(c->differences);
	alloc_free(c->lone_a);
	alloc_free(c->lone_b);
	strings_free(&c->texts);
	*c = (struct comparison){ 0 };
}
