/*
 * traces.c - spans: ids, trees, own times, names
 */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "common/base/alloc.h"
#include "common/profile/deferred.h"
#include "common/transform/traces/span_moments.h"
#include "common/transform/traces/span_names.h"
#include "common/transform/traces/span_profile.h"
#include "common/transform/traces/span_trees.h"

/* --- ids --- */

static void test_ids_are_equal_in_all_spellings(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span_id id = spans_id_bytes(s, S("\xe1\x51\x3b\xa4\x00\xb6\x55\x82"));
	uint32_t trace = spans_trace_text(s, S("3835779c5342904ab8addbf8135a1a1b"));
	const struct str ids[] = { S("e1513ba400b65582"), S("E1513BA400B65582"),
				   S("0xe1513ba400b65582"), S("4VE7pAC2VYI=") };
	const struct str traces[] = { S("3835779C5342904AB8ADDBF8135A1A1B"),
				      S("0x3835779c5342904ab8addbf8135a1a1b"),
				      S("ODV3nFNCkEq4rdv4E1oaGw==") };

	(void)state;
	for (size_t i = 0; i < COUNT(ids); i++)
		assert_true(span_id_eq(spans_id_text(s, ids[i]), id));
	for (size_t i = 0; i < COUNT(traces); i++)
		assert_int_equal(spans_trace_text(s, traces[i]), trace);
	assert_int_equal(spans_trace_bytes(s, S("\x38\x35\x77\x9c\x53\x42\x90\x4a"
						"\xb8\xad\xdb\xf8\x13\x5a\x1a\x1b")),
			 trace);
	assert_int_not_equal(spans_trace_text(s, S("3835779c5342904ab8addbf8135a1a1c")), trace);
	assert_int_equal(spans_trace_text(s, S("2a")), spans_trace_text(s, S("000000000000002a")));
	assert_int_equal(spans_trace_text(s, S("00000000000000000000000000000001")),
			 spans_trace_text(s, S("0000000000000001")));
	/* other texts are compared as they are, and are no bytes */
	assert_true(span_id_eq(spans_id_text(s, S("span one")), spans_id_text(s, S("span one"))));
	assert_false(span_id_eq(spans_id_text(s, S("span one")), spans_id_text(s, S("span two"))));
	assert_int_not_equal(spans_trace_text(s, S("a trace of 16 by")),
			     spans_trace_bytes(s, S("a trace of 16 by")));
	assert_false(span_id_known(spans_id_text(s, S(""))));
	assert_false(span_id_known(spans_id_text(s, S("0000000000000000"))));
	assert_true(span_id_known(spans_id_text(s, S("00000000000000000"))));
	profile_free(p);
}

static void test_kinds(void **state)
{
	(void)state;
	assert_int_equal(span_kind_find(S("SPAN_KIND_CLIENT")), SPAN_CLIENT);
	assert_int_equal(span_kind_find(S("SpanKind.CONSUMER")), SPAN_CONSUMER);
	assert_int_equal(span_kind_find(S("server")), SPAN_SERVER);
	assert_int_equal(span_kind_find(S("")), SPAN_UNKNOWN);
	assert_int_equal(span_kind_find(S("servers")), SPAN_UNKNOWN);
}

/* --- trees --- */

/* A span "id<parent" of trace 1. */
static struct span make(struct spans *s, uint64_t id, uint64_t parent, int64_t start, int64_t end)
{
	char name[24];

	return (struct span){
		.trace = spans_trace_text(s, S("1")),
		.id = { id, false },
		.parent = { parent, false },
		.start = start,
		.end = end,
		.name = strings_add(&s->texts,
				    (struct str){ name, (size_t)snprintf(name, sizeof name, "s%d",
									 (int)id) }),
		.thread = NO_ID,
	};
}

static void add(struct spans *s, uint64_t id, uint64_t parent, int64_t start, int64_t end)
{
	spans_add(s, make(s, id, parent, start, end));
}

