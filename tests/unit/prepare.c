/*
 * prepare.c - what a format without stacks, files and calls gets, and what it is said to lose
 */
#include "tests/unit/unit.h"

#include "common/program/prepare.h"

static bool spells(struct str name)
{
	return !str_has(name, '?');
}

/* Names and values, nothing else. */
static const struct format names_alone = {
	.name = "toy",
	.representation = REPR_GRAPH,
	.can_spell = spells,
};

static function_id function_in(struct profile *p, const char *name, const char *file)
{
	return profile_function(p, (struct function){ .name = profile_string(p, str_of(name)),
						      .file = profile_string(p, str_of(file)) });
}

/* main;f 5 and main;f 2 of another file, in one thread. */
static struct profile *two_stacks(void)
{
	struct profile *p = profile_new();
	value_id v = profile_value_type(p, (struct value_type){
						   .name = profile_string(p, S("samples")),
						   .counts = true });
	thread_id t = profile_thread(p, (struct thread){ 0 });
	stack_id root = stacks_push(&p->stacks, EMPTY_STACK,
				    profile_frame(p,
						  (struct frame){ .function = function_in(p, "main",
											  "") }));

	profile_sample(p, t,
		       stacks_push(&p->stacks, root,
				   profile_frame(p,
						 (struct frame){ .function = function_in(p, "f?",
											 "a.c") })),
		       v, 5, 1);
	profile_sample(p, t,
		       stacks_push(&p->stacks, root,
				   profile_frame(p,
						 (struct frame){ .function = function_in(p, "f?",
											 "b.c") })),
		       v, 2, 1);
	return p;
}

static struct losses prepared(struct profile **p, bool strict, bool list_all)
{
	struct estimate estimate = { 0 };
	struct prepare_policy policy = {
		.strict = strict,
		.list_all = list_all,
		.estimate = &estimate,
	};

	return prepare(p, &names_alone, &policy);
}

static void each_loss_is_in_the_list_once(void **state)
{
	struct profile *p = two_stacks();
	struct losses l = prepared(&p, false, true);
	unsigned lost = 0;
	uint64_t names = 0;

	(void)state;
	for (size_t i = 0; i < l.count; i++) {
		assert_true(l.list[i].text.n > 0);
		if (l.list[i].kind == LOSS_FEATURE)
			lost += 1u << l.list[i].bit;
		else if (l.list[i].kind == LOSS_NAMES)
			names += l.list[i].count;
		else
			fail();
	}
	assert_int_equal(lost, FEATURE_STACKS | FEATURE_FILES);
	assert_int_equal(names, 2);
	assert_int_equal(losses_report(&l, false), 0);
	assert_int_equal(losses_report(&l, true), -1);
	losses_drop(&l, LOSS_FEATURE);
	assert_int_equal(l.count, 1);
	losses_free(&l);
	profile_free(p);
}

static void functions_that_the_target_cannot_tell_apart_are_one(void **state)
{
	struct profile *p = two_stacks();
	struct losses l = prepared(&p, false, false);
	int64_t self = 0;

	(void)state;
	assert_int_equal(l.count, 0);
	assert_true(profile_has_graph(p));
	assert_int_equal(p->function_count, 2);
	for (size_t i = 0; i < p->cost_count; i++) {
		assert_str(function_name(p, p->costs[i].function), S("f?"));
		self += *values_row(&p->cost_values, i);
	}
	assert_int_equal(self, 7);
	losses_free(&l);
	profile_free(p);
}

static void strict_stops_before_anything_is_changed(void **state)
{
	struct profile *p = two_stacks();
	struct losses l = prepared(&p, true, true);

	(void)state;
	assert_true(l.count > 0);
	assert_false(profile_has_graph(p));
	assert_int_equal(p->function_count, 3);
	losses_free(&l);
	profile_free(p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_loss_is_in_the_list_once),
		cmocka_unit_test(functions_that_the_target_cannot_tell_apart_are_one),
		cmocka_unit_test(strict_stops_before_anything_is_changed),
	};

	return RUN(tests);
}
