/*
 * firefox/read_tables - tables, column by column or row by row
 *
 *	"stackTable": {"length": 2, "frame": [0, 1], "prefix": [null, 0]}
 *	"stackTable": {"schema": {"prefix": 0, "frame": 1}, "data": [[null, 0], [0, 1]]}
 *
 * Rows of the second form may be shorter than their schema; a missing cell is null.
 */
#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "converters/firefox/reading.h"

enum { MOST_COLUMNS = 64 };

/* Where the columns of a table are in its rows. */
struct firefox_schema {
	bool known;
	int columns[MOST_COLUMNS]; /* by place in the row; -1: not read */
	uint64_t wanted;           /* bits of columns */
};

static int find_column(struct str table, struct str key)
{
	static const struct {
		const char *table, *key;
	} names[] = {
#define X(name, table, key) { table, key },
		FIREFOX_COLUMNS(X)
#undef X
	};

	for (int i = 0; i < FIREFOX_COLUMN_COUNT; i++)
		if (str_eq(key, str_of(names[i].key)) && str_eq(table, str_of(names[i].table)))
			return i;
	return -1;
}

/* --- cells --- */

int64_t firefox_take_time(struct firefox_reader *r)
{
	struct decimal number = { 0 };
	enum exactness exactness, scaled;
	int64_t time = 0;
	uint64_t byte;

	json_peek(&r->j);
	byte = input_offset(r->in);
	if (!json_number(&r->j, &number, &exactness))
		return 0;
	number.exponent += MILLISECONDS;
	scaled = decimal_at(number, 0, &time);
	if (scaled == OUT_OF_RANGE)
		input_error_at(r->in, byte, "expected a time that fits in 64 bits");
	profile_count_rounding(r->p, exactness == ROUNDED || scaled == ROUNDED, time);
	return time;
}

/* null and numbers below 0 are none. */
static uint32_t take_number(struct firefox_reader *r)
{
	struct decimal number = { 0 };
	enum exactness exactness;
	int64_t value = 0;
	enum json_kind kind = json_peek(&r->j);
	uint64_t byte = input_offset(r->in);

	if (kind == JSON_NULL || kind == JSON_BOOL) {
		json_skip(&r->j);
		return NO_ID;
	}
	if (!json_number(&r->j, &number, &exactness))
		return NO_ID;
	if (decimal_at(number, 0, &value) != EXACT || value >= NO_ID)
		input_error_at(r->in, byte, "expected a whole number below 2^32 - 1, or null");
	return value < 0 ? NO_ID : (uint32_t)value;
}

static void take_weight(struct firefox_reader *r, struct firefox_thread *t)
{
	struct decimal weight = { 0 };
	enum exactness exactness = EXACT;

	if (!json_null(&r->j))
		json_number(&r->j, &weight, &exactness);
	profile_count_rounding(r->p, exactness == ROUNDED, weight.mantissa);
	ARRAY_ROOM(t->weights, t->weight_count, t->weight_cap);
	t->weights[t->weight_count++] = weight;
}

static void add_number(struct firefox_tables *to, int column, uint32_t number)
{
	struct firefox_cells *c = &to->cells[column];

	limit_check(LIMIT_CELLS, c->count);
	ARRAY_ROOM(c->v, c->count, c->cap);
	c->v[c->count++] = number;
}

static void take_cell(struct firefox_reader *r, struct firefox_tables *to, struct firefox_thread *t,
		      int column)
{
	switch (column) {
	case COLUMN_SAMPLE_TIME:
	case COLUMN_SAMPLE_DELTA:
		ARRAY_ROOM(t->times, t->time_count, t->time_cap);
		t->times[t->time_count++] = firefox_take_time(r);
		break;
	case COLUMN_SAMPLE_WEIGHT: take_weight(r, t); break;
	default: add_number(to, column, take_number(r));
	}
}

/* --- column by column --- */

static bool is_first(struct firefox_reader *r, const struct firefox_tables *to,
		     const struct firefox_thread *t, int column)
{
	size_t have = to->cells[column].count;

	if (t && column >= COLUMN_SAMPLE_TIME)
		have = column == COLUMN_SAMPLE_WEIGHT ? t->weight_count : t->time_count;
	return have ? json_expected(&r->j, "each column only once") : true;
}

