/*
 * transform.c - components of graphs, the graph of stacks and back, projections
 */
#include "tests/unit/unit.h"

#include "common/base/alloc.h"
#include "common/profile/profile.h"
#include "common/transform/diff/compare.h"
#include "common/transform/callgraph/scc.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/estimate/spare_queue.h"
#include "common/transform/estimate/stacks_from_graph.h"

/* --- cycles, against brute force --- */

enum { NODES = 12 };

struct test_graph {
	bool arc[NODES][NODES];
	uint32_t first[NODES + 1], target[NODES * NODES];
};

static void random_graph(struct test_graph *g, uint64_t *seed)
{
	uint32_t n = 0, sparse = 2 + next_random(seed) % 12;

	for (int a = 0; a < NODES; a++) {
		g->first[a] = n;
		for (uint32_t b = 0; b < NODES; b++) {
			g->arc[a][b] = next_random(seed) % sparse == 0;
			if (g->arc[a][b])
				g->target[n++] = b;
		}
	}
	g->first[NODES] = n;
}

/* Warshall's closure: which nodes can be reached. */
static void reach(const struct test_graph *g, bool reached[NODES][NODES])
{
	memcpy(reached, g->arc, sizeof g->arc);
	for (int k = 0; k < NODES; k++)
		for (int a = 0; a < NODES; a++)
			for (int b = 0; b < NODES; b++)
				reached[a][b] |= reached[a][k] && reached[k][b];
}

static void check_components(const struct test_graph *g, const struct scc *c)
{
	bool reached[NODES][NODES];

	reach(g, reached);
	for (uint32_t a = 0; a < NODES; a++)
		for (uint32_t b = 0; b < NODES; b++) {
			bool same = a == b || (reached[a][b] && reached[b][a]);

			assert_int_equal(c->component[a] == c->component[b], same);
			/* callees first */
			if (g->arc[a][b] && !same)
				assert_true(c->component[b] < c->component[a]);
		}
}

static void check_members(const struct scc *c)
{
	assert_int_equal(c->first[c->count], NODES);
	for (uint32_t k = 0; k < c->count; k++) {
		assert_true(scc_size(c, k) > 0);
		for (uint32_t i = c->first[k]; i < c->first[k + 1]; i++)
			assert_int_equal(c->component[c->members[i]], k);
	}
}

static void cycles_as_by_brute_force(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct test_graph g;
		struct scc c;

		random_graph(&g, &seed);
		scc_find(NODES, g.first, g.target, &c);
		check_components(&g, &c);
		check_members(&c);
		scc_free(&c);
	}
}

/* A ring of a million: no recursion. */
static void cycles_of_a_long_ring(void **state)
{
	enum { LONG = 1000000 };
	uint32_t *first = alloc_bytes((LONG + 1) * sizeof *first),
		 *target = alloc_bytes(LONG * sizeof *target);
	struct scc c;

	(void)state;
	for (uint32_t i = 0; i < LONG; i++) {
		first[i] = i;
		target[i] = (i + 1) % LONG;
	}
	first[LONG] = LONG;
	scc_find(LONG, first, target, &c);
	assert_int_equal(c.count, 1);
	assert_int_equal(scc_size(&c, 0), LONG);
	scc_free(&c);
	free(first);
	free(target);
}

static void cycles_of_nothing(void **state)
{
	uint32_t first[1] = { 0 };
	struct scc c;

	(void)state;
	scc_find(0, first, NULL, &c);
	assert_int_equal(c.count, 0);
	scc_free(&c);
}

/* --- profiles of a few functions --- */

static function_id function_of(struct profile *p, char name)
{
	return profile_function(p, (struct function){
					   .name = profile_string(p, (struct str){ &name, 1 }) });
}

static struct profile *new_profile(void)
{
	struct profile *p = profile_new();

	profile_value_type(p, (struct value_type){ .name = profile_string(p, S("samples")) });
	profile_thread(p, (struct thread){ 0 });
	return p;
}

