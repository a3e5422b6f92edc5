/*
 * pstat.c - Python's profiles: cProfile, profile, hotshot, yappi, pyinstrument
 *
 * A marshal dump of one dict, (file, line, name) -> (cc, nc, tt, ct, callers): primitive
 * calls, all calls, seconds of its own, seconds with callees (outermost activations
 * only); `callers` has the part of each caller by its key. What the writers do:
 *
 * - cProfile: a caller's value is (nc, cc, tt, ct), total first, the reverse of the row.
 *   Built-ins have the file "~" and line 0.
 * - profile, hotshot: a caller's value is a number of calls. Built-ins have the file "";
 *   what was run may be a code object in place of a name. Times may be ints.
 * - yappi: total first in the row too. So: calls is the larger one, everywhere.
 * - pyinstrument: -1 for calls: nobody counted them.
 * - Python 3.15's sampling: ints for callers, samples in place of calls, a key for
 *   each line, and a key ('__sampled__',) with True.
 * - Merged by old tools: the 4-tuples of one caller one after the other in one tuple.
 * - A caller need not be a key. What follows the dict is nobody's.
 *
 * Written: marshal version 2, which every Python from 2.7 on loads, and what the readers
 * of such files need (pstats, snakeviz, tuna, gprof2dot, flameprof, pyprof2calltree):
 * str, int, str as key; float times; 4-tuples for callers, which are all keys; at
 * least two keys, and one that has no callers and holds (nearly) everything. If there
 * is none, a key ('~', 0, '[root]') calls what nobody calls. Values that are no times
 * are written as they are.
 *
 * What pstat has no place for, and which keys were added, stands in a dict under the
 * very first key, which then comes once more with its row: in Python the last one
 * counts, so that nobody sees the first but this reader.
 *
 *	{'profpipe': 1, 'value': 'Ir', 'unit': 'none', 'root': 1, ...}
 *
 * A name that is not UTF-8 is written as Python does it (surrogateescape): byte 0x80
 * as U+DC80. Reading turns it back. An empty file is written "~".
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/program/format.h"
#include "common/syntax/marshal.h"
#include "common/transform/call_table.h"

#define NOWHERE S("~")
#define ROOT S("[root]")

enum {
	SECONDS = 9,        /* a time counts 10^-9 of what is in the file */
	SURROGATE = 0xdc00, /* U+DC80 to U+DCFF are the bytes 0x80 to 0xff */
};

static const char *const units[] = {
	[UNIT_NONE] = "none", [UNIT_TIME] = "time", [UNIT_BYTES] = "bytes",
};

/* Plain seconds, as every profiler writes them. */
static struct value_type seconds(struct profile *p)
{
	return (struct value_type){ .name = profile_string(p, S("time")),
				    .unit = UNIT_TIME, .power = SECONDS };
}

/* --- numbers: a float of the file is an integer of the model / 10^digits --- */

static int64_t power_of_ten(int digits)
{
	int64_t power = 1;

	i64_shift(1, digits, &power);
	return power;
}

static double to_float(int64_t value, int digits)
{
	return (double)value / (double)power_of_ten(digits);
}

/* The nearest; the whole part is exact, so that what to_float() made comes back. */
static bool from_float(double x, int digits, int64_t *value)
{
	int64_t power = power_of_ten(digits), whole;
	double rest, most = 9.2e18 / (double)power;

	if (!(x > -most && x < most))
		return false;
	whole = (int64_t)x;
	rest = (x - (double)whole) * (double)power;
	*value = whole * power + (int64_t)(rest < 0 ? rest - 0.5 : rest + 0.5);
	return true;
}

static int digits_of(const struct value_type *type)
{
	return type->unit == UNIT_TIME ? SECONDS : -type->exponent;
}

/* --- reading --- */

struct key {
	string_id file, name;
	uint32_t line;
	bool code;           /* the name is a code object's: several may have it */
	function_id function; /* known from before, or NO_ID */
	uint32_t object;     /* as marshal keeps it */
};

/* Where a function was last a key, to find those that come twice, and its line. */
struct mark {
	bool row;
	uint32_t caller;     /* of which row, from 1 */
	uint32_t line;
};

