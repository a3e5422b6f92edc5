/* dtrace/read - entries of aggregations */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/dtrace/internal.h"

const struct option_row dtrace_read_rows[] = {
	OPT_FLAG(0, "lenient", "leave out a last entry that the end of the file cuts",
		 offsetof(struct dtrace_read_options, lenient)),
	OPT_END
};

/* A key with a number and no stack. */
struct dtrace_row {
	string_id key;
	int64_t value;
};

struct dtrace_reader {
	struct input *in;
	struct profile *p;
	const struct dtrace_read_options *options;
	value_id v;

	/* the entry */
	frame_id *stack; /* the leaf first */
	size_t stack_count, stack_cap;
	struct buf key;
	bool has_key;
	bool numeric;      /* the key is a number, which may be a value without a key */
	bool distribution; /* the rows of one follow */
	int64_t value;     /* its values so far */

	struct dtrace_row *rows;
	size_t row_count, row_cap;
	uint64_t entries, scalars, others;
};

/* --- entries --- */

static void clear_entry(struct dtrace_reader *r)
{
	r->stack_count = 0;
	r->key.n = 0;
	r->has_key = r->numeric = r->distribution = false;
}

static int64_t number_of(struct dtrace_reader *r, struct str number)
{
	int64_t value = 0;

	if (!str_to_i64(number, &value))
		input_error(r->in, "expected a value below 2^63, got %s", diag_quote(number));
	return value;
}

static void end_entry(struct dtrace_reader *r, int64_t value)
{
	struct thread t = { .name = profile_string(r->p, buf_str(&r->key)) };
	stack_id stack = EMPTY_STACK;

	for (size_t i = r->stack_count; i-- > 0;)
		stack = stacks_push(&r->p->stacks, stack, r->stack[i]);
	profile_sample(r->p, profile_thread(r->p, t), stack, r->v, value, 1);
	r->entries++;
	clear_entry(r);
}

static void add_frame(struct dtrace_reader *r, const struct dtrace_line *l)
{
	struct profile *p = r->p;
	frame_id frame;

	if (l->unsymbolised) {
		frame = profile_unsymbolised_frame(p, NO_MAPPING, l->address, FRAME_UNKNOWN);
	} else {
		struct function f = { .name = profile_string(p, l->symbol),
				      .object = profile_string(p, l->object) };

		frame = profile_frame(p, (struct frame){ .function = profile_function(p, f) });
	}
	ARRAY_ROOM(r->stack, r->stack_count, r->stack_cap);
	r->stack[r->stack_count++] = frame;
}

static void add_key(struct dtrace_reader *r, struct str key)
{
	if (r->key.n)
		buf_add(&r->key, S(", "));
	buf_add(&r->key, key);
	r->has_key = true;
}

/* A number alone: the value of an entry, or a key with a stack below it, or a value of its own. */
static void take_number(struct dtrace_reader *r, struct str number)
{
	if (r->stack_count || (r->has_key && !r->numeric)) {
		end_entry(r, number_of(r, number));
		return;
	}
	r->scalars += r->numeric;
	clear_entry(r);
	add_key(r, number);
	r->numeric = true;
}

/* "  mysqld              5": the last key of an entry, or an entry without a stack. */
static void take_row(struct dtrace_reader *r, const struct dtrace_line *l)
{
	int64_t value = number_of(r, l->number);

	if (r->stack_count) {
		add_key(r, l->key);
		end_entry(r, value);
		return;
	}
	r->scalars += r->numeric;
	clear_entry(r);
	ARRAY_ROOM(r->rows, r->row_count, r->row_cap);
	r->rows[r->row_count++] = (struct dtrace_row){ profile_string(r->p, l->key), value };
}

static void take_bucket(struct dtrace_reader *r, struct str number)
{
	if (!r->distribution)
		r->others++;
	else if (!i64_add(r->value, number_of(r, number), &r->value))
		input_error(r->in, "expected a distribution of less than 2^63 values");
}

/* The rows of a distribution end with an empty line. */
static void end_distribution(struct dtrace_reader *r)
{
	if (r->stack_count || r->has_key)
		end_entry(r, r->value);
	else
		r->scalars++;
	clear_entry(r);
}

static void read_line(struct dtrace_reader *r, struct str line)
{
	struct dtrace_line l = dtrace_parse(line);

	if (r->distribution && l.kind != DTRACE_BUCKET)
		end_distribution(r);
	switch (l.kind) {
	case DTRACE_EMPTY: break;
	case DTRACE_FRAME: add_frame(r, &l); break;
	case DTRACE_VALUE: take_number(r, l.number); break;
	case DTRACE_KEY: add_key(r, l.key); break;
	case DTRACE_ROW: take_row(r, &l); break;
	case DTRACE_SCALE:
		r->distribution = true;
		r->value = 0;
		break;
	case DTRACE_BUCKET: take_bucket(r, l.number); break;
	case DTRACE_HEAD:
	case DTRACE_OTHER:
		if (r->stack_count)
			input_error(r->in,
				    "expected a frame like 'lib`main+0x1b', or a value, got %s",
				    diag_quote(line));
		r->others += l.kind == DTRACE_OTHER;
	}
}

/* --- the file --- */

/* Keys without stacks are functions in a file without stacks. */
static void add_rows(struct dtrace_reader *r)
{
	for (size_t i = 0; i < r->row_count; i++) {
		struct function f = { .name = r->rows[i].key };
		struct frame frame = { .function = profile_function(r->p, f) };

		profile_sample(r->p, profile_thread(r->p, (struct thread){ 0 }),
			       stacks_push(&r->p->stacks, EMPTY_STACK, profile_frame(r->p, frame)),
			       r->v, r->rows[i].value, 1);
	}
}

static void finish(struct dtrace_reader *r, bool cut)
{
	struct input *in = r->in;

	if (r->distribution && !cut)
		end_distribution(r);
	cut |= r->stack_count > 0 || (r->has_key && !r->numeric);
	r->scalars += r->numeric && !cut;
	if (cut && !r->options->lenient)
		input_error(in, "expected the value of an entry, got the end of the file "
				"(--lenient leaves the entry out)");
	else if (cut)
		profile_report_missing(r->p, str_of(in->name),
				       "the file is cut: its last entry is left out");
	if (in->failed)
		return;
	if (!r->entries)
		add_rows(r);
	else if (r->row_count)
		profile_report_missing(r->p, str_of(in->name),
				       "%zu entries without stacks are left out: others have them",
				       r->row_count);
	diag_verbose("%s: %" PRIu64 " entries with stacks, %zu without; skipped: %" PRIu64
		     " values without keys, %" PRIu64 " other lines",
		     diag_masked(str_of(in->name)), r->entries, r->row_count, r->scalars,
		     r->others);
}

int dtrace_read(struct input *in, struct profile *p)
{
	struct dtrace_reader r = { .in = in, .p = p, .options = in->options };
	struct str line;
	bool cut = false;

	in->place = PLACE_LINE;
	r.v = profile_value_type(p, (struct value_type){ .name = profile_string(p, S("count")),
							 .counts = true });
	while (!cut && input_line(in, &line)) {
		/* without its end, a value may lack digits */
		cut = in->p[-1] != '\n' && str_trim(line).n;
		if (!cut)
			read_line(&r, line);
	}
	finish(&r, cut);
	alloc_free(r.stack);
	alloc_free(r.rows);
	buf_free(&r.key);
	return input_status(in);
}
