/*
 * jfr/types - the metadata of a chunk
 *
 * Texts, then a tree of elements, which refer to them by number:
 *
 *	<root><metadata>
 *	  <class id="109" name="jdk.ExecutionSample" superType="jdk.jfr.Event">
 *	    <field name="stackTrace" class="34" constantPool="true"/>
 *	  </class>
 *	</metadata></root>
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/jfr/internal.h"

enum { DEEPEST = 16, MOST_WITHOUT_BYTES = 1 << 20 };

static struct str metadata_text(const struct jfr_reader *r, uint64_t number)
{
	size_t begin;

	if (number >= r->text_count || !r->texts.n)
		return S("");
	begin = number ? r->text_ends[number - 1] : 0;
	return (struct str){ r->texts.p + begin, r->text_ends[number] - begin };
}

static bool read_texts(struct jfr_reader *r, struct jfr_bytes *b)
{
	uint64_t count = jfr_number(b), number;

	for (uint64_t i = 0; i < count && !b->bad; i++) {
		if (!jfr_text(b, &r->texts, &number))
			b->bad = true;
		ARRAY_ROOM(r->text_ends, r->text_count, r->text_cap);
		r->text_ends[r->text_count++] = r->texts.n;
	}
	return !b->bad;
}

static enum jfr_field field_of(struct str name)
{
	static const char *const names[] = {
#define X(field, text) text,
		JFR_FIELDS(X)
#undef X
	};

	for (unsigned i = 0; i < JFR_FIELD_COUNT; i++)
		if (str_eq(name, str_of(names[i])))
			return (enum jfr_field)i;
	return JFR_NO_FIELD;
}

static enum jfr_shape shape_of(struct str name)
{
	static const struct {
		const char *name;
		enum jfr_shape shape;
	} shapes[] = {
		{ "boolean", JFR_BYTES1 },
		{ "byte", JFR_BYTES1 },
		{ "char", JFR_VARINT },
		{ "short", JFR_VARINT },
		{ "int", JFR_VARINT },
		{ "long", JFR_VARINT },
		{ "float", JFR_BYTES4 },
		{ "double", JFR_BYTES8 },
		{ "java.lang.String", JFR_TEXT },
	};

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		if (str_eq(name, str_of(shapes[i].name)))
			return shapes[i].shape;
	return JFR_STRUCT;
}

/* --- elements --- */

/* Attributes of an element, as far as we look at them. */
struct jfr_element {
	struct str name, id, class, constant, dimension;
	uint64_t children; /* to come */
	uint32_t type;     /* a class: its row */
};

static void read_element(struct jfr_reader *r, struct jfr_bytes *b, struct jfr_element *e,
			 struct str *tag)
{
	uint64_t attributes;

	*e = (struct jfr_element){ .type = UINT32_MAX };
	*tag = metadata_text(r, jfr_number(b));
	attributes = jfr_number(b);
	for (uint64_t i = 0; i < attributes && !b->bad; i++) {
		struct str key = metadata_text(r, jfr_number(b));
		struct str value = metadata_text(r, jfr_number(b));

		if (str_eq(key, S("name")))
			e->name = value;
		else if (str_eq(key, S("id")))
			e->id = value;
		else if (str_eq(key, S("class")))
			e->class = value;
		else if (str_eq(key, S("constantPool")))
			e->constant = value;
		else if (str_eq(key, S("dimension")))
			e->dimension = value;
	}
	e->children = jfr_number(b);
}

static uint64_t hash_of(uint64_t number)
{
	return hash_mix(number, 0);
}

uint32_t jfr_type_row(const struct jfr_types *types, uint64_t number)
{
	if (number < JFR_LOW_TYPES)
		return types->low[number] - 1;
	for (struct probe at = index_probe(&types->index, hash_of(number));
	     index_next(&types->index, &at);)
		if (types->rows[at.row].number == number)
			return at.row;
	return UINT32_MAX;
}

static bool add_type(struct jfr_reader *r, struct jfr_element *e)
{
	struct jfr_types *types = &r->types;
	struct jfr_type type = { .name = e->name, .value = NO_ID, .shape = shape_of(e->name) };

	if (!str_to_u64(e->id, &type.number) || jfr_type_row(types, type.number) != UINT32_MAX)
		return false;
	jfr_mark_event(&type);
	e->type = (uint32_t)types->count;
	ARRAY_ROOM(types->rows, types->count, types->cap);
	types->rows[types->count] = type;
	index_add(&types->index, hash_of(type.number), (uint32_t)types->count++);
	if (type.number < JFR_LOW_TYPES)
		types->low[type.number] = (uint32_t)types->count;
	return true;
}

static bool add_member(struct jfr_type *type, const struct jfr_element *e)
{
	struct jfr_member member = { .field = field_of(e->name) };

	if (!str_to_u64(e->class, &member.type))
		return false;
	member.array = e->dimension.n && !str_eq(e->dimension, S("0"));
	member.shape = str_eq(e->constant, S("true")) ? JFR_CONSTANT : JFR_STRUCT;
	ARRAY_ROOM(type->members, type->count, type->cap);
	type->members[type->count++] = member;
	type->by_field[member.field] = (uint32_t)type->count;
	return true;
}

