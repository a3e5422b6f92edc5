/*
 * options.c - command lines in which formats have options of the same names
 *
 * Formats of the program have no such names today: these two are made for it.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/program/format.h"

/* "shared" is read and written by both, with choices of their own. */
struct unit_options {
	int shared, own;
	uint64_t count;
	struct option_list names;
	bool flag, given;
};
#define AT(field) offsetof(struct unit_options, field)

static const struct option_row tool_rows[] = { OPT_FLAG('q', "quiet", "", AT(flag)),
					       OPT_TEXT(0, "output", "FILE", "", AT(names)),
					       OPT_END };
static const struct option_row red_read[] = { OPT_CHOICE(0, "shared", "a|b", "", AT(shared)),
					      OPT_COUNT(0, "count", "N", "", AT(count)),
					      OPT_ALIAS("number", "count"), OPT_END };
static const struct option_row red_write[] = { OPT_CHOICE(0, "shared", "x|y|z", "", AT(shared)),
					       OPT_LIST(0, "name", "NAME", "", AT(names)),
					       OPT_END };
static const struct option_row blue_read[] = { OPT_CHOICE(0, "shared", "a|c", "", AT(shared)),
					       OPT_CHOICE(0, "own", "n|o", "", AT(own)), OPT_END };
static const struct option_row blue_write[] = {
	{ OPTION_FLAG, 0, "flag", NULL, "", AT(flag), AT(given) }, OPT_END
};
static const struct format red = { .name = "red" }, blue = { .name = "blue" };

struct line {
	struct option_set set;
	struct unit_options tool, red_in, red_out, blue_in, blue_out;
	char said[256];
};

static void add_group(struct line *l, const struct option_row *rows, struct unit_options *values,
		      enum option_end end, const struct format *format)
{
	/* the set frees what belongs to formats */
	struct unit_options *own = format ? alloc_zero(1, sizeof *own) : values;
	const char *heading = format ? format->name : "tool";

	options_add(&l->set, (struct option_group){ heading, rows, own, end, format, false });
}

static void hear(struct task *t, enum message kind, struct str text, size_t head)
{
	struct line *l = t->listener;

	(void)kind;
	snprintf(l->said, sizeof l->said, "%.*s", (int)(text.n - head - 1), text.p + head);
}

/* Words with blanks between; 0, or -1 after a message. */
static int parse(struct line *l, const char *words)
{
	static char text[256];
	char *argv[32] = { (char *)(uintptr_t) "unit" };
	int argc = 1;

	*l = (struct line){ 0 };
	add_group(l, tool_rows, &l->tool, END_NONE, NULL);
	add_group(l, red_read, &l->red_in, END_INPUT, &red);
	add_group(l, blue_read, &l->blue_in, END_INPUT, &blue);
	add_group(l, red_write, &l->red_out, END_OUTPUT, &red);
	add_group(l, blue_write, &l->blue_out, END_OUTPUT, &blue);
	task_current->say = hear;
	task_current->listener = l;
	snprintf(text, sizeof text, "%s", words);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return options_parse(&l->set, argc, argv) < 0 ? -1 : 0;
}

static int settle(struct line *l, const struct format *from, const struct format *to)
{
	if (options_settle_pair(&l->set, from, to) < 0)
		return -1;
	return options_refuse_unused(&l->set, from, to);
}

static const struct unit_options *values(const struct line *l, enum option_end end,
					 const struct format *f)
{
	return options_values(&l->set, end, f);
}

/* --name means the one end that has it, whatever other formats have. */
static void a_name_means_the_end_that_has_it(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "--shared c --own o"), 0);
	assert_int_equal(settle(&l, &blue, &blue), 0);
	assert_int_equal(values(&l, END_INPUT, &blue)->shared, 1);
	assert_int_equal(values(&l, END_INPUT, &blue)->own, 1);
	assert_int_equal(values(&l, END_INPUT, &red)->shared, 0);
	options_free(&l.set);

	assert_int_equal(parse(&l, "--name a --name b -q --flag"), 0);
	assert_true(l.tool.flag);
	assert_int_equal(settle(&l, &blue, &red), -1);
	assert_string_equal(l.said, "--flag is an option for blue output");
	assert_int_equal(values(&l, END_OUTPUT, &red)->names.count, 2);
	options_free(&l.set);
}

static void a_name_of_both_ends_is_refused(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "--shared a"), 0);
	assert_int_equal(settle(&l, &blue, &red), -1);
	assert_string_equal(l.said, "--shared is an option of the input and of the output: "
				    "expected --in-shared or --out-shared");
	options_free(&l.set);

	/* the same where the input is known first */
	assert_int_equal(parse(&l, "--shared a"), 0);
	assert_int_equal(options_settle(&l.set, END_INPUT, &blue), 0);
	assert_int_equal(options_settle(&l.set, END_OUTPUT, &red), -1);
	options_free(&l.set);
}

static void the_ends_can_be_named(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "--in-shared b --out-shared=z --in-count 7"), 0);
	assert_int_equal(settle(&l, &red, &red), 0);
	assert_int_equal(values(&l, END_INPUT, &red)->shared, 1);
	assert_int_equal(values(&l, END_INPUT, &red)->count, 7);
	assert_int_equal(values(&l, END_OUTPUT, &red)->shared, 2);
	options_free(&l.set);

	assert_int_equal(parse(&l, "--out-flag"), 0);
	assert_int_equal(settle(&l, &red, &red), -1);
	assert_string_equal(l.said, "--out-flag is an option for blue output");
	options_free(&l.set);

	assert_int_equal(parse(&l, "--out-flag"), 0);
	assert_int_equal(settle(&l, &red, &blue), 0);
	assert_true(values(&l, END_OUTPUT, &blue)->flag && values(&l, END_OUTPUT, &blue)->given);
	options_free(&l.set);
}

/* An argument is judged by the format that it turns out to be for. */
static void arguments_are_the_formats(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "--shared c"), 0);
	assert_int_equal(options_settle(&l.set, END_INPUT, &red), -1);
	assert_string_equal(l.said, "option --shared: expected a|b, got 'c'");
	assert_int_equal(options_settle(&l.set, END_INPUT, &blue), 0);
	options_free(&l.set);

	/* an input that is not known yet may be any */
	assert_int_equal(parse(&l, "--own o"), 0);
	assert_int_equal(options_refuse_unused(&l.set, NULL, &red), 0);
	assert_null(options_of_output(&l.set));
	options_free(&l.set);
	assert_int_equal(parse(&l, "--name x"), 0);
	assert_string_equal(options_of_output(&l.set), "name");
	options_free(&l.set);
}

static void earlier_spellings_and_short_ones(void **state)
{
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "--number 12"), 0);
	assert_int_equal(settle(&l, &red, &blue), 0);
	assert_int_equal(values(&l, END_INPUT, &red)->count, 12);
	options_free(&l.set);

	/* --out-NAME takes nothing from a shortened --output */
	assert_int_equal(parse(&l, "--out file --cou 3"), 0);
	assert_int_equal(settle(&l, &red, &blue), 0);
	assert_int_equal(values(&l, END_INPUT, &red)->count, 3);
	options_free(&l.set);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_means_the_end_that_has_it),
		cmocka_unit_test(a_name_of_both_ends_is_refused),
		cmocka_unit_test(the_ends_can_be_named),
		cmocka_unit_test(arguments_are_the_formats),
		cmocka_unit_test(earlier_spellings_and_short_ones),
	};

	return RUN(tests);
}
