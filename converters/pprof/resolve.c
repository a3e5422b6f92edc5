/*
 * pprof/resolve - translates what was read by numbers of the file into the profile
 *
 * References are checked here, when all tables are there: what Google's pprof refuses is
 * refused, and a mapping that is not in the table is none, as it is there.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/pprof/resolving.h"

/* --- strings --- */

string_id pprof_string_of(const struct pprof_resolver *x, uint64_t number, uint64_t at,
			  const char *what)
{
	if (number < x->rows[PPROF_STRINGS].end - x->rows[PPROF_STRINGS].first)
		return x->r->strings[x->rows[PPROF_STRINGS].first + number];
	input_error_at(x->r->in, at,
		       "expected the number of one of %zu strings as %s, got %" PRId64,
		       x->rows[PPROF_STRINGS].end - x->rows[PPROF_STRINGS].first, what,
		       (int64_t)number);
	return 0;
}

/* --- ids --- */

static bool add_id(struct pprof_resolver *x, struct index *ids, uint64_t id, size_t row,
		   uint64_t at, bool twice, const char *what)
{
	if (!id || twice) {
		input_error_at(x->r->in, at, "expected an id %s of %s, got %" PRIu64,
			       id ? "of its own" : "other than 0", what, id);
		return false;
	}
	index_add(ids, hash_mix(id, 0), (uint32_t)row);
	return true;
}

