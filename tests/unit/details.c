/*
 * details.c - what few formats know: labels, times, mappings, details of frames, the recording
 */
#include "tests/unit/unit.h"

#include "common/base/alloc.h"
#include "common/profile/features.h"
#include "common/profile/profile.h"
#include "common/transform/reshape/canonical.h"

static struct profile *new_profile(void)
{
	struct profile *p = profile_new();

	profile_value_type(p, (struct value_type){ .name = profile_string(p, S("samples")) });
	profile_value_type(p, (struct value_type){ .name = profile_string(p, S("cpu")),
						   .unit = UNIT_TIME });
	profile_thread(p, (struct thread){ 0 });
	return p;
}

static label_id text_label(struct profile *p, const char *key, const char *text)
{
	return profile_label(p, (struct label){ .key = profile_string(p, str_of(key)),
						.text = profile_string(p, str_of(text)) });
}

static label_id number_label(struct profile *p, const char *key, int64_t number, const char *unit)
{
	return profile_label(p, (struct label){ .key = profile_string(p, str_of(key)),
						.is_number = true,
						.number = number,
						.unit = profile_string(p, str_of(unit)) });
}

static function_id function_named(struct profile *p, const char *name)
{
	return profile_function(p, (struct function){ .name = profile_string(p, str_of(name)) });
}

static stack_id stack_of(struct profile *p, const char *name)
{
	return stacks_push(&p->stacks, EMPTY_STACK,
			   profile_frame(p, (struct frame){ .function = function_named(p, name) }));
}

/* --- labels --- */

static void labels_are_there_once(void **state)
{
	struct profile *p = new_profile();
	label_id a = text_label(p, "user", "ann"), one = number_label(p, "n", 1, "bytes");

	(void)state;
	assert_int_equal(text_label(p, "user", "ann"), a);
	assert_int_not_equal(text_label(p, "user", "bob"), a);
	assert_int_not_equal(text_label(p, "name", "ann"), a);
	assert_int_equal(number_label(p, "n", 1, "bytes"), one);
	assert_int_not_equal(number_label(p, "n", 1, "things"), one);
	assert_int_not_equal(number_label(p, "n", 2, "bytes"), one);
	/* a text that is empty is no number 0 */
	assert_int_not_equal(text_label(p, "n", ""), number_label(p, "n", 0, ""));
	profile_free(p);
}

static void sets_have_no_order_and_nothing_twice(void **state)
{
	struct profile *p = new_profile();
	label_id a = text_label(p, "k", "a"), b = text_label(p, "k", "b"),
		 c = text_label(p, "l", "c");
	label_id *found = NULL;
	size_t cap = 0;
	label_set_id set = profile_label_set(p, (label_id[]){ c, a, b, a }, 4);

	(void)state;
	assert_int_equal(profile_label_set(p, (label_id[]){ b, c, a }, 3), set);
	assert_int_not_equal(profile_label_set(p, (label_id[]){ b, a }, 2), set);
	assert_int_equal(profile_label_set(p, NULL, 0), NO_LABELS);
	assert_int_equal(profile_labels_of(p, set, &found, &cap), 3);
	assert_int_equal(found[0], a);
	assert_int_equal(found[2], c);
	assert_int_equal(profile_labels_of(p, NO_LABELS, &found, &cap), 0);
	alloc_free(found);
	profile_free(p);
}

static void ranks_are_of_content(void **state)
{
	struct profile *p = new_profile();
	label_id last = text_label(p, "z", "a"), number = number_label(p, "k", -1, "");
	label_id second = text_label(p, "k", "b"), first = text_label(p, "k", "a");
	uint32_t *ranks = profile_label_ranks(p);

	(void)state;
	assert_int_equal(ranks[first], 0);
	assert_int_equal(ranks[second], 1);
	assert_int_equal(ranks[number], 2);
	assert_int_equal(ranks[last], 3);
	alloc_free(ranks);
	profile_free(p);
}

/* --- samples --- */

static void labels_are_identity(void **state)
{
	struct profile *p = new_profile();
	stack_id s = stack_of(p, "f");
	label_id a = text_label(p, "user", "ann");
	label_set_id set = profile_label_set(p, &a, 1);

	(void)state;
	profile_sample(p, 0, s, 0, 1, 1);
	assert_int_equal(p->sample_label_count, 0);
	profile_sample_value(p, (struct sample){ .stack = s, .count = 1, .labels = set }, 0, 2);
	profile_sample(p, 0, s, 0, 4, 1);
	profile_sample_value(p, (struct sample){ .stack = s, .count = 1, .labels = set }, 1, 8);
	assert_int_equal(p->sample_count, 2);
	assert_int_equal(values_row(&p->sample_values, 0)[0], 5);
	assert_int_equal(values_row(&p->sample_values, 1)[0], 2);
	assert_int_equal(values_row(&p->sample_values, 1)[1], 8);
	assert_int_equal(profile_sample_labels(p, 0), NO_LABELS);
	assert_int_equal(profile_sample_at(p, 1).labels, set);
	assert_int_equal(profile_sample_at(p, 1).count, 2);
	assert_true(profile_features(p) & FEATURE_LABELS);
	profile_free(p);
}

