/*
 * proftop/list - a function's source, each line with its values
 *
 * The inclusive value of a line is what stacks with it have, each once, or, of a call graph,
 * its own value and that of the calls at it. Calls of the function to itself are in the lines
 * that called first, so they are left out of a call graph's.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/hash.h"
#include "common/base/index.h"
#include "common/profile/stack_walk.h"
#include "converters/tools/proftop/sources.h"

/* A line that has values. */
struct listed {
	uint32_t row; /* the function, a row of the flat profile */
	struct str file;
	uint32_t line;
	int64_t self, inclusive;
};

struct list {
	const struct proftop_options *options;
	const struct flat_profile *f;
	const bool *chosen;
	struct listed *items;
	size_t count, cap;
	struct output *out;
	struct table *t; /* of all functions if programs read it, else of one */
};

/* --- which lines --- */

static int compare_listed(const void *left, const void *right)
{
	const struct listed *a = left, *b = right;
	int order = (a->row > b->row) - (a->row < b->row);

	if (!order)
		order = str_compare(a->file, b->file);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void add_listed(struct list *l, struct listed item)
{
	if (!item.line || !l->chosen[item.row])
		return;
	ARRAY_ROOM(l->items, l->count, l->cap);
	l->items[l->count++] = item;
}

static void add_costs(struct list *l)
{
	const struct profile *p = l->f->p;

	for (size_t i = 0; i < p->cost_count; i++) {
		int64_t self = values_row(&p->cost_values, i)[l->f->value];

		add_listed(l, (struct listed){ l->f->row_of[p->costs[i].function],
					       proftop_cost_file(p, i), proftop_cost_line(p, i),
					       self, self });
	}
}

static void add_arcs(struct list *l)
{
	const struct profile *p = l->f->p;

	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];
		uint32_t row = l->f->row_of[a->caller];

		if (row != l->f->row_of[a->callee])
			add_listed(l,
				   (struct listed){ row, proftop_site_file(p, a), a->site.line, 0,
						    values_row(&p->arc_values, i)[l->f->value] });
	}
}

/* The calling contexts as a tree, and of each the line that it is at: an item, or NO_ID. */
struct walk {
	struct list *l;
	uint32_t *item, *active; /* by stack; by item: how often the walk is below it */
	int64_t *self, *inclusive;
};

/* The item of a line, found or new. */
static uint32_t item_of(struct list *l, struct index *index, uint32_t row, uint32_t line)
{
	uint64_t hash = hash_mix((uint64_t)row << 32 | line, 0);

	for (struct probe at = index_probe(index, hash); index_next(index, &at);)
		if (l->items[at.row].row == row && l->items[at.row].line == line)
			return at.row;
	index_add(index, hash, (uint32_t)l->count);
	add_listed(l, (struct listed){ row, l->f->rows[row].location, line, 0, 0 });
	return (uint32_t)l->count - 1;
}

static uint32_t line_of(const struct profile *p, const struct frame_row *frame)
{
	return frame->line || !p->line_functions ? frame->line : p->functions[frame->function].line;
}

static void find_items(struct walk *w)
{
	const struct profile *p = w->l->f->p;
	struct index index = { 0 };

	for (stack_id s = EMPTY_STACK + 1; s < p->stacks.count; s++) {
		const struct frame_row *frame = &p->frames[p->stacks.frame[s]];
		uint32_t row = w->l->f->row_of[frame->function], line = line_of(p, frame);
		bool listed = row != NO_ID && w->l->chosen[row] && line;

		w->item[s] = listed ? item_of(w->l, &index, row, line) : NO_ID;
	}
	index_free(&index);
}

/* Sums of the stacks below each. */
static void sum_stacks(struct walk *w)
{
	const struct profile *p = w->l->f->p;

	for (size_t i = 0; i < p->sample_count; i++)
		i64_add_to(&w->self[p->samples[i].stack],
			   values_row(&p->sample_values, i)[w->l->f->value]);
	for (stack_id s = (stack_id)p->stacks.count; s-- > EMPTY_STACK + 1;) {
		stack_id parent = p->stacks.parent[s];

		i64_add_to(&w->inclusive[s], w->self[s]);
		i64_add_to(&w->inclusive[parent], w->inclusive[s]);
	}
}

static void enter(struct walk *w, stack_id s)
{
	struct listed *item = w->item[s] == NO_ID ? NULL : &w->l->items[w->item[s]];

	if (!item)
		return;
	i64_add_to(&item->self, w->self[s]);
	/* recursion: a stack counts once, where it is at the line for the first time */
	if (!w->active[w->item[s]]++)
		i64_add_to(&item->inclusive, w->inclusive[s]);
}

