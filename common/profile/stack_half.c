/*
 * stack_half - samples, activations and spans
 */
#include "common/base/alloc.h"
#include "common/profile/profile.h"

static uint32_t new_sample(struct profile *p, struct sample s)
{
	ARRAY_ROOM(p->samples, p->sample_count, p->sample_cap);
	p->samples[p->sample_count++] = s;
	return values_new_row(&p->sample_values);
}

static uint64_t sample_hash(thread_id t, stack_id stack)
{
	return hash_mix((uint64_t)t << 32 | stack, 1);
}

/* The row of (thread, stack): one for all, or in ordered profiles a new one each time. */
static uint32_t sample_row(struct profile *p, thread_id t, stack_id stack)
{
	struct row_index *x = &p->sample_rows;
	uint32_t row;

	if (p->ordered) {
		row = new_sample(p, (struct sample){ t, stack, 0 });
		x->end += x->end == row; /* never looked for */
		return row;
	}
	for (; x->end < p->sample_count; x->end++)
		index_add(&x->index, sample_hash(p->samples[x->end].thread,
						 p->samples[x->end].stack), (uint32_t)x->end);
	for (struct probe at = index_probe(&x->index, sample_hash(t, stack));
	     index_next(&x->index, &at);)
		if (p->samples[at.row].thread == t && p->samples[at.row].stack == stack)
			return at.row;
	return new_sample(p, (struct sample){ t, stack, 0 });
}

void profile_new_sample(struct profile *p, thread_id t, stack_id stack, value_id v,
			int64_t value)
{
	values_add(&p->sample_values, new_sample(p, (struct sample){ t, stack, 0 }), v, value);
}

void profile_sample(struct profile *p, thread_id t, stack_id stack, value_id v,
		    int64_t value, uint64_t count)
{
	uint32_t row = sample_row(p, t, stack);

	p->samples[row].count += count;
	values_add(&p->sample_values, row, v, value);
}

void profile_sample_row(struct profile *p, struct sample s, const int64_t *values)
{
	uint32_t row = sample_row(p, s.thread, s.stack);

	p->samples[row].count += s.count;
	values_add_row(&p->sample_values, row, values);
}

void profile_activation(struct profile *p, struct activation a)
{
	ARRAY_ROOM(p->activations, p->activation_count, p->activation_cap);
	p->activations[p->activation_count++] = a;
}

static uint64_t span_hash(thread_id t, value_id v)
{
	return hash_mix((uint64_t)t << 32 | v, 2);
}

struct span *profile_span(const struct profile *p, thread_id t, value_id v)
{
	for (struct probe at = index_probe(&p->span_index, span_hash(t, v));
	     index_next(&p->span_index, &at);)
		if (p->spans[at.row].thread == t && p->spans[at.row].value == v)
			return &p->spans[at.row];
	return NULL;
}

void profile_add_span(struct profile *p, struct span s)
{
	struct span *have = profile_span(p, s.thread, s.value);

	if (have) {
		have->start = s.start < have->start ? s.start : have->start;
		have->end = s.end > have->end ? s.end : have->end;
		have->activations &= s.activations;
		return;
	}
	ARRAY_ROOM(p->spans, p->span_count, p->span_cap);
	index_add(&p->span_index, span_hash(s.thread, s.value), (uint32_t)p->span_count);
	p->spans[p->span_count++] = s;
}