struct reader {
	struct input *in;
	struct marshal *m;
	struct profile *p;
	thread_id thread;
	value_id value;
	int digits;
	uint32_t rows;
	int64_t *numbers, *self; /* a row of values: all 0 but `value` */
	struct mark *marks;      /* by function */
	size_t mark_count, mark_cap;
	struct buf text;
	struct key first;        /* the key that our notes are under */
	bool noted, root, empty; /* what they say: `first` is no function; nothing is */
};

static bool expected(struct reader *r, const struct marshal_item *got, const char *what)
{
	marshal_expected(r->m, got, what);
	return false;
}

/* U+DC80 to U+DCFF, three bytes, at byte i. */
static bool is_escape(struct str s, size_t i)
{
	unsigned char second = s.n - i < 3 ? 0 : (unsigned char)s.p[i + 1];

	return (second == 0xb2 || second == 0xb3) && (unsigned char)s.p[i] == 0xed &&
	       ((unsigned char)s.p[i + 2] & 0xc0) == 0x80;
}

static struct str unescape(struct reader *r, struct str s)
{
	r->text.n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (is_escape(s, i)) {
			buf_byte(&r->text, (char)((s.p[i + 1] & 3) << 6 | (s.p[i + 2] & 0x3f)));
			i += 2;
		} else {
			buf_byte(&r->text, s.p[i]);
		}
	}
	return buf_str(&r->text);
}

static bool is_name(const struct marshal_item *item)
{
	return item->kind == MARSHAL_TEXT || item->kind == MARSHAL_BYTES;
}

static string_id read_name(struct reader *r, const struct marshal_item *item)
{
	if (item->kind == MARSHAL_TEXT && str_has(item->text, (char)0xed))
		return profile_string(r->p, unescape(r, item->text));
	if (item->kind != MARSHAL_CODE)
		return profile_string(r->p, item->text);
	r->text.n = 0;
	buf_add(&r->text, S("<code object "));
	buf_add(&r->text, item->text);
	buf_byte(&r->text, '>');
	return profile_string(r->p, buf_str(&r->text));
}

/* `tuple` has been read. A key that was met before need not be read again. */
static bool read_key(struct reader *r, const struct marshal_item *tuple, struct key *key)
{
	struct marshal_item file, line, name;

	*key = (struct key){ .function = NO_ID, .object = tuple->object };
	if (tuple->kind != MARSHAL_TUPLE || tuple->count != 3)
		return expected(r, tuple, "a key (file, line, name)");
	if (key->object != MARSHAL_NO_OBJECT)
		key->function = *marshal_tag(r->m, key->object) - 1;
	if (key->function != NO_ID)
		return marshal_skip(r->m, tuple);
	if (!marshal_next(r->m, &file))
		return false;
	if (!is_name(&file))
		return expected(r, &file, "a file name");
	key->file = read_name(r, &file);
	if (!marshal_next(r->m, &line))
		return false;
	if (line.kind != MARSHAL_INT || line.integer > UINT32_MAX)
		return expected(r, &line, "a line number");
	key->line = line.integer < 0 ? 0 : (uint32_t)line.integer;
	if (!marshal_next(r->m, &name))
		return false;
	key->code = name.kind == MARSHAL_CODE;
	if (!is_name(&name) && !key->code)
		return expected(r, &name, "a function's name");
	key->name = read_name(r, &name);
	return true;
}

/* NO_ID if the key is one that only the writer put there. */
static function_id function_of(struct reader *r, const struct key *key)
{
	function_id f;

	if (key->function != NO_ID)
		return key->function;
	if (r->empty || (r->root && key->name == r->first.name &&
			 key->file == r->first.file && key->line == r->first.line))
		return NO_ID;
	f = profile_function(r->p, (struct function){ .name = key->name, .file = key->file,
						      .line = key->line });
	if (key->object != MARSHAL_NO_OBJECT && !key->code)
		*marshal_tag(r->m, key->object) = f + 1;
	return f;
}

static struct mark *mark_of(struct reader *r, function_id f)
{
	while (r->mark_count <= f) {
		ARRAY_ROOM(r->marks, r->mark_count, r->mark_cap);
		r->marks[r->mark_count] = (struct mark){
			.line = r->p->functions[r->mark_count].line };
		r->mark_count++;
	}
	return &r->marks[f];
}

