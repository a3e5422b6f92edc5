/* pstat/read - see format.c for the language */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/prefetch.h"
#include "converters/pstat/reading.h"

bool pstat_expected(struct pstat_reader *r, const struct marshal_item *got, const char *what)
{
	marshal_expected(r->m, got, what);
	return false;
}

static struct pstat_mark *mark_of(struct pstat_reader *r, function_id f)
{
	while (r->mark_count <= f) {
		ARRAY_ROOM(r->marks, r->mark_count, r->mark_cap);
		r->marks[r->mark_count] = (struct pstat_mark){
			.line = r->p->functions[r->mark_count].line
		};
		r->mark_count++;
	}
	return &r->marks[f];
}

static bool twice(struct pstat_reader *r, function_id f, uint64_t at)
{
	input_error_at(r->in, at, "expected each function once, got %s again",
		       diag_quote(function_name(r->p, f)));
	return false;
}

/* --- numbers --- */

static const char *wanted(int i)
{
	return i < VALUES ? "a number of calls" : "a number that fits in 64 bits";
}

static bool next_number(struct pstat_reader *r, int i, struct marshal_number *n)
{
	struct marshal_item item;

	if (!marshal_next(r->m, &item))
		return false;
	if (item.kind != MARSHAL_INT && item.kind != MARSHAL_FLOAT)
		return pstat_expected(r, &item, wanted(i));
	*n = (struct marshal_number){ item.kind == MARSHAL_INT, item.wide, item.integer,
				      item.number, item.at };
	return true;
}

/* A count, or a number in the scale of the value type. */
static bool take_number(struct pstat_reader *r, int i, const struct marshal_number *n,
			int64_t *value)
{
	const struct value_type *type = &r->p->value_types[r->value];
	bool fits = true;

	if (i < VALUES) {
		fits = n->integral;
		*value = n->integer;
	} else {
		fits = n->integral ? i64_shift(n->integer, r->digits, value)
				   : pstat_from_float(n->number, r->digits, value);
		if (fits && type->unit != UNIT_TIME)
			fits = profile_number(r->p, r->value,
					      (struct decimal){ *value, -r->digits }, value);
	}
	if (fits)
		return true;
	return pstat_expected(r,
			      &(struct marshal_item){ .kind = n->integral ? MARSHAL_INT
									  : MARSHAL_FLOAT,
						      .integer = n->integer,
						      .number = n->number,
						      .at = n->at },
			      wanted(i));
}

/* The counts come in either order; -1 or 0 if they were not counted. */
static inline void settle_calls(struct pstat_numbers *f)
{
	int64_t a = f->v[0], b = f->v[1], calls = a > b ? a : b, primitive = a > b ? b : a;

	f->uncounted = calls < 0;
	f->v[CALLS] = calls < 0 ? 0 : calls;
	f->v[PRIMITIVE] = primitive < 0 ? 0 : primitive;
}

/* The next four numbers, which are in `n` if `given`. */
static bool read_numbers(struct pstat_reader *r, struct marshal_number *n, bool given,
			 struct pstat_numbers *f)
{
	for (int i = 0; i < FIGURES; i++)
		if ((!given && !next_number(r, i, &n[i])) || !take_number(r, i, &n[i], &f->v[i]))
			return false;
	if (r->noted && n[0].wide && n[1].wide)
		f->v[0] = f->v[1] = 0; /* the writer's guess */
	settle_calls(f);
	return true;
}

/* The four numbers at the start of a tuple of `count` items, if they have their usual form. */
static inline bool plain_numbers(struct pstat_reader *r, uint32_t count, struct pstat_numbers *f)
{
	struct marshal_plain n;

	if (!r->seconds || !marshal_plain_four(r->m, count, pstat_max(SECONDS), &n))
		return false;
	f->v[0] = n.counts[0];
	f->v[1] = n.counts[1];
	f->v[SELF] = pstat_from_fitting(n.values[0], SECONDS);
	f->v[INCLUSIVE] = pstat_from_fitting(n.values[1], SECONDS);
	settle_calls(f);
	return true;
}

