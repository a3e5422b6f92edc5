#include "converters/explain/spread.h"

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/explain/fit.h"

int64_t plan_part(const struct plan_spread *s, uint32_t node, enum plan_column c)
{
	const struct plan_node *n = &s->nodes[node];
	int64_t part = n->values[c];

	/* rounding may make the sum of the workers' times more than that of all processes */
	for (uint32_t w = 0; c == PLAN_TIME && w < n->worker_count; w++)
		part -= s->plans->workers[n->first_worker + w].values[c];
	return part < 0 ? 0 : part;
}

int64_t plan_time_beside(const struct plan_spread *s)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->charge_count; i++)
		if (s->charges[i].payer == NO_NODE)
			sum += s->charges[i].amount[PLAN_TIME];
	return sum;
}

/* --- what is known of each node --- */

static void find_columns(struct plan_spread *s)
{
	for (uint32_t i = 0; i < s->count; i++) {
		s->timed |= s->nodes[i].timed;
		for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
			s->used[c] |= s->nodes[i].values[c] != 0;
	}
	s->used[PLAN_TIME] = s->timed;
	s->weight = s->timed                   ? PLAN_TIME
		    : s->used[PLAN_SHARED_HIT] ? PLAN_SHARED_HIT
					       : PLAN_SHARED_READ;
}

/* Only VERBOSE says what workers did, and what the leader did below a Gather. */
static void find_hidden(struct plan_spread *s)
{
	bool verbose = false;

	for (uint32_t i = 0; i < s->count; i++)
		verbose |= s->nodes[i].output || s->nodes[i].worker_count;
	for (uint32_t i = 0; i < s->count; i++) {
		uint32_t above = i ? plan_parent(s, i) : 0;

		s->gather[i] = !i                            ? NO_NODE
			       : s->gather[above] != NO_NODE ? s->gather[above]
			       : s->nodes[above].gather      ? above
							     : NO_NODE;
		s->region[i] = i && !plan_is_region(&s->nodes[i]) ? s->region[above] : i;
		s->hidden[i] = !verbose && i &&
			       (s->hidden[above] ||
				(s->nodes[above].gather && !s->nodes[above].no_crew &&
				 !plan_is_region(&s->nodes[i])));
		s->hides |= s->hidden[i] && s->timed;
	}
}

/* What the children that run inside a node leave of its values. */
static void find_raw_self(struct plan_spread *s)
{
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		int64_t *self;

		if (!s->used[c])
			continue;
		self = s->self[c] = alloc_zero(s->count, sizeof *self);
		for (uint32_t i = 0; i < s->count; i++) {
			int64_t part = plan_part(s, i, c);

			self[i] += part;
			/* rows are not within other rows, estimated costs are within the parent's */
			if (i && c != PLAN_ROWS &&
			    (c == PLAN_COST || !plan_is_region(&s->nodes[i])))
				self[plan_parent(s, i)] -= part;
		}
	}
}

/* --- the order of regions --- */

static void put_region(const struct plan_spread *s, uint32_t top, uint32_t *at)
{
	for (uint32_t i = top; i < s->nodes[top].end - s->plan->first;) {
		if (i != top && plan_is_region(&s->nodes[i])) {
			i = s->nodes[i].end - s->plan->first;
			continue;
		}
		s->order[(*at)++] = i++;
	}
}

static void group_charges(struct plan_spread *s)
{
	csr_open(&s->by_payer, s->count + 1, s->charge_count);
	csr_open(&s->by_region, s->count, s->charge_count);
	for (uint32_t i = 0; i < s->charge_count; i++) {
		const struct plan_charge *one = &s->charges[i];

		csr_count(&s->by_payer, one->payer == NO_NODE ? s->count : one->payer);
		csr_count(&s->by_region, one->region);
	}
	csr_sum(&s->by_payer);
	csr_sum(&s->by_region);
	for (uint32_t i = 0; i < s->charge_count; i++) {
		const struct plan_charge *one = &s->charges[i];

		csr_put(&s->by_payer, one->payer == NO_NODE ? s->count : one->payer, i);
		csr_put(&s->by_region, one->region, i);
	}
}

/* Whether all regions can be put in order, each behind those of its payers. */
static bool put_in_order(struct plan_spread *s)
{
	uint32_t *waits = alloc_zero(s->count, sizeof *waits), at = 0, done = 0;

	for (uint32_t i = 0; i < s->charge_count; i++)
		waits[s->charges[i].region] += s->charges[i].payer != NO_NODE;
	put_region(s, 0, &at);
	for (uint32_t i = 1; i < s->count; i++)
		if (plan_is_region(&s->nodes[i]) && !waits[i])
			put_region(s, i, &at);
	/* a region is complete when the last charge on its nodes has been seen */
	for (; done < at; done++) {
		uint32_t node = s->order[done];

		for (uint32_t k = s->by_payer.first[node]; k < s->by_payer.first[node + 1]; k++) {
			uint32_t region = s->charges[s->by_payer.item[k]].region;

			if (--waits[region] == 0)
				put_region(s, region, &at);
		}
	}
	alloc_free(waits);
	return at == s->count;
}

/* InitPlans that need each other are nothing that a server writes: they go beside the tree. */
static void order_regions(struct plan_spread *s)
{
	s->order = alloc_zero(s->count, sizeof *s->order);
	group_charges(s);
	if (put_in_order(s))
		return;
	s->circular = true;
	for (size_t i = 0; i < s->charge_count; i++)
		s->charges[i].payer = NO_NODE;
	csr_free(&s->by_payer);
	csr_free(&s->by_region);
	group_charges(s);
	put_in_order(s);
}

/* --- fitting --- */

struct fitting {
	struct plan_spread *s;
	enum plan_column c;
	struct fit *fits;
};

