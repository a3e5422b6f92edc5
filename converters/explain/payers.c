/* explain/payers - inside which node an InitPlan or a CTE ran */
#include "common/base/alloc.h"
#include "common/base/num.h"
#include "common/base/sort.h"
#include "converters/explain/spread.h"

/* Files of many InitPlans may ask for this many looks at nodes, and for no more. */
enum { MAX_STEPS = 20000000 };

struct payers {
	struct plan_spread *s;
	uint32_t *depth;      /* of each node */
	uint32_t *references; /* of the plan, sorted by key, then as nodes end */
	size_t reference_count;
	uint32_t *tables; /* CTEs, sorted by name, then by number */
	size_t table_count;
	struct csr scans; /* of each CTE */
};

static int64_t can_pay(const struct plan_spread *s, uint32_t node)
{
	return s->self[s->weight] ? s->self[s->weight][node] : INT64_MAX;
}

static int64_t price(const struct plan_spread *s, uint32_t region)
{
	return s->self[s->weight] ? plan_part(s, region, s->weight) : 0;
}

/* By how much rounding may make a payer look too poor. */
static int64_t slack(const struct plan_spread *s, uint32_t payer, uint32_t region)
{
	int64_t sum = 0;

	if (s->weight == PLAN_TIME) {
		i64_add_to(&sum, s->nodes[payer].bound);
		i64_add_to(&sum, s->nodes[region].bound);
	}
	return sum;
}

static void take(struct plan_spread *s, uint32_t payer, enum plan_column c, int64_t amount)
{
	/* rows are not within other rows, and costs are estimated for the tree as it is */
	if (payer != NO_NODE && s->self[c] && c != PLAN_ROWS && c != PLAN_COST)
		s->self[c][payer] -= amount;
}

static struct plan_charge *charge(struct plan_spread *s, uint32_t region, uint32_t payer)
{
	ARRAY_ROOM(s->charges, s->charge_count, s->charge_cap);
	s->charges[s->charge_count] = (struct plan_charge){ .region = region, .payer = payer };
	return &s->charges[s->charge_count++];
}

static void charge_all(struct plan_spread *s, uint32_t region, uint32_t payer)
{
	struct plan_charge *one = charge(s, region, payer);

	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
		if (s->self[c]) {
			one->amount[c] = plan_part(s, region, c);
			take(s, payer, c, one->amount[c]);
		}
}

/* --- InitPlans --- */

static uint32_t end_of(const struct plan_spread *s, uint32_t node)
{
	return s->nodes[node].end - s->plan->first;
}

static bool is_below(const struct plan_spread *s, uint32_t node, uint32_t top)
{
	return node >= top && node < end_of(s, top);
}

/* The outermost Gather from `top` down to above `node`: it evaluates InitPlans before it starts
 * workers. */
static uint32_t gather_between(struct plan_spread *s, uint32_t top, uint32_t node)
{
	uint32_t found = NO_NODE;

	if (s->gather[node] == NO_NODE || s->gather[node] >= top)
		return s->gather[node];
	for (uint32_t n = node; n != top; s->steps++) {
		n = plan_parent(s, n);
		if (s->nodes[n].gather)
			found = n;
	}
	return found;
}