/* --- rows --- */

/* Searching for one row would add all rows so far to the index: avoided if the row is new. */
static void put_arc(struct pstat_reader *r, const struct arc *arc, bool new_row,
		    const int64_t *values, const int64_t *self)
{
	if (new_row)
		profile_new_arc(r->p, arc, values, self);
	else
		profile_arc(r->p, *arc, values, self);
}

/*
 * pyinstrument, which counts no calls, adds up every activation of a function:
 *
 *	walk: inclusive 1.37 s, of which 0.75 s are of walk from walk
 *
 * What it used is the rest, 0.62 s. Of the arc, the outermost activations alone are wanted too,
 * and not known: if each activation gives the same part to the next one, they have
 *
 *	0.62 * 0.75 / 1.37 = 0.34 s
 */
static int64_t outermost_of(struct pstat_reader *r, function_id f, int64_t repeated)
{
	int64_t inclusive = r->row.v[INCLUSIVE], self = r->row.v[SELF];
	int64_t rest = inclusive - repeated < self ? self : inclusive - repeated;

	if (rest > inclusive || repeated <= 0)
		return repeated;
	r->row.v[INCLUSIVE] = rest;
	r->numbers[r->value] = rest - inclusive;
	profile_total(r->p, f, 0, 0, r->numbers);
	return (int64_t)((double)rest * ((double)repeated / (double)inclusive));
}

static void add_arc(struct pstat_reader *r, struct arc *arc, bool new_row,
		    const struct pstat_numbers *f)
{
	int64_t inclusive = f->v[INCLUSIVE];

	if (r->row.uncounted && arc->caller == arc->callee)
		inclusive = outermost_of(r, arc->callee, inclusive);
	arc->values_known = true;
	arc->calls = f->v[CALLS];
	arc->primitive = f->v[PRIMITIVE];
	r->self[r->value] = f->v[SELF];
	r->numbers[r->value] = inclusive;
	put_arc(r, arc, new_row, r->numbers, r->self);
}

/* Reads a bare count, or one or more (nc, cc, tt, ct) in one tuple. */
static bool read_other_part(struct pstat_reader *r, struct arc *arc, bool add, bool new_row)
{
	struct marshal_number n[FIGURES];
	struct marshal_item item;
	struct pstat_numbers f;

	if (!marshal_next(r->m, &item))
		return false;
	if (item.kind == MARSHAL_INT) {
		arc->calls = item.integer < 0 ? 0 : item.integer;
		if (add)
			put_arc(r, arc, new_row, NULL, NULL);
		return true;
	}
	if (item.kind != MARSHAL_TUPLE || !item.count || item.count % FIGURES)
		return pstat_expected(r, &item, "a number of calls or a tuple of 4 values");
	for (size_t left = item.count; left; left -= FIGURES) {
		if (!read_numbers(r, n, false, &f))
			return false;
		if (add)
			add_arc(r, arc, new_row && left == item.count, &f);
	}
	return true;
}

/* Prefetches the function of a caller that comes soon. */
PREFETCH_FUNCTION prefetch_mark(const struct pstat_reader *r)
{
	uint32_t soon = marshal_peek_tag(r->m);

	if (soon && soon <= r->mark_count)
		PREFETCH(&r->marks[soon - 1]);
}

/* Reads the value of one caller; new_row: no row has this arc yet. */
static bool read_part(struct pstat_reader *r, struct arc *arc, bool add, bool new_row)
{
	struct marshal_number n[FIGURES];
	struct pstat_numbers f;
	bool plain = plain_numbers(r, FIGURES, &f);

	if (!plain && !marshal_four(r->m, FIGURES, n))
		return read_other_part(r, arc, add, new_row);
	prefetch_mark(r);
	if (!plain && !read_numbers(r, n, true, &f))
		return false;
	if (add)
		add_arc(r, arc, new_row, &f);
	return true;
}

