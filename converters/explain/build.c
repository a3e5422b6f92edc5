#include "converters/explain/build.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "converters/explain/others.h"

enum { MILLISECONDS = -6, HUNDREDTHS = -2 };
enum { HALF_MICROSECOND = 500 }; /* means have three decimals of a millisecond */

void plan_error(struct plan_builder *b, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (b->in->place == PLACE_LINE)
		input_error(b->in, "%s", text);
	else
		input_error_at(b->in, b->at, "%s", text);
}

bool plan_may_nest(struct plan_builder *b, size_t depth)
{
	uint64_t most = task_current->limits[LIMIT_NESTING];

	if (depth >= most)
		plan_error(b,
			   "expected at most %" PRIu64 " levels of values within each other, got "
			   "more (--limit nesting=N allows more)",
			   most);
	return depth < most;
}

void plan_builder_free(struct plan_builder *b)
{
	alloc_free(b->open);
	buf_free(&b->scratch);
}

/* Tables that stay empty have an address too, to which an offset of 0 may be added. */
void plans_open(struct plans *plans)
{
	*plans = (struct plans){ 0 };
	ARRAY_ROOM(plans->workers, plans->worker_count, plans->worker_cap);
	ARRAY_ROOM(plans->references, plans->reference_count, plans->reference_cap);
	ARRAY_ROOM(plans->triggers, plans->trigger_count, plans->trigger_cap);
}

void plans_free(struct plans *plans)
{
	alloc_free(plans->items);
	alloc_free(plans->nodes);
	alloc_free(plans->workers);
	alloc_free(plans->references);
	alloc_free(plans->triggers);
}

/* --- plans and nodes --- */

struct plan *plan_begin(struct plan_builder *b)
{
	struct plans *plans = b->plans;
	struct plan *plan;

	ARRAY_ROOM(plans->items, plans->count, plans->cap);
	plan = &plans->items[plans->count++];
	*plan = (struct plan){ .first = (uint32_t)plans->node_count,
			       .first_reference = (uint32_t)plans->reference_count,
			       .first_trigger = (uint32_t)plans->trigger_count };
	return plan;
}

void plan_finish(struct plan_builder *b)
{
	struct plan *plan = plan_now(b);

	plan->end = (uint32_t)b->plans->node_count;
	plan->end_reference = (uint32_t)b->plans->reference_count;
	plan->end_trigger = (uint32_t)b->plans->trigger_count;
	if (plan->end == plan->first)
		plan_error(b, "expected a plan with a node in it");
}

uint32_t plan_add_node(struct plan_builder *b, uint32_t parent)
{
	struct plans *plans = b->plans;
	uint32_t id = (uint32_t)plans->node_count;

	limit_check(LIMIT_STACKS, plans->node_count + 1);
	ARRAY_ROOM(plans->nodes, plans->node_count, plans->node_cap);
	plans->nodes[plans->node_count++] = (struct plan_node){
		.parent = parent, .end = id + 1, .first_worker = (uint32_t)plans->worker_count
	};
	return id;
}

void plan_add_worker(struct plan_builder *b, uint32_t node, const struct plan_worker *worker)
{
	struct plans *plans = b->plans;
	struct plan_node *n = &plans->nodes[node];

	if (!n->worker_count)
		n->first_worker = (uint32_t)plans->worker_count;
	else if (plans->workers[plans->worker_count - 1].number >= worker->number)
		plan_error(b, "expected workers in the order of their numbers");
	limit_check(LIMIT_STACKS, plans->worker_count + 1);
	ARRAY_ROOM(plans->workers, plans->worker_count, plans->worker_cap);
	plans->workers[plans->worker_count++] = *worker;
	n->worker_count++;
}

static void refer(struct plan_builder *b, uint32_t node, struct str key)
{
	struct plans *plans = b->plans;
	string_id id = profile_string(b->p, key);
	const struct plan_reference *last = plans->reference_count
						    ? &plans->references[plans->reference_count - 1]
						    : NULL;

	if (last && last->node == node && last->key == id)
		return;
	limit_check(LIMIT_STACKS, plans->reference_count + 1);
	ARRAY_ROOM(plans->references, plans->reference_count, plans->reference_cap);
	plans->references[plans->reference_count++] = (struct plan_reference){ id, node };
}

/* The length of "$0" at the beginning of s; 0: it begins otherwise. */
static size_t parameter_length(struct str s)
{
	size_t n = 1;

	if (!s.n || s.p[0] != '$')
		return 0;
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n > 1 ? n : 0;
}

