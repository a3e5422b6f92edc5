#include "common/transform/calltree/contexts.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/calltree/sample_series.h"

/* The state of the search; the contexts in `trie` have their numbers in the profile. */
struct context_finder {
	const struct profile *p;
	struct contexts *c;
	struct stacks own; /* the stacks of the profile, and what call events add */
	const struct stacks *trie;
	uint32_t *number; /* by stack: its context + 1; 0: not kept */
	int64_t *row;
};

/* --- which are kept --- */

static double *totals_of(const struct profile *p)
{
	double *totals = alloc_zero(p->value_count, sizeof *totals);

	for (size_t i = 0; i < p->sample_count; i++)
		for (value_id v = 0; v < p->value_count; v++)
			totals[v] += i64_magnitude(values_row(&p->sample_values, i)[v]);
	return totals;
}

/* The bits of non-negative floats sort like the numbers. */
static uint32_t bits_of(float weight)
{
	uint32_t bits;

	memcpy(&bits, &weight, sizeof bits);
	return bits;
}

static void add_weight(uint32_t *to, float more)
{
	float weight;

	memcpy(&weight, to, sizeof weight);
	*to = bits_of(weight + more);
}

/*
 * The weight of each context, as bits. A caller is never lighter than its callees: rounded sums
 * grow too.
 */
static uint32_t *weigh(const struct profile *p)
{
	uint32_t *weight = alloc_zero(p->stacks.count, sizeof *weight);
	double *totals = totals_of(p);

	for (size_t i = 0; i < p->sample_count; i++)
		for (value_id v = 0; v < p->value_count; v++) {
			double size = i64_magnitude(values_row(&p->sample_values, i)[v]);

			if (size > 0)
				add_weight(&weight[p->samples[i].stack], (float)(size / totals[v]));
		}
	for (size_t i = p->stacks.count; i-- > 1;) {
		float weight_of;

		memcpy(&weight_of, &weight[i], sizeof weight_of);
		add_weight(&weight[p->stacks.parent[i]], weight_of);
	}
	alloc_free(totals);
	return weight;
}

enum { HALF = 16, HALVES = 1 << HALF };

/*
 * The half of the bits, from `shift` on, of the one that has *n heavier ones before it
 * among those whose upper bits are `upper`; *n is less those that are heavier by it.
 */
static uint32_t find_half(const uint32_t *weight, size_t count, uint32_t upper, int shift,
			  size_t *n)
{
	size_t *counts = alloc_zero(HALVES, sizeof *counts);
	uint32_t half = HALVES - 1;

	for (size_t i = 1; i < count; i++)
		if (shift || weight[i] >> HALF == upper)
			counts[weight[i] >> shift & (HALVES - 1)]++;
	for (; half && counts[half] <= *n; half--)
		*n -= counts[half];
	alloc_free(counts);
	return half;
}

/* The bits of the n-th heaviest but the root, from 0. */
static uint32_t nth_heaviest(const uint32_t *weight, size_t count, size_t n)
{
	uint32_t upper = find_half(weight, count, 0, HALF, &n);

	return upper << HALF | find_half(weight, count, upper, 0, &n);
}

/*
 * Among equal weights at the limit the first are kept, so callers before callees. There may be
 * many more contexts than are kept: the numbers are stored in the place of the weights.
 */
static void keep_heaviest(struct context_finder *f, size_t max_contexts)
{
	size_t count = f->trie->count, quota = max_contexts;
	uint32_t *weight = weigh(f->p), kept = 0;
	uint32_t min_weight = nth_heaviest(weight, count, max_contexts - 1);

	for (size_t i = 1; i < count; i++)
		quota -= weight[i] > min_weight;
	weight[EMPTY_STACK] = ++kept;
	for (size_t i = 1; i < count; i++) {
		bool tied = weight[i] == min_weight && quota;

		weight[i] = weight[i] > min_weight || tied ? ++kept : 0;
		quota -= tied;
	}
	f->number = weight;
	f->c->pruned_count = count - 1 - max_contexts;
}

