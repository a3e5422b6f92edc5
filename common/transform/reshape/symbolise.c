#include "common/transform/reshape/symbolise.h"

#include "common/base/alloc.h"
#include "common/transform/reshape/remap.h"

/* The frames of an old one, caller first, in the array of new ones. */
struct symbol_frames {
	size_t first, count;
};

struct symboliser {
	struct remap w;
	struct symbolise_program *programs;
	size_t program_count;
	struct symbolise_program **of_mapping; /* by old mapping; NULL: none is known */
	frame_id *frames;
	size_t frame_count, frame_cap;
	struct symbol_frames *of_frame; /* by old frame; count 0: it stays what it is */
};

/* --- which program --- */

static bool same_build(struct str a, struct str b)
{
	return a.n && b.n && str_eq(a, b);
}

static struct symbolise_program *find_program(struct symboliser *z, const struct mapping *m)
{
	struct str build = profile_text(z->w.from, m->build_id);
	struct str name = str_base(profile_text(z->w.from, m->object));

	for (size_t i = 0; i < z->program_count; i++)
		if (same_build(symbols_build_id(z->programs[i].symbols), build))
			return &z->programs[i];
	for (size_t i = 0; i < z->program_count; i++) {
		struct symbols *symbols = z->programs[i].symbols;

		if (!name.n || !str_eq(str_base(symbols_path(symbols)), name))
			continue;
		if (!build.n || !symbols_build_id(symbols).n)
			return &z->programs[i];
		z->programs[i].other_build = true;
	}
	return NULL;
}

static void find_programs(struct symboliser *z)
{
	z->of_mapping = alloc_zero(z->w.from->mapping_count, sizeof(struct symbolise_program *));
	for (size_t i = 1; i < z->w.from->mapping_count; i++) {
		z->of_mapping[i] = find_program(z, &z->w.from->mappings[i]);
		if (z->of_mapping[i])
			z->of_mapping[i]->matches = true;
	}
}

/* --- frames --- */

static void add_frame(struct symboliser *z, struct frame f, const struct symbol_place *place,
		      string_id object)
{
	struct profile *to = z->w.to;

	f.function = profile_function(to,
				      (struct function){
					      .name = profile_string(to, place->name),
					      .system = place->system.n
								? profile_string(to, place->system)
								: 0,
					      .file = profile_string(to, place->file),
					      .object = object,
					      .line = place->first_line });
	f.line = place->line;
	f.column = place->column;
	ARRAY_ROOM(z->frames, z->frame_count, z->frame_cap);
	z->frames[z->frame_count++] = profile_frame(to, f);
}

/* A file without mappings is of one program; the first that has code there is taken for it. */
static size_t search_all(struct symboliser *z, uint64_t address, const struct symbol_place **places)
{
	for (size_t i = 0; i < z->program_count; i++) {
		size_t count = symbols_at_address(z->programs[i].symbols, address, places);

		z->programs[i].matches |= count > 0;
		z->programs[i].found += count > 0;
		if (count)
			return count;
	}
	return 0;
}

static size_t search(struct symboliser *z, const struct frame *f,
		     const struct symbol_place **places)
{
	const struct mapping *m = &z->w.from->mappings[f->mapping];
	struct symbolise_program *program = z->of_mapping[f->mapping];
	size_t count;

	if (f->mapping == NO_MAPPING)
		return search_all(z, f->address, places);
	if (!program)
		return 0;
	count = symbols_at_offset(program->symbols, f->address - m->start + m->offset, places);
	program->found += count > 0;
	program->not_found += count == 0;
	return count;
}

static void symbolise_frame(struct symboliser *z, frame_id old)
{
	struct frame f = profile_frame_at(z->w.from, old);
	struct symbol_frames *to = &z->of_frame[old];
	const struct symbol_place *places;
	string_id object;
	size_t count;

	count = f.unsymbolised && z->w.from->mapping_count ? search(z, &f, &places) : 0;
	if (!count)
		return;
	object = remap_string(&z->w, z->w.from->functions[f.function].object);
	f.mapping = remap_mapping(&z->w, f.mapping);
	f.unsymbolised = false;
	to->first = z->frame_count;
	to->count = count;
	for (size_t i = count; i-- > 0;) {
		f.inlined = i + 1 < count;
		add_frame(z, f, &places[i], object);
	}
}

/* The mapping has functions now, and pprof need not look for them again. */
static void mark_mappings(struct symboliser *z)
{
	for (size_t i = 1; i < z->w.from->mapping_count; i++)
		if (z->of_mapping[i] && z->of_mapping[i]->found)
			z->w.to->mappings[remap_mapping(&z->w, (mapping_id)i)].has |=
				MAPPING_HAS_FUNCTIONS | MAPPING_HAS_FILES | MAPPING_HAS_LINES |
				MAPPING_HAS_INLINED;
}

/* Functions that were only names of addresses are not copied. */
static void copy_functions(struct symboliser *z)
{
	const struct profile *p = z->w.from;
	bool *gone = alloc_zero(p->function_count, sizeof *gone);

	for (frame_id f = 0; f < p->frame_count; f++)
		gone[p->frames[f].function] |= z->of_frame[f].count > 0;
	for (frame_id f = 0; f < p->frame_count; f++)
		gone[p->frames[f].function] &= z->of_frame[f].count > 0;
	for (function_id f = 0; f < p->function_count; f++)
		z->w.functions[f] = gone[f] ? NO_ID
					    : profile_function(z->w.to, remap_function(&z->w, f));
	alloc_free(gone);
}

static void copy_frames(struct symboliser *z)
{
	const struct profile *p = z->w.from;

	z->of_frame = alloc_zero(p->frame_count, sizeof *z->of_frame);
	for (frame_id f = 0; f < p->frame_count; f++)
		symbolise_frame(z, f);
	copy_functions(z);
	for (frame_id f = 0; f < p->frame_count; f++)
		z->w.frames[f] = z->of_frame[f].count
					 ? z->frames[z->of_frame[f].first]
					 : profile_frame(z->w.to, remap_frame(&z->w, f));
}

static void copy_stacks(struct symboliser *z)
{
	const struct stacks *s = &z->w.from->stacks;
	struct stacks *to = &z->w.to->stacks;

	for (stack_id i = 1; i < s->count; i++) {
		struct symbol_frames of = z->of_frame[s->frame[i]];
		stack_id stack = z->w.stacks[s->parent[i]];

		if (!of.count)
			stack = stacks_push(to, stack, z->w.frames[s->frame[i]]);
		for (size_t k = of.first; k < of.first + of.count; k++)
			stack = stacks_push(to, stack, z->frames[k]);
		z->w.stacks[i] = stack;
	}
}

struct profile *profile_symbolise(const struct profile *p, struct symbolise_program *programs,
				  size_t count)
{
	struct symboliser z = { .programs = programs, .program_count = count };

	remap_open(&z.w, p, profile_new());
	remap_facts(&z.w);
	remap_value_types(&z.w);
	remap_threads(&z.w);
	remap_metadata(&z.w, NULL);
	find_programs(&z);
	copy_frames(&z);
	copy_stacks(&z);
	remap_samples(&z.w);
	remap_times(&z.w);
	remap_graph(&z.w);
	mark_mappings(&z);
	remap_close(&z.w);
	alloc_free(z.of_mapping);
	alloc_free(z.frames);
	alloc_free(z.of_frame);
	return z.w.to;
}