/* "fgfg": one letter a frame, root first. */
static void add_stack(struct profile *p, thread_id t, const char *letters, int64_t value)
{
	stack_id stack = EMPTY_STACK;

	for (; *letters; letters++)
		stack = stacks_push(&p->stacks, stack,
				    profile_frame(p,
						  (struct frame){
							  .function = function_of(p, *letters) }));
	profile_sample(p, t, stack, 0, value, 1);
}

static int64_t arc_value(struct profile *p, char caller, char callee)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->arc_count; i++)
		if (p->arcs[i].caller == function_of(p, caller) &&
		    p->arcs[i].callee == function_of(p, callee))
			sum += *values_row(&p->arc_values, i);
	return sum;
}

static int64_t total_value(struct profile *p, char name)
{
	function_id f = function_of(p, name);

	assert_true(profile_has_total(p, f));
	return *values_row(&p->total_values, f);
}

static int64_t self_value(struct profile *p, char name)
{
	int64_t *totals = profile_self_totals(p, 0), value = totals[function_of(p, name)];

	free(totals);
	return value;
}

static int64_t cost_value(struct profile *p, char name)
{
	int64_t sum = 0;

	for (size_t i = 0; i < p->cost_count; i++)
		if (p->costs[i].function == function_of(p, name))
			sum += *values_row(&p->cost_values, i);
	return sum;
}

/* --- graph_from_stacks --- */

static void graph_counts_recursion_once(void **state)
{
	struct profile *p = new_profile();

	(void)state;
	add_stack(p, 0, "fgfg", 10);
	graph_from_stacks(p);
	assert_int_equal(total_value(p, 'f'), 10);
	assert_int_equal(total_value(p, 'g'), 10);
	assert_int_equal(arc_value(p, 'f', 'g'), 10);
	assert_int_equal(arc_value(p, 'g', 'f'), 10);
	assert_int_equal(cost_value(p, 'f'), 0);
	assert_int_equal(cost_value(p, 'g'), 10);
	assert_true(p->calls_sampled);
	profile_free(p);
}

static const struct total *total_of(const struct profile *p, char name)
{
	char text[] = { name, 0 };
	string_id id = profile_string((struct profile *)p, str_of(text));

	for (function_id f = 0; f < p->function_count; f++)
		if (p->functions[f].name == id)
			return &p->totals[f];
	return NULL;
}

static void add_calls(struct profile *p, const char *text, int64_t value, uint64_t calls)
{
	add_stack(p, 0, text, value);
	p->samples[p->sample_count - 1].count = calls;
}

/* m is called once; f twice by m and three times by g, which f calls five times */
static void counted_calls_are_those_of_last_frames(void **state)
{
	struct profile *graph = new_profile(), *totals = new_profile();
	struct profile *both[] = { graph, totals };

	(void)state;
	for (int i = 0; i < 2; i++) {
		both[i]->counts_calls = true;
		add_calls(both[i], "m", 1, 1);
		add_calls(both[i], "mf", 2, 2);
		add_calls(both[i], "mfg", 3, 5);
		add_calls(both[i], "mfgf", 4, 3);
	}
	graph_from_stacks(graph);
	totals_from_stacks(totals);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(total_of(both[i], 'm')->calls, 1);
		assert_int_equal(total_of(both[i], 'f')->calls, 5);
		assert_int_equal(total_of(both[i], 'f')->primitive, 2);
		assert_int_equal(total_of(both[i], 'g')->calls, 5);
		assert_int_equal(total_value(both[i], 'f'), 9);
		assert_false(both[i]->calls_sampled);
	}
	assert_int_equal(graph->arc_count, 3);
	for (size_t i = 0; i < graph->arc_count; i++) {
		const struct arc *a = &graph->arcs[i];
		struct str caller = function_name(graph, a->caller);

		assert_int_equal(a->calls, caller.p[0] == 'm' ? 2 : caller.p[0] == 'f' ? 5 : 3);
		assert_int_equal(a->primitive, a->calls);
	}
	profile_free(graph);
	profile_free(totals);
}

