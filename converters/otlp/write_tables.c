/* otlp/write_tables - the dictionary: rows that samples refer to, and what these refer to */
#include "common/base/alloc.h"
#include "converters/otlp/writing.h"

enum { MAPPING_START = 1, MAPPING_LIMIT, MAPPING_OFFSET, MAPPING_FILE, MAPPING_ATTRIBUTES };
enum { LOCATION_MAPPING = 1, LOCATION_ADDRESS, LOCATION_LINE, LOCATION_ATTRIBUTES };
enum { LINE_FUNCTION = 1, LINE_LINE, LINE_COLUMN };
enum { FUNCTION_NAME = 1, FUNCTION_SYSTEM, FUNCTION_FILE, FUNCTION_START };
enum { STACK_LOCATIONS = 1 };

uint64_t otlp_number_stack(struct otlp_writer *w, stack_id stack)
{
	if (stack == EMPTY_STACK)
		return 0;
	if (!w->stack_numbers[stack]) {
		ARRAY_ROOM(w->stacks, w->stack_count, w->stack_cap);
		w->stacks[w->stack_count++] = stack;
		w->stack_numbers[stack] = (uint32_t)w->stack_count;
	}
	return w->stack_numbers[stack];
}

/* --- stacks, strings and others that are bytes --- */

static void put_stack(struct otlp_writer *w, const struct location_list *list, struct buf *to)
{
	w->message.n = 0;
	protobuf_put_packed(&w->message, STACK_LOCATIONS, list->numbers, list->count);
	protobuf_put_bytes(to, OTLP_STACKS, buf_str(&w->message));
}

static void put_stacks(struct otlp_writer *w, struct buf *to)
{
	struct location_list lists[LOCATIONS_TOGETHER] = { 0 };

	protobuf_put_bytes(to, OTLP_STACKS, S(""));
	for (size_t first = 0, count; first < w->stack_count; first += count) {
		count = w->stack_count - first;
		if (count > LOCATIONS_TOGETHER)
			count = LOCATIONS_TOGETHER;
		for (size_t i = 0; i < count; i++)
			lists[i].next = w->stacks[first + i];
		locations_list(&w->locations, lists, count);
		for (size_t i = 0; i < count; i++)
			put_stack(w, &lists[i], to);
	}
	for (size_t i = 0; i < LOCATIONS_TOGETHER; i++)
		alloc_free(lists[i].numbers);
}

static void put_rows(const struct strings *rows, enum otlp_table table, struct buf *to)
{
	for (string_id i = 0; i < rows->count; i++)
		protobuf_put_bytes(to, table, strings_text(rows, i));
}

/* --- functions --- */

static void put_functions(struct otlp_writer *w, struct buf *to)
{
	protobuf_put_bytes(to, OTLP_FUNCTIONS, S(""));
	for (size_t i = 0; i < w->locations.function_count; i++) {
		struct function f = profile_function_at(w->p, w->locations.functions[i]);

		w->message.n = 0;
		protobuf_put_number(&w->message, FUNCTION_NAME, otlp_number_string(w, f.name));
		protobuf_put_number(&w->message, FUNCTION_SYSTEM, otlp_number_string(w, f.system));
		protobuf_put_number(&w->message, FUNCTION_FILE, otlp_number_string(w, f.file));
		protobuf_put_number(&w->message, FUNCTION_START, f.line);
		protobuf_put_bytes(to, OTLP_FUNCTIONS, buf_str(&w->message));
	}
}

/* --- mappings --- */

/* Go's ids are texts with slashes between them, GNU's are hexadecimal digits. */
static struct str key_of_build_id(struct str id)
{
	struct str head, rest;

	return str_cut(id, '/', &head, &rest) ? S(OTLP_BUILD_ID_GO) : S(OTLP_BUILD_ID_GNU);
}

static void put_mapping(struct otlp_writer *w, struct buf *to, const struct mapping *m)
{
	static const char *const keys[] = { OTLP_MAPPING_KEYS };
	struct str build_id = profile_text(w->p, m->build_id);
	uint64_t attributes[1 + sizeof keys / sizeof *keys];
	size_t count = 0;

	if (build_id.n)
		attributes[count++] = otlp_number_attribute(w, key_of_build_id(build_id), build_id);
	for (size_t bit = 0; bit < sizeof keys / sizeof *keys; bit++)
		if (m->has >> bit & 1)
			attributes[count++] = otlp_number_true(w, str_of(keys[bit]));
	w->message.n = 0;
	protobuf_put_number(&w->message, MAPPING_START, m->start);
	protobuf_put_number(&w->message, MAPPING_LIMIT, m->limit);
	protobuf_put_number(&w->message, MAPPING_OFFSET, m->offset);
	protobuf_put_number(&w->message, MAPPING_FILE, otlp_number_string(w, m->object));
	protobuf_put_packed(&w->message, MAPPING_ATTRIBUTES, attributes, count);
	protobuf_put_bytes(to, OTLP_MAPPINGS, buf_str(&w->message));
}

