/*
 * jfr/pools - the constants of a chunk
 *
 * A constant stays where it is in the chunk until something refers to it. Its key is a number, for
 * its type alone.
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/jfr/internal.h"

static uint64_t hash_of(uint32_t type, uint64_t key)
{
	return hash_mix(key, type);
}

static struct jfr_constant *find(struct jfr_reader *r, uint32_t type, uint64_t key)
{
	struct jfr_pools *pools = &r->pools;
	uint32_t *recent = &pools->recent[(key + type * 31) % JFR_RECENT];

	if (*recent && pools->rows[*recent - 1].key == key && pools->rows[*recent - 1].type == type)
		return &pools->rows[*recent - 1];
	for (struct probe at = index_probe(&pools->index, hash_of(type, key));
	     index_next(&pools->index, &at);)
		if (pools->rows[at.row].key == key && pools->rows[at.row].type == type) {
			*recent = at.row + 1;
			return &pools->rows[at.row];
		}
	return NULL;
}

/* What comes again is the same: a flush repeats what it may have written. */
static void add(struct jfr_reader *r, uint32_t type, uint64_t key, const char *at)
{
	struct jfr_pools *pools = &r->pools;

	if (find(r, type, key))
		return;
	ARRAY_ROOM(pools->rows, pools->count, pools->cap);
	pools->rows[pools->count] = (struct jfr_constant){ .key = key, .type = type, .at = at };
	index_add(&pools->index, hash_of(type, key), (uint32_t)pools->count++);
}

static bool read_pool(struct jfr_reader *r, struct jfr_bytes *b)
{
	const char *begin = b->p;
	uint32_t row = jfr_type_row(&r->types, jfr_number(b));
	uint64_t count = jfr_number(b);

	if (row == UINT32_MAX || b->bad) {
		jfr_expected(r, begin, "constants of a type that the chunk has");
		return false;
	}
	for (uint64_t i = 0; i < count; i++) {
		uint64_t key = jfr_number(b);
		const char *at = b->p;

		if (!jfr_read_value(r, b, &r->types.rows[row], NULL))
			return false;
		if (b->bad) {
			jfr_expected(r, at, "a constant");
			return false;
		}
		if (r->types.rows[row].keep)
			add(r, row, key, at);
	}
	return true;
}

bool jfr_read_pools(struct jfr_reader *r, struct jfr_bytes event)
{
	const char *begin = event.p;
	uint64_t count;

	for (unsigned i = 0; i < 3; i++) /* start, duration, way to the one before */
		jfr_number(&event);
	jfr_fixed(&event, 1); /* why it was written */
	count = jfr_number(&event);
	for (uint64_t i = 0; i < count && !event.bad; i++)
		if (!read_pool(r, &event))
			return false;
	if (event.bad)
		jfr_expected(r, begin, "constants");
	return !event.bad;
}

struct jfr_constant *jfr_constant_of(struct jfr_reader *r, const struct jfr_record *record,
				     enum jfr_field field)
{
	const struct jfr_member *m = jfr_member(record, field);

	return m && m->shape == JFR_CONSTANT && !m->array
		       ? find(r, m->type_row, record->number[field])
		       : NULL;
}

bool jfr_is_made(struct jfr_reader *r, const struct jfr_constant *c, enum jfr_made as)
{
	if (c->made_as != JFR_NOT_MADE && c->made_as != as)
		jfr_expected(r, c->at,
			     "a constant that is only one of stack, method, thread, kind");
	return c->made_as == as;
}

static struct jfr_bytes bytes_from(const struct jfr_reader *r, const char *at)
{
	return (struct jfr_bytes){ at, r->chunk.p + r->chunk.n, false };
}

bool jfr_read_constant(struct jfr_reader *r, const struct jfr_record *record, enum jfr_field field,
		       struct jfr_record *constant)
{
	const struct jfr_constant *c = jfr_constant_of(r, record, field);
	struct jfr_bytes b;

	constant->type = NULL;
	if (!c || r->types.rows[c->type].shape != JFR_STRUCT)
		return false;
	b = bytes_from(r, c->at);
	return jfr_read_value(r, &b, &r->types.rows[c->type], constant);
}

/* A text in its place, or the constant that stands for it, which is a text in its place. */
static void put_text_at(struct jfr_reader *r, const char *at, struct buf *out)
{
	struct jfr_bytes b = bytes_from(r, at);
	const struct jfr_constant *c;
	uint64_t number;

	if (jfr_text(&b, out, &number))
		return;
	c = find(r, r->text_type, number);
	if (!c)
		return;
	b = bytes_from(r, c->at);
	jfr_text(&b, out, &number);
}

/*
 * Many constants may refer to one long text, of which each makes a name of its own: a file of
 * 1 MB could fill the memory.
 */
static void put_text(struct jfr_reader *r, const char *at, struct buf *out)
{
	enum { MOST_OF_SMALL_CHUNKS = 4 << 20, MOST_PER_BYTE = 64 };
	size_t before = out->n;

	if (r->in->failed)
		return;
	put_text_at(r, at, out);
	r->text_bytes += out->n - before;
	if (r->text_bytes / MOST_PER_BYTE > r->chunk.n + MOST_OF_SMALL_CHUNKS / MOST_PER_BYTE)
		jfr_expected(r, at, "names of at most 64 bytes for each byte of the chunk");
}

/* Symbol{string}, Class{name}, FrameType{description}: the first of these that is there. */
void jfr_field_text(struct jfr_reader *r, const struct jfr_record *record, enum jfr_field field,
		    struct buf *out)
{
	static const enum jfr_field texts[] = { JFR_STRING, JFR_NAME, JFR_DESCRIPTION };
	enum { DEEPEST = 4 };
	struct jfr_record below = *record, next;

	for (unsigned depth = 0; depth < DEEPEST; depth++) {
		const struct jfr_member *m = jfr_member(&below, field);
		const struct jfr_constant *c;

		if (!m || m->array)
			return;
		if (m->shape == JFR_TEXT) {
			put_text(r, below.at[field], out);
			return;
		}
		c = jfr_constant_of(r, &below, field);
		if (!c)
			return;
		if (r->types.rows[c->type].shape == JFR_TEXT) {
			put_text(r, c->at, out);
			return;
		}
		if (!jfr_read_constant(r, &below, field, &next))
			return;
		below = next;
		field = JFR_NO_FIELD;
		for (unsigned i = 0; i < 3 && field == JFR_NO_FIELD; i++)
			if (jfr_member(&below, texts[i]))
				field = texts[i];
		if (field == JFR_NO_FIELD)
			return;
	}
}
