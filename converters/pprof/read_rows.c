/*
 * pprof/read_rows - reads samples, and rows of the tables that they refer to
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/pprof/reading.h"

/* --- location ids --- */

enum { SMALL_ID = 1 << 20 }; /* ids below are looked up in an array, as most writers count from 1 */

static uint32_t add_reference(struct pprof_reader *r, uint64_t id)
{
	ARRAY_ROOM(r->references, r->reference_count, r->reference_cap);
	r->references[r->reference_count] = (struct pprof_reference){ id, input_offset(r->in) };
	return (uint32_t)r->reference_count++;
}

uint32_t pprof_reference_of(struct pprof_reader *r, uint64_t id)
{
	uint64_t hash;
	uint32_t number;

	if (id < SMALL_ID) {
		if (id >= r->small_cap)
			r->small_references = alloc_grow_zero(r->small_references, &r->small_cap,
							      (size_t)id + 1,
							      sizeof *r->small_references);
		if (r->small_references[id])
			return r->small_references[id] - 1;
		number = add_reference(r, id);
		r->small_references[id] = number + 1;
		return number;
	}
	hash = hash_mix(id, 0);
	for (struct probe at = index_probe(&r->reference_index, hash);
	     index_next(&r->reference_index, &at);)
		if (r->references[at.row].id == id)
			return at.row;
	number = add_reference(r, id);
	index_add(&r->reference_index, hash, number);
	return number;
}

/* --- samples --- */

static size_t read_locations(struct pprof_reader *r, const struct protobuf *m,
			     struct protobuf_field *f, size_t depth)
{
	struct protobuf rest = protobuf_numbers(m, f);
	const char *p = rest.p;
	uint64_t id;

	if (f->type != PROTOBUF_BYTES) {
		ARRAY_ROOM(r->path, depth, r->path_cap);
		r->path[depth++] = pprof_reference_of(r, f->value);
		return depth;
	}
	/* an id is a byte long at least */
	if (depth + f->bytes.n > r->path_cap)
		r->path = alloc_grow(r->path, &r->path_cap, depth + f->bytes.n, sizeof *r->path);
	while (p < rest.end) {
		p = protobuf_varint(p, rest.end, &id);
		if (!p) {
			protobuf_each(&rest, f, &id); /* says what is wrong */
			return depth;
		}
		rest.p = p;
		r->path[depth++] = id < r->small_cap && r->small_references[id]
					   ? r->small_references[id] - 1
					   : pprof_reference_of(r, id);
	}
	return depth;
}

static void read_values(struct pprof_reader *r, const struct protobuf *m, struct protobuf_field *f)
{
	struct protobuf rest = protobuf_numbers(m, f);
	uint64_t value;

	while (protobuf_each(&rest, f, &value)) {
		ARRAY_ROOM(r->values, r->value_count, r->value_cap);
		r->values[r->value_count++] = (int64_t)value;
	}
}

/* A string number that fits in the ids of the samples' own profile. */
static string_id string_number(const struct protobuf *m, uint64_t number)
{
	if (number < UINT32_MAX)
		return (string_id)number;
	protobuf_error(m, "expected the number of a string before this, got %lld",
		       (long long)number);
	return 0;
}

static label_id read_label(struct pprof_reader *r, struct protobuf m)
{
	struct label l = { 0 };
	struct protobuf_field f;

	while (protobuf_field(&m, &f)) {
		uint64_t number;

		if (f.number > LABEL_UNIT)
			continue;
		number = protobuf_number(&m, &f, "a number of a label");
		if (f.number == LABEL_KEY)
			l.key = string_number(&m, number);
		else if (f.number == LABEL_TEXT)
			l.text = string_number(&m, number);
		else if (f.number == LABEL_NUMBER)
			l.number = (int64_t)number;
		else if (f.number == LABEL_UNIT)
			l.unit = string_number(&m, number);
	}
	l.is_number = !l.text;
	if (!l.is_number) {
		l.number = 0;
		l.unit = 0;
	}
	return profile_label(r->part->samples, l);
}

uint32_t pprof_add_path(struct pprof_reader *r, size_t depth)
{
	for (size_t i = 0; i < depth / 2; i++) {
		uint32_t number = r->path[i];

		r->path[i] = r->path[depth - 1 - i];
		r->path[depth - 1 - i] = number;
	}
	return paths_add(&r->part->paths, r->path, depth);
}

/* As many value types as the first sample has values. */
static void begin_samples(struct pprof_reader *r)
{
	struct profile *samples = r->part->samples;

	r->part->samples_at = input_offset(r->in);
	while (samples->value_count < r->value_count)
		profile_value_type(samples,
				   (struct value_type){ .name = (string_id)samples->value_count });
}

void pprof_add_sample(struct pprof_reader *r, uint32_t path, size_t labels)
{
	struct profile *samples = r->part->samples;

	if (!samples->sample_count)
		begin_samples(r);
	if (r->value_count != samples->value_count) {
		input_error(r->in, "expected %zu values, as many as the sample before, got %zu",
			    samples->value_count, r->value_count);
		return;
	}
	profile_sample_row(samples,
			   (struct sample){
				   .stack = path,
				   .count = 1,
				   .labels = labels ? profile_label_set(samples, r->labels, labels)
						    : NO_LABELS },
			   r->values);
}