/* Folded lines of p's samples, "s1;s2 own calls\n", by stack. */
static void fold(const struct profile *p, struct buf *out)
{
	frame_id *frames = NULL;
	size_t cap = 0;

	for (stack_id stack = 1; stack < p->stacks.count; stack++) {
		size_t depth = stacks_frames(&p->stacks, stack, &frames, &cap);
		int64_t sum = 0, calls = 0;

		for (size_t i = 0; i < p->sample_count; i++)
			if (p->samples[i].stack == stack) {
				sum += values_row(&p->sample_values, i)[0];
				calls += (int64_t)p->samples[i].count;
			}
		for (size_t i = 0; i < depth; i++)
			buf_print(out, "%s%.*s", i ? ";" : "",
				  (int)function_name(p, p->frames[frames[i]].function).n,
				  function_name(p, p->frames[frames[i]].function).p);
		buf_print(out, " %lld %lld\n", (long long)sum, (long long)calls);
	}
	alloc_free(frames);
}

static void assert_folded(struct profile *p, const char *expected)
{
	struct buf out = { 0 };

	profile_finish(p);
	fold(p, &out);
	assert_str(buf_str(&out), str_of(expected));
	buf_free(&out);
	profile_free(p);
}

/* Nested by mistake: 3 and 4 outlive 2, and 5 is a part of 4. A root's child 6 stays. */
static void test_children_that_outlive_become_siblings(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);

	(void)state;
	s->options.repair_siblings = true;
	add(s, 1, 0, 0, 20);
	add(s, 6, 1, 0, 25);
	add(s, 2, 6, 1, 5);
	add(s, 3, 2, 2, 7);
	add(s, 4, 3, 3, 9);
	add(s, 5, 4, 4, 8);
	assert_folded(
		p,
		"s1 0 1\ns1;s6 17 1\ns1;s6;s4 2 1\ns1;s6;s4;s5 4 1\ns1;s6;s3 5 1\ns1;s6;s2 4 1\n");
}

/* 200,000 levels, each with a child that outlives all but the second: leaps, not steps. */
static void test_siblings_far_below_are_found_fast(void **state)
{
	const uint32_t levels = 200000;
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span_trees *t;
	struct span_trace trace;
	uint32_t below = 0;

	(void)state;
	s->options.repair_siblings = true;
	add(s, 1, 0, 0, 10 * (int64_t)levels);
	for (uint32_t i = 2; i <= levels; i++) {
		add(s, i, i - 1, i, 10 * (int64_t)levels - i);
		add(s, levels + i, i, levels + i, 10 * (int64_t)levels - 2);
	}
	t = span_trees_open(s, false);
	assert_true(span_trees_next(t, &trace));
	for (uint32_t i = 0; i < trace.count; i++)
		below += trace.parents[i] != NO_SPAN &&
			 s->rows[trace.rows[trace.parents[i]]].id == 2 &&
			 s->rows[trace.rows[i]].id > levels;
	assert_int_equal(below, levels - 1);
	assert_int_equal(t->counts.moved, levels - 2);
	span_trees_close(t);
	profile_free(p);
}

static void test_own_time_is_what_no_child_covers(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);

	(void)state;
	add(s, 2, 1, 1, 7); /* children first, as spans are reported */
	add(s, 3, 1, 3, 9);
	add(s, 1, 0, 0, 10);
	assert_folded(p, "s1 2 1\ns1;s3 6 1\ns1;s2 6 1\n");
}

static void test_wall_time_is_divided(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);

	(void)state;
	s->options.wall = true;
	add(s, 2, 1, 1, 7);
	add(s, 3, 1, 3, 9);
	add(s, 1, 0, 0, 10);
	assert_folded(p, "s1 2 1\ns1;s3 4 1\ns1;s2 4 1\n");
}

static void test_late_early_and_untimed_children(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span_trees *t;
	struct span_trace trace;

	(void)state;
	add(s, 1, 0, 100, 200);
	add(s, 2, 1, 90, 120);  /* early by 10 */
	add(s, 3, 1, 190, 250); /* late by 50 */
	add(s, 4, 1, 300, 310); /* begins when its parent is over: late by 10 */
	add(s, 5, 1, 150, 140);
	add(s, 6, 1, 150, 0);
	t = span_trees_open(s, false);
	assert_true(span_trees_next(t, &trace));
	assert_int_equal(trace.count, 6);
	assert_int_equal(trace.self[trace.root], 100 - 20 - 10);
	assert_int_equal(t->counts.late, 2);
	assert_int_equal(t->counts.late_time, 60);
	assert_int_equal(t->counts.early, 1);
	assert_int_equal(t->counts.untimed, 2);
	assert_int_equal(t->counts.wall_time, 160 + 10);
	assert_int_equal(t->counts.root_time, 100);
	assert_int_equal(t->counts.self_time, 70 + 30 + 60 + 10);
	assert_false(span_trees_next(t, &trace));
	span_trees_close(t);
	profile_free(p);
}