static bool twice(struct reader *r, function_id f, uint64_t at)
{
	input_error_at(r->in, at, "expected each function once, got %s again",
		       quote(function_name(r->p, f)));
	return false;
}

/* A number, in the value type's own measure. */
static bool read_value(struct reader *r, int64_t *value)
{
	const struct value_type *type = &r->p->value_types[r->value];
	struct marshal_item item;
	bool fits = false;

	if (!marshal_next(r->m, &item))
		return false;
	if (item.kind == MARSHAL_INT)
		fits = i64_shift(item.integer, r->digits, value);
	else if (item.kind == MARSHAL_FLOAT)
		fits = from_float(item.number, r->digits, value);
	if (fits && type->unit != UNIT_TIME)
		fits = profile_number(r->p, r->value, (struct decimal){ *value, -r->digits },
				      value);
	return fits || expected(r, &item, "a number that fits in 64 bits");
}

/* Two counts in either order; what nobody counted is -1 or 0. */
static bool read_calls(struct reader *r, int64_t *calls, int64_t *primitive)
{
	struct marshal_item a, b;

	if (!marshal_next(r->m, &a))
		return false;
	if (a.kind != MARSHAL_INT)
		return expected(r, &a, "a number of calls");
	if (!marshal_next(r->m, &b))
		return false;
	if (b.kind != MARSHAL_INT)
		return expected(r, &b, "a number of calls");
	*calls = a.integer > b.integer ? a.integer : b.integer;
	*primitive = a.integer > b.integer ? b.integer : a.integer;
	*calls = *calls < 0 ? 0 : *calls;
	*primitive = *primitive < 0 ? 0 : *primitive;
	return true;
}

/* One caller's value: a count, or one or more (nc, cc, tt, ct) in one tuple. */
static bool read_part(struct reader *r, struct arc arc, bool add)
{
	struct marshal_item item;

	if (!marshal_next(r->m, &item))
		return false;
	if (item.kind == MARSHAL_INT) {
		arc.calls = item.integer < 0 ? 0 : item.integer;
		if (add)
			profile_arc(r->p, arc, NULL, NULL);
		return true;
	}
	if (item.kind != MARSHAL_TUPLE || !item.count || item.count % 4)
		return expected(r, &item, "a number of calls or a tuple of 4 values");
	arc.valued = true;
	for (size_t left = item.count; left; left -= 4) {
		if (!read_calls(r, &arc.calls, &arc.primitive) ||
		    !read_value(r, &r->self[r->value]) ||
		    !read_value(r, &r->numbers[r->value]))
			return false;
		if (add)
			profile_arc(r->p, arc, r->numbers, r->self);
	}
	return true;
}

static bool read_callers(struct reader *r, function_id callee)
{
	struct arc arc = { .thread = r->thread, .callee = callee, .rule = RULE_OUTERMOST };
	struct marshal_item item;
	struct mark *mark;
	struct key key;

	if (!marshal_next(r->m, &item))
		return false;
	if (item.kind != MARSHAL_DICT)
		return expected(r, &item, "a dict of callers");
	if (callee != NO_ID)
		arc.target.line = r->p->functions[callee].line;
	while (marshal_next(r->m, &item) && item.kind != MARSHAL_END) {
		if (!read_key(r, &item, &key))
			return false;
		arc.caller = function_of(r, &key);
		if (arc.caller != NO_ID) {
			mark = mark_of(r, arc.caller);
			if (mark->caller == r->rows && !key.code)
				return twice(r, arc.caller, item.at);
			mark->caller = r->rows;
			arc.site.line = mark->line;
		}
		if (!read_part(r, arc, callee != NO_ID && arc.caller != NO_ID))
			return false;
	}
	return true;
}

/* What the values of the file are: the first row needs it. */
static void start_values(struct reader *r, struct value_type type)
{
	r->value = profile_value_type(r->p, type);
	r->digits = digits_of(&type);
	r->thread = profile_thread(r->p, (struct thread){ 0 });
	r->numbers = alloc_zero(r->p->value_count, sizeof *r->numbers);
	r->self = alloc_zero(r->p->value_count, sizeof *r->self);
}