/* Reads the next key of a dict and its offset. False at the end too. */
static bool next_key(struct pstat_reader *r, struct pstat_key *key, uint64_t *at)
{
	struct marshal_item item;

	*at = input_offset(r->in);
	if (marshal_end(r->m))
		return false;
	return pstat_short_key(r, key) || (marshal_next(r->m, &item) && item.kind != MARSHAL_END &&
					   pstat_read_key(r, &item, key));
}

static bool read_caller(struct pstat_reader *r, struct arc *arc, const struct pstat_key *key,
			uint64_t at, bool new_row)
{
	struct pstat_mark *mark;

	arc->caller = pstat_function_of(r, key);
	if (arc->caller != NO_ID) {
		mark = mark_of(r, arc->caller);
		if (mark->caller == r->rows && !key->code)
			return twice(r, arc->caller, at);
		new_row &= mark->caller != r->rows;
		mark->caller = r->rows;
		arc->site.line = mark->line;
	}
	return read_part(r, arc, arc->callee != NO_ID && arc->caller != NO_ID, new_row);
}

static bool read_callers(struct pstat_reader *r, function_id callee, bool new_row)
{
	const struct arc row = {
		.thread = r->thread,
		.callee = callee,
		.rule = RULE_OUTERMOST,
		.target.line = callee == NO_ID ? 0 : r->p->functions[callee].line,
	};
	struct marshal_item item;
	struct arc arc;
	struct pstat_key key;
	uint64_t at;

	if (!marshal_dict(r->m)) {
		if (!marshal_next(r->m, &item))
			return false;
		if (item.kind != MARSHAL_DICT)
			return pstat_expected(r, &item, "a dict of callers");
	}
	while (next_key(r, &key, &at)) {
		arc = row;
		if (!read_caller(r, &arc, &key, at, new_row))
			return false;
	}
	return input_status(r->in) == 0;
}

/* Finds out what the values of the file are, which the first row needs. */
static void start_values(struct pstat_reader *r, struct value_type type)
{
	r->value = profile_value_type(r->p, type);
	r->digits = pstat_digits_of(&type);
	r->seconds = type.unit == UNIT_TIME;
	r->thread = profile_thread(r->p, (struct thread){ 0 });
	r->numbers = alloc_zero(r->p->value_count, sizeof *r->numbers);
	r->self = alloc_zero(r->p->value_count, sizeof *r->self);
}

static void add_row(struct pstat_reader *r, function_id f, bool new_row,
		    const struct pstat_numbers *row)
{
	struct cost cost = { .thread = r->thread,
			     .function = f,
			     .at.line = r->p->functions[f].line };

	r->numbers[r->value] = row->v[SELF];
	if (new_row)
		profile_new_cost(r->p, cost, r->numbers);
	else
		profile_cost(r->p, cost, r->numbers);
	r->numbers[r->value] = row->v[INCLUSIVE];
	profile_total(r->p, f, row->v[CALLS], row->v[PRIMITIVE], r->numbers);
}

/* The start of the tuple of a row: read, known, or still to come. */
struct row_numbers {
	bool plain, given;
	struct pstat_numbers numbers;
	struct marshal_number n[FIGURES];
};

static bool read_row(struct pstat_reader *r, const struct pstat_key *key, uint64_t at,
		     struct row_numbers *row)
{
	function_id f = pstat_function_of(r, key);
	bool new_row = r->alone;

