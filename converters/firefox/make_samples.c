/*
 * firefox/make_samples - samples of a thread become rows
 *
 * A sample counts 1, or what `weight` has for it, in the unit of weightType. Where it has no
 * stack its time is nobody's.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "converters/firefox/reading.h"

struct firefox_samples {
	struct firefox_reader *r;
	const struct firefox_thread *t;
	const stack_id *stacks;
	size_t stack_count, count;
	int64_t offset; /* from the file's clock to that of the thread's process */
	thread_id thread;
	value_id value;
	bool durations, timed;
	uint32_t *order; /* by time; NULL: as they are */
};

static struct thread thread_of(const struct firefox_reader *r, const struct firefox_thread *t)
{
	struct thread thread = { .name = t->name, .pid = t->pid, .tid = t->tid };
	struct buf name = { 0 };

	if (t->has_given)
		return t->given;
	if (r->several && t->process_name) {
		buf_add(&name, profile_text(r->p, t->name));
		buf_add(&name, S(" ("));
		buf_add(&name, profile_text(r->p, t->process_name));
		buf_add(&name, S(")"));
		thread.name = profile_string(r->p, buf_str(&name));
		buf_free(&name);
	}
	return thread;
}

static value_id value_of(struct firefox_samples *m)
{
	const struct firefox_thread *t = m->t;
	struct profile *p = m->r->p;
	struct str type = profile_text(p, t->weight_type);
	const char *word = "none";
	const struct unit_word *unit;

	if (t->has_type)
		return profile_value_type(p, t->type);
	if (t->weight_type && str_eq(type, S("tracing-ms")))
		word = "milliseconds";
	else if (t->weight_type && str_eq(type, S("bytes")))
		word = "bytes";
	else if (m->r->options.durations && t->time_count && !t->untimed)
		m->durations = true;
	if (m->durations)
		word = "milliseconds";
	unit = unit_word_find(str_of(word));
	return profile_value_type(p, (struct value_type){ .name = profile_string(p, unit->value),
							  .unit = unit->unit,
							  .source_scale = unit->power });
}

/* --- times --- */

static int compare_times(uint32_t a, uint32_t b, const void *context)
{
	const int64_t *times = context;

	return times[a] < times[b] ? -1 : times[a] > times[b];
}

/* Times become those of the whole file's clock. */
static void find_times(struct firefox_samples *m)
{
	int64_t at = m->offset;
	bool sorted = true;

	for (size_t i = 0; i < m->count; i++) {
		int64_t *time = &m->t->times[i];

		if (!i64_add(m->t->deltas ? at : m->offset, *time, time)) {
			input_error_at(m->r->in, m->t->byte, "expected times that fit in 64 bits");
			return;
		}
		at = *time;
		sorted &= !i || m->t->times[i - 1] <= at;
	}
	if (sorted)
		return;
	m->order = alloc_resize(NULL, m->count, sizeof *m->order);
	for (size_t i = 0; i < m->count; i++)
		m->order[i] = (uint32_t)i;
	sort_ids(m->order, m->count, compare_times, m->t->times);
}

static int64_t duration_of(const struct firefox_samples *m, size_t i)
{
	const int64_t *times = m->t->times;
	int64_t duration, interval = m->r->processes[m->t->process].interval;

	if (i + 1 == m->count)
		return interval > 0 ? interval : 0;
	if (!__builtin_sub_overflow(times[m->order ? m->order[i + 1] : i + 1],
				    times[m->order ? m->order[i] : i], &duration))
		return duration;
	input_error_at(m->r->in, m->t->byte, "expected times that fit in 64 bits");
	return 0;
}

/* --- rows --- */

static int64_t weight_of(const struct firefox_samples *m, size_t row)
{
	struct profile *p = m->r->p;
	struct decimal weight = { 1, 0 };
	int64_t value = 0;

	if (m->t->weight_count)
		weight = m->t->weights[row];
	/* in milliseconds, whatever the unit of the type was */
	if (p->value_types[m->value].unit == UNIT_TIME)
		weight.exponent += MILLISECONDS - p->value_types[m->value].source_scale;
	if (!profile_number(p, m->value, weight, &value))
		input_error_at(m->r->in, m->t->weights_byte,
			       "expected weights that fit in 64 bits");
	return value;
}

