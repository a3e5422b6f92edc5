/*
 * otlp/tables - what the rows of the dictionary stand for in the profile
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/otlp/reading.h"

/* What is said of a frame of which nothing is known. */
#define UNKNOWN "<unknown>"

/* --- mappings --- */

/* The best of several: GNU's is what debuggers look for. */
static void take_build_id(struct otlp_message *m, const struct otlp_attribute *a,
			  struct mapping *to, size_t *best)
{
	static const char *const keys[] = { OTLP_BUILD_ID_GNU, OTLP_BUILD_ID_GO,
					    "process.executable.build_id.htlhash" };
	struct str key = profile_text(m->p, a->label.key);

	for (size_t i = 0; i < *best; i++)
		if (str_eq(key, str_of(keys[i])) && a->label.text) {
			to->build_id = a->label.text;
			*best = i;
		}
}

/* What pprof knows of a mapping. */
static void take_knowledge(const struct otlp_message *m, const struct otlp_attribute *a,
			   struct mapping *to)
{
	static const char *const keys[] = { OTLP_MAPPING_KEYS };
	struct str key = profile_text(m->p, a->label.key);

	for (size_t bit = 0; bit < sizeof keys / sizeof *keys; bit++)
		if (str_eq(key, str_of(keys[bit])) &&
		    str_eq(profile_text(m->p, a->label.text), S("true")))
			to->has |= (uint8_t)(1U << bit);
}

static void take_attribute(struct otlp_message *m, const struct otlp_attribute *a,
			   struct mapping *to, size_t *best)
{
	take_build_id(m, a, to, best);
	take_knowledge(m, a, to);
}

static void read_mapping(struct otlp_message *m, struct protobuf row, struct otlp_mapping *to)
{
	enum { START = 1, LIMIT, OFFSET, FILE_NAME, ATTRIBUTES };
	struct mapping *c = &to->content;
	struct protobuf_field f;
	uint64_t number;
	size_t best = 3;

	while (protobuf_field(&row, &f)) {
		if (f.number == ATTRIBUTES) {
			struct protobuf rest = protobuf_numbers(&row, &f);

			while (protobuf_each(&rest, &f, &number))
				take_attribute(m, otlp_attribute_at(m, &row, number), c, &best);
			continue;
		}
		if (f.number > ATTRIBUTES)
			continue;
		number = protobuf_number(&row, &f, "a number");
		switch (f.number) {
		case START: c->start = number; break;
		case LIMIT: c->limit = number; break;
		case OFFSET: c->offset = number; break;
		default: c->object = otlp_string(m, &row, number, "a mapping's file");
		}
	}
	if (mapping_has_place(c))
		to->id = profile_mapping(m->p, *c);
}

static void read_mappings(struct otlp_message *m)
{
	const struct otlp_rows *rows = &m->tables[OTLP_MAPPINGS];

	m->mappings = alloc_zero(rows->count + 1, sizeof *m->mappings);
	for (size_t i = 0; i < rows->count && !m->in->failed; i++)
		read_mapping(m, rows->rows[i], &m->mappings[i]);
}

void otlp_read_tables(struct otlp_message *m)
{
	otlp_read_strings(m);
	if (!m->in->failed)
		otlp_read_attributes(m);
	if (!m->in->failed)
		read_mappings(m);
	m->stacks_before = m->p->stacks.count;
	m->places = alloc_zero(m->tables[OTLP_LOCATIONS].count + 1, sizeof *m->places);
	m->stacks = alloc_zero(m->tables[OTLP_STACKS].count + 1, sizeof *m->stacks);
}

void otlp_free_tables(struct otlp_message *m)
{
	for (size_t t = 0; t < OTLP_TABLES; t++)
		alloc_free(m->tables[t].rows);
	alloc_free(m->resources.rows);
	alloc_free(m->strings);
	alloc_free(m->attributes);
	alloc_free(m->elements);
	alloc_free(m->mappings);
	alloc_free(m->places);
	alloc_free(m->stacks);
	alloc_free(m->frames);
	alloc_free(m->path.items);
	alloc_free(m->sample.values.items);
	alloc_free(m->sample.attributes.items);
}

/* --- locations --- */

static const struct kind_word {
	const char *word;
	enum frame_kind kind;
} kind_words[] = {
	{ "kernel", FRAME_KERNEL },
	{ "native", FRAME_NATIVE },
	{ "go", FRAME_NATIVE },
	{ "rust", FRAME_NATIVE },
	{ "cpython", FRAME_INTERPRETED },
	{ "ruby", FRAME_INTERPRETED },
	{ "perl", FRAME_INTERPRETED },
	{ "php", FRAME_INTERPRETED },
	{ "jvm", FRAME_JIT },
	{ "dotnet", FRAME_JIT },
	{ "v8js", FRAME_JIT },
	{ "beam", FRAME_JIT },
	{ "luajit", FRAME_JIT },
};

static enum frame_kind kind_of(const struct otlp_message *m, const struct otlp_attribute *a)
{
	struct str word = profile_text(m->p, a->label.text);
	int own;

