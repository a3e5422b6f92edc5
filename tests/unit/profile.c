/*
 * profile.c - the model's tables, its halves and its numbers
 */
#include "tests/unit/unit.h"

#include "common/profile/frame_text.h"
#include "common/profile/own_name.h"
#include "common/profile/profile.h"
#include "common/profile/stack_walk.h"

static frame_id frame_named(struct profile *p, const char *name)
{
	struct function f = { .name = profile_string(p, str_of(name)) };

	return profile_frame(p, (struct frame){ .function = profile_function(p, f) });
}

static value_id counts(struct profile *p)
{
	return profile_value_type(p,
				  (struct value_type){ .name = profile_string(p, S("samples")) });
}

static void strings_are_kept_once(void **state)
{
	struct profile *p = profile_new();
	string_id a = profile_string(p, S("a\0b"));

	(void)state;
	assert_int_equal(profile_string(p, S("")), 0);
	assert_int_equal(profile_string(p, S("a\0b")), a);
	assert_int_not_equal(profile_string(p, S("a\0c")), a);
	for (int i = 0; i < 100000; i++) {
		char text[16];
		size_t n = u64_text(text, (uint64_t)i);

		profile_string(p, (struct str){ text, n });
	}
	assert_str(profile_text(p, a), S("a\0b"));
	profile_free(p);
}

static void rows_are_kept_once(void **state)
{
	struct profile *p = profile_new();
	struct function f = { .name = profile_string(p, S("f")), .line = 3 };
	function_id id = profile_function(p, f);
	thread_id t = profile_thread(p, (struct thread){ .tid = 7 });

	(void)state;
	assert_int_equal(profile_function(p, f), id);
	f.object = profile_string(p, S("lib.so"));
	assert_int_not_equal(profile_function(p, f), id);
	assert_int_equal(profile_frame(p, (struct frame){ .function = id, .line = 3 }),
			 profile_frame(p, (struct frame){ .function = id, .line = 3 }));
	assert_int_not_equal(profile_frame(p, (struct frame){ .function = id, .line = 3 }),
			     profile_frame(p, (struct frame){ .function = id, .line = 4 }));
	assert_int_equal(profile_thread(p, (struct thread){ .tid = 7 }), t);
	assert_int_not_equal(profile_thread(p, (struct thread){ .tid = 7, .part = 1 }), t);
	profile_free(p);
}

static void stacks_are_a_trie(void **state)
{
	struct profile *p = profile_new();
	frame_id f = frame_named(p, "f"), g = frame_named(p, "g"), *path = NULL;
	stack_id a = stacks_push(&p->stacks, EMPTY_STACK, f);
	stack_id b = stacks_push(&p->stacks, a, g);
	size_t cap = 0;

	(void)state;
	assert_int_equal(stacks_push(&p->stacks, a, g), b);
	assert_int_not_equal(stacks_push(&p->stacks, EMPTY_STACK, g), b);
	assert_true(a < b);
	assert_int_equal(stacks_frames(&p->stacks, b, &path, &cap), 2);
	assert_int_equal(path[0], f);
	assert_int_equal(path[1], g);
	free(path);
	profile_free(p);
}

static void samples_add_up(void **state)
{
	struct profile *p = profile_new();
	value_id v = counts(p);
	stack_id s = stacks_push(&p->stacks, EMPTY_STACK, frame_named(p, "f"));
	stack_id empty = EMPTY_STACK;

	(void)state;
	profile_thread(p, (struct thread){ 0 });
	profile_thread(p, (struct thread){ .tid = 1 });
	profile_sample(p, 0, s, v, 5, 1);
	profile_sample(p, 0, empty, v, 1, 1);
	profile_sample(p, 0, s, v, 7, 1);
	profile_sample(p, 1, s, v, 9, 1);
	assert_int_equal(p->sample_count, 3);
	assert_int_equal(*values_row(&p->sample_values, 0), 12);
	assert_int_equal(p->samples[0].count, 2);
	assert_int_equal(*values_row(&p->sample_values, 2), 9);
	profile_free(p);
}