static void times_need_an_order(void **state)
{
	struct profile *p = new_profile();
	stack_id s = stack_of(p, "f");
	struct sample timed = { .stack = s, .count = 1, .timed = true, .time = -5 };

	(void)state;
	profile_sample_value(p, timed, 0, 1);
	assert_int_equal(p->sample_time_count, 0);
	assert_false(profile_sample_at(p, 0).timed);
	/* not kept, and so said to be lost */
	assert_true(profile_features(p) & FEATURE_SAMPLE_TIMES);
	profile_free(p);

	p = new_profile();
	p->ordered = true;
	timed.stack = stack_of(p, "f");
	profile_sample(p, 0, timed.stack, 0, 1, 1);
	profile_sample_value(p, timed, 0, 1);
	profile_sample(p, 0, timed.stack, 0, 1, 1);
	assert_int_equal(p->sample_count, 3);
	assert_int_equal(p->sample_time_count, 2);
	assert_false(profile_sample_at(p, 0).timed);
	assert_int_equal(profile_sample_at(p, 1).time, -5);
	assert_false(profile_sample_at(p, 2).timed);
	profile_free(p);
}

/* --- frames and mappings --- */

static void details_tell_frames_apart(void **state)
{
	struct profile *p = new_profile();
	function_id f = function_named(p, "f");
	frame_id plain = profile_frame(p, (struct frame){ .function = f, .line = 3 }), with;

	(void)state;
	assert_int_equal(p->frame_detail_count, 0);
	with = profile_frame(p,
			     (struct frame){
				     .function = f, .line = 3, .address = 16, .kind = FRAME_JIT });
	assert_int_not_equal(with, plain);
	assert_int_equal(profile_frame(p, (struct frame){ .function = f, .line = 3 }), plain);
	assert_int_equal(profile_frame(p, (struct frame){ .function = f,
							  .line = 3,
							  .address = 16,
							  .kind = FRAME_JIT }),
			 with);
	assert_int_not_equal(profile_frame(p, (struct frame){ .function = f,
							      .line = 3,
							      .address = 16 }),
			     with);
	assert_int_not_equal(profile_frame(p, (struct frame){ .function = f,
							      .line = 3,
							      .address = 16,
							      .kind = FRAME_JIT,
							      .inlined = true }),
			     with);
	assert_int_equal(profile_frame_at(p, with).kind, FRAME_JIT);
	assert_int_equal(profile_frame_address(p, with), 16);
	assert_int_equal(profile_frame_address(p, plain), 0);
	profile_free(p);
}

static void mappings_begin_with_none(void **state)
{
	struct profile *p = new_profile();
	struct mapping m = { .object = profile_string(p, S("/lib/libc.so.6")),
			     .start = 0x7000,
			     .limit = 0x9000,
			     .offset = 0x1000 };
	mapping_id id;

	(void)state;
	assert_int_equal(profile_mapping(p, (struct mapping){ 0 }), NO_MAPPING);
	id = profile_mapping(p, m);
	assert_int_equal(id, 1);
	assert_int_equal(profile_mapping(p, m), id);
	m.build_id = profile_string(p, S("ab12"));
	assert_int_not_equal(profile_mapping(p, m), id);
	profile_free(p);
}

static void an_address_is_a_name(void **state)
{
	struct profile *p = new_profile();
	mapping_id m = profile_mapping(p, (struct mapping){
						  .object = profile_string(p, S("/lib/libc.so.6")),
						  .start = 0x7000,
						  .limit = 0x9000,
						  .offset = 0x1000 });
	frame_id f = profile_unsymbolised_frame(p, m, 0x7042, FRAME_NATIVE);
	struct frame frame = profile_frame_at(p, f);

	(void)state;
	assert_str(function_name(p, frame.function), S("libc.so.6+0x1042"));
	assert_str(profile_text(p, p->functions[frame.function].object), S("/lib/libc.so.6"));
	assert_true(frame.unsymbolised);
	assert_int_equal(profile_unsymbolised_frame(p, m, 0x7042, FRAME_NATIVE), f);
	f = profile_unsymbolised_frame(p, NO_MAPPING, UINT64_MAX, FRAME_UNKNOWN);
	assert_str(function_name(p, profile_frame_at(p, f).function), S("0xffffffffffffffff"));
	profile_free(p);
}