void plan_mentions(struct plan_builder *b, uint32_t node, struct str text)
{
	const struct str name = S("(InitPlan ");
	const char *p = text.p, *end, *close;

	/* it may have no address, to which nothing may be added */
	if (!text.n)
		return;
	end = p + text.n;
	for (; p && p < end && (p = memchr(p, '$', (size_t)(end - p))) != NULL; p++) {
		struct str at = { p, (size_t)(end - p) };
		size_t n = parameter_length(at);

		if (n)
			refer(b, node, str_head(at, n));
	}
	for (p = text.p; p && p < end && (p = memchr(p, '(', (size_t)(end - p))) != NULL; p++) {
		if (!str_starts((struct str){ p, (size_t)(end - p) }, name))
			continue;
		close = memchr(p, ')', (size_t)(end - p));
		if (close)
			refer(b, node, (struct str){ p + 1, (size_t)(close - p) - 1 });
	}
}

void plan_set_subplan(struct plan_builder *b, uint32_t node, struct str name)
{
	struct plan_node *n = &b->plans->nodes[node];

	n->subplan = profile_string(b->p, name);
	n->relation = n->parent == NO_NODE               ? PLAN_SUBPLAN
		      : str_starts(name, S("CTE "))      ? PLAN_CTE
		      : str_starts(name, S("InitPlan ")) ? PLAN_INITPLAN
							 : PLAN_SUBPLAN;
}

void plan_add_trigger(struct plan_builder *b, struct plan_trigger trigger)
{
	struct plans *plans = b->plans;

	limit_check(LIMIT_STACKS, plans->trigger_count + 1);
	ARRAY_ROOM(plans->triggers, plans->trigger_count, plans->trigger_cap);
	plans->triggers[plans->trigger_count++] = trigger;
}

/* --- numbers --- */

/* What only hints need may be beyond their numbers. */
static int64_t fact(struct decimal number, int exponent)
{
	int64_t value = 0;

	return decimal_at(number, exponent, &value) == OUT_OF_RANGE || value < 0 ? 0 : value;
}

static bool sum_fits(struct plan_builder *b, bool fits)
{
	if (!fits)
		plan_error(b, "expected numbers whose sums fit in 64 bits");
	return fits;
}

void plan_add(struct plan_builder *b, struct decimal number, int exponent, int64_t *value)
{
	int64_t more = 0;

	if (number.mantissa < 0)
		plan_error(b, "expected a number that is not below zero");
	else if (sum_fits(b, decimal_at(number, exponent, &more) != OUT_OF_RANGE))
		sum_fits(b, i64_add(*value, more, value));
}

void plan_set_measures(struct plan_builder *b, uint32_t id, const struct plan_means *means)
{
	struct plan_node *node = &b->plans->nodes[id];

	node->timed = means->timed && node->loops;
	node->looped = means->looped;
	node->bound = node->loops < INT64_MAX / HALF_MICROSECOND ? node->loops * HALF_MICROSECOND
								 : INT64_MAX;
	plan_sums(b, means, node->loops, node->values);
	node->mean_rows = fact(means->rows, HUNDREDTHS);
}

bool plan_sums(struct plan_builder *b, const struct plan_means *means, int64_t loops,
	       int64_t *values)
{
	int64_t time = 0, rows = 0;

	plan_add(b, means->time, MILLISECONDS, &time);
	plan_add(b, means->rows, HUNDREDTHS, &rows);
	if (!sum_fits(b, !__builtin_mul_overflow(time, loops, &values[PLAN_TIME]) &&
				 !__builtin_mul_overflow(rows, loops, &rows)))
		return false;
	values[PLAN_ROWS] = rows / 100 + (rows % 100 >= 50);
	return !b->in->failed;
}