/* Numbers contexts in the order of the trie, and lists the stacks that have one. */
static stack_id *keep(struct context_finder *f, uint64_t max_contexts)
{
	size_t count = f->trie->count;
	stack_id *kept;

	if (max_contexts && max_contexts < count - 1) {
		keep_heaviest(f, (size_t)max_contexts);
	} else {
		f->number = alloc_zero(count, sizeof *f->number);
		for (size_t i = 0; i < count; i++)
			f->number[i] = (uint32_t)i + 1;
	}
	f->c->count = (uint32_t)(count - f->c->pruned_count);
	kept = alloc_zero(f->c->count, sizeof *kept);
	for (size_t i = 0; i < count; i++)
		if (f->number[i])
			kept[f->number[i] - 1] = (stack_id)i;
	return kept;
}

/* --- numbered in preorder --- */

/* By number in the order of the trie. */
struct context_children {
	uint32_t *parent, *first, *next;
};

static struct context_children find_children(const struct context_finder *f, const stack_id *kept)
{
	size_t count = f->c->count;
	struct context_children k = { alloc_zero(count, sizeof *k.parent),
				      alloc_zero(count, sizeof *k.first),
				      alloc_zero(count, sizeof *k.next) };

	for (uint32_t i = (uint32_t)count; i-- > 1;) {
		uint32_t parent = f->number[f->trie->parent[kept[i]]] - 1;

		k.parent[i] = parent;
		k.next[i] = k.first[parent];
		k.first[parent] = i;
	}
	return k;
}

static uint32_t next_in_preorder(const struct context_children *k, uint32_t at)
{
	if (k->first[at])
		return k->first[at];
	while (at && !k->next[at])
		at = k->parent[at];
	return k->next[at];
}

static void number_contexts(struct context_finder *f, const stack_id *kept)
{
	struct context_children k = find_children(f, kept);
	struct contexts *c = f->c;
	uint32_t count = 1;

	c->parent = alloc_zero(c->count, sizeof *c->parent);
	c->frame = alloc_zero(c->count, sizeof *c->frame);
	c->frame[0] = NO_ID;
	for (uint32_t at = 0; (at = next_in_preorder(&k, at));) {
		c->parent[count] = f->number[f->trie->parent[kept[at]]] - 1;
		c->frame[count] = f->trie->frame[kept[at]];
		f->number[kept[at]] = ++count;
	}
	alloc_free(k.parent);
	alloc_free(k.first);
	alloc_free(k.next);
}

/* --- values added up by context, thread by thread --- */

static void rows_start(struct thread_rows *r, const struct profile *p)
{
	r->first = alloc_zero(p->thread_count + 1, sizeof *r->first);
	r->values.width = (uint32_t)p->value_count;
}

static void rows_end_thread(struct thread_rows *r, thread_id t)
{
	r->first[t + 1] = r->values.rows;
}

static void rows_add(struct thread_rows *r, uint32_t at, const int64_t *values)
{
	ARRAY_ROOM(r->at, r->values.rows, r->cap);
	r->at[r->values.rows] = at;
	values_add_row(&r->values, values_new_row(&r->values), values);
}

/* Likewise for a sample, with its labels and its time. */
static void rows_add_sample(struct thread_rows *r, const struct profile *p, uint32_t at, size_t row,
			    const int64_t *values)
{
	struct sample s = profile_sample_at(p, row);

	rows_add(r, at, values);
	while (s.labels && r->label_count < r->values.rows) {
		ARRAY_ROOM(r->labels, r->label_count, r->label_cap);
		r->labels[r->label_count++] = NO_LABELS;
	}
	while (s.timed && r->time_count < r->values.rows) {
		ARRAY_ROOM(r->times, r->time_count, r->time_cap);
		r->times[r->time_count++] = NO_TIME;
	}
	if (s.labels)
		r->labels[r->values.rows - 1] = s.labels;
	if (s.timed)
		r->times[r->values.rows - 1] = s.time;
}

/* A sum for each of `keys` things of one thread, and which of them have a sum. */
struct context_sums {
	struct values values;
	uint32_t *row; /* by key: its row + 1 */
	uint32_t *key; /* by row */
	size_t keys, cap;
};

static void sums_start(struct context_sums *s, size_t keys, const struct profile *p)
{
	*s = (struct context_sums){ .values.width = (uint32_t)p->value_count,
				    .keys = keys,
				    .row = alloc_zero(keys, sizeof *s->row) };
}

static void sums_add(struct context_sums *s, uint32_t key, const int64_t *values)
{
	if (!s->row[key]) {
		ARRAY_ROOM(s->key, s->values.rows, s->cap);
		s->key[s->values.rows] = key;
		s->row[key] = values_new_row(&s->values) + 1;
	}
	values_add_row(&s->values, s->row[key] - 1, values);
}