/* --- locations --- */

/* Without a mapping this is an offset in bytecode, or a line, to readers. */
static bool needs_mapping(const struct frame *f)
{
	return f->address && f->kind >= FRAME_INTERPRETED;
}

/*
 * The mappings of all locations are numbered before the first of these is written. The last one,
 * of which nothing is known, is for addresses that need one; returns its number.
 */
static uint64_t put_mappings(struct otlp_writer *w, struct buf *to)
{
	struct locations *l = &w->locations;
	bool unknown = false;

	for (size_t i = 0; i < l->count; i++) {
		struct frame f = locations_outermost(l, i);

		unknown |= !locations_mapping(l, &f) && needs_mapping(&f);
	}
	protobuf_put_bytes(to, OTLP_MAPPINGS, S(""));
	for (size_t i = 0; i < locations_mapping_count(l); i++) {
		struct mapping m = locations_mapping_at(l, i);

		put_mapping(w, to, &m);
	}
	if (unknown)
		protobuf_put_bytes(to, OTLP_MAPPINGS, S(""));
	return locations_mapping_count(l) + 1;
}

/* Whether readers make the name of the function from the address again. */
static bool is_unsymbolised(const struct otlp_writer *w, const struct frame *f)
{
	struct buf name = { 0 };
	bool same;

	if (!f->unsymbolised || (!f->mapping && !f->address))
		return false;
	profile_unsymbolised_name(w->p, f->mapping, f->address, &name);
	same = str_eq(buf_str(&name), function_name(w->p, f->function));
	buf_free(&name);
	return same;
}

static void put_line(struct otlp_writer *w, const struct frame *f)
{
	w->inner.n = 0;
	protobuf_put_number(&w->inner, LINE_FUNCTION,
			    locations_function(&w->locations, f->function));
	protobuf_put_number(&w->inner, LINE_LINE, f->line);
	protobuf_put_number(&w->inner, LINE_COLUMN, f->column);
	protobuf_put_bytes(&w->message, LOCATION_LINE, buf_str(&w->inner));
}

static void put_locations(struct otlp_writer *w, uint64_t unknown, struct buf *to)
{
	struct locations *l = &w->locations;

	protobuf_put_bytes(to, OTLP_LOCATIONS, S(""));
	for (size_t i = 0; i < l->count; i++) {
		struct frame f = locations_outermost(l, i);
		uint64_t mapping = locations_mapping(l, &f), kind;
		stack_id path = is_unsymbolised(w, &f) ? EMPTY_STACK : l->order[i];

		kind = f.kind ? otlp_number_attribute(w, S(OTLP_FRAME_TYPE),
						      str_of(frame_kind_name(f.kind)))
			      : 0;
		w->message.n = 0;
		protobuf_put_number(&w->message, LOCATION_MAPPING,
				    !mapping && needs_mapping(&f) ? unknown : mapping);
		protobuf_put_number(&w->message, LOCATION_ADDRESS, f.address);
		for (; path != EMPTY_STACK; path = l->paths.parent[path]) {
			struct frame line = profile_frame_at(w->p, l->paths.frame[path]);

			put_line(w, &line);
		}
		protobuf_put_packed(&w->message, LOCATION_ATTRIBUTES, &kind, kind != 0);
		protobuf_put_bytes(to, OTLP_LOCATIONS, buf_str(&w->message));
	}
}

/* --- the whole --- */

void otlp_write_dictionary(struct otlp_writer *w)
{
	struct buf tables[OTLP_TABLES] = { 0 };
	size_t length = 0;

	put_locations(w, put_mappings(w, &tables[OTLP_MAPPINGS]), &tables[OTLP_LOCATIONS]);
	put_functions(w, &tables[OTLP_FUNCTIONS]);
	put_stacks(w, &tables[OTLP_STACKS]);
	put_rows(&w->links, OTLP_LINKS, &tables[OTLP_LINKS]);
	put_rows(&w->attributes, OTLP_ATTRIBUTES, &tables[OTLP_ATTRIBUTES]);
	put_rows(&w->texts, OTLP_STRINGS, &tables[OTLP_STRINGS]);
	for (size_t t = 0; t < OTLP_TABLES; t++)
		length += tables[t].n;
	protobuf_write_head(w->out, OTLP_DICTIONARY, length);
	for (size_t t = 0; t < OTLP_TABLES; t++) {
		output_str(w->out, buf_str(&tables[t]));
		buf_free(&tables[t]);
	}
}