static bool read_row(struct reader *r, const struct key *key, uint64_t at)
{
	function_id f = function_of(r, key);
	int64_t calls, primitive;

	if (!r->numbers)
		start_values(r, seconds(r->p));
	r->rows++;
	if (f != NO_ID) {
		if (mark_of(r, f)->row && !key->code)
			return twice(r, f, at);
		mark_of(r, f)->row = true;
	}
	if (!read_calls(r, &calls, &primitive) || !read_value(r, &r->numbers[r->value]))
		return false;
	if (f != NO_ID)
		profile_cost(r->p, (struct cost){ .thread = r->thread, .function = f,
						  .at.line = r->p->functions[f].line },
			     r->numbers);
	if (!read_value(r, &r->numbers[r->value]))
		return false;
	if (f != NO_ID)
		profile_total(r->p, f, calls, primitive, r->numbers);
	return read_callers(r, f);
}

/* ('__sampled__',): True */
static bool read_sampled(struct reader *r)
{
	struct marshal_item name, value;

	if (!marshal_next(r->m, &name))
		return false;
	if (!is_name(&name) || !str_eq(name.text, S("__sampled__")))
		return expected(r, &name, "'__sampled__'");
	if (!marshal_next(r->m, &value))
		return false;
	if (value.kind != MARSHAL_BOOL)
		return expected(r, &value, "True");
	r->p->calls_sampled |= value.integer;
	r->p->line_functions |= value.integer;
	return true;
}

/* --- our own notes --- */

static bool note_number(struct reader *r, struct str key, int64_t value,
			struct value_type *type)
{
	if (str_eq(key, S("exponent")) && value <= 0 && value >= -9)
		type->exponent = (int)value;
	else if (str_eq(key, S("power")) && value >= 0 && value <= SECONDS)
		type->power = (int)value;
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

static bool note_text(struct reader *r, struct str key, const struct marshal_item *value,
		      struct value_type *type)
{
	if (str_eq(key, S("value")))
		type->name = read_name(r, value);
	else if (str_eq(key, S("title")))
		type->title = read_name(r, value);
	else if (!str_eq(key, S("unit")))
		return false;
	for (int i = 0; str_eq(key, S("unit")) && i < 3; i++)
		if (str_eq(value->text, str_of(units[i])))
			type->unit = (enum unit)i;
	return true;
}

static bool read_notes(struct reader *r, const struct key *key)
{
	struct value_type type = seconds(r->p);
	struct marshal_item name, value;
	char text[16];
	struct str word;

	r->noted = true;
	r->first = *key;
	while (marshal_next(r->m, &name) && name.kind != MARSHAL_END) {
		if (!is_name(&name) || name.text.n > sizeof text)
			return expected(r, &name, "a name that profpipe writes");
		memcpy(text, name.text.p, name.text.n);
		word = (struct str){ text, name.text.n };
		if (!marshal_next(r->m, &value))
			return false;
		if (!(value.kind == MARSHAL_INT ? note_number(r, word, value.integer, &type)
		      : is_name(&value) ? note_text(r, word, &value, &type) : false))
			return expected(r, &value, "what profpipe writes");
	}
	if (type.unit == UNIT_TIME)
		type.exponent = 0;
	start_values(r, type);
	return true;
}

static bool read_entry(struct reader *r, const struct marshal_item *tuple)
{
	struct marshal_item item;
	struct key key;

	if (tuple->kind == MARSHAL_TUPLE && tuple->count == 1)
		return read_sampled(r);
	if (!read_key(r, tuple, &key) || !marshal_next(r->m, &item))
		return false;
	if (item.kind == MARSHAL_DICT && !r->rows && !r->noted)
		return read_notes(r, &key);
	if (item.kind != MARSHAL_TUPLE || item.count != 5)
		return expected(r, &item, "a tuple of 5 values");
	return read_row(r, &key, tuple->at);
}

static void read_dict(struct reader *r)
{
	struct marshal_item item;

	if (!marshal_next(r->m, &item))
		return;
	if (item.kind != MARSHAL_DICT) {
		expected(r, &item, "a dict of functions");
		return;
	}
	while (marshal_next(r->m, &item) && item.kind != MARSHAL_END)
		if (!read_entry(r, &item))
			return;
	if (!r->numbers)
		start_values(r, seconds(r->p));
	/* what follows does not matter, but that it can be read does (gzip's sum) */
	while (input_more(r->in))
		r->in->p = r->in->end;
}

static int pstat_read(struct input *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p, .m = marshal_new(in) };

