/* callgrind/write - see format.c for the language */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "converters/callgrind/writing.h"

static void mark_called(struct callgrind_writer *w)
{
	enum { FAR = 32 };

	for (size_t i = w->arcs.at; i < w->arcs.end; i++) {
		const struct callgrind_run *run = &w->arcs.run[i];

		if (w->arcs.end - i > FAR)
			PREFETCH(&w->p->arcs[run[FAR].row].callee);
		for (size_t row = run->row; row < run->end; row++)
			if (w->p->arcs[row].callee != run->function)
				w->called[w->p->arcs[row].callee] = w->section;
	}
}

static void put_section(struct callgrind_writer *w, thread_id t)
{
	w->thread = t;
	w->section++;
	w->last = (struct place){ 0 };
	callgrind_section(&w->costs, t);
	callgrind_section(&w->arcs, t);
	mark_called(w);
	callgrind_put_section_header(w);
	for (;;) {
		function_id f = NO_ID;

		callgrind_next_function(&w->costs, t, &f);
		callgrind_next_function(&w->arcs, t, &f);
		callgrind_next_function(&w->jumps, t, &f);
		if (f == NO_ID)
			break;
		callgrind_rows_of(&w->costs, t, f);
		callgrind_rows_of(&w->arcs, t, f);
		callgrind_rows_of(&w->jumps, t, f);
		callgrind_put_block(w, f);
	}
	callgrind_note_rooted(w);
	callgrind_put_self_recursive_only(w);
	output_byte(w->out, '\n');
}

static void find_columns(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	size_t plain = 0;

	for (size_t i = 0; i < p->thread_count; i++)
		plain += !p->threads[i].tid && !p->threads[i].part;
	w->number_threads = plain && p->thread_count > 1;

	/* there are addresses if one is not 0 */
	w->addresses = p->cost_address_count;
	for (size_t i = 0; i < p->cost_count; i++)
		w->lines |= p->costs[i].line != 0;
	for (size_t i = 0; i < p->arc_count; i++) {
		w->addresses |= p->arcs[i].site.address != 0;
		w->lines |= p->arcs[i].site.line != 0;
	}
	for (size_t i = 0; i < p->function_count; i++) {
		w->lines |= p->functions[i].line != 0;
		w->objects |= p->functions[i].object != 0;
	}
}

static void sort_rows(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	const struct cost_row *c = p->costs;
	const struct arc *a = p->arcs;
	const struct jump *j = p->jumps;

	if (p->cost_count)
		w->costs = callgrind_sort(p, p->cost_count, sizeof *c, &c->thread, &c->function);
	if (p->arc_count)
		w->arcs = callgrind_sort(p, p->arc_count, sizeof *a, &a->thread, &a->caller);
	if (p->jump_count)
		w->jumps = callgrind_sort(p, p->jump_count, sizeof *j, &j->thread, &j->from);
}

static void free_writer(struct callgrind_writer *w)
{
	for (int i = OBJECTS; i <= FUNCTIONS; i++)
		alloc_free(w->ids[i]);
	alloc_free(w->divisors);
	alloc_free(w->called);
	alloc_free(w->suffixes);
	alloc_free(w->costs.run);
	alloc_free(w->arcs.run);
	alloc_free(w->jumps.run);
	alloc_free(w->self_recursive_only);
	alloc_free(w->sums);
	alloc_free(w->sum_values);
	buf_free(&w->root);
}

void callgrind_write(struct output *out, const struct profile *p)
{
	struct callgrind_writer w = { .out = out, .p = p };

	for (int i = OBJECTS; i <= FUNCTIONS; i++)
		w.ids[i] = alloc_zero(i == FUNCTIONS ? p->function_count : p->strings.count,
				      sizeof *w.ids[i]);
	w.called = alloc_zero(p->function_count, sizeof *w.called);
	w.suffixes = alloc_zero(p->function_count, sizeof *w.suffixes);
	sort_rows(&w);
	find_columns(&w);
	callgrind_find_divisors(&w);
	w.foreign = callgrind_metadata(p, NO_ID, "creator").n > 0;
	w.zeros = callgrind_metadata(p, NO_ID, "zeros").n > 0;
	w.changed = callgrind_changes_texts(p);
	w.apart = callgrind_suffixes(p, w.changed, w.suffixes);
	callgrind_name_root(&w);
	callgrind_find_totals(&w);
	callgrind_put_file_header(&w);
	for (thread_id t = 0; t < p->thread_count; t++)
		put_section(&w, t);
	callgrind_put_totals(&w);
	free_writer(&w);
}

int callgrind_check(const struct profile *p, const void *options)
{
	int64_t value;
	value_id v;

	(void)options;
	if (!p->thread_count || !p->value_count)
		return diag_error("callgrind cannot hold a profile without any value type");
	if (!values_negative(&p->cost_values, &value, &v) &&
	    !values_negative(&p->arc_values, &value, &v))
		return 0;
	return diag_error("callgrind cannot hold the negative value %" PRId64 " of %s", value,
			  diag_quote(profile_text(p, p->value_types[v].name)));
}
