/*
 * chrometrace/nest - rows of a thread become stacks with self times
 *
 * An event is inside of those that began before it and have not ended. Chromium writes a parent
 * before its children, LLVM and VizTracer write an event when it ends, so behind its children.
 * So the rows of a thread are sorted by their start, the longer one first; for equal ones the
 * habit of the file decides who the parent is.
 *
 *	a 0 to 10, b 2 to 5, c 5 to 12      a 5, a;b 3, a;c 5: c is cut where a ends, and counted
 *
 * A thread that has only begins and ends tells itself what is inside of what, also for events
 * that take no time: its rows are taken as they come.
 */
#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "common/base/sort.h"
#include "common/io/limits.h"
#include "common/transform/reshape/radix_sort.h"
#include "converters/chrometrace/reading.h"

/* --- rows in their order in the file --- */

static bool is_complete(const struct chrometrace_row *row)
{
	return row->end > CHROMETRACE_END;
}

static int64_t last_time_of(const struct chrometrace_row *row)
{
	return is_complete(row) ? row->end : row->start;
}

/* Of two complete events behind each other: is one in the other, and which comes first? */
static void note_habit(struct chrometrace_reader *r, const struct chrometrace_row *a,
		       const struct chrometrace_row *b)
{
	if (!is_complete(a) || !is_complete(b) || a->start == a->end || b->start == b->end ||
	    (a->start == b->start && a->end == b->end))
		return;
	r->child_first += a->start >= b->start && a->end <= b->end;
	r->parent_first += a->start <= b->start && a->end >= b->end;
}

static bool is_in_order(const struct chrometrace_row *a, const struct chrometrace_row *b)
{
	return a->start < b->start || (a->start == b->start && a->end >= b->end);
}

void chrometrace_add_row(struct chrometrace_reader *r, struct chrometrace_row row)
{
	struct chrometrace_thread *t = &r->threads[row.thread];
	int64_t last = last_time_of(&row);

	if (t->last != NO_ID) {
		note_habit(r, &r->rows[t->last], &row);
		t->unordered |= !is_in_order(&r->rows[t->last], &row);
	}
	if (t->last == NO_ID || row.start < t->first_time)
		t->first_time = row.start;
	if (t->last == NO_ID || last > t->last_time)
		t->last_time = last;
	t->spans |= is_complete(&row);
	t->pairs |= !is_complete(&row);
	t->last = (uint32_t)r->row_count;
	limit_check(LIMIT_CELLS, r->row_count + 1);
	ARRAY_ROOM(r->rows, r->row_count, r->row_cap);
	r->rows[r->row_count++] = row;
}

/* --- one thread --- */

struct open_event {
	int64_t start, end; /* end: of complete ones */
	int64_t inside;     /* the time of what it called */
	stack_id stack;
	bool called; /* it called something */
};

struct nester {
	struct chrometrace_reader *r;
	value_id value;
	bool child_first;
	struct open_event *open;
	size_t open_count, open_cap;
	struct radix_item *items, *scratch;
	size_t item_cap;
	uint32_t *stack; /* of rows that have begun */
	size_t stack_count, stack_cap;

	thread_id thread;
	bool call_events; /* are kept of this thread */
	bool negative;    /* its values are */
	bool slices;      /* each moment becomes a sample, in order */
	int64_t last;     /* when the last one ended */
	size_t slice_count;
	const struct chrometrace_own_thread *own;
};

static void note_call(const struct nester *n, stack_id stack, int64_t at, bool enter)
{
	struct profile *p = n->r->p;

	if (n->call_events && stack != EMPTY_STACK)
		profile_call_event(p, (struct call_event){ at, n->thread, n->value,
							   p->stacks.frame[stack], enter });
}

static void add_sample(struct nester *n, stack_id stack, int64_t time, int64_t value)
{
	const struct chrometrace_own_thread *own = n->own;
	size_t i = n->slice_count++;
	struct sample sample = {
		.thread = n->thread, .stack = stack, .count = 1, .timed = own->timed, .time = time
	};

	if (i < own->time_count) {
		sample.time = n->r->times.list[own->times + i];
		sample.timed = sample.time != NO_TIME;
	}
	profile_sample_value(n->r->p, sample, n->value, n->negative ? -value : value);
}