static void samples_in_order_stay_apart(void **state)
{
	struct profile *p = profile_new();
	value_id v = counts(p);
	stack_id s = stacks_push(&p->stacks, EMPTY_STACK, frame_named(p, "f"));

	(void)state;
	p->ordered = true;
	profile_thread(p, (struct thread){ 0 });
	for (int i = 1; i <= 3; i++)
		profile_sample(p, 0, s, v, i, 1);
	assert_int_equal(p->sample_count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(*values_row(&p->sample_values, (size_t)i), i + 1);
	profile_free(p);
}

static int64_t number(struct profile *p, value_id v, const char *text)
{
	struct decimal d;
	enum exactness exactness;
	int64_t value;

	assert_true(str_to_decimal(str_of(text), &d, &exactness));
	assert_true(profile_number(p, v, d, &value));
	return value;
}

/* 3, then 5.5: what was read before is counted in tenths too. */
static void finer_numbers_rescale(void **state)
{
	struct profile *p = profile_new();
	value_id v = counts(p);
	stack_id s = stacks_push(&p->stacks, EMPTY_STACK, frame_named(p, "f"));

	(void)state;
	profile_thread(p, (struct thread){ 0 });
	profile_sample(p, 0, s, v, number(p, v, "3"), 1);
	profile_sample(p, 0, s, v, number(p, v, "5.5"), 1);
	profile_sample(p, 0, s, v, number(p, v, "1"), 1);
	assert_int_equal(p->value_types[v].exponent, -1);
	assert_int_equal(*values_row(&p->sample_values, 0), 95);
	assert_int_equal(profile_decimal(p, v, 95, 0).mantissa, 95);
	assert_int_equal(profile_decimal(p, v, 95, 0).exponent, -1);
	assert_int_equal(p->rounded, 0);
	profile_free(p);
}

static void too_fine_numbers_are_rounded(void **state)
{
	struct profile *p = profile_new();
	value_id v = counts(p);

	(void)state;
	assert_int_equal(number(p, v, "0.12345678949"), 123456789);
	assert_int_equal(p->value_types[v].exponent, -9);
	assert_int_equal(p->rounded, 1);
	profile_free(p);
}

static void times_count_nanoseconds(void **state)
{
	struct profile *p = profile_new();
	value_id v = profile_value_type(p,
					(struct value_type){ .name = profile_string(p, S("time")),
							     .unit = UNIT_TIME,
							     .source_scale = 9 });
	struct decimal back = profile_decimal(p, v, 1500000000, 9);

	(void)state;
	assert_int_equal(number(p, v, "1.5"), 1500000000);
	assert_int_equal(number(p, v, "0.000000001"), 1);
	assert_int_equal(p->rounded, 0);
	assert_int_equal(number(p, v, "0.0000000015"), 2);
	assert_int_equal(p->rounded, 1);
	assert_int_equal(back.mantissa, 1500000000);
	assert_int_equal(back.exponent, -9);
	profile_free(p);
}

static void overflow_is_told(void **state)
{
	struct profile *p = profile_new();
	value_id v = counts(p);
	stack_id s = stacks_push(&p->stacks, EMPTY_STACK, frame_named(p, "f"));

	(void)state;
	profile_thread(p, (struct thread){ 0 });
	profile_sample(p, 0, s, v, INT64_MAX, 1);
	assert_int_equal(profile_status(p, "test"), 0);
	profile_sample(p, 0, s, v, 1, 1);
	assert_int_equal(profile_status(p, "test"), -1);
	profile_free(p);
}

static void rescaling_beyond_64_bits_is_told(void **state)
{
	struct profile *p = profile_new();
	value_id v = counts(p);
	stack_id s = stacks_push(&p->stacks, EMPTY_STACK, frame_named(p, "f"));

	(void)state;
	profile_thread(p, (struct thread){ 0 });
	profile_sample(p, 0, s, v, INT64_MAX / 2, 1);
	profile_sample(p, 0, s, v, number(p, v, "0.5"), 1);
	assert_int_equal(profile_status(p, "test"), -1);
	profile_free(p);
}

static void value_types_widen_every_table(void **state)
{
	struct profile *p = profile_new();
	value_id first = counts(p), second;
	stack_id s = stacks_push(&p->stacks, EMPTY_STACK, frame_named(p, "f"));
	const int64_t *row;

	(void)state;
	profile_thread(p, (struct thread){ 0 });
	profile_sample(p, 0, s, first, 3, 1);
	second = profile_value_type(p, (struct value_type){ .name = profile_string(p, S("bytes")),
							    .unit = UNIT_BYTES });
	assert_int_equal(counts(p), first);
	profile_sample(p, 0, s, second, 4, 1);
	row = values_row(&p->sample_values, 0);
	assert_int_equal(row[first], 3);
	assert_int_equal(row[second], 4);
	profile_free(p);
}

static void arcs_add_up(void **state)
{
	struct profile *p = profile_new();
	struct arc a = { .calls = 2, .primitive = 2, .values_known = true };
	int64_t value = 10;

	(void)state;
	counts(p);
	profile_thread(p, (struct thread){ 0 });
	a.caller = profile_function(p, (struct function){ .name = profile_string(p, S("f")) });
	a.callee = profile_function(p, (struct function){ .name = profile_string(p, S("g")) });
	profile_arc(p, a, &value, NULL);
	profile_arc(p, a, &value, NULL);
	a.site.line = 5;
	profile_arc(p, a, &value, NULL);
	assert_int_equal(p->arc_count, 2);
	assert_int_equal(p->arcs[0].calls, 4);
	assert_int_equal(*values_row(&p->arc_values, 0), 20);
	profile_free(p);
}

/* Texts of frames come back as they were, whatever they look like. */
static void frame_texts_come_back(void **state)
{
	static const char *const texts[] = { "main",        "main (a.py:3)",
					     "main (a.py)", "(a.py:3)",
					     "f (",         "f )",
					     "f (a.py:03)", "f (a.py:)",
					     "f (:3)",      "f ()",
					     " ",           "f (a (b).py:3)",
					     "a.py:f:3",    "f (a.py:99999999999)",
					     "f (a.py:0)",  "operator()(int) (x.cpp:4)",
					     "f(a.py:3)",   "f  (a.py:3)" };
	struct buf back = { 0 };

	(void)state;
	for (enum frame_style style = FRAMES_FULL; style <= FRAMES_AUSTIN; style += FRAMES_AUSTIN) {
		struct profile *p = profile_new();

		for (size_t i = 0; i < COUNT(texts); i++) {
			back.n = 0;
			frame_to_text(p, frame_from_text(p, str_of(texts[i]), style), style, &back);
			assert_str(buf_str(&back), str_of(texts[i]));
		}
		profile_free(p);
	}
	buf_free(&back);
}

static void frame_texts_are_taken_apart(void **state)
{
	struct profile *p = profile_new();
	frame_id f = frame_from_text(p, S("main (a.py:3)"), FRAMES_FULL);
	function_id fn = p->frames[f].function;

	(void)state;
	assert_str(function_name(p, fn), S("main"));
	assert_str(function_location(p, fn), S("a.py"));
	assert_int_equal(p->frames[f].line, 3);
	profile_free(p);
}

/* Twice the same file, and one with more value types: no row, sum or id is left of the last. */
static void cleared_is_new(void **state)
{
	struct profile *p = profile_new();
	int64_t one[] = { 1 }, two[] = { 2, 3 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct function f = { .name = profile_string(p, S("f")) };
		struct arc arc = { .calls = 1 };

		counts(p);
		if (round == 2)
			profile_value_type(p, (struct value_type){ .name = f.name });
		assert_int_equal(f.name, 1);
		assert_int_equal(profile_function(p, f), 0);
		assert_int_equal(profile_new_function(p, (struct function){ 0 }), 1);
		assert_int_equal(profile_function(p, (struct function){ 0 }), 1);
		for (int i = 0; i < 100; i++) {
			arc.site.line = (uint32_t)i;
			profile_arc(p, arc, round == 2 ? two : one, NULL);
		}
		profile_cost(p, (struct cost){ 0 }, round == 2 ? two : one);
		profile_total(p, 0, 1, 1, NULL);
		assert_int_equal(p->arc_count, 100);
		assert_int_equal(p->totals[0].calls, 1);
		assert_int_equal(values_row(&p->total_values, 0)[0], 0);
		assert_int_equal(values_row(&p->cost_values, 0)[round == 2], round == 2 ? 3 : 1);
		profile_clear(p);
	}
	assert_int_equal(p->function_count + p->value_count + p->arc_count, 0);
	profile_free(p);
}

/* --- names that conversions add --- */

static void own_names_have_numbers(void **state)
{
	const struct {
		const char *text;
		size_t number;
	} rows[] = {
		{ "[idle]", 1 },     { "[idle 2]", 2 },
		{ "[idle 30]", 30 }, { "[idle 1]", 0 },
		{ "[idle 02]", 0 },  { "[idle  2]", 0 },
		{ "[idle +2]", 0 },  { "[idle 2", 0 },
		{ "[idle2]", 0 },    { "[idle ]", 0 },
		{ "[idler]", 0 },    { "idle", 0 },
		{ "", 0 },           { "[idle 99999999999999999999]", 0 },
	};
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t number = own_name_number(str_of(rows[i].text), S("[idle]"));

		assert_int_equal(number, rows[i].number);
		if (!number)
			continue;
		own_name_spell(&text, S("[idle]"), number);
		assert_true(str_eq(buf_str(&text), str_of(rows[i].text)));
	}
	buf_free(&text);
}