static bool find_stack(const struct firefox_samples *m, size_t row, stack_id *stack)
{
	const struct firefox_cells *cells = &m->t->tables.cells[COLUMN_SAMPLE_STACK];
	uint32_t index = cells->v[row];

	*stack = EMPTY_STACK;
	if (index == NO_ID)
		return true;
	if (index < m->stack_count) {
		*stack = m->stacks[index];
		return true;
	}
	input_error_at(m->r->in, cells->byte, "expected the indices of %zu stacks, got %" PRIu32,
		       m->stack_count, index);
	return false;
}

static void add_samples(struct firefox_samples *m)
{
	for (size_t i = 0; i < m->count && !m->r->in->failed; i++) {
		size_t row = m->order ? m->order[i] : i;
		struct sample s = { .thread = m->thread, .count = !m->t->again };

		if (!find_stack(m, row, &s.stack))
			return;
		s.timed = m->timed;
		s.time = m->timed ? m->t->times[row] : 0;
		profile_sample_value(m->r->p, s, m->value,
				     m->durations ? duration_of(m, i) : weight_of(m, row));
	}
}

static void add_row(const struct firefox_samples *m, stack_id stack, int64_t value, uint64_t count)
{
	profile_sample_value(m->r->p,
			     (struct sample){ .thread = m->thread,
					      .stack = stack,
					      .count = m->t->again ? 0 : count,
					      .timed = m->timed },
			     m->value, value);
}

/* Where no order is wanted and nothing is weighed: sums by row of the stackTable, the last for none. */
static void add_sums(struct firefox_samples *m)
{
	const struct firefox_cells *cells = &m->t->tables.cells[COLUMN_SAMPLE_STACK];
	int64_t *sums = alloc_zero(m->stack_count + 1, sizeof *sums);
	uint64_t *counts = alloc_zero(m->stack_count + 1, sizeof *counts);
	stack_id stack;

	for (size_t i = 0; i < m->count && !m->r->in->failed; i++) {
		size_t row = m->order ? m->order[i] : i,
		       at = cells->v[row] == NO_ID ? m->stack_count : cells->v[row];

		if (at > m->stack_count || (at == m->stack_count && cells->v[row] != NO_ID)) {
			find_stack(m, row, &stack);
			break;
		}
		i64_add_to(&sums[at], m->durations ? duration_of(m, i) : 1);
		counts[at]++;
	}
	for (size_t at = 0; at <= m->stack_count && !m->r->in->failed; at++)
		if (counts[at])
			add_row(m, at < m->stack_count ? m->stacks[at] : EMPTY_STACK, sums[at],
				counts[at]);
	alloc_free(sums);
	alloc_free(counts);
}

static bool fits(const struct firefox_samples *m, size_t have, const char *what, uint64_t byte)
{
	if (!have || have == m->count)
		return true;
	input_error_at(m->r->in, byte, "expected a %s for each of %zu samples, got %zu", what,
		       m->count, have);
	return false;
}

void firefox_make_samples(struct firefox_reader *r, const struct firefox_thread *t)
{
	const struct firefox_process *process = &r->processes[t->process];
	struct firefox_samples m = { .r = r,
				     .t = t,
				     .count = t->tables.cells[COLUMN_SAMPLE_STACK].count };
	/* threads with few samples may share a stackTable of millions: it is not gone through */
	enum { STACKS_PER_SAMPLE = 16 };
	bool own;

	if (!fits(&m, t->time_count, "time", t->byte) ||
	    !fits(&m, t->weight_count, "weight", t->weights_byte))
		return;
	if (process->has_start && r->processes[0].has_start &&
	    __builtin_sub_overflow(process->start, r->processes[0].start, &m.offset))
		m.offset = 0;
	m.stacks = firefox_make_stacks(r, t, &m.stack_count, &own);
	m.value = value_of(&m);
	m.thread = profile_thread(r->p, thread_of(r, t));
	m.timed = t->time_count && !t->untimed;
	r->p->ordered |= r->p->keep_order;
	if (!r->in->failed && t->time_count)
		find_times(&m);
	if (r->p->ordered || t->weight_count || m.count < m.stack_count / STACKS_PER_SAMPLE)
		add_samples(&m);
	else
		add_sums(&m);
	alloc_free(m.order);
	if (own)
		alloc_free((stack_id *)m.stacks);
}
