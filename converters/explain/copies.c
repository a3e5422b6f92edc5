/*
 * explain/copies - the rows of a plan's nodes
 *
 * A CTE that several scans paid for is below each of them, in proportion to what each paid, value
 * type by value type: a copy gets the interval of the values from lo to hi, and all of them
 * make up that from 0 to 1. Copies of copies might become too many: then it is beside the tree.
 */
#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/explain/emit.h"

enum { ROWS_PER_NODE = 4, FREE_ROWS = 4096 };

/* A place where a region stands, and its part of the region's values. */
struct plan_copy {
	stack_id above;
	uint32_t next; /* of the same region, + 1 */
	double lo[PLAN_COLUMN_COUNT], hi[PLAN_COLUMN_COUNT];
};

struct plan_copies {
	struct plan_emission *e;
	const struct plan_spread *s;
	struct plan_copy *items;
	size_t count, cap;
	uint32_t *first;                      /* by region: its first copy, + 1 */
	uint32_t *number;                     /* by region: how many */
	uint32_t *size;                       /* by region: of how many nodes */
	int64_t (*before)[PLAN_COLUMN_COUNT]; /* by charge: what those before it paid */
	int64_t (*total)[PLAN_COLUMN_COUNT];  /* by region */
	stack_id *stack;                      /* of each node, in the copy that is being written */
	struct csr triggers;                  /* inside each node */
	uint64_t rows;
	stack_id base;
};

static int64_t at_fraction(int64_t value, double fraction)
{
	return fraction <= 0 ? 0 : fraction >= 1 ? value : (int64_t)((double)value * fraction);
}

static int64_t part_of(const struct plan_copy *copy, enum plan_column c, int64_t value)
{
	return at_fraction(value, copy->hi[c]) - at_fraction(value, copy->lo[c]);
}

static struct plan_copy *add_copy(struct plan_copies *all, uint32_t region, stack_id above)
{
	struct plan_copy *copy;

	ARRAY_ROOM(all->items, all->count, all->cap);
	copy = &all->items[all->count++];
	*copy = (struct plan_copy){ .above = above, .next = all->first[region] };
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
		copy->hi[c] = 1;
	all->first[region] = (uint32_t)all->count;
	all->number[region]++;
	return copy;
}

/* The interval of a charge within all charges of its region, and `from` within the charge. */
static void divide(const struct plan_copies *all, uint32_t charge, struct plan_copy *copy,
		   const struct plan_copy *from)
{
	const struct plan_charge *one = &all->s->charges[charge];
	bool first = all->s->by_region.item[all->s->by_region.first[one->region]] == charge;

	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		double lo = from ? from->lo[c] : 0, hi = from ? from->hi[c] : 1;
		double whole = (double)all->total[one->region][c];
		double before = (double)all->before[charge][c], share = (double)one->amount[c];

		/* where nobody paid anything, the first charge has it */
		if (whole > 0) {
			lo = (before + lo * share) / whole;
			hi = (before + hi * share) / whole;
		} else if (!first) {
			lo = hi = 1;
		}
		copy->lo[c] = lo;
		copy->hi[c] = hi;
	}
}

/* The region of a charge, below the node that paid or beside the tree. */
static void place_charge(struct plan_copies *all, uint32_t charge, stack_id above, size_t from)
{
	uint32_t region = all->s->charges[charge].region;
	struct plan_copy own = { 0 };
	struct plan_copy *copy;

	if (from < all->count)
		own = all->items[from]; /* adding may move it */
	copy = add_copy(all, region, plan_push(all->e, above, all->s->nodes[region].subplan));
	divide(all, charge, copy, from < all->count - 1 ? &own : NULL);
}

static void place_charges(struct plan_copies *all, uint32_t payer, stack_id above, size_t from)
{
	const struct csr *by = &all->s->by_payer;

	for (uint32_t k = by->first[payer]; k < by->first[payer + 1]; k++)
		place_charge(all, by->item[k], above, from);
}

/* --- rows --- */

static const struct plan_node *node_of(const struct plan_copies *all, uint32_t node)
{
	return &all->s->nodes[node];
}

/* Loops have no payers of their own: they go with the column that chose them. */
static int64_t calls_of(const struct plan_copies *all, const struct plan_copy *copy, int64_t loops)
{
	return part_of(copy, all->s->weight, loops);
}

static void put_workers(struct plan_copies *all, const struct plan_copy *copy, uint32_t node)
{
	const struct plan_spread *s = all->s;

	for (uint32_t w = 0; w < node_of(all, node)->worker_count; w++) {
		uint32_t entry = node_of(all, node)->first_worker + w;
		const struct plan_worker *worker = &s->plans->workers[entry];
		char text[32] = "worker ";
		struct str name = { text, strlen(text) };

		name.n += u64_text(text + name.n, worker->number);
		for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
			if (s->worker_self[c])
				plan_set_value(all->e, c,
					       part_of(copy, c,
						       s->worker_self[c][entry - s->first_worker]));
		plan_put_row(all->e,
			     profile_thread(all->e->p,
					    (struct thread){
						    .name = profile_string(all->e->p, name) }),
			     all->stack[node], calls_of(all, copy, worker->loops));
	}
}

static int64_t loops_of_leader(const struct plan_copies *all, uint32_t node)
{
	const struct plan_node *n = node_of(all, node);
	int64_t loops = n->loops;

	for (uint32_t w = 0; w < n->worker_count; w++)
		loops -= all->s->plans->workers[n->first_worker + w].loops;
	return loops < 0 ? 0 : loops;
}