/* The steps of a walk: +id for entered, -id for left. */
static size_t walk_steps(const struct stacks *s, int64_t *steps)
{
	struct stack_walk walk;
	size_t count = 0;

	stack_walk_open(&walk, s);
	while (stack_walk_next(&walk))
		steps[count++] = walk.entered ? (int64_t)walk.node : -(int64_t)walk.node;
	stack_walk_close(&walk);
	return count;
}

static void stacks_are_walked_depth_first(void **state)
{
	/* by id - 1: the parents; in depth-first order, and not */
	static const stack_id parents[][5] = { { 0, 1, 2, 1, 0 }, { 0, 0, 1, 2, 1 } };
	static const int64_t expected[][10] = { { 1, 2, 3, -3, -2, 4, -4, -1, 5, -5 },
						{ 1, 3, -3, 5, -5, -1, 2, 4, -4, -2 } };
	int64_t steps[16];

	(void)state;
	for (int order = 0; order < 2; order++) {
		struct stacks s;

		stacks_init(&s);
		assert_int_equal(walk_steps(&s, steps), 0);
		for (frame_id i = 0; i < 5; i++)
			stacks_append(&s, parents[order][i], i);
		assert_int_equal(walk_steps(&s, steps), 10);
		assert_memory_equal(steps, expected[order], sizeof expected[order]);
		stacks_free(&s);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_kept_once),
		cmocka_unit_test(rows_are_kept_once),
		cmocka_unit_test(stacks_are_a_trie),
		cmocka_unit_test(samples_add_up),
		cmocka_unit_test(samples_in_order_stay_apart),
		cmocka_unit_test(finer_numbers_rescale),
		cmocka_unit_test(too_fine_numbers_are_rounded),
		cmocka_unit_test(times_count_nanoseconds),
		cmocka_unit_test(overflow_is_told),
		cmocka_unit_test(rescaling_beyond_64_bits_is_told),
		cmocka_unit_test(value_types_widen_every_table),
		cmocka_unit_test(arcs_add_up),
		cmocka_unit_test(cleared_is_new),
		cmocka_unit_test(frame_texts_come_back),
		cmocka_unit_test(frame_texts_are_taken_apart),
		cmocka_unit_test(own_names_have_numbers),
		cmocka_unit_test(stacks_are_walked_depth_first),
	};

	return RUN(tests);
}