	if (!str_eq(profile_text(m->p, a->label.key), S(OTLP_FRAME_TYPE)))
		return FRAME_UNKNOWN;
	for (size_t i = 0; i < sizeof kind_words / sizeof *kind_words; i++)
		if (str_eq(word, str_of(kind_words[i].word)))
			return kind_words[i].kind;
	/* of writers that know no language, as ours */
	own = frame_kind_find(word);
	return own < 0 ? FRAME_UNKNOWN : (enum frame_kind)own;
}

struct location {
	uint64_t mapping, address;
	enum frame_kind kind;
	struct otlp_rows lines;
};

static uint32_t line_of(const struct protobuf *at, uint64_t line)
{
	if (line > UINT32_MAX && (int64_t)line > 0)
		protobuf_error(at, "expected a line or column below 2^32 before this, got %" PRIu64,
			       line);
	return line > UINT32_MAX ? 0 : (uint32_t)line; /* below 0 is unknown */
}

static function_id read_function(struct otlp_message *m, const struct protobuf *at, uint64_t number,
				 string_id object)
{
	enum { NAME = 1, SYSTEM, FILE_NAME, START_LINE };
	struct function to = { .object = object };
	struct protobuf_field f;
	struct protobuf row;

	if (number >= m->tables[OTLP_FUNCTIONS].count) {
		protobuf_error(at,
			       "expected the number of one of %zu functions in this line, got "
			       "%" PRIu64,
			       m->tables[OTLP_FUNCTIONS].count, number);
		return 0;
	}
	row = m->tables[OTLP_FUNCTIONS].rows[number];
	while (protobuf_field(&row, &f)) {
		uint64_t value = protobuf_number(&row, &f, "a number");

		switch (f.number) {
		case NAME: to.name = otlp_string(m, &row, value, "a function's name"); break;
		case SYSTEM: to.system = otlp_string(m, &row, value, "a system name"); break;
		case FILE_NAME: to.file = otlp_string(m, &row, value, "a function's file"); break;
		case START_LINE: to.line = line_of(&row, value); break;
		default: break;
		}
	}
	if (to.system == to.name)
		to.system = 0;
	if (!to.name && to.system) {
		to.name = to.system;
		to.system = 0;
	}
	if (!to.name && !number)
		to.name = profile_string(m->p, S(UNKNOWN));
	return profile_function(m->p, to);
}

static void add_frame(struct otlp_message *m, frame_id frame)
{
	ARRAY_ROOM(m->frames, m->frame_count, m->frame_cap);
	m->frames[m->frame_count++] = frame;
}

static void add_line(struct otlp_message *m, const struct location *l, size_t i,
		     const struct otlp_mapping *mapping)
{
	enum { FUNCTION = 1, LINE, COLUMN };
	struct protobuf row = l->lines.rows[i];
	const struct protobuf at = row;
	struct frame to = { .mapping = mapping->id,
			    .kind = l->kind,
			    .inlined = i + 1 < l->lines.count,
			    .address = l->address };
	struct protobuf_field f;
	uint64_t function = 0;

	/* without a mapping an interpreter's address is an offset in its bytecode, or a line */
	if (!l->mapping && l->kind >= FRAME_INTERPRETED)
		to.address = 0;
	while (protobuf_field(&row, &f)) {
		uint64_t value = protobuf_number(&row, &f, "a number");

		if (f.number == FUNCTION)
			function = value;
		else if (f.number == LINE)
			to.line = line_of(&row, value);
		else if (f.number == COLUMN)
			to.column = line_of(&row, value);
	}
	to.function = read_function(m, &at, function, mapping->content.object);
	if (!m->in->failed)
		add_frame(m, profile_frame(m->p, to));
}

static void take_kinds(struct otlp_message *m, const struct protobuf *row, struct protobuf_field *f,
		       enum frame_kind *kind)
{
	struct protobuf rest = protobuf_numbers(row, f);
	uint64_t number;

	while (protobuf_each(&rest, f, &number)) {
		enum frame_kind found = kind_of(m, otlp_attribute_at(m, row, number));

		if (found != FRAME_UNKNOWN)
			*kind = found;
	}
}

static void read_location(struct otlp_message *m, struct protobuf row, struct location *to)
{
	enum { MAPPING = 1, ADDRESS, LINES };
	struct protobuf_field f;

	while (protobuf_field(&row, &f)) {
		if (f.number == m->fields->location_attributes) {
			take_kinds(m, &row, &f, &to->kind);
		} else if (f.number == MAPPING) {
			to->mapping = protobuf_number(&row, &f, "the number of a mapping");
		} else if (f.number == ADDRESS) {
			to->address = protobuf_number(&row, &f, "an address");
		} else if (f.number == LINES) {
			struct protobuf line = protobuf_nested(&row, &f, "a line");

			ARRAY_ROOM(to->lines.rows, to->lines.count, to->lines.cap);
			to->lines.rows[to->lines.count++] = line;
		}
	}
}