static void read_column(struct firefox_reader *r, struct firefox_tables *to,
			struct firefox_thread *t, int column)
{
	if (!is_first(r, to, t, column) || json_null(&r->j))
		return;
	json_peek(&r->j);
	to->cells[column].byte = input_offset(r->in);
	if (t && column == COLUMN_SAMPLE_DELTA)
		t->deltas = true;
	if (t && column == COLUMN_SAMPLE_WEIGHT)
		t->weights_byte = input_offset(r->in);
	json_array(&r->j);
	while (json_element(&r->j))
		take_cell(r, to, t, column);
}

/* --- row by row --- */

static void read_schema(struct firefox_reader *r, struct str table, struct firefox_schema *s)
{
	struct str key;
	uint32_t place = 0;

	for (int i = 0; i < MOST_COLUMNS; i++)
		s->columns[i] = -1;
	s->known = true;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		int column = find_column(table, key);

		if (!json_index(&r->j, MOST_COLUMNS - 1, "the place of a column", &place))
			return;
		s->columns[place] = column;
		if (column >= 0)
			s->wanted |= (uint64_t)1 << column;
	}
}

static void read_row(struct firefox_reader *r, struct firefox_tables *to, struct firefox_thread *t,
		     const struct firefox_schema *s)
{
	uint64_t missing = s->wanted;
	size_t place = 0;

	json_array(&r->j);
	for (; json_element(&r->j); place++) {
		int column = place < MOST_COLUMNS ? s->columns[place] : -1;

		if (column < 0) {
			json_skip(&r->j);
			continue;
		}
		take_cell(r, to, t, column);
		missing &= ~((uint64_t)1 << column);
	}
	for (int column = 0; missing; column++, missing >>= 1) {
		if (!(missing & 1) || r->in->failed)
			continue;
		if (column >= COLUMN_SAMPLE_TIME)
			input_error(r->in, "expected a row with a time");
		else
			add_number(to, column, NO_ID);
	}
}

static void read_rows(struct firefox_reader *r, struct firefox_tables *to, struct firefox_thread *t,
		      const struct firefox_schema *s)
{
	json_peek(&r->j);
	for (int column = 0; column < FIREFOX_COLUMN_COUNT; column++)
		if (s->wanted >> column & 1) {
			if (!is_first(r, to, t, column))
				return;
			to->cells[column].byte = input_offset(r->in);
		}
	json_array(&r->j);
	while (json_element(&r->j))
		read_row(r, to, t, s);
}

/* --- tables --- */

void firefox_read_table(struct firefox_reader *r, struct firefox_tables *to,
			struct firefox_thread *t, struct str table)
{
	struct firefox_schema schema = { 0 };
	struct str key;

	if (json_null(&r->j))
		return;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		int column = find_column(table, key);

		if (str_eq(key, S("schema"))) {
			read_schema(r, table, &schema);
		} else if (str_eq(key, S("data"))) {
			if (schema.known)
				read_rows(r, to, t, &schema);
			else
				json_expected(&r->j, "'schema' before 'data'");
		} else if (t && str_eq(key, S("weightType"))) {
			t->weight_type = json_null(&r->j) ? 0 : json_text(&r->j, r->p);
		} else if (column >= 0) {
			read_column(r, to, t, column);
		} else {
			json_skip(&r->j);
		}
	}
}

void firefox_read_strings(struct firefox_reader *r, struct firefox_tables *to)
{
	if (to->has_strings) {
		json_expected(&r->j, "the strings only once");
		return;
	}
	to->has_strings = true;
	json_array(&r->j);
	while (json_element(&r->j)) {
		string_id text = json_text(&r->j, r->p);

		ARRAY_ROOM(to->strings, to->string_count, to->string_cap);
		to->strings[to->string_count++] = text;
	}
}

void firefox_free_tables(struct firefox_tables *tables)
{
	for (int i = 0; i < FIREFOX_COLUMN_COUNT; i++)
		alloc_free(tables->cells[i].v);
	alloc_free(tables->strings);
}