	read_dict(&r);
	marshal_free(r.m);
	buf_free(&r.text);
	free(r.numbers);
	free(r.self);
	free(r.marks);
	return input_status(in);
}

/* A dict whose first key is a tuple of 3 or of 1, or an empty dict: "{(\3\0\0\0". */
static int pstat_bid(struct str head, bool whole)
{
	static const char *const starts[] = { "(\3", "(\1", ")\3", ")\1" };

	if (head.n < 2 || (head.p[0] & 0x7f) != '{')
		return 0;
	if (head.p[1] == '0')
		return whole && head.n == 2 ? 60 : 0;
	for (size_t i = 0; i < 4 && head.n > 2; i++)
		if ((head.p[1] & 0x7f) == starts[i][0] && head.p[2] == starts[i][1])
			return 95;
	return 0;
}

/* --- writing --- */

struct row {
	struct str file, name;
	uint32_t line;
};

struct writer {
	const struct profile *p;
	int digits;
	struct row *rows;        /* each key once */
	size_t count;
	uint32_t *row_of;        /* by function: its row, or NO_ID */
	struct call_table table;
	uint32_t *order;         /* of the rows in the file */
	bool *entries;           /* by row: what the root calls; NULL: there is no root */
	int64_t whole;           /* the root's inclusive value */
	struct buf root, text;
};

static void lower_line(uint32_t *line, const struct place *at)
{
	if (!at->file && at->line && (!*line || at->line < *line))
		*line = at->line;
}

/*
 * The line where each function begins or, unknown, the first that has a figure. A
 * function that has no figure at all gets no row.
 */
static uint32_t *find_lines(const struct profile *p, bool *used)
{
	uint32_t *lines = alloc_zero(p->function_count, sizeof *lines);

	for (size_t i = 0; i < p->cost_count; i++) {
		used[p->costs[i].function] = true;
		lower_line(&lines[p->costs[i].function], &p->costs[i].at);
	}
	for (size_t i = 0; i < p->arc_count; i++) {
		const struct arc *a = &p->arcs[i];

		used[a->caller] = used[a->callee] = true;
		lower_line(&lines[a->caller], &a->site);
		lower_line(&lines[a->callee], &a->target);
	}
	for (function_id f = 0; f < p->function_count; f++) {
		used[f] |= profile_has_total(p, f);
		if (p->functions[f].line)
			lines[f] = p->functions[f].line;
	}
	return lines;
}

static struct row row_for(const struct profile *p, function_id f, uint32_t line)
{
	struct row row = { function_home(p, f), function_name(p, f), line };

	if (!row.file.n)
		row.file = NOWHERE;
	return row;
}

static bool same_key(const struct row *a, const struct row *b)
{
	return a->line == b->line && str_eq(a->name, b->name) && str_eq(a->file, b->file);
}

static uint32_t add_row(struct writer *w, struct index *keys, struct row row)
{
	uint64_t hash = hash_mix(str_hash(row.name), str_hash(row.file) + row.line);

	for (struct probe at = index_probe(keys, hash); index_next(keys, &at);)
		if (same_key(&w->rows[at.row], &row))
			return at.row;
	w->rows[w->count] = row;
	index_add(keys, hash, (uint32_t)w->count);
	return (uint32_t)w->count++;
}

/* Functions that differ in what no key holds share a row: a key that comes twice would
 * be lost in Python. */