void pprof_read_sample(struct pprof_reader *r, struct protobuf m)
{
	size_t depth = 0, labels = 0;
	struct protobuf_field f;

	r->value_count = 0;
	while (protobuf_field(&m, &f)) {
		if (f.number == SAMPLE_LOCATIONS) {
			depth = read_locations(r, &m, &f, depth);
		} else if (f.number == SAMPLE_VALUES) {
			read_values(r, &m, &f);
		} else if (f.number == SAMPLE_LABEL) {
			ARRAY_ROOM(r->labels, labels, r->label_cap);
			r->labels[labels++] = read_label(r, protobuf_nested(&m, &f, "a label"));
		}
	}
	if (r->in->failed)
		return;
	if (r->value_count > task_current->limits[LIMIT_VALUES]) {
		input_error(r->in,
			    "expected at most %" PRIu64 " values, got %zu (--limit values=N "
			    "allows more)",
			    task_current->limits[LIMIT_VALUES], r->value_count);
		return;
	}
	pprof_add_sample(r, pprof_add_path(r, depth), labels);
}

/* --- tables --- */

static struct pprof_type type_of(struct pprof_reader *r, struct protobuf m)
{
	struct pprof_type type = { .at = input_offset(r->in) };
	struct protobuf_field f;

	while (protobuf_field(&m, &f)) {
		if (f.number == TYPE_NAME)
			type.name = protobuf_number(&m, &f, "the number of a name");
		else if (f.number == TYPE_UNIT)
			type.unit = protobuf_number(&m, &f, "the number of a unit");
	}
	return type;
}

void pprof_read_type(struct pprof_reader *r, struct protobuf m)
{
	ARRAY_ROOM(r->types, r->type_count, r->type_cap);
	r->types[r->type_count++] = type_of(r, m);
}

void pprof_read_period_type(struct pprof_reader *r, struct protobuf m)
{
	r->part->singular.period_type = type_of(r, m);
}

void pprof_read_mapping(struct pprof_reader *r, struct protobuf m)
{
	struct pprof_mapping row = { .at = input_offset(r->in) };
	uint64_t *const fields[] = {
		[MAPPING_ID] = &row.id,       [MAPPING_START] = &row.start,
		[MAPPING_LIMIT] = &row.limit, [MAPPING_OFFSET] = &row.offset,
		[MAPPING_FILE] = &row.file,   [MAPPING_BUILD_ID] = &row.build_id,
	};
	struct protobuf_field f;

	while (protobuf_field(&m, &f)) {
		if (f.number > MAPPING_INLINED)
			continue;
		if (f.number <= MAPPING_BUILD_ID)
			*fields[f.number] = protobuf_number(&m, &f, "a number of a mapping");
		else if (protobuf_number(&m, &f, "0 or 1"))
			row.has |= 1U << (f.number - MAPPING_FUNCTIONS);
	}
	ARRAY_ROOM(r->mappings, r->mapping_count, r->mapping_cap);
	r->mappings[r->mapping_count++] = row;
}

static void read_line(struct pprof_reader *r, struct protobuf m)
{
	struct pprof_line line = { 0 };
	struct protobuf_field f;

	while (protobuf_field(&m, &f)) {
		if (f.number == LINE_FUNCTION)
			line.function = protobuf_number(&m, &f, "a function id");
		else if (f.number == LINE_LINE)
			line.line = protobuf_number(&m, &f, "a line");
		else if (f.number == LINE_COLUMN)
			line.column = protobuf_number(&m, &f, "a column");
	}
	ARRAY_ROOM(r->lines, r->line_count, r->line_cap);
	r->lines[r->line_count++] = line;
}

void pprof_read_location(struct pprof_reader *r, struct protobuf m)
{
	struct pprof_location row = { .at = input_offset(r->in), .lines = r->line_count };
	struct protobuf_field f;

	while (protobuf_field(&m, &f)) {
		if (f.number == LOCATION_ID)
			row.id = protobuf_number(&m, &f, "an id");
		else if (f.number == LOCATION_MAPPING)
			row.mapping = protobuf_number(&m, &f, "a mapping id");
		else if (f.number == LOCATION_ADDRESS)
			row.address = protobuf_number(&m, &f, "an address");
		else if (f.number == LOCATION_LINE)
			read_line(r, protobuf_nested(&m, &f, "a line"));
	}
	row.line_count = r->line_count - row.lines;
	ARRAY_ROOM(r->locations, r->location_count, r->location_cap);
	r->locations[r->location_count++] = row;
}

void pprof_read_function(struct pprof_reader *r, struct protobuf m)
{
	struct pprof_function row = { .at = input_offset(r->in) };
	uint64_t *const fields[] = {
		[FUNCTION_ID] = &row.id,         [FUNCTION_NAME] = &row.name,
		[FUNCTION_SYSTEM] = &row.system, [FUNCTION_FILE] = &row.file,
		[FUNCTION_START] = &row.line,
	};
	struct protobuf_field f;

	while (protobuf_field(&m, &f))
		if (f.number <= FUNCTION_START)
			*fields[f.number] = protobuf_number(&m, &f, "a number of a function");
	ARRAY_ROOM(r->functions, r->function_count, r->function_cap);
	r->functions[r->function_count++] = row;
}
