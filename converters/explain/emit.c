/*
 * explain/emit - a file's plans as samples
 *
 * A node is a frame below the nodes that it ran inside, an InitPlan, a CTE or a SubPlan a frame
 * above its own. The leader is a thread, and so is each worker. Planning, triggers after the
 * statement, serialization and the start and end of execution are frames beside the tree. All of
 * it is below a frame for the query where the file has its text, or several plans.
 */
#include "converters/explain/emit.h"

#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/num.h"
#include "common/profile/value_text.h"

/* --- value types and rows --- */

static struct value_type type_of(struct profile *p, enum plan_column c)
{
	static const struct {
		const char *name, *unit;
	} rows[] = {
#define X(name, title, unit) { title, unit },
		PLAN_COLUMNS(X)
#undef X
	};
	struct value_type type = { .name = profile_string(p, str_of(rows[c].name)),
				   .unit_name = profile_string(p, str_of(rows[c].unit)) };

	if (!*rows[c].unit) {
		type.unit = UNIT_TIME;
		type.source_scale = 6;
	}
	return type;
}

/* A plan of EXPLAIN (COSTS OFF) has no number at all: samples count something all the same. */
static void use_one_column(struct plan_emission *e)
{
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++)
		if (e->used[c])
			return;
	e->used[PLAN_COST] = true;
}

static void add_columns(struct plan_emission *e)
{
	use_one_column(e);
	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		if (!e->used[c])
			continue;
		e->value[c] = profile_value_type(e->p, type_of(e->p, c));
		if (c == PLAN_COST && e->p->value_types[e->value[c]].exponent > -2)
			profile_rescale(e->p, e->value[c], -2);
	}
	e->row = alloc_zero(e->p->value_count, sizeof *e->row);
}

void plan_set_value(struct plan_emission *e, enum plan_column c, int64_t value)
{
	if (!e->used[c])
		return;
	/* another file may have made the value type finer */
	if (c == PLAN_COST &&
	    !i64_shift(value, -2 - e->p->value_types[e->value[c]].exponent, &value))
		value = INT64_MAX;
	e->row[e->value[c]] = value;
}

void plan_put_row(struct plan_emission *e, thread_id thread, stack_id stack, int64_t calls)
{
	profile_sample_row(e->p,
			   (struct sample){ .thread = thread,
					    .stack = stack,
					    .count = e->p->counts_calls ? (uint64_t)calls : 1 },
			   e->row);
	memset(e->row, 0, e->p->value_count * sizeof *e->row);
}

stack_id plan_push(struct plan_emission *e, stack_id stack, string_id name)
{
	function_id f = profile_function(e->p, (struct function){ .name = name });

	return stacks_push(&e->p->stacks, stack,
			   profile_frame(e->p, (struct frame){ .function = f }));
}

/* --- beside the tree --- */

static void put_beside(struct plan_emission *e, stack_id base, struct str name, int64_t time,
		       int64_t calls)
{
	plan_set_value(e, PLAN_TIME, time);
	plan_put_row(e, e->leader, plan_push(e, base, profile_string(e->p, name)), calls);
}

static void put_planning(struct plan_emission *e, const struct plan *plan, stack_id base)
{
	bool any = plan->planning.known && e->used[PLAN_TIME];

	for (enum plan_column c = PLAN_SHARED_HIT; c < PLAN_COLUMN_COUNT; c++) {
		plan_set_value(e, c, plan->planning_values[c]);
		any |= plan->planning_values[c] != 0;
	}
	if (any)
		put_beside(e, base, S("Planning"), plan->planning.value, 1);
}

/* What execution took beyond the tree. */
static void put_execution(struct plan_emission *e, const struct plan_spread *s, stack_id base)
{
	const struct plan *plan = s->plan;
	int64_t rest = plan->execution.value - s->nodes[0].values[PLAN_TIME] -
		       plan->serialization.value - plan_time_beside(s);

	if (plan->serialization.known)
		put_beside(e, base, S("Serialization"), plan->serialization.value, 1);
	for (uint32_t i = plan->first_trigger; i < plan->end_trigger; i++) {
		const struct plan_trigger *t = &s->plans->triggers[i];

		if (s->inside[i - plan->first_trigger] != NO_NODE)
			continue;
		put_beside(e, base, profile_text(e->p, t->name), t->time, t->calls);
		rest -= t->time;
	}
	if (plan->execution.known && rest > 0)
		put_beside(e, base, S("Execution start and end"), rest, 1);
}

static stack_id base_of(struct plan_emission *e, const struct plan *plan, size_t number)
{
	char text[32] = "query ";
	struct str name = { text, strlen(text) };
	stack_id base;

	if (plan->query) {
		base = plan_push(e, EMPTY_STACK, plan->query);
	} else if (e->plans->count > 1) {
		name.n += u64_text(text + name.n, number + 1);
		base = plan_push(e, EMPTY_STACK, profile_string(e->p, name));
	} else {
		return EMPTY_STACK;
	}
	if (e->p->counts_calls)
		plan_put_row(e, e->leader, base, 1);
	return base;
}