	if (!r->numbers)
		start_values(r, pstat_seconds(r->p));
	r->rows++;
	if (f != NO_ID) {
		if (mark_of(r, f)->row && !key->code)
			return twice(r, f, at);
		new_row &= !mark_of(r, f)->row;
		mark_of(r, f)->row = true;
	}
	if (!row->plain && !read_numbers(r, row->n, row->given, &row->numbers))
		return false;
	r->row = row->numbers;
	if (f != NO_ID)
		add_row(r, f, new_row, &row->numbers);
	return read_callers(r, f, new_row);
}

/* ('__sampled__',): True */
static bool read_sampled(struct pstat_reader *r)
{
	struct marshal_item name, value;

	if (!marshal_next(r->m, &name))
		return false;
	if (!pstat_is_name(&name) || !str_eq(name.text, S("__sampled__")))
		return pstat_expected(r, &name, "'__sampled__' as a key's only item");
	if (!marshal_next(r->m, &value))
		return false;
	if (value.kind != MARSHAL_BOOL)
		return pstat_expected(r, &value, "True");
	r->sampled |= value.integer;
	r->p->calls_sampled |= value.integer;
	r->p->line_functions |= value.integer;
	return true;
}

/* --- our own notes --- */

static bool note_number(struct pstat_reader *r, struct str key, int64_t value,
			struct value_type *type)
{
	if (str_eq(key, S("exponent")) && value <= 0 && value >= -9)
		type->exponent = (int)value;
	else if (str_eq(key, S("power")) && value >= 0 && value <= SECONDS)
		type->source_scale = (int)value;
	else if (str_eq(key, S("counts")))
		type->counts = value;
	else if (str_eq(key, S("root")))
		r->root = value;
	else if (str_eq(key, S("empty")))
		r->empty = value;
	else if (str_eq(key, S("sampled")))
		r->p->calls_sampled |= value != 0;
	else if (str_eq(key, S("lines")))
		r->p->line_functions |= value != 0;
	else
		return str_eq(key, S("profpipe")) && value == 1;
	return true;
}

static bool note_text(struct pstat_reader *r, struct str key, const struct marshal_item *value,
		      struct value_type *type)
{
	if (str_eq(key, S("value")))
		type->name = pstat_read_name(r, value);
	else if (str_eq(key, S("title")))
		type->title = pstat_read_name(r, value);
	else if (!str_eq(key, S("unit")))
		return false;
	for (int i = 0; str_eq(key, S("unit")) && i < 3; i++)
		if (str_eq(value->text, str_of(pstat_units[i])))
			type->unit = (enum unit)i;
	return true;
}

static bool read_notes(struct pstat_reader *r, const struct pstat_key *key)
{
	struct value_type type = pstat_seconds(r->p);
	struct marshal_item name, value;
	char text[16];
	struct str word;

	r->noted = true;
	r->first = *key;
	while (marshal_next(r->m, &name) && name.kind != MARSHAL_END) {
		if (!pstat_is_name(&name) || name.text.n > sizeof text)
			return pstat_expected(r, &name, "a name that profpipe writes");
		memcpy(text, name.text.p, name.text.n);
		word = (struct str){ text, name.text.n };
		if (!marshal_next(r->m, &value))
			return false;
		if (!(value.kind == MARSHAL_INT ? note_number(r, word, value.integer, &type)
		      : pstat_is_name(&value)   ? note_text(r, word, &value, &type)
						: false))
			return pstat_expected(r, &value, "what profpipe writes");
	}
	if (type.unit == UNIT_TIME)
		type.exponent = 0;
	start_values(r, type);
	return true;
}

static bool read_entry(struct pstat_reader *r, const struct pstat_key *key, uint64_t at)
{
	struct row_numbers row;
	struct marshal_item item;

	row.plain = plain_numbers(r, ROW, &row.numbers);
	row.given = row.plain || marshal_four(r->m, ROW, row.n);
	prefetch_mark(r);
	if (row.given)
		return read_row(r, key, at, &row);
	if (!marshal_next(r->m, &item))
		return false;
	if (item.kind == MARSHAL_DICT && !r->rows && !r->noted)
		return read_notes(r, key);
	if (item.kind != MARSHAL_TUPLE || item.count != ROW)
		return pstat_expected(r, &item, "a tuple of 5 values");
	return read_row(r, key, at, &row);
}