static void test_whole_microseconds_are_no_proof(void **state)
{
	(void)state;
	for (int64_t late = 1999; late <= 2000; late++) {
		struct profile *p = profile_new();
		struct spans *s = spans_of(p);
		struct span child = make(s, 2, 1, 1000, 90000 + late);
		struct span second = make(s, 3, 1, 90000, 90000 + late);
		struct span_trees *t;
		struct span_trace trace;

		child.coarse = second.coarse = true;
		spans_add(s, child);
		spans_add(s, second);
		add(s, 1, 0, 0, 90000);
		t = span_trees_open(s, false);
		span_trees_next(t, &trace);
		assert_int_equal(t->counts.late, late == 2000 ? 2 : 0);
		span_trees_close(t);
		profile_free(p);
	}
}

static void test_missing_parents_and_circles_make_roots(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span_trees *t;
	struct span_trace trace;

	(void)state;
	add(s, 1, 99, 0, 10); /* nowhere */
	add(s, 2, 2, 1, 10);  /* itself */
	add(s, 5, 3, 7, 10);  /* hangs below the circle 3 4 */
	add(s, 4, 3, 6, 10);
	add(s, 3, 4, 5, 10);
	add(s, 6, 0, 9, 10);
	t = span_trees_open(s, false);
	assert_true(span_trees_next(t, &trace));
	assert_int_equal(t->counts.roots, 4);
	assert_int_equal(t->counts.missing, 1);
	assert_int_equal(t->counts.cycles, 2);
	/* the root without a parent stands for the trace, though others began before */
	assert_int_equal(s->rows[trace.rows[trace.root]].id, 6);
	span_trees_close(t);
	assert_folded(p, "s1 10 1\ns2 9 1\ns3 1 1\ns3;s5 3 1\ns3;s4 4 1\ns6 1 1\n");
}

static void test_the_same_span_counts_once(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span again;

	(void)state;
	add(s, 1, 0, 0, 10);
	add(s, 2, 1, 2, 4);
	again = make(s, 2, 1, 2, 4);
	again.kind = SPAN_CLIENT; /* which the reader of the first one did not look for */
	again.thread = spans_thread(s, (struct span_thread){ 1, 2, 0 });
	spans_add(s, again);
	add(s, 2, 1, 5, 6); /* of the same id, but another one */
	add(s, 3, 2, 3, 4);
	assert_folded(p, "s1 7 1\ns1;s2 2 2\ns1;s2;s3 1 1\n");
}

static void test_halves_of_a_shared_span(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span server = make(s, 2, 1, 3, 6);

	(void)state;
	server.shared = true;
	server.name = strings_add(&s->texts, S("server"));
	add(s, 3, 2, 4, 5); /* of the server */
	spans_add(s, server);
	add(s, 2, 1, 2, 8);
	add(s, 1, 0, 0, 10);
	assert_folded(p, "s1 4 1\ns1;s2 3 1\ns1;s2;server 2 1\ns1;s2;server;s3 1 1\n");
}

static void test_a_server_without_its_client(void **state)
{
	struct profile *p = profile_new();
	struct spans *s = spans_of(p);
	struct span server = make(s, 2, 1, 3, 6);

	(void)state;
	server.shared = true;
	spans_add(s, server);
	add(s, 1, 0, 0, 10);
	assert_folded(p, "s1 7 1\ns1;s2 3 1\n");
}

/* --- against brute force, instant by instant --- */

enum { RANDOM_SPANS = 14, INSTANTS = 60 };

struct random_span {
	uint64_t parent;
	int64_t start, end;
};

static void brute_force(const struct random_span *spans, int64_t *self, double *share, int *wall)
{
	memset(self, 0, RANDOM_SPANS * sizeof *self);
	memset(share, 0, RANDOM_SPANS * sizeof *share);
	*wall = 0;
	for (int64_t at = 0; at < INSTANTS; at++) {
		bool leaf[RANDOM_SPANS];
		int leaves = 0;

		for (int i = 0; i < RANDOM_SPANS; i++) {
			leaf[i] = spans[i].start <= at && at < spans[i].end;
			for (int c = 0; c < RANDOM_SPANS; c++)
				if (spans[c].parent == (uint64_t)i + 1 && spans[c].start <= at &&
				    at < spans[c].end)
					leaf[i] = false;
			leaves += leaf[i];
			self[i] += leaf[i];
		}
		for (int i = 0; i < RANDOM_SPANS; i++)
			share[i] += leaf[i] ? 1.0 / leaves : 0;
		*wall += leaves > 0;
	}
}