static void put_triggers(struct plan_copies *all, const struct plan_copy *copy, uint32_t node)
{
	const struct plan_spread *s = all->s;

	for (uint32_t k = all->triggers.first[node]; k < all->triggers.first[node + 1]; k++) {
		uint32_t i = all->triggers.item[k];
		const struct plan_trigger *t = &s->plans->triggers[s->plan->first_trigger + i];

		plan_set_value(all->e, PLAN_TIME, part_of(copy, PLAN_TIME, s->trigger_time[i]));
		plan_put_row(all->e, all->e->leader, plan_push(all->e, all->stack[node], t->name),
			     calls_of(all, copy, t->calls));
	}
}

/* A frame without values of its own, entered as often as the node below it. */
static void put_name(struct plan_copies *all, const struct plan_copy *copy, stack_id stack,
		     uint32_t node)
{
	if (all->e->p->counts_calls)
		plan_put_row(all->e, all->e->leader, stack,
			     calls_of(all, copy, node_of(all, node)->loops));
}

static void put_node(struct plan_copies *all, const struct plan_copy *copy, uint32_t node,
		     stack_id above)
{
	const struct plan_node *n = node_of(all, node);
	const struct plan_spread *s = all->s;

	if (n->relation == PLAN_SUBPLAN && n->subplan) {
		above = plan_push(all->e, above, n->subplan);
		put_name(all, copy, above, node);
	}
	all->stack[node] = plan_push(all->e, above, n->name);
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
		if (s->self[c])
			plan_set_value(all->e, c, part_of(copy, c, s->self[c][node]));
	plan_put_row(all->e, all->e->leader, all->stack[node],
		     calls_of(all, copy, loops_of_leader(all, node)));
	put_workers(all, copy, node);
	put_triggers(all, copy, node);
}

static void put_copy(struct plan_copies *all, size_t at, uint32_t first)
{
	const struct plan_spread *s = all->s;
	uint32_t top = s->order[first];

	if (top)
		put_name(all, &all->items[at], all->items[at].above, top);
	for (uint32_t k = 0; k < all->size[top]; k++) {
		uint32_t node = s->order[first + k];
		struct plan_copy copy = all->items[at];

		put_node(all, &copy, node,
			 node == top ? copy.above
				     : all->stack[node_of(all, node)->parent - s->plan->first]);
		place_charges(all, node, all->stack[node], at);
	}
}

/* Copies of a region are known when its turn comes: payers' regions are first. */
static void put_region(struct plan_copies *all, uint32_t first)
{
	uint32_t region = all->s->order[first];
	uint64_t rows = (uint64_t)all->number[region] * all->size[region];

	if (all->number[region] > 1 &&
	    all->rows + rows > (uint64_t)all->s->count * ROWS_PER_NODE + FREE_ROWS) {
		all->first[region] = 0;
		add_copy(all, region, plan_push(all->e, all->base, node_of(all, region)->subplan));
		rows = all->size[region];
		all->e->collapsed++;
	}
	all->rows += rows;
	for (uint32_t at = all->first[region]; at; at = all->items[at - 1].next)
		put_copy(all, at - 1, first);
}

/* --- the whole --- */

static void sum_charges(struct plan_copies *all)
{
	const struct plan_spread *s = all->s;

	all->before = alloc_zero(s->charge_count, sizeof *all->before);
	all->total = alloc_zero(s->count, sizeof *all->total);
	for (uint32_t region = 0; region < s->count; region++)
		for (uint32_t k = s->by_region.first[region]; k < s->by_region.first[region + 1];
		     k++)
			for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
				uint32_t charge = s->by_region.item[k];

				all->before[charge][c] = all->total[region][c];
				all->total[region][c] += s->charges[charge].amount[c];
			}
}

static void group_triggers(struct plan_copies *all)
{
	const struct plan_spread *s = all->s;
	uint32_t count = s->plan->end_trigger - s->plan->first_trigger;

	csr_open(&all->triggers, s->count, count);
	for (uint32_t i = 0; i < count; i++)
		if (s->inside[i] != NO_NODE)
			csr_count(&all->triggers, s->inside[i]);
	csr_sum(&all->triggers);
	for (uint32_t i = 0; i < count; i++)
		if (s->inside[i] != NO_NODE)
			csr_put(&all->triggers, s->inside[i], i);
}

void plan_put_nodes(struct plan_emission *e, const struct plan_spread *s, stack_id base)
{
	struct plan_copies all = { .e = e, .s = s, .base = base };

	all.first = alloc_zero(s->count, sizeof *all.first);
	all.number = alloc_zero(s->count, sizeof *all.number);
	all.size = alloc_zero(s->count, sizeof *all.size);
	all.stack = alloc_zero(s->count, sizeof *all.stack);
	for (uint32_t i = 0; i < s->count; i++)
		all.size[s->region[i]]++;
	sum_charges(&all);
	group_triggers(&all);
	add_copy(&all, 0, base);
	place_charges(&all, s->count, base, SIZE_MAX);
	for (uint32_t first = 0; first < s->count; first += all.size[s->order[first]])
		put_region(&all, first);
	csr_free(&all.triggers);
	alloc_free(all.items);
	alloc_free(all.first);
	alloc_free(all.number);
	alloc_free(all.size);
	alloc_free(all.before);
	alloc_free(all.total);
	alloc_free(all.stack);
}
