/* pprof/write_tables - locations, with the mappings and functions that they refer to */
#include "common/base/alloc.h"
#include "converters/pprof/writing.h"

/* --- functions --- */

static void put_functions(struct pprof_writer *w)
{
	for (size_t i = 0; i < w->locations.function_count; i++) {
		struct function f = profile_function_at(w->p, w->locations.functions[i]);

		w->message.n = 0;
		protobuf_put_number(&w->message, FUNCTION_ID, i + 1);
		protobuf_put_number(&w->message, FUNCTION_NAME, pprof_string(w, f.name));
		/* writers repeat the name where there is no mangled one */
		protobuf_put_number(&w->message, FUNCTION_SYSTEM,
				    pprof_string(w, f.system ? f.system : f.name));
		protobuf_put_number(&w->message, FUNCTION_FILE, pprof_string(w, f.file));
		protobuf_put_number(&w->message, FUNCTION_START, f.line);
		protobuf_write_bytes(w->out, PROFILE_FUNCTION, buf_str(&w->message));
	}
}

/* --- mappings --- */

/* Without what is known, pprof looks for symbols again. */
static unsigned known_of(const struct profile *p, const struct frame *f)
{
	if (f->unsymbolised)
		return 0;
	return MAPPING_HAS_FUNCTIONS | (p->functions[f->function].file ? MAPPING_HAS_FILES : 0U) |
	       (f->line ? MAPPING_HAS_LINES : 0U) | (f->inlined ? MAPPING_HAS_INLINED : 0U);
}

static void put_mapping(struct pprof_writer *w, uint64_t id, const struct mapping *m, unsigned has)
{
	w->message.n = 0;
	protobuf_put_number(&w->message, MAPPING_ID, id);
	protobuf_put_number(&w->message, MAPPING_START, m->start);
	protobuf_put_number(&w->message, MAPPING_LIMIT, m->limit);
	protobuf_put_number(&w->message, MAPPING_OFFSET, m->offset);
	protobuf_put_number(&w->message, MAPPING_FILE, pprof_string(w, m->object));
	protobuf_put_number(&w->message, MAPPING_BUILD_ID, pprof_string(w, m->build_id));
	for (unsigned bit = 0; bit < 4; bit++)
		protobuf_put_number(&w->message, MAPPING_FUNCTIONS + bit, has >> bit & 1);
	protobuf_write_bytes(w->out, PROFILE_MAPPING, buf_str(&w->message));
}

/* --- locations --- */

static void put_mappings(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	struct locations *l = &w->locations;
	unsigned *has = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct frame f = locations_outermost(l, i);
		struct frame leaf = profile_frame_at(p, l->paths.frame[l->order[i]]);
		uint64_t number = locations_mapping(l, &f);

		if (!number)
			continue;
		if (number > cap)
			has = alloc_grow_zero(has, &cap, (size_t)number, sizeof *has);
		has[number - 1] |= known_of(p, &f) | known_of(p, &leaf);
	}
	for (size_t i = 0; i < locations_mapping_count(l); i++) {
		struct mapping m = locations_mapping_at(l, i);

		/* what the source said of it stays */
		put_mapping(w, i + 1, &m, m.has ? m.has : i < cap ? has[i] : 0);
	}
	alloc_free(has);
}

static void put_locations(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	struct locations *l = &w->locations;

	for (size_t i = 0; i < l->count; i++) {
		struct frame f = locations_outermost(l, i);

		w->message.n = 0;
		protobuf_put_number(&w->message, LOCATION_ID, i + 1);
		protobuf_put_number(&w->message, LOCATION_MAPPING, locations_mapping(l, &f));
		protobuf_put_number(&w->message, LOCATION_ADDRESS, f.address);
		for (stack_id path = f.unsymbolised ? EMPTY_STACK : l->order[i];
		     path != EMPTY_STACK; path = l->paths.parent[path]) {
			struct frame line = profile_frame_at(p, l->paths.frame[path]);

			w->inner.n = 0;
			protobuf_put_number(&w->inner, LINE_FUNCTION,
					    locations_function(l, line.function));
			protobuf_put_number(&w->inner, LINE_LINE, line.line);
			protobuf_put_number(&w->inner, LINE_COLUMN, line.column);
			protobuf_put_bytes(&w->message, LOCATION_LINE, buf_str(&w->inner));
		}
		protobuf_write_bytes(w->out, PROFILE_LOCATION, buf_str(&w->message));
	}
}

void pprof_put_tables(struct pprof_writer *w)
{
	put_mappings(w);
	put_locations(w);
	put_functions(w);
}
