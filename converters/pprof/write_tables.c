/* pprof/write_tables - locations, with the mappings and functions that they refer to */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/pprof/writing.h"

/* --- numbering locations --- */

/* Whether the frame is inlined into the one that called it: both are one location. */
static bool continues(const struct profile *p, frame_id frame, frame_id caller)
{
	struct frame f = profile_frame_at(p, frame), c = profile_frame_at(p, caller);

	return !c.unsymbolised && !f.unsymbolised && f.address == c.address &&
	       f.mapping == c.mapping;
}

/* The path of locations for each stack, in nodes[].location, and the callers. */
static void find_paths(struct pprof_writer *w)
{
	const struct stacks *s = &w->p->stacks;
	stack_id *alone = alloc_zero(w->p->frame_count, sizeof *alone); /* by frame */

	for (stack_id i = 1; i < s->count; i++) {
		frame_id frame = s->frame[i];
		stack_id parent = s->parent[i];

		if (frame < w->p->frame_detail_count && w->p->frame_details[frame].inlined &&
		    parent != EMPTY_STACK && continues(w->p, frame, s->frame[parent])) {
			w->nodes[i] = (struct pprof_node){
				stacks_push(&w->locations, w->nodes[parent].location, frame),
				w->nodes[parent].caller
			};
			continue;
		}
		if (!alone[frame])
			alone[frame] = stacks_push(&w->locations, EMPTY_STACK, frame);
		w->nodes[i] = (struct pprof_node){ alone[frame], parent };
	}
	alloc_free(alone);
}

void pprof_number_locations(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	bool *used = alloc_zero(p->stacks.count, sizeof *used);

	w->nodes = alloc_zero(p->stacks.count, sizeof *w->nodes);
	find_paths(w);
	w->location_numbers = alloc_zero(w->locations.count, sizeof *w->location_numbers);
	for (size_t i = 0; i < p->sample_count; i++)
		used[p->samples[i].stack] = true;
	for (stack_id i = (stack_id)p->stacks.count; i-- > 1;)
		if (used[i])
			used[w->nodes[i].caller] = true;
	for (stack_id i = 1; i < p->stacks.count; i++) {
		stack_id path = w->nodes[i].location;

		if (used[i] && !w->location_numbers[path]) {
			ARRAY_ROOM(w->location_order, w->location_count, w->location_cap);
			w->location_order[w->location_count++] = path;
			w->location_numbers[path] = (uint32_t)w->location_count;
		}
		w->nodes[i].location = used[i] ? w->location_numbers[path] : 0;
	}
	alloc_free(used);
}

/* --- functions: those that differ in their object only are one --- */

static bool is_function(const struct profile *p, function_id a, function_id b)
{
	const struct function_row *x = &p->functions[a], *y = &p->functions[b];

	return x->name == y->name && x->file == y->file && x->line == y->line &&
	       profile_system_name(p, a) == profile_system_name(p, b);
}

static uint64_t number_function(struct pprof_writer *w, function_id f)
{
	const struct function_row *row = &w->p->functions[f];
	uint64_t hash = hash_mix((uint64_t)row->name << 32 | row->file,
				 (uint64_t)profile_system_name(w->p, f) << 32 | row->line);

	for (struct probe at = index_probe(&w->function_index, hash);
	     index_next(&w->function_index, &at);)
		if (is_function(w->p, w->functions[at.row], f))
			return at.row + 1;
	index_add(&w->function_index, hash, (uint32_t)w->function_count);
	ARRAY_ROOM(w->functions, w->function_count, w->function_cap);
	w->functions[w->function_count++] = f;
	return w->function_count;
}

static void put_functions(struct pprof_writer *w)
{
	for (size_t i = 0; i < w->function_count; i++) {
		struct function f = profile_function_at(w->p, w->functions[i]);

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

/* The number of the mapping that a location with this frame has. */
static uint64_t number_mapping(struct pprof_writer *w, const struct frame *f)
{
	size_t own = w->p->mapping_count ? w->p->mapping_count - 1 : 0;
	string_id object = w->p->functions[f->function].object;

	if (f->mapping)
		return f->mapping;
	if (!object)
		return 0;
	if (!w->object_numbers)
		w->object_numbers = alloc_zero(w->p->strings.count, sizeof *w->object_numbers);
	if (!w->object_numbers[object]) {
		ARRAY_ROOM(w->objects, w->object_count, w->object_cap);
		w->objects[w->object_count++] = object;
		w->object_numbers[object] = (uint32_t)w->object_count;
	}
	return own + w->object_numbers[object];
}

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

static frame_id outermost(const struct pprof_writer *w, stack_id path)
{
	while (w->locations.parent[path] != EMPTY_STACK)
		path = w->locations.parent[path];
	return w->locations.frame[path];
}

static void put_mappings(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	size_t own = p->mapping_count ? p->mapping_count - 1 : 0, all;
	unsigned *has = NULL;
	size_t cap = 0;

	if (own)
		has = alloc_grow_zero(has, &cap, own, sizeof *has);
	for (size_t i = 0; i < w->location_count; i++) {
		struct frame f = profile_frame_at(p, outermost(w, w->location_order[i]));
		struct frame leaf = profile_frame_at(p, w->locations.frame[w->location_order[i]]);
		uint64_t number = number_mapping(w, &f);

		if (!number)
			continue;
		if (number > cap)
			has = alloc_grow_zero(has, &cap, (size_t)number, sizeof *has);
		has[number - 1] |= known_of(p, &f) | known_of(p, &leaf);
	}
	all = own + w->object_count;
	for (size_t i = 0; i < all; i++) {
		struct mapping object = { .object = i < own ? 0 : w->objects[i - own] };
		const struct mapping *m = i < own ? &p->mappings[i + 1] : &object;

		/* what the source said of it stays */
		put_mapping(w, i + 1, m, m->has ? m->has : has ? has[i] : 0);
	}
	alloc_free(has);
}

static void put_locations(struct pprof_writer *w)
{
	const struct profile *p = w->p;

	for (size_t i = 0; i < w->location_count; i++) {
		struct frame f = profile_frame_at(p, outermost(w, w->location_order[i]));

		w->message.n = 0;
		protobuf_put_number(&w->message, LOCATION_ID, i + 1);
		protobuf_put_number(&w->message, LOCATION_MAPPING, number_mapping(w, &f));
		protobuf_put_number(&w->message, LOCATION_ADDRESS, f.address);
		for (stack_id path = f.unsymbolised ? EMPTY_STACK : w->location_order[i];
		     path != EMPTY_STACK; path = w->locations.parent[path]) {
			struct frame line = profile_frame_at(p, w->locations.frame[path]);

			w->inner.n = 0;
			protobuf_put_number(&w->inner, LINE_FUNCTION,
					    number_function(w, line.function));
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
