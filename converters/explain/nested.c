/*
 * explain/nested - statements that others ran, in the log of auto_explain
 *
 * A statement is logged when it ends, those that it ran before it; nothing else tells them. So
 * the plans of a process are looked at backwards from each one: what ended after it began is
 * within it. That is sure if it ended a tick of the log's clock later; if something is, what
 * ended in the same tick as the beginning is taken to be too.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/index.h"
#include "converters/explain/reading.h"

enum { MAX_UNSURE = 1000 }; /* steps back without being sure */

struct nesting {
	struct plans *plans;
	uint32_t *before;  /* the plan of the same process before it, + 1 */
	uint32_t *outside; /* the last one before it began, + 1 */
	uint32_t *last;    /* by number of the process: its last plan, + 1 */
	string_id *processes;
	size_t process_count, process_cap, last_cap;
	struct index index;
	size_t unsure; /* statements that the clock is too coarse for */
};

static uint32_t *last_of(struct nesting *n, string_id process)
{
	uint64_t hash = hash_mix(process, 0);

	for (struct probe at = index_probe(&n->index, hash); index_next(&n->index, &at);)
		if (n->processes[at.row] == process)
			return &n->last[at.row];
	ARRAY_ROOM(n->processes, n->process_count, n->process_cap);
	ARRAY_ROOM(n->last, n->process_count, n->last_cap);
	n->processes[n->process_count] = process;
	n->last[n->process_count] = 0;
	index_add(&n->index, hash, (uint32_t)n->process_count);
	return &n->last[n->process_count++];
}

static void mark_within(struct nesting *n, uint32_t at)
{
	const struct plan *outer = &n->plans->items[at];
	int64_t begin = outer->entry.ended - outer->execution.value;
	uint32_t i = n->before[at];
	unsigned unsure = 0;
	bool sure = false;

	while (i && unsure < MAX_UNSURE) {
		struct plan *inner = &n->plans->items[i - 1];

		/* it ended, or began, before */
		if (inner->entry.ended + inner->entry.tick <= begin ||
		    inner->entry.ended - inner->execution.value + inner->entry.tick <= begin)
			break;
		sure |= inner->entry.ended >= begin + outer->entry.tick;
		inner->nested |= sure;
		unsure += !sure;
		i = sure ? n->outside[i - 1] : n->before[i - 1];
	}
	n->outside[at] = sure ? i : n->before[at];
	n->unsure += !sure && unsure;
}

static void report(struct input *in, struct profile *p, const struct nesting *n, size_t unclear,
		   bool keep)
{
	const struct plans *plans = n->plans;
	size_t nested = 0;

	for (size_t i = 0; i < plans->count; i++)
		nested += plans->items[i].nested;
	if (nested)
		profile_report_missing(p, str_of(in->name),
				       keep ? "%zu statements ran within later ones, whose times "
					      "include theirs: both are counted"
					    : "%zu statements ran within later ones, whose times "
					      "include theirs: left out (--nested keeps them)",
				       nested);
	if (n->unsure)
		profile_report_missing(
			p, str_of(in->name),
			"%zu statements began in the tick of the log's clock in which another "
			"ended: whether that ran within is unknown, and both are counted",
			n->unsure);
	if (unclear > 1)
		profile_report_missing(
			p, str_of(in->name),
			"%zu statements have no time and [process] in front: some may have run "
			"within others, and are counted twice then",
			unclear);
}

void plans_mark_nested(struct input *in, struct profile *p, struct plans *plans, bool keep)
{
	struct nesting n = { .plans = plans };
	size_t unclear = 0;

	n.before = alloc_zero(plans->count, sizeof *n.before);
	n.outside = alloc_zero(plans->count, sizeof *n.outside);
	for (uint32_t i = 0; i < plans->count; i++) {
		const struct plan_entry *entry = &plans->items[i].entry;
		uint32_t *last;

		if (!entry->logged)
			continue;
		if (!entry->clocked || !entry->process) {
			unclear++;
			continue;
		}
		last = last_of(&n, entry->process);
		n.before[i] = *last;
		*last = i + 1;
		mark_within(&n, i);
	}
	report(in, p, &n, unclear, keep);
	for (size_t i = 0; keep && i < plans->count; i++)
		plans->items[i].nested = false;
	alloc_free(n.before);
	alloc_free(n.outside);
	alloc_free(n.last);
	alloc_free(n.processes);
	index_free(&n.index);
}
