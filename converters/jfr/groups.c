/*
 * jfr/groups - samples that are nothing but a thread and a stack, counted while constants are read
 *
 * Most events of a recording are execution samples of few stacks. Where their order does not
 * matter, those with the same numbers are counted as they come, before anything is known of their
 * constants, and made samples when the chunk has been read.
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/jfr/internal.h"

static bool is_group(const struct jfr_group *g, uint32_t type, uint64_t thread, uint64_t stack)
{
	return g->type == type && g->thread == thread && g->stack == stack;
}

static uint32_t group_of(struct jfr_groups *groups, uint32_t type, uint64_t thread, uint64_t stack)
{
	uint64_t hash = hash_mix(hash_mix(thread, type), stack);

	for (struct probe at = index_probe(&groups->index, hash); index_next(&groups->index, &at);)
		if (is_group(&groups->rows[at.row], type, thread, stack))
			return at.row;
	ARRAY_ROOM(groups->rows, groups->count, groups->cap);
	groups->rows[groups->count] = (struct jfr_group){ .type = type,
							  .thread = thread,
							  .stack = stack };
	index_add(&groups->index, hash, (uint32_t)groups->count);
	return (uint32_t)groups->count++;
}

bool jfr_group_event(struct jfr_reader *r, uint32_t type, struct jfr_bytes event)
{
	struct jfr_groups *groups = &r->groups;
	const struct jfr_type *t = &r->types.rows[type];
	const char *begin = event.p;
	struct jfr_record record;
	uint64_t thread, stack, ticks;
	uint32_t *recent;

	if (!jfr_read_value(r, &event, t, &record))
		return false;
	thread = record.number[jfr_thread_field(&record)];
	stack = record.number[JFR_STACK_TRACE];
	ticks = record.number[JFR_START_TIME];
	if (ticks > r->start_ticks && ticks - r->start_ticks > r->last_tick) {
		jfr_expected(r, begin, "a time before the year 2262");
		return false;
	}
	recent = &groups->recent[(stack + thread * 509 + type) % JFR_RECENT];
	if (!*recent || !is_group(&groups->rows[*recent - 1], type, thread, stack))
		*recent = group_of(groups, type, thread, stack) + 1;
	groups->rows[*recent - 1].count++;
	return true;
}

void jfr_add_groups(struct jfr_reader *r)
{
	struct jfr_record record = { .type = NULL };

	for (size_t i = 0; i < r->groups.count && !r->in->failed; i++) {
		const struct jfr_group *g = &r->groups.rows[i];
		struct jfr_type *type = &r->types.rows[g->type];

		record.type = type;
		record.number[JFR_STACK_TRACE] = g->stack;
		record.number[jfr_thread_field(&record)] = g->thread;
		record.number[JFR_START_TIME] = 0;
		jfr_add_samples(r, type, &record, g->count);
	}
	r->groups.count = 0;
	index_clear(&r->groups.index);
}