/* Numbers of nodes, workers and planning that are added up as they are. */
static bool column_of(enum plan_key key, enum plan_column *column, int *exponent)
{
	static const struct {
		bool known;
		int exponent;
		uint8_t column;
	} rows[PLAN_KEY_COUNT] = {
		[KEY_IO_READ_TIME] = { true, MILLISECONDS, PLAN_IO_READ },
		[KEY_IO_WRITE_TIME] = { true, MILLISECONDS, PLAN_IO_WRITE },
		[KEY_LOCAL_DIRTIED] = { true, 0, PLAN_LOCAL_DIRTIED },
		[KEY_LOCAL_HIT] = { true, 0, PLAN_LOCAL_HIT },
		[KEY_LOCAL_IO_READ] = { true, MILLISECONDS, PLAN_IO_READ },
		[KEY_LOCAL_IO_WRITE] = { true, MILLISECONDS, PLAN_IO_WRITE },
		[KEY_LOCAL_READ] = { true, 0, PLAN_LOCAL_READ },
		[KEY_LOCAL_WRITTEN] = { true, 0, PLAN_LOCAL_WRITTEN },
		[KEY_SHARED_DIRTIED] = { true, 0, PLAN_SHARED_DIRTIED },
		[KEY_SHARED_HIT] = { true, 0, PLAN_SHARED_HIT },
		[KEY_SHARED_IO_READ] = { true, MILLISECONDS, PLAN_IO_READ },
		[KEY_SHARED_IO_WRITE] = { true, MILLISECONDS, PLAN_IO_WRITE },
		[KEY_SHARED_READ] = { true, 0, PLAN_SHARED_READ },
		[KEY_SHARED_WRITTEN] = { true, 0, PLAN_SHARED_WRITTEN },
		[KEY_TEMP_IO_READ] = { true, MILLISECONDS, PLAN_IO_READ },
		[KEY_TEMP_IO_WRITE] = { true, MILLISECONDS, PLAN_IO_WRITE },
		[KEY_TEMP_READ] = { true, 0, PLAN_TEMP_READ },
		[KEY_TEMP_WRITTEN] = { true, 0, PLAN_TEMP_WRITTEN },
		[KEY_TOTAL_COST] = { true, HUNDREDTHS, PLAN_COST },
		[KEY_WAL_BYTES] = { true, 0, PLAN_WAL_BYTES },
		[KEY_WAL_FPI] = { true, 0, PLAN_WAL_FPI },
		[KEY_WAL_RECORDS] = { true, 0, PLAN_WAL_RECORDS },
	};

	if (rows[key].known) {
		*column = rows[key].column;
		*exponent = rows[key].exponent;
	}
	return rows[key].known;
}

static struct plan_open *top(const struct plan_builder *b)
{
	return b->depth ? &b->open[b->depth - 1] : NULL;
}

static void take_loops(struct plan_builder *b, struct decimal number, int64_t *loops)
{
	if (number.mantissa < 0 || decimal_at(number, 0, loops) != EXACT)
		plan_error(b, "expected a whole number of loops");
}

/* What nodes and workers both have. False: another key. */
static bool measure_part(struct plan_builder *b, struct plan_means *means, int64_t *loops,
			 int64_t *values, enum plan_key key, struct decimal number)
{
	enum plan_column column;
	int exponent;

	if (key == KEY_ACTUAL_TOTAL_TIME) {
		means->time = number;
		means->timed = true;
	} else if (key == KEY_ACTUAL_ROWS) {
		means->rows = number;
		means->counted = true;
	} else if (key == KEY_ACTUAL_LOOPS) {
		take_loops(b, number, loops);
		means->looped = true;
	} else if (column_of(key, &column, &exponent)) {
		plan_add(b, number, exponent, &values[column]);
	} else {
		return false;
	}
	return true;
}

static int64_t *fact_of(struct plan_facts *facts, enum plan_key key, int *exponent)
{
	*exponent = 0;
	switch (key) {
	case KEY_PLAN_ROWS: *exponent = HUNDREDTHS; return &facts->planned_rows;
	case KEY_REMOVED_BY_FILTER: *exponent = HUNDREDTHS; return &facts->removed_rows;
	case KEY_DISK_USAGE: return &facts->disk;
	case KEY_HASH_BATCHES:
	case KEY_HASHAGG_BATCHES: return &facts->batches;
	case KEY_HEAP_FETCHES: return &facts->heap_fetches;
	case KEY_EXACT_HEAP: return &facts->exact_blocks;
	case KEY_LOSSY_HEAP: return &facts->lossy_blocks;
	default: return NULL;
	}
}

void plan_set_fact(struct plan_builder *b, uint32_t node, enum plan_key key, struct decimal number)
{
	struct plan_facts *facts = &b->plans->nodes[node].facts;
	int exponent;
	int64_t *to = fact_of(facts, key, &exponent), value = fact(number, exponent);

	if (key == KEY_DISK_USAGE)
		i64_add_to(to, value); /* each process has written its own */
	else if (to)
		*to = value;
	else if (key == KEY_WORKERS_PLANNED)
		facts->workers_planned = value < INT32_MAX ? (uint32_t)value : 0;
	else if (key == KEY_WORKERS_LAUNCHED)
		facts->workers_launched = value < INT32_MAX ? (uint32_t)value : 0;
}