/* What is open has run until now. */
static void pass_time(struct nester *n, int64_t at)
{
	if (n->slices && n->open_count && at > n->last)
		add_sample(n, n->open[n->open_count - 1].stack, n->last, at - n->last);
	n->last = at;
}

static void enter(struct nester *n, const struct chrometrace_row *row, int64_t end)
{
	stack_id parent = n->open_count ? n->open[n->open_count - 1].stack : EMPTY_STACK;
	stack_id stack = row->frame == NO_ID ? EMPTY_STACK
					     : stacks_push(&n->r->p->stacks, parent, row->frame);

	pass_time(n, row->start);
	if (n->open_count)
		n->open[n->open_count - 1].called = true;
	ARRAY_ROOM(n->open, n->open_count, n->open_cap);
	n->open[n->open_count++] = (struct open_event){ row->start, end, 0, stack, false };
	note_call(n, stack, row->start, true);
}

static void leave(struct nester *n, int64_t at)
{
	const struct open_event *e = &n->open[n->open_count - 1];
	int64_t whole;

	pass_time(n, at);
	n->open_count--;
	if (__builtin_sub_overflow(at, e->start, &whole)) {
		input_error(n->r->in, "expected times within 292 years of each other");
		return;
	}
	if (n->open_count)
		n->open[n->open_count - 1].inside += whole;
	/* of samples, a caller without time of its own is none */
	if (n->slices ? !whole && !e->called
		      : n->r->p->counts_calls || whole > e->inside || !e->called)
		add_sample(n, e->stack, at, whole - e->inside);
	note_call(n, e->stack, at, false);
}

/* --- order --- */

struct event_order {
	const struct chrometrace_row *rows;
	bool child_first;
};

static int compare_ends(uint32_t a, uint32_t b, const void *context)
{
	const struct event_order *order = context;
	int64_t x = order->rows[a].end, y = order->rows[b].end;

	if (x != y)
		return x > y ? -1 : 1;
	if (order->child_first)
		return a > b ? -1 : a < b;
	return a < b ? -1 : a > b;
}

/* Rows that begin together: the longer one first. */
static void sort_ends(const struct nester *n, uint32_t *ids, size_t count)
{
	const struct event_order order = { n->r->rows, n->child_first };

	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1;
		     next < count && order.rows[ids[next]].start == order.rows[ids[i]].start;)
			next++;
		if (next - i > 1)
			sort_ids(ids + i, next - i, compare_ends, &order);
	}
}

/* Rows that begin together stay as they are. */
static void sort_starts(struct nester *n, uint32_t *ids, size_t count)
{
	const struct chrometrace_row *rows = n->r->rows;

	if (count > n->item_cap) {
		n->item_cap = count;
		n->items = alloc_resize(n->items, count, sizeof *n->items);
		n->scratch = alloc_resize(n->scratch, count, sizeof *n->scratch);
	}
	for (size_t i = 0; i < count; i++)
		n->items[i] = (struct radix_item){ (uint64_t)rows[ids[i]].start ^ 1ull << 63,
						   ids[i] };
	radix_sort(n->items, n->scratch, count);
	for (size_t i = 0; i < count; i++)
		ids[i] = n->items[i].id;
}

/* --- begins and ends --- */

/* Of begins and ends alone. */
static void nest_pairs(struct nester *n, const uint32_t *ids, size_t count, int64_t last)
{
	struct chrometrace_reader *r = n->r;

	for (size_t i = 0; i < count; i++) {
		const struct chrometrace_row *row = &r->rows[ids[i]];

		if (row->end == CHROMETRACE_BEGIN)
			enter(n, row, 0);
		else if (n->open_count)
			leave(n, row->start);
		else
			r->counts.stray++;
	}
	r->counts.unclosed += n->open_count;
	while (n->open_count)
		leave(n, last);
}

/*
 * Where a thread has both, begins get the times of their ends, and are complete. Returns how many
 * rows are left, without ends.
 */