static size_t first_reference(const struct payers *f, string_id key)
{
	const struct plan_reference *all = f->s->plans->references + f->s->plan->first_reference;
	size_t low = 0, high = f->reference_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (all[f->references[middle]].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The best user so far: the first that can pay, in the order in which nodes end; else the richest. */
struct choice {
	uint32_t payer;
	bool pays;
};

static void consider(struct plan_spread *s, struct choice *best, uint32_t region, uint32_t user)
{
	uint32_t top = plan_parent(s, region), gather = gather_between(s, top, user);
	int64_t self;

	if (gather != NO_NODE)
		user = gather;
	self = can_pay(s, user);
	if (self >= price(s, region) - slack(s, user, region))
		*best = (struct choice){ user, true };
	else if (best->payer == NO_NODE || self > can_pay(s, best->payer))
		best->payer = user;
}

static void consider_users(struct payers *f, struct choice *best, uint32_t region, string_id key)
{
	struct plan_spread *s = f->s;
	const struct plan_reference *all = s->plans->references + s->plan->first_reference;
	uint32_t top = plan_parent(s, region);

	for (size_t i = first_reference(f, key);
	     i < f->reference_count && !best->pays && s->steps < MAX_STEPS; i++, s->steps++) {
		const struct plan_reference *r = &all[f->references[i]];
		uint32_t user = r->node - s->plan->first;

		if (r->key != key)
			break;
		if (is_below(s, user, top) && !is_below(s, user, region))
			consider(s, best, region, user);
	}
}

/* No text tells: the first node from the top whose self value is enough. */
static void consider_all(struct plan_spread *s, struct choice *best, uint32_t region)
{
	uint32_t top = plan_parent(s, region), n = top, end = end_of(s, top);

	while (n < end && !best->pays && s->steps < MAX_STEPS) {
		s->steps++;
		if (n != top && plan_is_region(&s->nodes[n])) {
			n = end_of(s, n);
			continue;
		}
		if (can_pay(s, n) >= price(s, region) - slack(s, n, region))
			*best = (struct choice){ n, true };
		n = s->nodes[n].gather ? end_of(s, n) : n + 1;
	}
	if (best->payer == NO_NODE)
		best->payer = top;
}

/* "InitPlan 1 (returns $0,$1)" is referred to by $0 and $1, "InitPlan 1" by that. */
static void charge_initplan(struct payers *f, uint32_t region)
{
	struct profile *p = f->s->p;
	struct str name = profile_text(p, f->s->nodes[region].subplan), key, rest;
	struct choice best = { NO_NODE, false };

	if (str_cut(name, '$', &key, &rest)) {
		size_t n = 0;

		for (rest = str_from(name, key.n); str_starts(rest, S("$")) && !best.pays;
		     rest = str_from(rest, n + (n < rest.n))) {
			for (n = 1; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9';)
				n++;
			consider_users(f, &best, region, profile_string(p, str_head(rest, n)));
		}
	} else {
		consider_users(f, &best, region, f->s->nodes[region].subplan);
	}
	if (best.payer == NO_NODE)
		consider_all(f->s, &best, region);
	charge_all(f->s, region, best.payer);
}

/* --- CTEs --- */

/* The CTE that a scan reads: of several with its name, the one that is nearest above it. */
static uint32_t table_of(struct payers *f, uint32_t scan)
{
	struct plan_spread *s = f->s;
	string_id name = s->nodes[scan].cte;
	size_t low = 0, high = f->table_count;
	uint32_t found = NO_NODE;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->nodes[f->tables[middle]].subplan < name)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < f->table_count && s->steps < MAX_STEPS; low++, s->steps++) {
		uint32_t table = f->tables[low];

		if (s->nodes[table].subplan != name)
			break;
		if (is_below(s, scan, plan_parent(s, table)) && !is_below(s, scan, table))
			found = found == NO_NODE || plan_parent(s, table) >= plan_parent(s, found)
					? table
					: found;
	}
	return found;
}

static int richest_first(uint32_t a, uint32_t b, const void *context)
{
	int64_t of_a = can_pay(context, a), of_b = can_pay(context, b);

	return of_a > of_b ? -1 : of_a < of_b;
}

/*
 * Each scan pays as far as it can, the richest first. What is left is rounding, and the richest
 * scan's; or it ran after the root, as far as a statement that writes was not read to its end.
 */
static void charge_table(struct payers *f, uint32_t region)
{
	struct plan_spread *s = f->s;
	uint32_t *scans = f->scans.item + f->scans.first[region];
	size_t count = f->scans.first[region + 1] - f->scans.first[region], first = s->charge_count;
	int64_t left[PLAN_COLUMN_COUNT] = { 0 };
	uint32_t payer;
	bool enough;

	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
		left[c] = s->self[c] ? plan_part(s, region, c) : 0;
	sort_ids(scans, count, richest_first, s);
	for (size_t i = 0; i < count; i++) {
		struct plan_charge *one = charge(s, region, scans[i]);

		for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
			int64_t most = s->self[c] ? s->self[c][scans[i]] : 0;

			one->amount[c] = most < 0 ? 0 : most < left[c] ? most : left[c];
			left[c] -= one->amount[c];
			take(s, scans[i], c, one->amount[c]);
		}
	}
	enough = count && left[s->weight] <= slack(s, scans[0], region);
	if (!enough)
		charge(s, region, s->nodes[region].modifies ? NO_NODE : plan_parent(s, region));
	payer = enough ? scans[0] : s->charges[s->charge_count - 1].payer;
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		s->charges[enough ? first : s->charge_count - 1].amount[c] += left[c];
		take(s, payer, c, left[c]);
	}
}