static int compare_keys(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

/* Appends the sums to the rows, in ascending order, and clears them. */
static void sums_flush(struct context_sums *s, struct thread_rows *r, thread_id t)
{
	if (s->values.rows)
		qsort(s->key, s->values.rows, sizeof *s->key, compare_keys);
	for (size_t i = 0; i < s->values.rows; i++)
		rows_add(r, s->key[i], values_row(&s->values, s->row[s->key[i]] - 1));
	for (size_t i = 0; i < s->values.rows; i++)
		s->row[s->key[i]] = 0;
	values_resize(&s->values, 0);
	rows_end_thread(r, t);
}

static void sums_free(struct context_sums *s)
{
	values_free(&s->values);
	alloc_free(s->row);
	alloc_free(s->key);
}

/* Adds samples with labels; those of one context and label set are summed. */
struct labelled {
	uint32_t at;
	uint32_t labels; /* the number of the set */
	uint32_t row;
};

static int compare_labelled(const void *a, const void *b)
{
	const struct labelled *left = a, *right = b;

	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	if (left->labels != right->labels)
		return left->labels < right->labels ? -1 : 1;
	return (left->row > right->row) - (left->row < right->row);
}

static void add_labelled(struct context_finder *f, const uint32_t *numbers, const uint32_t *rows,
			 size_t count)
{
	struct labelled *all = alloc_zero(count, sizeof *all);
	struct thread_rows *self = &f->c->self;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t number = f->number[f->p->samples[rows[i]].stack];

		if (number)
			all[kept++] = (struct labelled){
				number - 1, numbers[profile_sample_labels(f->p, rows[i])], rows[i]
			};
	}
	qsort(all, kept, sizeof *all, compare_labelled);
	for (size_t i = 0; i < kept; i++) {
		const int64_t *values = values_row(&f->p->sample_values, all[i].row);

		if (i && all[i].at == all[i - 1].at && all[i].labels == all[i - 1].labels)
			values_add_row(&self->values, self->values.rows - 1, values);
		else
			rows_add_sample(self, f->p, all[i].at, all[i].row, values);
	}
	alloc_free(all);
}

static stack_id kept_caller(const struct context_finder *f, stack_id stack)
{
	while (!f->number[stack])
		stack = f->trie->parent[stack];
	return stack;
}

static void add_up(struct context_finder *f)
{
	const struct profile *p = f->p;
	struct csr by = sample_series_samples_by_thread(p);
	struct contexts *c = f->c;
	struct context_sums self, descendants_pruned, pruned;
	size_t sets;
	uint32_t *numbers = profile_number_label_sets(p, &sets);

	sums_start(&self, c->count, p);
	sums_start(&descendants_pruned, c->count, p);
	sums_start(&pruned, p->function_count, p);
	for (thread_id t = 0; t < p->thread_count; t++) {
		for (size_t i = by.first[t]; i < by.first[t + 1]; i++) {
			stack_id stack = p->samples[by.item[i]].stack;
			const int64_t *values = values_row(&p->sample_values, by.item[i]);
			uint32_t number = f->number[stack];

			if (number && p->sample_label_count)
				continue;
			if (number) {
				sums_add(&self, number - 1, values);
				continue;
			}
			sums_add(&descendants_pruned, f->number[kept_caller(f, stack)] - 1, values);
			sums_add(&pruned, p->frames[f->trie->frame[stack]].function, values);
		}
		if (p->sample_label_count)
			add_labelled(f, numbers, by.item + by.first[t],
				     by.first[t + 1] - by.first[t]);
		sums_flush(&self, &c->self, t);
		sums_flush(&descendants_pruned, &c->descendants_pruned, t);
		sums_flush(&pruned, &c->pruned, t);
	}
	sums_free(&self);
	sums_free(&descendants_pruned);
	sums_free(&pruned);
	alloc_free(numbers);
	csr_free(&by);
}

/* --- values one by one, in time --- */

static bool is_timed(const struct profile *p, thread_id t, value_id v)
{
	const struct time_range *range = profile_time_range(p, t, v);

	return range && range->call_events;
}