static void make_rows(struct writer *w)
{
	size_t n = w->p->function_count;
	bool *used = alloc_zero(n, sizeof *used);
	uint32_t *lines = find_lines(w->p, used);
	struct index keys = { 0 };

	w->rows = alloc_zero(n, sizeof *w->rows);
	w->row_of = alloc_zero(n, sizeof *w->row_of);
	for (function_id f = 0; f < n; f++)
		w->row_of[f] = used[f] ? add_row(w, &keys, row_for(w->p, f, lines[f])) : NO_ID;
	index_free(&keys);
	free(lines);
	free(used);
}

/* A hundredth may be missing: cProfile's own last call is beside the main program. */
static bool covers(const struct writer *w, uint32_t row)
{
	return w->table.first[row] == w->table.first[row + 1] &&
	       w->table.rows[row].inclusive >= w->whole - w->whole / 100;
}

static void name_root(struct writer *w)
{
	struct row root = { NOWHERE, ROOT, 0 };

	buf_add(&w->root, ROOT);
	for (size_t n = 2, i = 0; i < w->count; i++) {
		root.name = buf_str(&w->root);
		if (!same_key(&w->rows[i], &root))
			continue;
		w->root.n = 0;
		buf_print(&w->root, "[root %zu]", n++);
		i = SIZE_MAX;
	}
}

/* Which rows a root would call, and whether one is needed. */
static void make_root(struct writer *w)
{
	bool covered = false;

	w->entries = alloc_zero(w->count, sizeof *w->entries);
	w->whole = call_table_entries(&w->table, w->entries);
	for (uint32_t i = 0; i < w->count; i++)
		covered |= w->entries[i] && covers(w, i);
	if (covered && w->count > 1) {
		free(w->entries);
		w->entries = NULL;
	} else {
		name_root(w);
	}
}

/*
 * Each row is followed by its callers that were not there yet, as a reader meets them:
 * reading and writing again gives the same bytes.
 */
static void order_rows(struct writer *w)
{
	bool *queued = alloc_zero(w->count, sizeof *queued);
	size_t n = 0, done = 0;

	w->order = alloc_zero(w->count, sizeof *w->order);
	for (uint32_t next = 0; next < w->count; next++) {
		if (!queued[next])
			w->order[n++] = next;
		queued[next] = true;
		for (; done < n; done++) {
			uint32_t r = w->order[done];

			for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++) {
				uint32_t caller = w->table.arcs[i].caller;

				if (!queued[caller])
					w->order[n++] = caller;
				queued[caller] = true;
			}
		}
	}
	free(queued);
}

static void writer_open(struct writer *w, const struct profile *p)
{
	*w = (struct writer){ .p = p, .digits = digits_of(&p->value_types[0]) };
	make_rows(w);
	call_table_make(&w->table, p, 0, w->row_of, w->count);
	for (size_t i = 0; i < w->count; i++)
		if (w->table.rows[i].inclusive < w->table.rows[i].self)
			w->table.rows[i].inclusive = w->table.rows[i].self;
	order_rows(w);
	make_root(w);
}

static void writer_close(struct writer *w)
{
	call_table_free(&w->table);
	free(w->rows);
	free(w->row_of);
	free(w->order);
	free(w->entries);
	buf_free(&w->root);
	buf_free(&w->text);
}

/* What is no character for Python goes out as one lone surrogate a byte. Surrogates
 * that a name holds stay, but for those that would be taken for such bytes. */
static size_t plain_length(struct str s, size_t i)
{
	size_t n = utf8_length(s, i);

	if (!n && s.n - i >= 3 && (unsigned char)s.p[i] == 0xed && !is_escape(s, i) &&
	    ((unsigned char)s.p[i + 1] & 0xe0) == 0xa0 &&
	    ((unsigned char)s.p[i + 2] & 0xc0) == 0x80)
		n = 3;
	return n;
}

static void put_name(struct output *out, struct writer *w, struct str name)
{
	size_t i = 0, n;
	char escape[4];

	while (i < name.n && (n = plain_length(name, i)))
		i += n;
	if (i == name.n) {
		marshal_put_text(out, name);
		return;
	}
	w->text.n = 0;
	for (i = 0; i < name.n; i += n) {
		n = plain_length(name, i);
		if (n)
			buf_add(&w->text, (struct str){ name.p + i, n });
		else
			buf_add(&w->text, (struct str){
				escape, utf8_put(escape, SURROGATE + (unsigned char)name.p[i]) });
		n += !n;
	}
	marshal_put_text(out, buf_str(&w->text));
}