static int64_t own_time(const struct spans *s, const struct span_trace *trace, uint64_t id)
{
	for (uint32_t i = 0; i < trace->count; i++)
		if (s->rows[trace->rows[i]].id == id)
			return trace->self[i];
	return -1;
}

static void check_against_brute_force(const struct random_span *spans, bool backwards)
{
	int64_t self[RANDOM_SPANS], sum = 0;
	double share[RANDOM_SPANS];
	int wall;

	brute_force(spans, self, share, &wall);
	for (int divided = 0; divided < 2; divided++) {
		struct profile *p = profile_new();
		struct spans *s = spans_of(p);
		struct span_trees *t;
		struct span_trace trace;

		for (int i = 0; i < RANDOM_SPANS; i++) {
			int at = backwards ? RANDOM_SPANS - 1 - i : i;

			add(s, (uint64_t)at + 1, spans[at].parent, spans[at].start, spans[at].end);
		}
		t = span_trees_open(s, divided);
		assert_true(span_trees_next(t, &trace));
		for (int i = 0; i < RANDOM_SPANS; i++) {
			int64_t own = own_time(s, &trace, (uint64_t)i + 1);

			sum += divided ? own : 0;
			if (divided)
				assert_true((double)own > share[i] - 1.000001 &&
					    (double)own < share[i] + 1.000001);
			else
				assert_int_equal(own, self[i]);
		}
		assert_int_equal(t->counts.wall_time, wall);
		span_trees_close(t);
		profile_free(p);
	}
	assert_int_equal(sum, wall);
}

static void test_own_times_of_random_trees(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct random_span spans[RANDOM_SPANS];

		for (int i = 0; i < RANDOM_SPANS; i++) {
			spans[i].parent = i ? next_random(&seed) % (unsigned)(i + 1) : 0;
			spans[i].start = next_random(&seed) % INSTANTS;
			spans[i].end = spans[i].start + 1 +
				       next_random(&seed) % (INSTANTS - spans[i].start);
		}
		check_against_brute_force(spans, false);
		check_against_brute_force(spans, true);
	}
}

/* --- several profiles --- */

static void test_joined_spans_find_their_parents(void **state)
{
	struct profile *p = profile_new(), *q = profile_new();
	struct span odd;

	(void)state;
	odd = make(spans_of(q), 1, 0, 0, 10);
	odd.id = spans_id_text(spans_of(q), S("the root"));
	spans_add(spans_of(q), odd);
	strings_add(&spans_of(p)->texts, S("other texts have these numbers"));
	odd = make(spans_of(p), 2, 0, 2, 5);
	odd.parent = spans_id_text(spans_of(p), S("the root"));
	odd.thread = spans_thread(spans_of(p), (struct span_thread){ 7, 8, 0 });
	spans_add(spans_of(p), odd);
	profile_join_deferred(q, p);
	profile_free(p);
	assert_int_equal(spans_of(q)->threaded, 1);
	assert_int_equal(spans_of(q)->threads[0].tid, 8);
	assert_folded(q, "s1 7 1\ns1;s2 3 1\n");
}

/* --- moments --- */

/* The innermost span at an instant: the last one that started, or the shortest of these. */
static uint32_t innermost(const struct spans *s, uint32_t thread, int64_t at)
{
	uint32_t found = NO_SPAN;

	for (uint32_t i = 0; i < s->count; i++) {
		const struct span_row *row = &s->rows[i];
		const struct span_row *best = found == NO_SPAN ? NULL : &s->rows[found];

		if (row->thread == thread && row->start <= at && at < row->end &&
		    (!best || row->start > best->start ||
		     (row->start == best->start && row->end < best->end)))
			found = i;
	}
	return found;
}

static bool same_times(const struct spans *s, uint32_t a, uint32_t b)
{
	return a == b ||
	       (a != NO_SPAN && b != NO_SPAN && s->rows[a].start == s->rows[b].start &&
		s->rows[a].end == s->rows[b].end && s->rows[a].thread == s->rows[b].thread);
}