static frame_id frame_without_lines(struct otlp_message *m, const struct location *l,
				    const struct otlp_mapping *mapping)
{
	struct function unknown = { .name = profile_string(m->p, S(UNKNOWN)) };

	if (mapping->content.object || mapping->id || l->address)
		return profile_unsymbolised_frame(m->p, profile_mapping(m->p, mapping->content),
						  l->address, l->kind);
	return profile_frame(m->p, (struct frame){ .function = profile_function(m->p, unknown),
						   .kind = l->kind });
}

static void add_frames(struct otlp_message *m, struct protobuf row)
{
	static const struct otlp_mapping none;
	const struct otlp_mapping *mapping = &none;
	struct location l = { 0 };
	size_t mappings = m->tables[OTLP_MAPPINGS].count;

	read_location(m, row, &l);
	if (l.mapping && l.mapping >= mappings)
		protobuf_error(&row,
			       "expected the number of one of %zu mappings in this location, "
			       "got %" PRIu64,
			       mappings, l.mapping);
	else if (l.mapping < mappings)
		mapping = &m->mappings[l.mapping];
	/* the last line is the outermost function, and the others are inlined */
	for (size_t i = l.lines.count; i-- && !m->in->failed;)
		add_line(m, &l, i, mapping);
	if (!l.lines.count && !m->in->failed)
		add_frame(m, frame_without_lines(m, &l, mapping));
	alloc_free(l.lines.rows);
}

static const struct otlp_place *place_of(struct otlp_message *m, const struct protobuf *at,
					 uint64_t number)
{
	static const struct otlp_place none;
	struct otlp_place *place;

	if (number >= m->tables[OTLP_LOCATIONS].count) {
		protobuf_error(at,
			       "expected the number of one of %zu locations in this stack, got "
			       "%" PRIu64,
			       m->tables[OTLP_LOCATIONS].count, number);
		return &none;
	}
	place = &m->places[number];
	if (!place->known) {
		place->first = m->frame_count;
		add_frames(m, m->tables[OTLP_LOCATIONS].rows[number]);
		place->count = m->frame_count - place->first;
		place->known = true;
	}
	return place;
}

/* --- stacks --- */

/*
 * A small file can make huge stacks: of one location with many lines, many times, or of one range
 * again and again. Real ones are far from this.
 */
static bool is_too_much(struct otlp_message *m, const struct protobuf *at, size_t frames)
{
	enum { OFTEN = 64 };
	uint64_t bytes = (uint64_t)(m->all.end - m->all.p);

	m->pushed += frames;
	if (stacks_in_proportion(m->p->stacks.count - m->stacks_before, bytes) &&
	    stacks_in_proportion(m->pushed / OFTEN, bytes))
		return false;
	protobuf_error(at, STACKS_OUT_OF_PROPORTION, MAX_STACKS_PER_BYTE);
	return true;
}

/* Leaf first, as they are in the file. */
static stack_id push_locations(struct otlp_message *m, const struct protobuf *at,
			       const uint64_t *locations, size_t count)
{
	stack_id stack = EMPTY_STACK;

	for (size_t i = count; i-- && !m->in->failed;) {
		const struct otlp_place *place = place_of(m, at, locations[i]);

		if (is_too_much(m, at, place->count))
			break;
		for (size_t k = place->first; k < place->first + place->count; k++)
			stack = stacks_push(&m->p->stacks, stack, m->frames[k]);
	}
	return stack;
}

static stack_id read_stack(struct otlp_message *m, struct protobuf row)
{
	const struct protobuf at = row;
	struct protobuf_field f;
	uint64_t number;

	m->path.count = 0;
	while (protobuf_field(&row, &f)) {
		struct protobuf rest = protobuf_numbers(&row, &f);

		if (f.number == 1)
			while (protobuf_each(&rest, &f, &number))
				otlp_add_number(&m->path, number);
	}
	return push_locations(m, &at, m->path.items, m->path.count);
}

stack_id otlp_stack_of(struct otlp_message *m, const struct protobuf *at,
		       const struct otlp_numbers *locations)
{
	const struct otlp_sample *s = &m->sample;
	struct otlp_stack *stack;

	if (!m->fields->sample.stack) {
		uint64_t length = s->length - m->too_long;

		if (s->start > locations->count || length > locations->count - s->start) {
			protobuf_error(at,
				       "expected a range of %zu locations in this sample, got "
				       "%" PRIu64 " from %" PRIu64,
				       locations->count, s->length, s->start);
			return EMPTY_STACK;
		}
		if (!length) /* of no locations at all, perhaps */
			return EMPTY_STACK;
		return push_locations(m, at, locations->items + s->start, (size_t)length);
	}
	if (s->stack >= m->tables[OTLP_STACKS].count) {
		protobuf_error(at,
			       "expected the number of one of %zu stacks in this sample, got "
			       "%" PRIu64,
			       m->tables[OTLP_STACKS].count, s->stack);
		return EMPTY_STACK;
	}
	stack = &m->stacks[s->stack];
	if (!stack->known)
		*stack = (struct otlp_stack){ read_stack(m, m->tables[OTLP_STACKS].rows[s->stack]),
					      true };
	return stack->id;
}