static void put_key(struct output *out, struct writer *w, struct row row)
{
	marshal_put_tuple(out, 3);
	put_name(out, w, row.file);
	marshal_put_int(out, row.line);
	put_name(out, w, row.name);
}

static struct row root_row(const struct writer *w)
{
	return (struct row){ NOWHERE, buf_str(&w->root), 0 };
}

/*
 * How often, in both ways. A function that has a value was called at least once; of
 * a recursion all calls may be other than primitive.
 */
static void find_calls(int64_t value, int64_t *calls, int64_t *primitive)
{
	if (*calls <= 0 && value) {
		*calls = 1;
		*primitive = 1;
	} else if (*primitive > *calls) {
		*primitive = *calls;
	}
}

static void put_values(struct output *out, const struct writer *w, int64_t self,
		       int64_t inclusive)
{
	marshal_put_float(out, to_float(self, w->digits));
	marshal_put_float(out, to_float(inclusive, w->digits));
}

/* Callers' counts come total first. */
static void put_caller(struct output *out, struct writer *w, struct row caller,
		       const struct call_arc *a)
{
	int64_t calls = a->calls, primitive = a->primitive;

	find_calls(a->inclusive, &calls, &primitive);
	put_key(out, w, caller);
	marshal_put_tuple(out, 4);
	marshal_put_int(out, calls);
	marshal_put_int(out, primitive);
	put_values(out, w, a->self, a->inclusive);
}

/* What the row's callers do not account for, but the inclusive value is whole. */
static struct call_arc root_part(const struct writer *w, uint32_t r, int64_t calls,
				 int64_t primitive)
{
	struct call_arc part = { .calls = calls, .primitive = primitive,
				 .self = w->table.rows[r].self,
				 .inclusive = w->table.rows[r].inclusive };

	for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++) {
		part.calls -= w->table.arcs[i].calls;
		part.self -= w->table.arcs[i].self;
	}
	part.calls = part.calls < 0 ? 0 : part.calls;
	part.self = part.self < 0 ? 0 : part.self;
	return part;
}

static void put_row(struct output *out, struct writer *w, uint32_t r)
{
	const struct call_row *row = &w->table.rows[r];
	int64_t calls = row->calls, primitive = row->primitive;
	struct call_arc rest;

	find_calls(row->inclusive, &calls, &primitive);
	put_key(out, w, w->rows[r]);
	marshal_put_tuple(out, 5);
	marshal_put_int(out, primitive);
	marshal_put_int(out, calls);
	put_values(out, w, row->self, row->inclusive);
	marshal_put_dict(out);
	for (uint32_t i = w->table.first[r]; i < w->table.first[r + 1]; i++)
		put_caller(out, w, w->rows[w->table.arcs[i].caller], &w->table.arcs[i]);
	if (w->entries && w->entries[r]) {
		rest = root_part(w, r, calls, primitive);
		put_caller(out, w, root_row(w), &rest);
	}
	marshal_put_end(out);
}

static void put_note(struct output *out, const char *key, int64_t value)
{
	if (value) {
		marshal_put_text(out, str_of(key));
		marshal_put_int(out, value);
	}
}

static void put_text_note(struct output *out, struct writer *w, const char *key,
			  struct str value)
{
	if (value.n) {
		marshal_put_text(out, str_of(key));
		put_name(out, w, value);
	}
}

/* Plain seconds, as a profiler writes them, need no notes. */
static bool has_notes(const struct writer *w)
{
	const struct profile *p = w->p;
	const struct value_type *type = &p->value_types[0];

	return w->entries || p->calls_sampled || p->line_functions || type->title ||
	       type->unit != UNIT_TIME || type->power != SECONDS || type->counts ||
	       !str_eq(profile_text(p, type->name), S("time"));
}