/* Each figure by its definition: a function or an arc counts a stack once. */
static void graph_as_by_brute_force(void **state)
{
	static const char letters[] = "abcd";
	uint64_t seed = 4;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct profile *p = new_profile();
		int64_t self[4] = { 0 }, total[4] = { 0 }, arc[4][4] = { { 0 } };

		for (int i = 0; i < 20; i++) {
			char text[9] = "";
			bool in[4] = { false }, between[4][4] = { { false } };
			int n = 1 + (int)(next_random(&seed) % 7),
			    value = (int)(next_random(&seed) % 100), last = -1;

			for (int k = 0; k < n; k++) {
				int f = (int)(next_random(&seed) % 4);

				text[k] = letters[f];
				in[f] = true;
				if (last >= 0)
					between[last][f] = true;
				last = f;
			}
			self[last] += value;
			for (int a = 0; a < 4; a++) {
				total[a] += in[a] ? value : 0;
				for (int b = 0; b < 4; b++)
					arc[a][b] += between[a][b] ? value : 0;
			}
			add_stack(p, 0, text, value);
		}
		graph_from_stacks(p);
		for (int a = 0; a < 4; a++) {
			assert_int_equal(cost_value(p, letters[a]), self[a]);
			if (total[a])
				assert_int_equal(total_value(p, letters[a]), total[a]);
			for (int b = 0; b < 4; b++)
				assert_int_equal(arc_value(p, letters[a], letters[b]), arc[a][b]);
		}
		profile_free(p);
	}
}

/* --- stacks_from_graph --- */

static void add_cost(struct profile *p, char name, int64_t value)
{
	profile_cost(p, (struct cost){ .function = function_of(p, name) }, &value);
}

static void add_arc(struct profile *p, char caller, char callee, int64_t value)
{
	struct arc a = { .calls = 1, .primitive = 1, .values_known = true };

	a.caller = function_of(p, caller);
	a.callee = function_of(p, callee);
	profile_arc(p, a, &value, NULL);
}

static int64_t stack_value(struct profile *p, const char *letters)
{
	size_t n = strlen(letters), cap = 0;
	frame_id *path = NULL;
	int64_t sum = 0;

	for (size_t i = 0; i < p->sample_count; i++) {
		bool same = stacks_frames(&p->stacks, p->samples[i].stack, &path, &cap) == n;

		for (size_t k = 0; same && k < n; k++)
			same = p->frames[path[k]].function == function_of(p, letters[k]);
		if (same)
			sum += *values_row(&p->sample_values, i);
	}
	free(path);
	return sum;
}

static struct estimate limits(void)
{
	return (struct estimate){ .contexts = 100000, .max_unplaced = 0 };
}

/* m calls a (30) and b (70); both call c, whose 20 are 5 via a and 15 via b */
static void stacks_are_shared_out(void **state)
{
	struct profile *p = new_profile();
	struct estimate estimate = limits();

	(void)state;
	add_cost(p, 'a', 25);
	add_cost(p, 'b', 55);
	add_cost(p, 'c', 20);
	add_arc(p, 'm', 'a', 30);
	add_arc(p, 'm', 'b', 70);
	add_arc(p, 'a', 'c', 5);
	add_arc(p, 'b', 'c', 15);
	stacks_from_graph(p, &estimate);
	assert_int_equal(stack_value(p, "ma"), 25);
	assert_int_equal(stack_value(p, "mb"), 55);
	assert_int_equal(stack_value(p, "mac"), 5);
	assert_int_equal(stack_value(p, "mbc"), 15);
	assert_int_equal(estimate.uncertain, 0); /* the arcs to c tell all of it */
	profile_free(p);
}

/* The same, and c calls d: whose d is whose, nobody recorded. */
static void what_is_below_two_callers_is_uncertain(void **state)
{
	struct profile *p = new_profile();
	struct estimate estimate = limits();

	(void)state;
	add_cost(p, 'a', 25);
	add_cost(p, 'b', 55);
	add_cost(p, 'd', 20);
	add_arc(p, 'm', 'a', 30);
	add_arc(p, 'm', 'b', 70);
	add_arc(p, 'a', 'c', 5);
	add_arc(p, 'b', 'c', 15);
	add_arc(p, 'c', 'd', 20);
	stacks_from_graph(p, &estimate);
	assert_int_equal(stack_value(p, "macd"), 5);
	assert_int_equal(stack_value(p, "mbcd"), 15);
	assert_int_equal(estimate.uncertain, 1);
	assert_true(estimate.deviated < 1e-6);
	profile_free(p);
}