static size_t complete_pairs(struct nester *n, uint32_t *ids, size_t count, int64_t last)
{
	struct chrometrace_reader *r = n->r;
	size_t kept = 0;

	n->stack_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct chrometrace_row *row = &r->rows[ids[i]];

		if (row->end != CHROMETRACE_END)
			ids[kept++] = ids[i];
		if (row->end == CHROMETRACE_BEGIN) {
			ARRAY_ROOM(n->stack, n->stack_count, n->stack_cap);
			n->stack[n->stack_count++] = (uint32_t)(row - r->rows);
		} else if (row->end == CHROMETRACE_END && n->stack_count) {
			r->rows[n->stack[--n->stack_count]].end = row->start;
		} else if (row->end == CHROMETRACE_END) {
			r->counts.stray++;
		}
	}
	r->counts.unclosed += n->stack_count;
	while (n->stack_count)
		r->rows[n->stack[--n->stack_count]].end = last;
	return kept;
}

/* --- complete events --- */

static void nest_complete(struct nester *n, const uint32_t *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct chrometrace_row *row = &n->r->rows[ids[i]];
		int64_t end = row->end;

		while (n->open_count && n->open[n->open_count - 1].end <= row->start)
			leave(n, n->open[n->open_count - 1].end);
		if (n->open_count && n->open[n->open_count - 1].end < end) {
			end = n->open[n->open_count - 1].end;
			n->r->counts.overlaps++;
		}
		enter(n, row, end);
	}
	while (n->open_count)
		leave(n, n->open[n->open_count - 1].end);
}

/* --- all threads --- */

static void add_time_range(const struct nester *n, const struct chrometrace_thread *t)
{
	bool ranged = t->own.ranged;

	/* a file of ours says so where there is none; call events cannot be without */
	if (t->own.known && !ranged && !n->call_events)
		return;
	profile_add_time_range(n->r->p, (struct time_range){ n->thread, n->value,
							     ranged ? t->own.start : t->first_time,
							     ranged ? t->own.end : t->last_time,
							     n->call_events });
}

static void nest_thread(struct nester *n, const struct chrometrace_thread *t, uint32_t *ids,
			size_t count)
{
	n->own = &t->own;
	n->slice_count = 0;
	n->negative = t->own.negative;
	n->slices = t->own.sampled && n->r->p->keep_order && !n->r->unordered;
	n->r->p->ordered |= n->slices;
	/* the time line of the same thread in a second file, or with another sign, is only summed */
	n->call_events = n->r->p->keep_order && !t->own.sampled && !n->negative &&
			 !profile_time_range(n->r->p, n->thread, n->value);
	if (t->unordered || (t->spans && (t->pairs || n->child_first)))
		sort_starts(n, ids, count);
	if (t->spans && t->pairs)
		count = complete_pairs(n, ids, count, t->last_time);
	if (!t->spans) {
		nest_pairs(n, ids, count, t->last_time);
	} else {
		if (t->unordered || t->pairs || n->child_first)
			sort_ends(n, ids, count);
		nest_complete(n, ids, count);
	}
	add_time_range(n, t);
}

void chrometrace_nest(struct chrometrace_reader *r)
{
	struct nester n = { .r = r, .child_first = r->child_first > r->parent_first };
	struct csr rows;

	n.value = chrometrace_value_type(r);
	r->p->counts_calls = !r->own || r->calls;
	csr_open(&rows, r->thread_count, r->row_count);
	for (size_t i = 0; i < r->row_count; i++)
		csr_count(&rows, r->rows[i].thread);
	csr_sum(&rows);
	for (size_t i = 0; i < r->row_count; i++)
		csr_put(&rows, r->rows[i].thread, (uint32_t)i);
	for (uint32_t t = 0; t < r->thread_count; t++) {
		uint32_t *ids = rows.item + rows.first[t];
		size_t count = rows.first[t + 1] - rows.first[t];

		if (!count && !r->threads[t].own.known)
			continue;
		n.thread = chrometrace_make_thread(r, t);
		nest_thread(&n, &r->threads[t], ids, count);
	}
	csr_free(&rows);
	alloc_free(n.open);
	alloc_free(n.items);
	alloc_free(n.scratch);
	alloc_free(n.stack);
}