static void put_notes(struct output *out, struct writer *w)
{
	const struct value_type *type = &w->p->value_types[0];

	put_key(out, w, w->entries ? root_row(w) : w->rows[w->order[0]]);
	marshal_put_dict(out);
	put_note(out, "profpipe", 1);
	put_note(out, "root", w->entries != NULL);
	put_note(out, "empty", !w->count);
	marshal_put_text(out, S("value"));
	put_name(out, w, profile_text(w->p, type->name));
	put_text_note(out, w, "title", profile_text(w->p, type->title));
	put_text_note(out, w, "unit", str_of(units[type->unit]));
	put_note(out, "exponent", type->exponent);
	marshal_put_text(out, S("power"));
	marshal_put_int(out, type->power);
	put_note(out, "counts", type->counts);
	put_note(out, "sampled", w->p->calls_sampled);
	put_note(out, "lines", w->p->line_functions);
	marshal_put_end(out);
}

static void put_root(struct output *out, struct writer *w)
{
	put_key(out, w, root_row(w));
	marshal_put_tuple(out, 5);
	marshal_put_int(out, 1);
	marshal_put_int(out, 1);
	put_values(out, w, 0, w->whole);
	marshal_put_dict(out);
	marshal_put_end(out);
}

/* pstats cannot load an empty dict, gprof2dot none of one key. */
static void put_nothing(struct output *out, struct writer *w)
{
	const struct call_arc none = { 0 };

	put_key(out, w, (struct row){ NOWHERE, S("[empty]"), 0 });
	marshal_put_tuple(out, 5);
	marshal_put_int(out, 1);
	marshal_put_int(out, 1);
	put_values(out, w, 0, 0);
	marshal_put_dict(out);
	put_caller(out, w, root_row(w), &none);
	marshal_put_end(out);
}

static void tell_estimates(const struct writer *w)
{
	if (w->table.in_cycles)
		verbose("%zu functions in cycles: inclusive values are estimates",
			w->table.in_cycles);
	if (w->table.by_calls)
		verbose("%zu functions: values divided among callers by calls",
			w->table.by_calls);
	if (w->entries)
		verbose("%s added, as the caller of what nobody calls",
			quote(buf_str(&w->root)));
}

static void pstat_write(struct output *out, const struct profile *p)
{
	struct writer w;

	writer_open(&w, p);
	tell_estimates(&w);
	marshal_put_dict(out);
	if (has_notes(&w))
		put_notes(out, &w);
	if (w.entries)
		put_root(out, &w);
	for (size_t i = 0; i < w.count; i++)
		put_row(out, &w, w.order[i]);
	if (!w.count)
		put_nothing(out, &w);
	marshal_put_end(out);
	writer_close(&w);
}

/* Whether the value comes back the same from a float, which has 53 bits. */
static bool comes_back(const struct writer *w, int64_t value)
{
	int64_t back;

	return from_float(to_float(value, w->digits), w->digits, &back) && back == value;
}

static bool all_come_back(const struct writer *w)
{
	size_t arcs = w->table.first[w->count];
	bool fine = !w->entries || comes_back(w, w->whole);

	for (size_t i = 0; i < w->count && fine; i++)
		fine = comes_back(w, w->table.rows[i].self) &&
		       comes_back(w, w->table.rows[i].inclusive);
	for (size_t i = 0; i < arcs && fine; i++)
		fine = comes_back(w, w->table.arcs[i].self) &&
		       comes_back(w, w->table.arcs[i].inclusive);
	return fine;
}

static int pstat_check(const struct profile *p)
{
	struct writer w;
	bool fine;

	if (!p->value_count)
		return error("expected a value type to write, got a profile without any");
	writer_open(&w, p);
	fine = all_come_back(&w);
	writer_close(&w);
	return fine ? 0 : error("pstat holds 53 bits of a value (97 days to the nanosecond): "
				"%s needs more",
				quote(profile_text(p, p->value_types[0].name)));
}

const struct format pstat_format = {
	.name = "pstat",
	.title = "Python's profiles (cProfile, profile, yappi, ...)",
	.suffixes = ".pstat .pstats .prof .cprof",
	.half = HALF_GRAPH,
	.keeps = KEEP_CALLS | KEEP_TOTALS | KEEP_FILES | KEEP_FUNCTION_LINES | KEEP_UNITS,
	.bid = pstat_bid,
	.read = pstat_read,
	.check = pstat_check,
	.write = pstat_write,
};
