/*
 * explain/hints - advice in words, made of what a plan says beside its times
 *
 * A profile has no place for estimated rows or sorts on disk, and nobody but a reader of plans
 * knows what they mean. So the advice is made here, and is metadata of the profile: "desc" with
 * "hint: NODE: what it is", which formats with header lines keep and proftop --hints shows. What
 * took longest comes first.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "common/base/sort.h"
#include "common/profile/value_text.h"
#include "converters/explain/emit.h"

enum {
	MAX_HINTS = 100,    /* of a file */
	MIN_FACTOR = 10,    /* by which an estimate is wrong */
	MIN_ROWS = 100,     /* and the number of rows */
	MIN_REMOVED = 1000, /* rows that a filter throws away */
	MIN_LOOPS = 1000,
	MIN_FETCHES = 1000,
	HUNDREDTHS = 100,
};

struct plan_hint {
	int64_t weight;
	string_id text;
};

struct plan_hints {
	struct plan_emission *e;
	struct plan_hint *items;
	size_t count, cap;
	const struct plan_node *nodes; /* of the plan, by their numbers in the file */
	const struct plan *plan;
	bool *misjudged; /* by node: its estimate is wrong */
	bool *early;     /* by node: what is below is not read to its end */
	struct buf text;
};

static void put_number(struct plan_hints *h, int64_t number)
{
	buf_add_grouped(&h->text, (struct decimal){ number, 0 });
}

static void put_rows(struct plan_hints *h, int64_t hundredths)
{
	put_number(h, hundredths / HUNDREDTHS + (hundredths % HUNDREDTHS >= HUNDREDTHS / 2));
}

static void begin(struct plan_hints *h, const struct plan_node *n)
{
	h->text.n = 0;
	buf_add(&h->text, S("hint: "));
	buf_add(&h->text, profile_text(h->e->p, n->name));
	buf_add(&h->text, S(": "));
}

static void end(struct plan_hints *h, const struct plan_node *n)
{
	ARRAY_ROOM(h->items, h->count, h->cap);
	h->items[h->count++] = (struct plan_hint){ n->values[PLAN_TIME],
						   profile_string(h->e->p, buf_str(&h->text)) };
}

static bool takes_share(const struct plan_hints *h, const struct plan_node *n, int64_t of)
{
	return n->values[PLAN_TIME] >= h->nodes[h->plan->first].values[PLAN_TIME] / of;
}

static bool is_kind(const struct plan_hints *h, const struct plan_node *n, const char *kind)
{
	return str_contains(profile_text(h->e->p, n->name), str_of(kind));
}

/* --- wrong estimates --- */

static int64_t factor_of(int64_t more, int64_t less)
{
	return more / (less < HUNDREDTHS ? HUNDREDTHS : less);
}

/* A Limit, or a join that only asks whether there is a row, does not read its input to the end. */
static bool ends_early(const struct plan_hints *h, const struct plan_node *n)
{
	const struct plan_node *above = n->parent == NO_NODE ? NULL : &h->nodes[n->parent];

	return above && (h->early[n->parent - h->plan->first] || is_kind(h, above, "Limit") ||
			 is_kind(h, above, "Semi Join") || is_kind(h, above, "Anti Join") ||
			 is_kind(h, above, "Merge "));
}

static bool is_misjudged(const struct plan_hints *h, const struct plan_node *n)
{
	int64_t rows = n->mean_rows, planned = n->facts.planned_rows;

	if (!n->looped || !n->loops || !planned)
		return false;
	if (rows > planned)
		return factor_of(rows, planned) >= MIN_FACTOR &&
		       rows - planned >= MIN_ROWS * HUNDREDTHS;
	return factor_of(planned, rows) >= MIN_FACTOR && planned - rows >= MIN_ROWS * HUNDREDTHS &&
	       !ends_early(h, n);
}

/* The lowest node is where it began. */
static void hint_estimate(struct plan_hints *h, uint32_t id)
{
	const struct plan_node *n = &h->nodes[id];
	int64_t rows = n->mean_rows, planned = n->facts.planned_rows;

	if (!h->misjudged[id - h->plan->first])
		return;
	for (uint32_t child = id + 1; child < n->end; child = h->nodes[child].end)
		if (h->misjudged[child - h->plan->first])
			return;
	begin(h, n);
	put_rows(h, rows);
	buf_add(&h->text, S(" rows a loop, "));
	put_rows(h, planned);
	buf_add(&h->text, S(" were estimated, "));
	put_number(h, rows > planned ? factor_of(rows, planned) : factor_of(planned, rows));
	buf_add(&h->text, rows > planned ? S(" times too few") : S(" times too many"));
	buf_add(&h->text, S(" (ANALYZE the table; CREATE STATISTICS if columns depend on each "
			    "other)"));
	end(h, n);
}

/* --- one hint each --- */

static void hint_filter(struct plan_hints *h, uint32_t id)
{
	const struct plan_node *n = &h->nodes[id];
	int64_t removed = n->facts.removed_rows, rows = removed;

	i64_add_to(&rows, n->mean_rows);
	if (!n->loops || !is_kind(h, n, "Scan") || removed / 9 < n->mean_rows ||
	    removed / HUNDREDTHS < MIN_REMOVED / n->loops || !takes_share(h, n, 20))
		return;
	begin(h, n);
	buf_add(&h->text, S("the filter throws away "));
	buf_add_percent(&h->text, removed, rows);
	buf_add(&h->text, S(" of "));
	put_rows(h, rows);
	buf_add(&h->text, S(" rows a loop (an index on what it compares would read fewer)"));
	end(h, n);
}