/* False at the end of the dict too. */
static bool read_next(struct pstat_reader *r)
{
	uint64_t at = input_offset(r->in);
	struct marshal_item item;
	struct pstat_key key;

	if (pstat_short_key(r, &key))
		return read_entry(r, &key, at);
	if (!marshal_next(r->m, &item) || item.kind == MARSHAL_END)
		return false;
	if (item.kind == MARSHAL_TUPLE && item.count == 1)
		return read_sampled(r);
	return pstat_read_key(r, &item, &key) && read_entry(r, &key, at);
}

/*
 * Built-in functions have the file "~". If there are none, yappi was told not to follow them:
 * their time is in the inclusive values of their callers and in no self value.
 */
static bool lacks_builtins(const struct pstat_reader *r)
{
	const struct profile *p = r->p;
	bool any = false;

	for (function_id f = 0; f < r->mark_count; f++) {
		if (!r->marks[f].row)
			continue;
		any = true;
		if (str_eq(profile_text(p, p->functions[f].file), S("~")))
			return false;
	}
	return any;
}

/*
 * Numbers of samples are values: the sampler's callers have their part of what the function has
 * in all samples. A pair of functions that stands in a sample several times is counted so, but
 * has no more than the whole.
 */
static void value_samples(struct pstat_reader *r)
{
	struct profile *p = r->p;

	for (size_t i = r->first_arc; i < p->arc_count; i++) {
		struct arc *a = &p->arcs[i];
		int64_t all, calls;

		if (a->values_known || !profile_has_total(p, a->callee))
			continue;
		all = values_row(&p->total_values, a->callee)[r->value];
		calls = p->totals[a->callee].calls;
		a->values_known = true;
		a->primitive = a->calls;
		if (a->calls < calls)
			all = (int64_t)((double)all * (double)a->calls / (double)calls + 0.5);
		values_set(&p->arc_values, i, r->value, all);
	}
}

static void read_dict(struct pstat_reader *r)
{
	struct marshal_item item;

	if (!marshal_next(r->m, &item))
		return;
	if (item.kind != MARSHAL_DICT) {
		pstat_expected(r, &item, "a dict of functions");
		return;
	}
	while (read_next(r))
		;
	if (!r->numbers)
		start_values(r, pstat_seconds(r->p));
	if (r->sampled)
		value_samples(r);
	r->p->inclusive_only |= lacks_builtins(r);
	/* what follows does not matter, but it must be readable (the checksum of gzip) */
	while (input_more(r->in))
		r->in->p = r->in->end;
}

int pstat_read(struct input *in, struct profile *p)
{
	struct pstat_reader r = {
		.in = in,
		.p = p,
		.m = marshal_new(in),
		.alone = !p->cost_count && !p->arc_count,
		.first_arc = p->arc_count,
	};

	read_dict(&r);
	marshal_free(r.m);
	buf_free(&r.text);
	alloc_free(r.numbers);
	alloc_free(r.self);
	alloc_free(r.marks);
	return input_status(in);
}

/* Recognises a dict whose first key is a tuple of 3 or of 1, or an empty dict: "{(\3\0\0\0". */
int pstat_bid(struct str head, bool whole)
{
	static const char *const starts[] = { "(\3", "(\1", ")\3", ")\1" };

	if (head.n < 2 || (head.p[0] & 0x7f) != '{')
		return 0;
	if (head.p[1] == '0')
		return whole && head.n == 2 ? 60 : 0;
	for (size_t i = 0; i < 4 && head.n > 2; i++)
		if ((head.p[1] & 0x7f) == starts[i][0] && head.p[2] == starts[i][1])
			return MAX_BID;
	return 0;
}