/* Adds the samples of a thread, except what its call events describe better. */
static void add_samples(struct context_finder *f, thread_id t, const struct csr *by)
{
	const struct profile *p = f->p;
	bool any = false;

	for (value_id v = 0; v < p->value_count; v++)
		any |= is_timed(p, t, v);
	for (size_t i = by->first[t]; i < by->first[t + 1]; i++) {
		const int64_t *values = values_row(&p->sample_values, by->item[i]);
		bool more = !any;

		for (value_id v = 0; v < p->value_count; v++) {
			f->row[v] = any && is_timed(p, t, v) ? 0 : values[v];
			more |= f->row[v] != 0;
		}
		if (more)
			rows_add_sample(&f->c->self, p,
					f->number[p->samples[by->item[i]].stack] - 1, by->item[i],
					f->row);
	}
}

/*
 * Each stretch of time between two events becomes a row of the context that was open. If a
 * frame was left, its caller gets a row, even if it is all zeros, so that two consecutive calls
 * stay two.
 */
static void add_call_events(struct context_finder *f, thread_id t, value_id v, const struct csr *by)
{
	stack_id at = EMPTY_STACK;
	int64_t last = 0;

	memset(f->row, 0, f->p->value_count * sizeof *f->row);
	for (size_t i = by->first[t]; i < by->first[t + 1]; i++) {
		const struct call_event *a = &f->p->call_events[by->item[i]];

		if (a->value != v)
			continue;
		f->row[v] = i > by->first[t] ? a->at - last : 0;
		if (f->row[v] || a->enter)
			rows_add(&f->c->self, f->number[at] - 1, f->row);
		at = a->enter ? stacks_push(&f->own, at, a->frame) : f->own.parent[at];
		last = a->at;
	}
}

static void list_in_time(struct context_finder *f)
{
	const struct profile *p = f->p;
	struct csr samples = sample_series_samples_by_thread(p),
		   events = sample_series_call_events_by_thread(p);

	for (thread_id t = 0; t < p->thread_count; t++) {
		for (value_id v = 0; v < p->value_count; v++)
			if (is_timed(p, t, v))
				add_call_events(f, t, v, &events);
		add_samples(f, t, &samples);
		rows_end_thread(&f->c->self, t);
	}
	csr_free(&samples);
	csr_free(&events);
}

/* A frame that is entered and left at once is in no sample, so the trie must grow by it. */
static void push_call_events(struct context_finder *f)
{
	const struct profile *p = f->p;
	struct csr by = sample_series_call_events_by_thread(p);

	stacks_init(&f->own);
	for (stack_id i = 1; i < p->stacks.count; i++)
		stacks_push(&f->own, p->stacks.parent[i], p->stacks.frame[i]);
	for (thread_id t = 0; t < p->thread_count; t++)
		for (value_id v = 0; v < p->value_count; v++) {
			stack_id at = EMPTY_STACK;

			for (size_t i = by.first[t]; i < by.first[t + 1]; i++) {
				const struct call_event *a = &p->call_events[by.item[i]];

				if (a->value == v)
					at = a->enter ? stacks_push(&f->own, at, a->frame)
						      : f->own.parent[at];
			}
		}
	f->trie = &f->own;
	csr_free(&by);
}

struct contexts *contexts_new(const struct profile *p, uint64_t max_contexts, bool in_time)
{
	struct contexts *c = alloc_zero(1, sizeof *c);
	struct context_finder f = {
		.p = p, .c = c, .trie = &p->stacks, .row = alloc_zero(p->value_count, sizeof *f.row)
	};
	stack_id *kept;

	*c = (struct contexts){ .p = p, .in_time = in_time };
	rows_start(&c->self, p);
	rows_start(&c->descendants_pruned, p);
	rows_start(&c->pruned, p);
	if (in_time)
		push_call_events(&f);
	kept = keep(&f, in_time ? 0 : max_contexts);
	number_contexts(&f, kept);
	alloc_free(kept);
	if (in_time)
		list_in_time(&f);
	else
		add_up(&f);
	if (in_time)
		stacks_free(&f.own);
	alloc_free(f.number);
	alloc_free(f.row);
	return c;
}

static void rows_free(struct thread_rows *r)
{
	alloc_free(r->first);
	alloc_free(r->at);
	alloc_free(r->labels);
	alloc_free(r->times);
	values_free(&r->values);
}

void contexts_free(struct contexts *c)
{
	rows_free(&c->self);
	rows_free(&c->descendants_pruned);
	rows_free(&c->pruned);
	alloc_free(c->parent);
	alloc_free(c->frame);
	alloc_free(c);
}