static bool read_elements(struct jfr_reader *r, struct jfr_bytes *b)
{
	struct jfr_element *open = NULL;
	size_t depth = 0, cap = 0;
	bool ok = true;

	do {
		struct jfr_element e, *above;
		struct str tag;

		while (depth && !open[depth - 1].children)
			depth--;
		above = depth ? &open[depth - 1] : NULL;
		if (above)
			above->children--;
		else if (cap)
			break;
		read_element(r, b, &e, &tag);
		if (str_eq(tag, S("class")))
			ok = add_type(r, &e);
		else if (str_eq(tag, S("field")) && above && above->type != UINT32_MAX)
			ok = add_member(&r->types.rows[above->type], &e);
		ARRAY_ROOM(open, depth, cap);
		open[depth++] = e;
	} while (ok && !b->bad);
	alloc_free(open);
	return ok && !b->bad;
}

/* Members know the rows of their types; types know whether their constants are asked for. */
static void link_types(struct jfr_reader *r)
{
	struct jfr_types *types = &r->types;

	for (size_t t = 0; t < types->count; t++) {
		types->rows[t].flat = types->rows[t].count > 0;
		for (size_t i = 0; i < types->rows[t].count; i++) {
			struct jfr_member *m = &types->rows[t].members[i];

			m->type_row = jfr_type_row(types, m->type);
			types->rows[t].flat &= !m->array && m->type_row != UINT32_MAX;
			if (m->type_row == UINT32_MAX)
				continue;
			if (m->shape != JFR_CONSTANT)
				m->shape = types->rows[m->type_row].shape;
			else if (m->field != JFR_NO_FIELD)
				types->rows[m->type_row].keep = true;
			types->rows[t].flat &= m->shape == JFR_VARINT || m->shape == JFR_CONSTANT;
		}
		types->rows[t].grouped = jfr_is_groupable(&types->rows[t]);
		if (types->rows[t].shape == JFR_TEXT) {
			types->rows[t].keep = true;
			r->text_type = (uint32_t)t;
		}
	}
}

bool jfr_read_types(struct jfr_reader *r, struct jfr_bytes event)
{
	const char *begin = event.p;

	for (unsigned i = 0; i < 3; i++) /* start, duration, number of the metadata */
		jfr_number(&event);
	if (!read_texts(r, &event) || !read_elements(r, &event)) {
		jfr_expected(r, begin, "the types of the chunk's events");
		return false;
	}
	link_types(r);
	return true;
}

/* --- values --- */

static bool read_structure(struct jfr_reader *r, struct jfr_bytes *b, const struct jfr_type *type,
			   struct jfr_record *record, unsigned depth);

static bool read_one(struct jfr_reader *r, struct jfr_bytes *b, const struct jfr_member *m,
		     uint64_t *number, unsigned depth)
{
	const char *begin = b->p;

	switch (m->shape) {
	case JFR_VARINT:
	case JFR_CONSTANT: *number = jfr_number(b); break;
	case JFR_BYTES1: *number = jfr_fixed(b, 1); break;
	case JFR_BYTES4: jfr_skip(b, 4); break;
	case JFR_BYTES8: jfr_skip(b, 8); break;
	case JFR_TEXT: jfr_skip_text(b); break;
	case JFR_STRUCT:
		if (m->type_row == UINT32_MAX || depth == DEEPEST) {
			jfr_expected(r, begin,
				     "a value of a type that the chunk has, at most 16 deep");
			return false;
		}
		if (!read_structure(r, b, &r->types.rows[m->type_row], NULL, depth + 1))
			return false;
	}
	if (b->bad || (b->p == begin && ++r->without_bytes > MOST_WITHOUT_BYTES)) {
		jfr_expected(r, begin, "a value of the type that the chunk says");
		return false;
	}
	return true;
}

/* Structures in structures are as deep as types are, at most DEEPEST. */
static bool read_structure(struct jfr_reader *r, struct jfr_bytes *b, const struct jfr_type *type,
			   struct jfr_record *record, unsigned depth)
{
	const char *begin = b->p;

	for (size_t i = 0; i < type->count; i++) {
		const struct jfr_member *m = &type->members[i];
		uint64_t count = m->array ? jfr_number(b) : 1, number = 0;
		const char *at = b->p;

		if (count == 1 && (m->shape == JFR_VARINT || m->shape == JFR_CONSTANT))
			number = jfr_number(b);
		else
			for (uint64_t k = 0; k < count; k++)
				if (!read_one(r, b, m, &number, depth))
					return false;
		if (record) {
			record->at[m->field] = at;
			record->number[m->field] = m->array ? count : number;
		}
	}
	if (b->bad)
		jfr_expected(r, begin, "a value of the type that the chunk says");
	return !b->bad;
}

/* The same for a type whose members are numbers alone, as most events are. */
static bool read_flat(struct jfr_reader *r, struct jfr_bytes *b, const struct jfr_type *type,
		      struct jfr_record *record)
{
	struct jfr_bytes at = *b;

	record->type = type;
	for (size_t i = 0; i < type->count; i++)
		record->number[type->members[i].field] = jfr_number(&at);
	if (at.bad)
		jfr_expected(r, at.p, "a value of the type that the chunk says");
	*b = at;
	return !at.bad;
}

bool jfr_read_value(struct jfr_reader *r, struct jfr_bytes *b, const struct jfr_type *type,
		    struct jfr_record *record)
{
	struct jfr_member self = { .shape = type->shape };
	uint64_t number = 0;

	if (type->flat && record)
		return read_flat(r, b, type, record);
	if (type->shape != JFR_STRUCT)
		return read_one(r, b, &self, &number, 0);
	if (record)
		record->type = type;
	return read_structure(r, b, type, record, 0);
}