static void hint_disk(struct plan_hints *h, uint32_t id)
{
	const struct plan_node *n = &h->nodes[id];

	if (!n->facts.disk && n->facts.batches < 2)
		return;
	begin(h, n);
	if (n->facts.disk) {
		put_number(h, n->facts.disk);
		buf_add(&h->text, S(" kB were written to disk"));
	}
	if (n->facts.batches > 1) {
		buf_add(&h->text, n->facts.disk ? S(" in ") : S("it was done in "));
		put_number(h, n->facts.batches);
		buf_add(&h->text, n->facts.disk ? S(" batches") : S(" batches, on disk"));
	}
	buf_add(&h->text, S(" (a larger work_mem keeps it in memory)"));
	end(h, n);
}

static void hint_loops(struct plan_hints *h, uint32_t id)
{
	const struct plan_node *n = &h->nodes[id];
	bool repeated = n->parent != NO_NODE && n->loops / MIN_FACTOR >= h->nodes[n->parent].loops;

	if (!n->timed || n->loops < MIN_LOOPS || !repeated || !takes_share(h, n, 10))
		return;
	begin(h, n);
	buf_add(&h->text, S("executed "));
	put_number(h, n->loops);
	buf_add(&h->text, S(" times, "));
	buf_print(&h->text, "%.1f ms in all", (double)n->values[PLAN_TIME] / 1e6);
	buf_add(&h->text, n->relation == PLAN_SUBPLAN
				  ? S(" (a join in place of the subquery may need it once)")
				  : S(" (a hash or merge join would need it once)"));
	end(h, n);
}

static void hint_workers(struct plan_hints *h, uint32_t id)
{
	const struct plan_node *n = &h->nodes[id];

	if (!n->gather || !n->loops || n->facts.workers_launched >= n->facts.workers_planned)
		return;
	begin(h, n);
	buf_print(&h->text,
		  "%" PRIu32 " workers were planned, %" PRIu32
		  " launched (max_parallel_workers and max_worker_processes are used up)",
		  n->facts.workers_planned, n->facts.workers_launched);
	end(h, n);
}

static void hint_heap(struct plan_hints *h, uint32_t id)
{
	const struct plan_node *n = &h->nodes[id];

	if (n->facts.heap_fetches >= MIN_FETCHES) {
		begin(h, n);
		buf_add(&h->text, S("looked into the table "));
		put_number(h, n->facts.heap_fetches);
		buf_add(&h->text, S(" times (VACUUM makes an index enough)"));
		end(h, n);
	}
	if (n->facts.lossy_blocks) {
		begin(h, n);
		put_number(h, n->facts.lossy_blocks);
		buf_add(&h->text, S(" blocks were searched as a whole (a larger work_mem remembers "
				    "their rows)"));
		end(h, n);
	}
}

/* --- all of them --- */

static void hint_plan(struct plan_hints *h, const struct plan *plan)
{
	static void (*const kinds[])(struct plan_hints * h, uint32_t id) = {
		hint_estimate, hint_filter, hint_disk, hint_loops, hint_workers, hint_heap,
	};

	h->plan = plan;
	h->misjudged = alloc_zero(plan->end - plan->first, sizeof *h->misjudged);
	h->early = alloc_zero(plan->end - plan->first, sizeof *h->early);
	for (uint32_t id = plan->first; id < plan->end; id++) {
		h->early[id - plan->first] = ends_early(h, &h->nodes[id]);
		h->misjudged[id - plan->first] = is_misjudged(h, &h->nodes[id]);
	}
	for (uint32_t id = plan->first; id < plan->end; id++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
			kinds[k](h, id);
	alloc_free(h->misjudged);
	alloc_free(h->early);
}

static int heaviest_first(uint32_t a, uint32_t b, const void *context)
{
	const struct plan_hint *items = context;

	return items[a].weight > items[b].weight ? -1 : items[a].weight < items[b].weight;
}

void plan_add_hints(struct plan_emission *e)
{
	struct plan_hints h = { .e = e, .nodes = e->plans->nodes };
	uint32_t *sorted;

	for (size_t i = 0; i < e->plans->count; i++)
		if (!e->plans->items[i].nested)
			hint_plan(&h, &e->plans->items[i]);
	sorted = alloc_zero(h.count, sizeof *sorted);
	for (uint32_t i = 0; i < h.count; i++)
		sorted[i] = i;
	sort_ids(sorted, h.count, heaviest_first, h.items);
	for (size_t i = 0; i < h.count && i < MAX_HINTS; i++)
		profile_metadata(e->p, NO_ID, S("desc"),
				 profile_text(e->p, h.items[sorted[i]].text));
	if (h.count > MAX_HINTS) {
		h.text.n = 0;
		buf_print(&h.text, "hint: and %zu more", h.count - MAX_HINTS);
		profile_metadata(e->p, NO_ID, S("desc"), buf_str(&h.text));
	}
	alloc_free(sorted);
	alloc_free(h.items);
	buf_free(&h.text);
}
