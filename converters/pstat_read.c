/*
 * pstat_read - see pstat.c for the language
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/utf8.h"
#include "common/syntax/marshal.h"
#include "converters/pstat.h"

struct key {
	string_id file, name;
	uint32_t line;
	bool guess;          /* the line is only the first that has a figure */
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

static struct str unescape(struct reader *r, struct str s)
{
	r->text.n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (pstat_is_escape(s, i)) {
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
	key->guess = r->noted && line.wide;
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
	size_t count = r->p->function_count;
	function_id f;

	if (key->function != NO_ID)
		return key->function;
	if (r->empty || (r->root && key->name == r->first.name &&
			 key->file == r->first.file && key->line == r->first.line))
		return NO_ID;
	f = profile_function(r->p, (struct function){ .name = key->name, .file = key->file,
						      .line = key->line });
	if (r->p->function_count > count)
		r->p->functions[f].line_seen = key->guess;
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
		fits = pstat_from_float(item.number, r->digits, value);
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
	if (r->noted && a.wide && b.wide)
		*calls = *primitive = 0; /* the writer's guess */
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
	r->digits = pstat_digits_of(&type);
	r->thread = profile_thread(r->p, (struct thread){ 0 });
	r->numbers = alloc_zero(r->p->value_count, sizeof *r->numbers);
	r->self = alloc_zero(r->p->value_count, sizeof *r->self);
}

static bool read_row(struct reader *r, const struct key *key, uint64_t at)
{
	function_id f = function_of(r, key);
	int64_t calls, primitive;

	if (!r->numbers)
		start_values(r, pstat_seconds(r->p));
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
		return expected(r, &name, "'__sampled__' as a key's only item");
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
		if (str_eq(value->text, str_of(pstat_units[i])))
			type->unit = (enum unit)i;
	return true;
}

static bool read_notes(struct reader *r, const struct key *key)
{
	struct value_type type = pstat_seconds(r->p);
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
		start_values(r, pstat_seconds(r->p));
	/* what follows does not matter, but that it can be read does (gzip's sum) */
	while (input_more(r->in))
		r->in->p = r->in->end;
}

int pstat_read(struct input *in, struct profile *p)
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
int pstat_bid(struct str head, bool whole)
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