/* exec runs app, which imports slow, which exec runs too: none of it is drawn twice. */
static void recursion_is_unfolded(void **state)
{
	struct profile *p = new_profile();
	struct estimate estimate = limits();

	(void)state;
	add_cost(p, 'r', 200);
	add_cost(p, 'b', 800);
	add_arc(p, 'e', 'a', 1000);
	add_arc(p, 'a', 'r', 200);
	add_arc(p, 'a', 'l', 800);
	add_arc(p, 'l', 'e', 800);
	add_arc(p, 'e', 's', 800);
	add_arc(p, 's', 'b', 800);
	profile_total(p, function_of(p, 'e'), 2, 1, &(int64_t){ 1000 });
	for (const char *f = "arlsb"; *f; f++)
		profile_total(p, function_of(p, *f), 1, 1,
			      &(int64_t){ *f == 'a'   ? 1000
					  : *f == 'r' ? 200
						      : 800 });
	stacks_from_graph(p, &estimate);
	assert_int_equal(stack_value(p, "ear"), 200);
	assert_int_equal(stack_value(p, "ealesb"), 800);
	assert_true(estimate.deviated < 1e-6);
	profile_free(p);
}

/* Law 1: whatever the graph, and whatever the limit, no function's self value changes. */
static void self_totals_are_kept(void **state)
{
	static const char letters[] = "abcdef";
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct profile *p = new_profile();
		struct estimate estimate = limits();
		int64_t self[6];

		for (int a = 0; a < 6; a++) {
			self[a] = next_random(&seed) % 1000;
			add_cost(p, letters[a], self[a]);
			for (int b = 0; b < 6; b++)
				if (next_random(&seed) % 3 == 0)
					add_arc(p, letters[a], letters[b],
						next_random(&seed) % 2000);
		}
		estimate.contexts = 1 + next_random(&seed) % 50;
		stacks_from_graph(p, &estimate);
		p->cost_count = 0; /* what is left are the samples' self totals */
		for (int a = 0; a < 6; a++)
			assert_int_equal(self_value(p, letters[a]), self[a]);
		profile_free(p);
	}
}

static void chain_is_no_estimate(void **state)
{
	struct profile *p = new_profile();
	struct estimate estimate = limits();

	(void)state;
	add_cost(p, 'a', 1);
	add_cost(p, 'b', 2);
	add_arc(p, 'a', 'b', 2);
	stacks_from_graph(p, &estimate);
	assert_int_equal(estimate.uncertain, 0);
	assert_int_equal(stack_value(p, "a"), 1);
	assert_int_equal(stack_value(p, "ab"), 2);
	profile_free(p);
}

/* --- project --- */

static void threads_fold(void **state)
{
	struct coarsen_options options = COARSEN_NONE;
	struct profile *p = new_profile(), *folded;

	(void)state;
	profile_thread(p, (struct thread){ .tid = 2 });
	add_stack(p, 0, "f", 3);
	add_stack(p, 1, "f", 4);
	options.fold_threads = true;
	folded = profile_coarsen(p, &options);
	assert_int_equal(folded->thread_count, 1);
	assert_int_equal(folded->sample_count, 1);
	assert_int_equal(*values_row(&folded->sample_values, 0), 7);
	profile_free(folded);
	profile_free(p);
}

static void threads_become_frames(void **state)
{
	struct coarsen_options options = COARSEN_NONE;
	struct profile *p = new_profile(), *seen;
	frame_id *path = NULL;
	size_t cap = 0;

	(void)state;
	profile_thread(p, (struct thread){ .name = profile_string(p, S("worker")), .tid = 2 });
	add_stack(p, 1, "f", 4);
	options.fold_threads = options.thread_frames = true;
	seen = profile_coarsen(p, &options);
	assert_int_equal(stacks_frames(&seen->stacks, seen->samples[0].stack, &path, &cap), 2);
	assert_true(str_starts(function_name(seen, seen->frames[path[0]].function), S("worker")));
	free(path);
	profile_free(seen);
	profile_free(p);
}