static void leave(struct walk *w, stack_id s)
{
	if (w->item[s] != NO_ID)
		w->active[w->item[s]]--;
}

static void add_stacks(struct list *l)
{
	size_t count = l->f->p->stacks.count;
	struct walk w = { .l = l };
	struct stack_walk walk;

	w.item = alloc_zero(count, sizeof *w.item);
	w.self = alloc_zero(count, sizeof *w.self);
	w.inclusive = alloc_zero(count, sizeof *w.inclusive);
	find_items(&w);
	w.active = alloc_zero(l->count, sizeof *w.active);
	sum_stacks(&w);
	stack_walk_open(&walk, &l->f->p->stacks);
	while (stack_walk_next(&walk))
		(walk.entered ? enter : leave)(&w, walk.node);
	stack_walk_close(&walk);
	alloc_free(w.item);
	alloc_free(w.active);
	alloc_free(w.self);
	alloc_free(w.inclusive);
}

static void add_up(struct list *l)
{
	size_t kept = 0;

	if (!l->count)
		return;
	qsort(l->items, l->count, sizeof *l->items, compare_listed);
	for (size_t i = 0; i < l->count; i++) {
		struct listed *last = &l->items[kept ? kept - 1 : 0];

		if (kept && compare_listed(last, &l->items[i]) == 0) {
			i64_add_to(&last->self, l->items[i].self);
			i64_add_to(&last->inclusive, l->items[i].inclusive);
		} else {
			l->items[kept++] = l->items[i];
		}
	}
	l->count = kept;
}

/* --- as a table --- */

static const struct table_column columns[] = {
	{ .key = "function" },
	{ .key = "file" },
	{ .key = "self", .heading = "self", .right = true },
	{ .key = "inclusive", .heading = "inclusive", .right = true },
	{ .key = "unit" },
	{ .key = "line", .heading = "line", .right = true },
	{ .key = "source", .heading = "", .flexible = true },
};

static bool is_for_people(const struct list *l)
{
	return l->options->format == TABLE_TEXT || l->options->format == TABLE_MARKDOWN;
}

static void start_table(struct list *l)
{
	l->t = table_new(columns, sizeof columns / sizeof *columns);
}

/* Tabs are as wide as in a terminal. */
static void add_source(struct list *l, struct str line)
{
	struct buf shown = { 0 };

	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != '\t')
			buf_byte(&shown, line.p[i]);
		else
			do
				buf_byte(&shown, ' ');
			while (shown.n % 8);
	table_text(l->t, buf_str(&shown));
	buf_free(&shown);
}

/* item NULL: a line without values, for people only. */
static void add_line(struct list *l, const struct listed *first, const struct listed *item,
		     uint32_t line, struct str source)
{
	const struct flat_profile *f = l->f;

	if (!item && !is_for_people(l))
		return;
	table_text(l->t, f->rows[first->row].name);
	table_text(l->t, first->file);
	if (item && item->self)
		cells_value(l->t, f->p, f->value, item->self);
	else if (item && !is_for_people(l))
		cells_value(l->t, f->p, f->value, 0);
	else
		table_unknown(l->t);
	if (item) {
		cells_value(l->t, f->p, f->value, item->inclusive);
		table_color(l->t, proftop_heat(item->inclusive, f->total));
	} else {
		table_unknown(l->t);
	}
	table_text(l->t, profile_exact_unit(f->p, f->value));
	if (line) {
		char text[NUM_TEXT];

		table_number(l->t, (struct decimal){ line, 0 },
			     (struct str){ text, u64_text(text, line) });
		add_source(l, source);
	} else {
		table_unknown(l->t);
		table_text(l->t, S("..."));
	}
	table_end_row(l->t);
}