/* --- all of them --- */

static int deepest_first(uint32_t a, uint32_t b, const void *context)
{
	const struct payers *f = context;

	return f->depth[a] > f->depth[b] ? -1 : f->depth[a] < f->depth[b];
}

/* By key; of one key as the nodes end, so that those below come first. */
static int by_key(uint32_t a, uint32_t b, const void *context)
{
	const struct payers *f = context;
	const struct plan_reference *all = f->s->plans->references + f->s->plan->first_reference;
	const struct plan_node *nodes = f->s->plans->nodes;

	if (all[a].key != all[b].key)
		return all[a].key < all[b].key ? -1 : 1;
	if (nodes[all[a].node].end != nodes[all[b].node].end)
		return nodes[all[a].node].end < nodes[all[b].node].end ? -1 : 1;
	return all[a].node > all[b].node ? -1 : all[a].node < all[b].node;
}

static int by_name(uint32_t a, uint32_t b, const void *context)
{
	const struct plan_node *nodes = ((const struct payers *)context)->s->nodes;

	return nodes[a].subplan < nodes[b].subplan ? -1 : nodes[a].subplan > nodes[b].subplan;
}

static void find_scans(struct payers *f)
{
	struct plan_spread *s = f->s;
	uint32_t *table = alloc_zero(s->count, sizeof *table);

	sort_ids(f->tables, f->table_count, by_name, f);
	csr_open(&f->scans, s->count, s->count);
	for (uint32_t i = 0; i < s->count; i++) {
		table[i] = s->nodes[i].cte ? table_of(f, i) : NO_NODE;
		if (table[i] != NO_NODE)
			csr_count(&f->scans, table[i]);
	}
	csr_sum(&f->scans);
	for (uint32_t i = 0; i < s->count; i++)
		if (table[i] != NO_NODE)
			csr_put(&f->scans, table[i], i);
	alloc_free(table);
}

void plan_find_payers(struct plan_spread *s)
{
	struct payers f = { .s = s };
	uint32_t *regions = alloc_zero(s->count, sizeof *regions);
	size_t region_count = 0;

	f.reference_count = s->plan->end_reference - s->plan->first_reference;
	f.references = alloc_zero(f.reference_count, sizeof *f.references);
	for (uint32_t i = 0; i < f.reference_count; i++)
		f.references[i] = i;
	sort_ids(f.references, f.reference_count, by_key, &f);
	f.depth = alloc_zero(s->count, sizeof *f.depth);
	f.tables = alloc_zero(s->count, sizeof *f.tables);
	for (uint32_t i = 1; i < s->count; i++) {
		f.depth[i] = f.depth[plan_parent(s, i)] + 1;
		if (plan_is_region(&s->nodes[i]))
			regions[region_count++] = i;
		if (s->nodes[i].relation == PLAN_CTE)
			f.tables[f.table_count++] = i;
	}
	find_scans(&f);
	sort_ids(regions, region_count, deepest_first, &f);
	for (size_t i = 0; i < region_count; i++)
		if (s->nodes[regions[i]].relation == PLAN_CTE)
			charge_table(&f, regions[i]);
		else
			charge_initplan(&f, regions[i]);
	csr_free(&f.scans);
	alloc_free(f.references);
	alloc_free(f.depth);
	alloc_free(f.tables);
	alloc_free(regions);
}

