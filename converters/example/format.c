/*
 * example/format - the smallest complete format, to be copied (see CONTRIBUTING.md)
 *
 *	example 1
 *	8.5 main
 *	42 parse file
 *
 * After the first line, each line has a value, a blank and the name of a function whose
 * self value it is. A line may come again: equal functions are added up. There are no
 * stacks, calls, files, threads or units, and .features says none of them: the programs
 * tell the user what is left out, and the tests ask for nothing more.
 */
#include "common/base/alloc.h"
#include "common/program/format.h"

#define FIRST_LINE "example 1"

/* How sure the format is of a file that begins with `head`: this one knows its first line. */
static int example_bid(struct str head, bool whole)
{
	(void)whole;
	return str_starts(head, S(FIRST_LINE)) ? MAX_BID : 0;
}

/* Names point into the input; the profile copies what it keeps. */
static void read_function(struct input *in, struct profile *p, thread_id thread, value_id v,
			  struct str line)
{
	struct str count, name;
	struct decimal number;
	enum exactness exactness;
	int64_t value;

	if (!str_cut(line, ' ', &count, &name) || !str_to_decimal(count, &number, &exactness))
		input_error(in, "expected a value, a blank and a name, got %s", diag_quote(line));
	else if (!profile_number(p, v, number, &value))
		input_error(in, "expected a value that fits in 64 bits, got %s", diag_quote(count));
	else
		profile_cost(p,
			     (struct cost){ .thread = thread,
					    .function = profile_function(
						    p,
						    (struct function){
							    .name = profile_string(p, name) }) },
			     &value);
}

/* After input_error() there are no more lines, and input_status() says so once. */
static int example_read(struct input *in, struct profile *p)
{
	value_id v = profile_value_type(p, (struct value_type){
						   .name = profile_string(p, S("samples")),
						   .counts = true });
	thread_id thread = profile_thread(p, (struct thread){ 0 });
	struct str line;

	in->place = PLACE_LINE;
	if (input_line(in, &line) && !str_eq(line, S(FIRST_LINE)))
		input_error(in, "expected '" FIRST_LINE "', got %s", diag_quote(line));
	while (input_line(in, &line))
		read_function(in, p, thread, v, line);
	return input_status(in);
}

/* Every writer escapes for its own format: a name is any bytes, and '\n' would end the line. */
static void put_name(struct output *out, struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		output_byte(out, name.p[i] == '\n' || name.p[i] == '\r' ? ' ' : name.p[i]);
}

/* The driver has reduced p to one value type and derived its call graph: it cannot fail. */
static void example_write(struct output *out, const struct profile *p)
{
	int64_t *self = alloc_zero(p->function_count, sizeof *self);

	for (size_t row = 0; row < p->cost_count; row++)
		i64_add_to(&self[p->costs[row].function], *values_row(&p->cost_values, row));
	output_text(out, FIRST_LINE "\n");
	for (function_id f = 0; f < p->function_count; f++) {
		if (!self[f])
			continue;
		output_decimal(out, profile_decimal(p, 0, self[f], 0));
		output_text(out, " ");
		put_name(out, function_name(p, f));
		output_byte(out, '\n');
	}
	alloc_free(self);
}

/* A function whose name does not come back is named in the loss report. */
static bool example_can_spell(struct str name)
{
	return !str_has(name, '\n') && !str_has(name, '\r');
}

const struct format example_format = {
	.name = "example",
	.title = "one function a line: the template for a new format",
	.suffixes = ".example",
	.representation = REPR_GRAPH, /* what it reads into and writes from */
	.features = 0,
	.bid = example_bid,
	.read = example_read,
	.write = example_write,
	.can_spell = example_can_spell,
};