static void put_plan(struct plan_emission *e, const struct plan *plan, size_t number)
{
	struct plan_spread s;
	stack_id base = base_of(e, plan, number);

	plan_spread(&s, e->p, e->plans, plan);
	plan_put_nodes(e, &s, base);
	put_planning(e, plan, base);
	if (s.timed)
		put_execution(e, &s, base);
	i64_add_to(&e->rounding, s.rounding);
	i64_add_to(&e->beyond, s.beyond);
	e->beyond_count += s.beyond_count;
	e->hidden += s.hides;
	e->circular += s.circular;
	e->unclear += s.triggers_unclear && s.timed;
	plan_spread_free(&s);
}

/* --- what is said of the file --- */

static double milliseconds(int64_t time)
{
	return (double)time / 1e6;
}

static void report(const struct plan_emission *e)
{
	struct str source = str_of(e->in->name);

	if (e->rounding)
		diag_verbose("%s: children have %.3f ms more than their nodes, by rounding: taken "
			     "from them",
			     diag_masked(source), milliseconds(e->rounding));
	if (e->hidden)
		profile_report_missing(e->p, source,
				       "times below Gather are those of all processes together, "
				       "scaled to what Gather took: EXPLAIN has them apart with "
				       "VERBOSE");
	if (e->beyond_count)
		profile_report_missing(e->p, source,
				       "%" PRIu64 " nodes have children with more than they have "
				       "themselves (%.3f ms): taken from the children",
				       e->beyond_count, milliseconds(e->beyond));
	if (e->circular)
		profile_report_missing(e->p, source,
				       "InitPlans need each other's values: shown beside the tree");
	if (e->collapsed)
		profile_report_missing(e->p, source,
				       "%" PRIu64 " CTEs are read in too many places: shown beside "
				       "the tree",
				       e->collapsed);
	if (e->unclear)
		profile_report_missing(e->p, source,
				       "triggers may have run before or after the statement: their "
				       "time may be in that of a node too");
}

/* --- the whole --- */

/* Sums that fit here fit everywhere: all that comes is a part of them. */
static bool sums_fit(const struct plan_emission *e)
{
	int64_t sums[PLAN_COLUMN_COUNT] = { 0 }, loops = 0;
	const struct plans *all = e->plans;
	bool fits = true;

	for (enum plan_column c = 0; c < PLAN_COLUMN_COUNT; c++) {
		for (size_t i = 0; i < all->node_count; i++)
			fits &= i64_add(sums[c], all->nodes[i].values[c], &sums[c]);
		for (size_t i = 0; i < all->worker_count; i++)
			fits &= i64_add(sums[c], all->workers[i].values[c], &sums[c]);
		for (size_t i = 0; i < all->count; i++)
			fits &= i64_add(sums[c], all->items[i].planning_values[c], &sums[c]);
	}
	for (size_t i = 0; i < all->trigger_count; i++) {
		fits &= i64_add(sums[PLAN_TIME], all->triggers[i].time, &sums[PLAN_TIME]);
		fits &= i64_add(loops, all->triggers[i].calls, &loops);
	}
	for (size_t i = 0; i < all->node_count; i++)
		fits &= i64_add(loops, all->nodes[i].loops, &loops);
	for (size_t i = 0; i < all->worker_count; i++)
		fits &= i64_add(loops, all->workers[i].loops, &loops);
	for (size_t i = 0; i < all->count; i++) {
		const struct plan *plan = &all->items[i];

		fits &= i64_add(sums[PLAN_TIME], plan->planning.value, &sums[PLAN_TIME]);
		fits &= i64_add(sums[PLAN_TIME], plan->execution.value, &sums[PLAN_TIME]);
		fits &= i64_add(sums[PLAN_TIME], plan->serialization.value, &sums[PLAN_TIME]);
	}
	return fits;
}

static void look_through(struct plan_emission *e)
{
	const struct plans *all = e->plans;

	for (size_t i = 0; i < all->node_count; i++) {
		e->used[PLAN_TIME] |= all->nodes[i].timed;
		e->crewed |= all->nodes[i].worker_count != 0;
		e->p->counts_calls |= all->nodes[i].looped;
		for (enum plan_column c = PLAN_ROWS; c < PLAN_COLUMN_COUNT; c++)
			e->used[c] |= all->nodes[i].values[c] != 0;
	}
	for (size_t i = 0; i < all->count; i++)
		for (enum plan_column c = PLAN_SHARED_HIT; c < PLAN_COLUMN_COUNT; c++)
			e->used[c] |= all->items[i].planning_values[c] != 0;
}

void explain_emit(struct input *in, struct profile *p, const struct plans *plans)
{
	struct plan_emission e = { .in = in, .p = p, .plans = plans };

	if (!sums_fit(&e)) {
		input_error(in, "expected plans whose sums fit in 64 bits");
		return;
	}
	look_through(&e);
	e.leader = profile_thread(p,
				  (struct thread){ .name = e.crewed ? profile_string(p, S("leader"))
								    : 0 });
	add_columns(&e);
	for (size_t i = 0; i < plans->count; i++)
		if (!plans->items[i].nested)
			put_plan(&e, &plans->items[i], i);
	plan_add_hints(&e);
	report(&e);
	alloc_free(e.row);
}