/* --- triggers --- */

/* Those of constraints come first. */
static int by_cost(const struct plan_trigger *a, const struct plan_trigger *b, bool dear)
{
	if (a->constraint != b->constraint)
		return a->constraint ? -1 : 1;
	if (a->time == b->time)
		return 0;
	return (a->time < b->time) != dear ? -1 : 1;
}

static int cheapest_first(uint32_t a, uint32_t b, const void *context)
{
	const struct plan_trigger *t = context;

	return by_cost(&t[a], &t[b], false);
}

static int dearest_first(uint32_t a, uint32_t b, const void *context)
{
	const struct plan_trigger *t = context;

	return by_cost(&t[a], &t[b], true);
}

/* The first node that writes to the table of the trigger and took that long itself. */
static uint32_t writer_for(struct plan_spread *s, const struct plan_trigger *t)
{
	for (uint32_t i = 0; i < s->count && s->steps < MAX_STEPS; i++, s->steps++)
		if (s->nodes[i].modifies &&
		    (!t->table || !s->nodes[i].table || t->table == s->nodes[i].table) &&
		    can_pay(s, i) >= t->time)
			return i;
	return NO_NODE;
}

/* Whether each trigger has a place in this order: after the statement while there is room. */
static bool place_in_order(struct plan_spread *s, sort_order *order)
{
	const struct plan *plan = s->plan;
	const struct plan_trigger *all = s->plans->triggers + plan->first_trigger;
	uint32_t count = plan->end_trigger - plan->first_trigger;
	uint32_t *sorted = alloc_zero(count, sizeof *sorted);
	int64_t room = plan->execution.value - s->nodes[0].values[PLAN_TIME] -
		       plan->serialization.value - plan_time_beside(s);
	bool placed = true;

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = i;
	sort_ids(sorted, count, order, all);
	for (uint32_t k = 0; k < count; k++) {
		uint32_t i = sorted[k];
		bool fits = plan->execution.known && all[i].time - s->nodes[0].bound <= room;

		s->inside[i] = all[i].constraint || fits ? NO_NODE : writer_for(s, &all[i]);
		if (s->inside[i] != NO_NODE)
			take(s, s->inside[i], PLAN_TIME, all[i].time);
		else
			room -= all[i].time < room ? all[i].time : room;
		placed &= all[i].constraint || fits || s->inside[i] != NO_NODE;
	}
	alloc_free(sorted);
	return placed;
}

static void take_back(struct plan_spread *s)
{
	for (uint32_t i = 0; i < s->plan->end_trigger - s->plan->first_trigger; i++)
		take(s, s->inside[i], PLAN_TIME,
		     -s->plans->triggers[s->plan->first_trigger + i].time);
}

/*
 * Nothing in the file tells triggers before a row, whose time is within that of the node, from those
 * after the statement, which only the execution time has. Those of constraints are of the second
 * kind; so are others as far as the execution time has room for them, the cheapest first, unless
 * the rest would be too much for the node that writes: then the dearest.
 */
void plan_place_triggers(struct plan_spread *s)
{
	uint32_t count = s->plan->end_trigger - s->plan->first_trigger;

	s->inside = alloc_zero(count, sizeof *s->inside);
	if (!place_in_order(s, cheapest_first)) {
		take_back(s);
		s->triggers_unclear = !place_in_order(s, dearest_first);
	}
	for (uint32_t i = 0; i < count && !s->plan->execution.known; i++)
		s->triggers_unclear |= !s->plans->triggers[s->plan->first_trigger + i].constraint;
}