static void kinds_have_names(void **state)
{
	(void)state;
	for (int kind = FRAME_UNKNOWN + 1; kind < FRAME_KINDS; kind++)
		assert_int_equal(frame_kind_find(str_of(frame_kind_name((enum frame_kind)kind))),
				 kind);
	assert_int_equal(frame_kind_find(S("")), -1);
	assert_int_equal(frame_kind_find(S("Kernel")), -1);
}

static void system_names_tell_functions_apart(void **state)
{
	struct profile *p = new_profile();
	struct function f = { .name = profile_string(p, S("f")) };
	function_id plain = profile_function(p, f);

	(void)state;
	assert_false(p->system_names);
	f.system = profile_string(p, S("_Z1fv"));
	assert_int_not_equal(profile_function(p, f), plain);
	assert_true(profile_features(p) & FEATURE_SYSTEM_NAMES);
	profile_free(p);
}

/* --- the recording --- */

static void recordings_are_joined(void **state)
{
	struct recording a = { .default_value = 1,
			       .period_name = 2,
			       .period_unit = 3,
			       .period = 10,
			       .start = 500,
			       .duration = 7 };
	struct recording b = a, c = a;

	(void)state;
	b.start = 400;
	recording_join(&a, &b);
	assert_int_equal(a.default_value, 1);
	assert_int_equal(a.period, 10);
	assert_int_equal(a.start, 400);
	assert_int_equal(a.duration, 14);
	c.period = 11;
	c.duration = INT64_MAX;
	c.start = 0;
	recording_join(&a, &c);
	assert_int_equal(a.period, 0);
	assert_int_equal(a.period_name, 0);
	assert_int_equal(a.start, 400);
	assert_int_equal(a.duration, INT64_MAX);
}

static void the_default_value_type(void **state)
{
	struct profile *p = new_profile();

	(void)state;
	assert_int_equal(profile_default_value(p), 0);
	profile_add_recording(p,
			      (struct recording){ .default_value = profile_string(p, S("cpu")) });
	assert_int_equal(profile_default_value(p), 1);
	p->recording.default_value = profile_string(p, S("memory"));
	assert_int_equal(profile_default_value(p), 0);
	profile_free(p);
}

/* --- canonical order --- */

static struct profile *labelled_backwards(bool backwards)
{
	struct profile *p = new_profile();
	stack_id s = stack_of(p, "f");
	label_id ids[2];
	label_set_id sets[2];

	for (int i = 0; i < 2; i++)
		ids[i ^ backwards] = text_label(p, "k", i ^ backwards ? "b" : "a");
	for (int i = 0; i < 2; i++)
		sets[i ^ backwards] = profile_label_set(p, &ids[i ^ backwards], 1);
	for (int i = 0; i < 2; i++)
		profile_sample_value(p,
				     (struct sample){ .stack = s,
						      .count = 1,
						      .labels = sets[i ^ backwards] },
				     0, 1 + (i ^ backwards));
	return p;
}

static void canonical_order_is_that_of_labels(void **state)
{
	(void)state;
	for (int backwards = 0; backwards < 2; backwards++) {
		struct profile *p = labelled_backwards(backwards);
		struct profile *sorted = profile_canonical(p, &(struct canonical_options){ 0 });

		assert_int_equal(sorted->sample_count, 2);
		for (size_t i = 0; i < 2; i++) {
			label_set_id set = profile_sample_labels(sorted, i);

			assert_int_equal(set, i + 1);
			assert_str(profile_text(sorted,
						sorted->labels[sorted->label_sets.label[set]].text),
				   i ? S("b") : S("a"));
			assert_int_equal(values_row(&sorted->sample_values, i)[0], i + 1);
		}
		profile_free(sorted);
		profile_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_there_once),
		cmocka_unit_test(sets_have_no_order_and_nothing_twice),
		cmocka_unit_test(ranks_are_of_content),
		cmocka_unit_test(labels_are_identity),
		cmocka_unit_test(times_need_an_order),
		cmocka_unit_test(details_tell_frames_apart),
		cmocka_unit_test(mappings_begin_with_none),
		cmocka_unit_test(an_address_is_a_name),
		cmocka_unit_test(kinds_have_names),
		cmocka_unit_test(system_names_tell_functions_apart),
		cmocka_unit_test(recordings_are_joined),
		cmocka_unit_test(the_default_value_type),
		cmocka_unit_test(canonical_order_is_that_of_labels),
	};

	return RUN(tests);
}