static void measure_query(struct plan_builder *b, enum plan_key key, struct decimal number)
{
	struct plan *plan = plan_now(b);
	struct plan_number *to = key == KEY_PLANNING_TIME    ? &plan->planning
				 : key == KEY_EXECUTION_TIME ? &plan->execution
							     : NULL;

	if (!to)
		return;
	to->value = 0;
	to->known = true;
	plan_add(b, number, MILLISECONDS, &to->value);
}

static void measure_worker(struct plan_builder *b, struct plan_open *o, enum plan_key key,
			   struct decimal number)
{
	int64_t worker = -1;

	if (key == KEY_SORT_SPACE_USED)
		o->sort_space = fact(number, 0);
	if (measure_part(b, &o->means, &o->worker.loops, o->worker.values, key, number) ||
	    key != KEY_WORKER_NUMBER)
		return;
	if (decimal_at(number, 0, &worker) != EXACT || worker < 0 || worker > INT32_MAX)
		plan_error(b, "expected the number of a worker");
	else
		o->worker.number = (uint32_t)worker;
}

void plan_measure(struct plan_builder *b, enum plan_key key, struct decimal number,
		  enum exactness exactness)
{
	struct plan_open *o = top(b);
	struct plan_node *node;
	enum plan_column column;
	int64_t none = 0;
	int exponent;

	if (!o || key == KEY_OTHER || b->in->failed)
		return;
	if (exactness == OUT_OF_RANGE) {
		plan_error(b, "expected a number of '%s' that fits in 64 bits", plan_key_text(key));
		return;
	}
	switch (o->place) {
	case AT_QUERY:
		measure_query(b, key, number);
		plan_other_measure(b, o, key, number);
		break;
	case AT_NODE:
		node = &b->plans->nodes[o->node];
		if (measure_part(b, &o->means, &node->loops, node->values, key, number))
			break;
		node->no_crew |= key == KEY_WORKERS_LAUNCHED && number.mantissa == 0;
		if (key == KEY_SORT_SPACE_USED)
			o->sort_space = fact(number, 0);
		else
			plan_set_fact(b, o->node, key, number);
		break;
	case AT_WORKER: measure_worker(b, o, key, number); break;
	case AT_TRIGGER:
		if (key == KEY_TIME)
			plan_add(b, number, MILLISECONDS, &o->trigger.time);
		else if (key == KEY_CALLS)
			plan_add(b, number, 0, &o->trigger.calls);
		break;
	case AT_PLANNING:
		if (column_of(key, &column, &exponent))
			plan_add(b, number, exponent, &plan_now(b)->planning_values[column]);
		break;
	case AT_SERIALIZATION:
		if (key == KEY_TIME) {
			plan_add(b, number, MILLISECONDS, &none);
			plan_now(b)->serialization = (struct plan_number){ none, true };
		}
		break;
	default: plan_other_measure(b, o, key, number);
	}
}

static bool is_number_key(enum plan_key key)
{
	struct plan_facts none;
	enum plan_column column;
	int exponent;

	return key == KEY_ACTUAL_LOOPS || key == KEY_ACTUAL_ROWS || key == KEY_ACTUAL_TOTAL_TIME ||
	       key == KEY_PLANNING_TIME || key == KEY_EXECUTION_TIME || key == KEY_TIME ||
	       key == KEY_CALLS || key == KEY_WORKER_NUMBER || key == KEY_WORKERS_LAUNCHED ||
	       key == KEY_WORKERS_PLANNED || key == KEY_SORT_SPACE_USED ||
	       plan_other_is_number(key) || fact_of(&none, key, &exponent) ||
	       column_of(key, &column, &exponent);
}

void plan_scalar(struct plan_builder *b, enum plan_key key, struct str text)
{
	struct decimal number;
	enum exactness exactness;

	if (is_number_key(key)) {
		if (str_to_decimal(text, &number, &exactness))
			plan_measure(b, key, number, exactness);
		else
			plan_error(b, "expected a number of '%s', got %s", plan_key_text(key),
				   diag_quote(text));
	} else if (key == KEY_PARALLEL_AWARE || key == KEY_ASYNC_CAPABLE) {
		plan_flag(b, key, str_eq(text, S("true")));
	} else {
		plan_text(b, key, text);
	}
}