/* Defines find_KIND(), which gives the row of an id or NULL, and number_KINDs(). */
#define ID_TABLE(kind, RANGE, table, what) \
	static const struct pprof_##kind *find_##kind(const struct pprof_resolver *x, uint64_t id) \
	{ \
		for (struct probe at = index_probe(&x->kind##_ids, hash_mix(id, 0)); \
		     index_next(&x->kind##_ids, &at);) \
			if (x->r->table[at.row].id == id) \
				return &x->r->table[at.row]; \
		return NULL; \
	} \
	static void number_##kind##s(struct pprof_resolver *x) \
	{ \
		for (size_t i = x->rows[RANGE].first; i < x->rows[RANGE].end; i++) { \
			const struct pprof_##kind *have = &x->r->table[i]; \
			if (!add_id(x, &x->kind##_ids, have->id, i, have->at, \
				    find_##kind(x, have->id) != NULL, what)) \
				return; \
		} \
	}
ID_TABLE(mapping, PPROF_MAPPINGS, mappings, "a mapping")
ID_TABLE(function, PPROF_FUNCTIONS, functions, "a function")
ID_TABLE(location, PPROF_LOCATIONS, locations, "a location")

/* --- value types --- */

/* Two columns of one file stay apart, even if their names and units are equal. */
static value_id own_value_type(struct pprof_resolver *x, size_t before, struct value_type type)
{
	struct buf name = { 0 };
	value_id v = profile_value_type(x->p, type);

	for (size_t i = 0; i < before; i++) {
		if (x->columns[i].v != v)
			continue;
		buf_add(&name, profile_text(x->p, type.name));
		buf_print(&name, " (%zu)", before + 1);
		type.name = profile_string(x->p, buf_str(&name));
		v = profile_value_type(x->p, type);
		buf_free(&name);
		break;
	}
	return v;
}

static void add_value_type(struct pprof_resolver *x, size_t i)
{
	const struct pprof_type *row = &x->r->types[x->rows[PPROF_TYPES].first + i];
	string_id name = pprof_string_of(x, row->name, row->at, "a value type's name");
	struct str unit = profile_text(x->p, pprof_string_of(x, row->unit, row->at, "a unit"));
	struct pprof_column *column = &x->columns[i];
	struct value_type type;

	if (x->r->in->failed)
		return;
	type = unit_text_type(x->p, name, unit);
	column->exponent = unit_text_exponent(&unit);
	column->unit = unit_text_find(unit);
	column->v = own_value_type(x, i, type);
	if (x->samples_column == NO_ID && !column->unit && !column->exponent &&
	    profile_counts_samples(profile_text(x->p, type.name)))
		x->samples_column = i;
}

static void add_value_types(struct pprof_resolver *x, size_t first, size_t end)
{
	size_t count = x->rows[PPROF_TYPES].end - x->rows[PPROF_TYPES].first;

	for (size_t part = first; part < end; part++) {
		const struct pprof_part *have = &x->r->parts[part];

		if (!have->samples->sample_count)
			continue;
		if (!count)
			input_error_at(x->r->in, have->samples_at,
				       "expected value types (field 1) for this sample, got none");
		else if (have->samples->value_count != count)
			input_error_at(x->r->in, have->samples_at,
				       "expected a value of each value type (%zu), got %zu", count,
				       have->samples->value_count);
	}
	x->columns = alloc_zero(count, sizeof *x->columns);
	x->samples_column = NO_ID;
	for (size_t i = 0; i < count && !x->r->in->failed; i++)
		add_value_type(x, i);
}

/* --- mappings, functions, frames --- */

static void add_mapping(struct pprof_resolver *x, size_t i)
{
	const struct pprof_mapping *row = &x->r->mappings[x->rows[PPROF_MAPPINGS].first + i];
	struct mapping m = {
		.object = pprof_string_of(x, row->file, row->at, "a mapping's file"),
		.build_id = pprof_string_of(x, row->build_id, row->at, "a build id"),
		.start = row->start,
		.limit = row->limit,
		.offset = row->offset,
		.has = (uint8_t)row->has,
	};

	x->mapping_rows[i].content = m;
	if (mapping_has_place(&m))
		x->mapping_rows[i].id = profile_mapping(x->p, m);
}

static bool fits_line(uint64_t line)
{
	return line <= UINT32_MAX || (int64_t)line < 0; /* below 0 is unknown */
}

static uint32_t line_of(uint64_t line)
{
	return (int64_t)line < 0 ? 0 : (uint32_t)line;
}

static function_id function_of(struct pprof_resolver *x, const struct pprof_function *row,
			       string_id object)
{
	struct function f = {
		.name = pprof_string_of(x, row->name, row->at, "a function's name"),
		.system = pprof_string_of(x, row->system, row->at, "a system name"),
		.file = pprof_string_of(x, row->file, row->at, "a function's file"),
		.object = object,
		.line = line_of(row->line),
	};

	if (!fits_line(row->line))
		input_error_at(x->r->in, row->at, "expected a line below 2^32, got %" PRIu64,
			       row->line);
	if (f.system == f.name)
		f.system = 0;
	return profile_function(x->p, f);
}

static void add_frame(struct pprof_resolver *x, frame_id frame)
{
	ARRAY_ROOM(x->frames, x->frame_count, x->frame_cap);
	x->frames[x->frame_count++] = frame;
}

static void refuse_line(const struct pprof_resolver *x, const struct pprof_location *l,
			uint64_t function)
{
	input_error_at(x->r->in, l->at,
		       "expected the id of a function in a line of this location, got %" PRIu64,
		       function);
}

/* The last line is the outermost function, and the others are inlined. */
static void add_line(struct pprof_resolver *x, const struct pprof_location *l, size_t line,
		     const struct pprof_place *mapping)
{
	const struct pprof_line *row = &x->r->lines[l->lines + line];
	const struct pprof_function *function = find_function(x, row->function);

	if (!fits_line(row->line) || !fits_line(row->column)) {
		input_error_at(x->r->in, l->at, "expected a line and column below 2^32");
		return;
	}
	add_frame(x, profile_frame(x->p,
				   (struct frame){ .function = function_of(x, function,
									   mapping->content.object),
						   .line = line_of(row->line),
						   .column = line_of(row->column),
						   .mapping = mapping->id,
						   .address = l->address,
						   .inlined = line + 1 < l->line_count }));
}

static void add_location(struct pprof_resolver *x, const struct pprof_location *l)
{
	static const struct pprof_place none;
	const struct pprof_mapping *row = l->mapping ? find_mapping(x, l->mapping) : NULL;
	const struct pprof_place *mapping = &none;

	if (row)
		mapping = &x->mapping_rows[(size_t)(row - x->r->mappings) -
					   x->rows[PPROF_MAPPINGS].first];
	for (size_t i = l->line_count; i-- && !x->r->in->failed;)
		add_line(x, l, i, mapping);
	if (!l->line_count)
		add_frame(x,
			  profile_unsymbolised_frame(x->p, profile_mapping(x->p, mapping->content),
						     l->address, FRAME_UNKNOWN));
}

static void add_references(struct pprof_resolver *x)
{
	struct pprof_reader *r = x->r;

	x->of_reference = alloc_zero(r->reference_count, sizeof *x->of_reference);
	for (size_t i = 0; i < r->reference_count && !r->in->failed; i++) {
		const struct pprof_location *l = find_location(x, r->references[i].id);

		x->of_reference[i].first = x->frame_count;
		if (l)
			add_location(x, l);
		x->of_reference[i].count = x->frame_count - x->of_reference[i].first;
	}
}

/* --- labels and threads --- */

struct labels_of {
	label_set_id set;
	thread_id thread;
	bool known;
};

static bool is_key(const struct pprof_resolver *x, struct str key, struct str word)
{
	return str_starts(key, x->prefix) && str_eq(str_from(key, x->prefix.n), word);
}

/* Whether the label was a member of a thread. */
static bool takes_thread(const struct pprof_resolver *x, const struct label *l, struct thread *t)
{
	struct str key = profile_text(x->p, l->key);

	if (!x->threads)
		return false;
	if (!l->is_number && is_key(x, key, S("thread")))
		t->name = l->text;
	else if (l->is_number && is_key(x, key, S("pid")))
		t->pid = (uint64_t)l->number;
	else if (l->is_number && is_key(x, key, S("tid")))
		t->tid = (uint64_t)l->number;
	else if (l->is_number && is_key(x, key, S("part")))
		t->part = (uint32_t)l->number;
	else
		return false;
	return true;
}

static struct label label_of(const struct pprof_resolver *x, const struct label *l, uint64_t at)
{
	return (struct label){ .key = pprof_string_of(x, l->key, at, "a label's key"),
			       .text = pprof_string_of(x, l->text, at, "a label's text"),
			       .unit = pprof_string_of(x, l->unit, at, "a label's unit"),
			       .is_number = l->is_number,
			       .number = l->number };
}

static struct labels_of translate_set(struct pprof_resolver *x, const struct pprof_part *part,
				      label_set_id set)
{
	struct labels_of to = { .known = true };
	struct thread thread = { 0 };
	label_id *labels = NULL;
	size_t cap = 0, count = profile_labels_of(part->samples, set, &labels, &cap), kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct label l = label_of(x, &part->samples->labels[labels[i]], part->samples_at);

		if (!takes_thread(x, &l, &thread))
			labels[kept++] = profile_label(x->p, l);
	}
	if (kept)
		to.set = profile_label_set(x->p, labels, kept);
	to.thread = profile_thread(x->p, thread);
	alloc_free(labels);
	return to;
}

/* --- samples --- */

static void refuse_value(struct pprof_resolver *x, const struct pprof_part *part, value_id v)
{
	input_error_at(x->r->in, part->samples_at,
		       "expected values of %s that fit in 64 bits when they are nanoseconds, bytes "
		       "or whole numbers; a sample from here on has none",
		       diag_quote(profile_text(x->p, x->p->value_types[v].name)));
}

static uint64_t count_of(const struct pprof_resolver *x, const int64_t *values, uint64_t rows)
{
	int64_t value;

	if (x->samples_column == NO_ID)
		return rows;
	value = values[x->samples_column];
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* Samples of one stack and labels may have overflowed when they were added up by numbers. */
static void report_overflow(struct pprof_resolver *x, const struct profile *samples)
{
	if (!samples->sample_values.overflow)
		return;
	x->p->sample_values.overflow = true;
	x->p->sample_values.overflowed = x->columns[samples->sample_values.overflowed].v;
}

/* Stacks are numbered in their own order, not in that of samples. */
PREFETCH_FUNCTION prefetch_ahead(const struct pprof_resolver *x, const struct profile *from,
				 const stack_id *stacks, size_t i)
{
	enum { AHEAD = 16 };

	if (i + AHEAD < from->sample_count)
		profile_prefetch_sample(x->p, stacks[from->samples[i + AHEAD].stack]);
}

static void add_samples(struct pprof_resolver *x, struct pprof_part *part)
{
	const struct profile *from = part->samples;
	struct labels_of *sets;
	stack_id *stacks;
	int64_t *row;

	stacks = pprof_translate_paths(x, part);
	if (x->r->in->failed) {
		alloc_free(stacks);
		return;
	}
	paths_free(&part->paths);
	sets = alloc_zero(from->label_sets.count + 1, sizeof *sets);
	row = alloc_zero(x->p->value_count, sizeof *row);
	/* where labels name threads, samples without one need not be there */
	if (!x->threads)
		sets[NO_LABELS] = (struct labels_of){ NO_LABELS,
						      profile_thread(x->p, (struct thread){ 0 }),
						      true };
	report_overflow(x, from);
	for (size_t i = 0; i < from->sample_count && !x->r->in->failed; i++) {
		const int64_t *values = values_row(&from->sample_values, i);
		label_set_id set = profile_sample_labels(from, i);

		prefetch_ahead(x, from, stacks, i);
		for (value_id v = 0; v < from->value_count; v++) {
			const struct pprof_column *c = &x->columns[v];

			if (!unit_text_value(x->p, c->v, c->unit, c->exponent, values[v],
					     &row[c->v])) {
				refuse_value(x, part, c->v);
				break;
			}
		}
		if (!sets[set].known)
			sets[set] = translate_set(x, part, set);
		profile_sample_row(x->p,
				   (struct sample){
					   .thread = sets[set].thread,
					   .stack = stacks[from->samples[i].stack],
					   .count = count_of(x, values, from->samples[i].count),
					   .labels = sets[set].set },
				   row);
	}
	alloc_free(stacks);
	alloc_free(sets);
	alloc_free(row);
}

/* --- the whole --- */

static void close_resolver(struct pprof_resolver *x)
{
	index_free(&x->mapping_ids);
	index_free(&x->function_ids);
	index_free(&x->location_ids);
	alloc_free(x->columns);
	alloc_free(x->mapping_rows);
	alloc_free(x->frames);
	alloc_free(x->of_reference);
}

/* Rows that nothing refers to are checked too. */
static void check_tables(struct pprof_resolver *x)
{
	const struct pprof_reader *r = x->r;

	for (size_t i = x->rows[PPROF_FUNCTIONS].first;
	     i < x->rows[PPROF_FUNCTIONS].end && !r->in->failed; i++) {
		pprof_string_of(x, r->functions[i].name, r->functions[i].at, "a function's name");
		pprof_string_of(x, r->functions[i].system, r->functions[i].at, "a system name");
		pprof_string_of(x, r->functions[i].file, r->functions[i].at, "a function's file");
	}
	for (size_t i = x->rows[PPROF_LOCATIONS].first; i < x->rows[PPROF_LOCATIONS].end; i++) {
		const struct pprof_location *l = &r->locations[i];

		for (size_t k = 0; k < l->line_count && !r->in->failed; k++)
			if (!find_function(x, r->lines[l->lines + k].function))
				refuse_line(x, l, r->lines[l->lines + k].function);
	}
}

static void set_ranges(struct pprof_resolver *x, size_t first, size_t end)
{
	const struct pprof_reader *r = x->r;
	size_t counts[PPROF_TABLES];

	pprof_counts(r, counts);
	for (int t = 0; t < PPROF_TABLES; t++)
		x->rows[t] = (struct pprof_rows){ r->parts[first].begin[t],
						  end < r->part_count ? r->parts[end].begin[t]
								      : counts[t] };
}

void pprof_resolve(struct pprof_reader *r, size_t first, size_t end)
{
	struct pprof_resolver x = { .r = r, .p = r->p };
	size_t mappings;

	set_ranges(&x, first, end);
	for (size_t part = first; part < end; part++)
		pprof_join_singular(&x.singular, &r->parts[part].singular);
	add_value_types(&x, first, end);
	number_mappings(&x);
	number_functions(&x);
	number_locations(&x);
	mappings = x.rows[PPROF_MAPPINGS].end - x.rows[PPROF_MAPPINGS].first;
	x.mapping_rows = alloc_zero(mappings, sizeof *x.mapping_rows);
	for (size_t i = 0; i < mappings && !r->in->failed; i++)
		add_mapping(&x, i);
	if (!r->in->failed)
		check_tables(&x);
	if (!r->in->failed)
		add_references(&x);
	if (!r->in->failed)
		pprof_add_facts(&x);
	for (size_t part = first; part < end && !r->in->failed; part++)
		add_samples(&x, &r->parts[part]);
	close_resolver(&x);
}