/* What runs inside a node says that it took more than the node says. */
static void count_excess(struct fitting *f, uint32_t node, int64_t bound)
{
	struct plan_spread *s = f->s;
	int64_t excess = f->fits[node].sum - f->fits[node].said;

	i64_add_to(&bound, s->nodes[node].bound);
	if (excess <= 0 || f->c == PLAN_COST)
		return;
	if (f->c == PLAN_TIME && excess <= bound) {
		s->rounding += excess;
	} else if (!s->hides) {
		s->beyond_count++;
		s->beyond += f->c == PLAN_TIME ? excess : 0;
	}
}

/* The node, or the region of that top, gets what the parent has for it. */
static int64_t set_part(struct fitting *f, uint32_t node, uint32_t parent, int64_t part)
{
	int64_t given = fit_part(&f->fits[parent], part);

	f->fits[node].whole += given;
	f->fits[node].said += part;
	return given;
}

static bool inside_parent(const struct fitting *f, uint32_t node)
{
	return f->c == PLAN_COST || !plan_is_region(&f->s->nodes[node]);
}

/* What runs inside each node adds up to fits[node].sum. */
static int64_t *sum_parts(struct fitting *f)
{
	struct plan_spread *s = f->s;
	int64_t *bounds = alloc_zero(s->count, sizeof *bounds);

	for (uint32_t i = 1; i < s->count; i++)
		if (inside_parent(f, i)) {
			f->fits[plan_parent(s, i)].sum += plan_part(s, i, f->c);
			i64_add_to(&bounds[plan_parent(s, i)], s->nodes[i].bound);
		}
	for (size_t i = 0; f->c != PLAN_COST && i < s->charge_count; i++)
		if (s->charges[i].payer != NO_NODE) {
			f->fits[s->charges[i].payer].sum += s->charges[i].amount[f->c];
			i64_add_to(&bounds[s->charges[i].payer],
				   s->nodes[s->charges[i].region].bound);
		}
	for (uint32_t i = 0; f->c == PLAN_TIME && i < s->plan->end_trigger - s->plan->first_trigger;
	     i++)
		if (s->inside[i] != NO_NODE)
			f->fits[s->inside[i]].sum +=
				s->plans->triggers[s->plan->first_trigger + i].time;
	return bounds;
}

static void fit_charges(struct fitting *f, uint32_t payer, uint32_t key)
{
	const struct csr *by = &f->s->by_payer;

	for (uint32_t k = by->first[key]; k < by->first[key + 1]; k++) {
		struct plan_charge *one = &f->s->charges[by->item[k]];

		if (payer == NO_NODE) {
			f->fits[one->region].whole += one->amount[f->c];
			f->fits[one->region].said += one->amount[f->c];
		} else {
			one->amount[f->c] = set_part(f, one->region, payer, one->amount[f->c]);
		}
	}
}

static void fit_triggers(struct fitting *f)
{
	struct plan_spread *s = f->s;

	for (uint32_t i = 0; i < s->plan->end_trigger - s->plan->first_trigger; i++) {
		int64_t time = s->plans->triggers[s->plan->first_trigger + i].time;
		uint32_t in = s->inside[i];

		s->trigger_time[i] = in == NO_NODE ? time : fit_part(&f->fits[in], time);
	}
}

static void fit_column(struct plan_spread *s, enum plan_column c)
{
	struct fitting f = { .s = s, .c = c };
	int64_t *bounds;

	f.fits = alloc_zero(s->count, sizeof *f.fits);
	bounds = sum_parts(&f);
	f.fits[0].whole = f.fits[0].said = plan_part(s, 0, c);
	if (c != PLAN_COST)
		fit_charges(&f, NO_NODE, s->count);
	for (uint32_t k = 0; k < s->count; k++) {
		uint32_t i = c == PLAN_COST ? k : s->order[k];

		if (i && inside_parent(&f, i))
			set_part(&f, i, plan_parent(s, i), plan_part(s, i, c));
		count_excess(&f, i, bounds[i]);
		s->self[c][i] = fit_rest(&f.fits[i]);
		if (c != PLAN_COST)
			fit_charges(&f, i, i);
	}
	if (c == PLAN_TIME)
		fit_triggers(&f);
	alloc_free(bounds);
	alloc_free(f.fits);
}

/* --- the whole --- */

void plan_spread(struct plan_spread *s, struct profile *p, const struct plans *plans,
		 const struct plan *plan)
{
	*s = (struct plan_spread){ .p = p,
				   .plans = plans,
				   .plan = plan,
				   .nodes = plans->nodes + plan->first,
				   .count = plan->end - plan->first };
	s->region = alloc_zero(s->count, sizeof *s->region);
	s->gather = alloc_zero(s->count, sizeof *s->gather);
	s->hidden = alloc_zero(s->count, sizeof *s->hidden);
	s->trigger_time = alloc_zero(plan->end_trigger - plan->first_trigger,
				     sizeof *s->trigger_time);
	find_columns(s);
	find_hidden(s);
	find_raw_self(s);
	plan_find_payers(s);
	plan_place_triggers(s);
	order_regions(s);
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
		if (s->used[c] && c != PLAN_ROWS)
			fit_column(s, c);
	plan_spread_workers(s);
}

void plan_spread_free(struct plan_spread *s)
{
	alloc_free(s->region);
	alloc_free(s->gather);
	alloc_free(s->order);
	alloc_free(s->hidden);
	alloc_free(s->charges);
	alloc_free(s->inside);
	alloc_free(s->trigger_time);
	csr_free(&s->by_payer);
	csr_free(&s->by_region);
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		alloc_free(s->self[c]);
		alloc_free(s->worker_self[c]);
	}
}