static void one_thread_or_value_is_chosen(void **state)
{
	struct coarsen_options options = COARSEN_NONE;
	bool keep[2] = { false, true };
	struct profile *p = new_profile(), *chosen;

	(void)state;
	profile_value_type(p, (struct value_type){ .name = profile_string(p, S("bytes")) });
	profile_thread(p, (struct thread){ .tid = 2 });
	add_stack(p, 0, "f", 3);
	add_stack(p, 1, "f", 4);
	profile_sample(p, 1, p->samples[1].stack, 1, 99, 1);
	options.threads = keep;
	profile_keep_value(p, 1);
	chosen = profile_coarsen(p, &options);
	assert_int_equal(chosen->thread_count, 1);
	assert_int_equal(chosen->value_count, 1);
	assert_int_equal(chosen->sample_count, 1);
	assert_int_equal(*values_row(&chosen->sample_values, 0), 99);
	profile_free(chosen);
	profile_free(p);
}

/* --- compare --- */

static void comparison_finds_what_differs(void **state)
{
	struct profile *a = new_profile(), *b = new_profile();
	struct comparison c;

	(void)state;
	add_stack(a, 0, "mf", 3);
	add_stack(a, 0, "mg", 4);
	add_stack(b, 0, "g", 4);
	add_stack(b, 0, "gf", 3);
	comparison_make(a, b, false, &c);
	assert_int_equal(c.count, 0);
	comparison_free(&c);
	add_stack(b, 0, "f", 1);
	comparison_make(a, b, false, &c);
	assert_int_equal(c.count, 1);
	assert_str(c.differences[0].function, S("f"));
	assert_int_equal(c.differences[0].a, 3);
	assert_int_equal(c.differences[0].b, 4);
	comparison_free(&c);
	/* last, as it derives the call graphs: m is missing in b, and f and g hold more */
	comparison_make(a, b, true, &c);
	assert_int_equal(c.count, 3);
	comparison_free(&c);
	profile_free(a);
	profile_free(b);
}

/* --- rooms --- */

/* Against all sizes looked through: more contexts than stand in order, changed again and again. */
static void spare_is_the_largest_first(void **state)
{
	enum { CONTEXTS = 3000, CHANGES = 20000, LOOKED_AT = 40 };
	struct spare_queue r = { 0 };
	double size[CONTEXTS] = { 0 };
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < CHANGES; i++) {
		uint32_t c = (uint32_t)(next_random(&seed) % CONTEXTS);
		size_t larger = 0;
		struct spare at;

		size[c] = next_random(&seed) % 5 ? (double)(next_random(&seed) % 1000) : 0;
		spare_queue_set(&r, c, size[c], c + 7);
		if (i % 50 || spare_queue_order(&r, LOOKED_AT) < LOOKED_AT)
			continue;
		at = r.top[LOOKED_AT - 1];
		for (uint32_t d = 0; d < CONTEXTS; d++)
			larger += size[d] > at.size || (size[d] == at.size && d < at.context);
		assert_int_equal(larger, LOOKED_AT - 1);
		assert_true(size[at.context] == at.size && at.tag == at.context + 7);
	}
	spare_queue_clear(&r);
	assert_int_equal(spare_queue_order(&r, 1), 0);
	spare_queue_close(&r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cycles_as_by_brute_force),
		cmocka_unit_test(cycles_of_a_long_ring),
		cmocka_unit_test(cycles_of_nothing),
		cmocka_unit_test(graph_counts_recursion_once),
		cmocka_unit_test(counted_calls_are_those_of_last_frames),
		cmocka_unit_test(graph_as_by_brute_force),
		cmocka_unit_test(stacks_are_shared_out),
		cmocka_unit_test(self_totals_are_kept),
		cmocka_unit_test(what_is_below_two_callers_is_uncertain),
		cmocka_unit_test(recursion_is_unfolded),
		cmocka_unit_test(chain_is_no_estimate),
		cmocka_unit_test(threads_fold),
		cmocka_unit_test(threads_become_frames),
		cmocka_unit_test(one_thread_or_value_is_chosen),
		cmocka_unit_test(comparison_finds_what_differs),
		cmocka_unit_test(spare_is_the_largest_first),
	};

	return RUN(tests);
}