static void test_moments_of_random_spans(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 300; round++) {
		struct profile *p = profile_new();
		struct spans *s = spans_of(p);
		struct span_moments m;

		for (uint64_t t = 1; t <= 3; t++)
			spans_thread(s, (struct span_thread){ 1, t, 0 });
		for (uint64_t i = 1; i <= RANDOM_SPANS; i++) {
			int64_t start = next_random(&seed) % INSTANTS;
			struct span span = make(s, i, 0, start, start + next_random(&seed) % 20);

			span.thread = i % 4 == 3 ? NO_ID : (uint32_t)(i % 4); /* 2: none */
			span.thread = span.thread == 2 ? 1 : span.thread;
			spans_add(s, span);
		}
		span_moments_open(&m, s);
		for (uint32_t thread = 0; thread < 3; thread++)
			for (int64_t at = -1; at < INSTANTS + 21; at++)
				assert_true(same_times(s, span_moments_find(&m, thread, at),
						       innermost(s, thread, at)));
		span_moments_close(&m);
		profile_free(p);
	}
}

/* --- names --- */

static void test_ids_in_names(void **state)
{
	const struct str names[][2] = {
		{ S("/users/1234/cart-7f3a9c21"), S("/users/*/cart-*") },
		{ S("get 3835779c-5342-904a-b8ad-dbf8135a1a1b!"), S("get *!") },
		{ S("3835779c-5342-904a-b8ad-dbf8135a1a1"), S("*-*-904a-b8ad-*") },
		{ S("SELECT v2 FROM t100 WHERE id = 0x1F"), S("SELECT v2 FROM t100 WHERE id = *") },
		{ S("deadbeef decade 1234abc"), S("deadbeef decade 1234abc") },
		{ S("deadbee1"), S("*") },
		{ S("order_17#3"), S("order_*#*") },
		{ S("\xc3\xa9"
		    "12 0x 0xg"),
		  S("\xc3\xa9"
		    "12 0x 0xg") },
		{ S(""), S("") },
		{ S("-"), S("-") },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		out.n = 0;
		span_names_strip_ids(names[i][0], &out);
		assert_str(buf_str(&out), names[i][1]);
	}
	buf_free(&out);
}

static void test_parts_of_names(void **state)
{
	const struct str parts[SPAN_NAME_PARTS] = { S("GET"), S(""), S("/cart"), S("shop") };
	struct buf scratch = { 0 };
	struct span_names names;

	(void)state;
	assert_int_equal(span_names_parse(&names, NULL, SPAN_NAME), 0);
	assert_str(span_names_join(&names, parts, &scratch), S("GET"));
	assert_int_equal(span_names_parse(&names, "service,op,description", SPAN_NAME), 0);
	assert_str(span_names_join(&names, parts, &scratch), S("shop: /cart"));
	assert_true(span_names_has(&names, SPAN_OP) && !span_names_has(&names, SPAN_NAME));
	assert_int_equal(span_names_parse(&names, "op", SPAN_NAME), 0);
	assert_str(span_names_join(&names, parts, &scratch), S("GET"));
	assert_int_equal(span_names_parse(&names, "name,verb", SPAN_NAME), -1);
	assert_int_equal(span_names_parse(&names, "name,name", SPAN_NAME), -1);
	assert_int_equal(span_names_parse(&names, "", SPAN_NAME), -1);
	buf_free(&scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids_are_equal_in_all_spellings),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_children_that_outlive_become_siblings),
		cmocka_unit_test(test_siblings_far_below_are_found_fast),
		cmocka_unit_test(test_own_time_is_what_no_child_covers),
		cmocka_unit_test(test_wall_time_is_divided),
		cmocka_unit_test(test_late_early_and_untimed_children),
		cmocka_unit_test(test_whole_microseconds_are_no_proof),
		cmocka_unit_test(test_missing_parents_and_circles_make_roots),
		cmocka_unit_test(test_the_same_span_counts_once),
		cmocka_unit_test(test_halves_of_a_shared_span),
		cmocka_unit_test(test_a_server_without_its_client),
		cmocka_unit_test(test_own_times_of_random_trees),
		cmocka_unit_test(test_joined_spans_find_their_parents),
		cmocka_unit_test(test_moments_of_random_spans),
		cmocka_unit_test(test_ids_in_names),
		cmocka_unit_test(test_parts_of_names),
	};

	return RUN(tests);
}