static void put_heading(struct list *l, const struct listed *first)
{
	const struct flat_profile *f = l->f;
	const struct flat_row *row = &f->rows[first->row];
	const struct call_row *r = &f->table.rows[first->row];
	static const struct value_style usual;
	struct buf text = { 0 }, self = { 0 }, inclusive = { 0 };

	buf_add_value(&self, f->p, f->value, r->self, &usual);
	buf_add_value(&inclusive, f->p, f->value, r->inclusive, &usual);
	buf_add(&text, row->name);
	if (first->file.n) {
		buf_add(&text, S(" ("));
		buf_add(&text, first->file);
		buf_byte(&text, ')');
	}
	buf_print(&text, ": self %.*s, inclusive %.*s, %.2f%%", (int)self.n, self.p,
		  (int)inclusive.n, inclusive.p,
		  f->total ? (double)r->inclusive / (double)f->total * 100 : 0);
	self.n = 0;
	(l->options->format == TABLE_MARKDOWN ? buf_add_markdown : buf_add_line)(&self,
										 buf_str(&text));
	output_str(l->out, buf_str(&self));
	output_text(l->out, "\n\n");
	buf_free(&text);
	buf_free(&self);
	buf_free(&inclusive);
}

/* --- the source --- */

enum { CONTEXT = 3 };

/* Takes the lines up to this one off the source. False where it ends before. */
static bool next_line(struct input *in, uint64_t line, struct str *text)
{
	bool more = true;

	while (more && in->line < line)
		more = input_line(in, text);
	return more;
}

/* The lines of one function in one file, with their source if there is one. */
struct excerpt {
	struct list *l;
	struct input *in; /* NULL: none */
	const struct listed *items;
	size_t count;
};

/* Lines without values, as far as there is source. */
static void add_context(struct excerpt *e, uint64_t from, uint64_t to)
{
	struct str text;

	for (uint64_t line = from; e->in && line <= to && next_line(e->in, line, &text); line++)
		add_line(e->l, e->items, NULL, (uint32_t)line, text);
}

/* Lines between two that are shown: all of a few, else some at both ends. */
static void add_between(struct excerpt *e, uint64_t from, uint64_t to, uint64_t at_begin)
{
	if (from + at_begin + CONTEXT > to) {
		add_context(e, from, to);
		return;
	}
	add_context(e, from, from + at_begin - 1);
	if (e->in)
		add_line(e->l, e->items, NULL, 0, S(""));
	add_context(e, to - CONTEXT + 1, to);
}

static void add_excerpt(struct excerpt *e)
{
	const struct listed *items = e->items;
	uint64_t begin = e->l->f->rows[items->row].line;
	struct str text;

	if (begin && begin < items->line)
		add_between(e, begin, (uint64_t)items->line - 1, 1);
	for (size_t i = 0; i < e->count; i++) {
		if (i)
			add_between(e, (uint64_t)items[i - 1].line + 1, (uint64_t)items[i].line - 1,
				    CONTEXT);
		text = S("");
		if (e->in && !next_line(e->in, items[i].line, &text))
			text = S("");
		add_line(e->l, items, &items[i], items[i].line, text);
	}
	add_context(e, (uint64_t)items[e->count - 1].line + 1,
		    (uint64_t)items[e->count - 1].line + CONTEXT);
}

static void list_file(struct list *l, const struct listed *items, size_t count)
{
	struct input *in = sources_open(l->options, items->file);
	struct excerpt e = { l, in, items, count };

	if (!in)
		diag_warning("%s: no such source, see --source-path",
			     diag_masked(items->file.n ? items->file : S("(unknown file)")));
	if (is_for_people(l)) {
		put_heading(l, items);
		start_table(l);
	}
	add_excerpt(&e);
	if (in)
		input_close(in);
	if (is_for_people(l))
		proftop_put(l->options, l->t, l->out);
}

static void list_all(struct list *l)
{
	size_t end;

	for (size_t i = 0; i < l->count; i = end) {
		end = i + 1;
		while (end < l->count && l->items[end].row == l->items[i].row &&
		       str_eq(l->items[end].file, l->items[i].file))
			end++;
		if (i && is_for_people(l))
			output_byte(l->out, '\n');
		list_file(l, l->items + i, end - i);
	}
}

int proftop_list(const struct proftop_options *o, struct output *out, const struct flat_profile *f)
{
	bool *chosen = proftop_choose(f, str_of(o->list));
	struct list l = { .options = o, .f = f, .chosen = chosen, .out = out };
	int status = 0;

	if (!chosen)
		return -1;
	if (profile_has_stacks(f->p)) {
		add_stacks(&l);
	} else {
		add_costs(&l);
		add_arcs(&l);
	}
	add_up(&l);
	if (!l.count) {
		status = diag_error("the profile knows no lines of %s",
				    diag_quote(str_of(o->list)));
	} else if (is_for_people(&l)) {
		list_all(&l);
	} else {
		start_table(&l);
		list_all(&l);
		proftop_put(o, l.t, out);
	}
	alloc_free(l.items);
	alloc_free(chosen);
	return status;
}
