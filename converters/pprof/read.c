/*
 * pprof/read - reads a file field by field, and tells files apart that follow each other
 */
#include "common/base/alloc.h"
#include "converters/pprof/legacy.h"
#include "converters/pprof/reading.h"

/* --- parts --- */

void pprof_counts(const struct pprof_reader *r, size_t counts[PPROF_TABLES])
{
	counts[PPROF_TYPES] = r->type_count;
	counts[PPROF_MAPPINGS] = r->mapping_count;
	counts[PPROF_FUNCTIONS] = r->function_count;
	counts[PPROF_LOCATIONS] = r->location_count;
	counts[PPROF_STRINGS] = r->string_count;
	counts[PPROF_COMMENTS] = r->comment_count;
}

static void begin_part(struct pprof_reader *r)
{
	ARRAY_ROOM(r->parts, r->part_count, r->part_cap);
	r->part = &r->parts[r->part_count++];
	*r->part = (struct pprof_part){ .samples = profile_new() };
	pprof_counts(r, r->part->begin);
	profile_thread(r->part->samples, (struct thread){ 0 });
	r->seen = 0;
}

/*
 * Behind the strings, writers put fields of numbers at most, each once. A row of a table there,
 * or a number again, is what another program has appended.
 */
static void begin_part_before(struct pprof_reader *r, uint32_t field)
{
	bool row = field < PROFILE_STRING, again = r->seen >> field & 1 && field > PROFILE_STRING;

	if (!r->first_field)
		r->first_field = field;
	if (r->string_count > r->part->begin[PPROF_STRINGS] && !r->interleaved &&
	    (row || (again && field != PROFILE_COMMENT)) && r->first_field != PROFILE_STRING)
		begin_part(r);
	r->seen |= 1U << field;
}

static bool is_own_file(const struct pprof_reader *r, size_t part)
{
	size_t first = r->parts[part].begin[PPROF_STRINGS];
	size_t end = part + 1 < r->part_count ? r->parts[part + 1].begin[PPROF_STRINGS]
					      : r->string_count;

	return part == 0 || (first < end && r->strings[first] == 0);
}

/* --- fields --- */

static void read_string(struct pprof_reader *r, const struct protobuf_tag *f)
{
	struct protobuf m;
	bool first;

	if (!protobuf_content(r->in, f, "a string", &m))
		return;
	first = r->string_count == r->part->begin[PPROF_STRINGS];
	/* a second empty string begins the table of the next file where strings come first */
	if (r->first_field == PROFILE_STRING && r->seen & ~(1U << PROFILE_STRING) && !f->length)
		begin_part(r);
	if (first && f->length && r->part_count == 1) {
		input_error(r->in, "expected an empty string as the first, got %s",
			    diag_quote((struct str){ m.p, (size_t)f->length }));
		return;
	}
	/* no other file: this one has its strings among the other fields */
	r->interleaved |= first && f->length;
	ARRAY_ROOM(r->strings, r->string_count, r->string_cap);
	r->strings[r->string_count++] = profile_string(r->p,
						       (struct str){ m.p, (size_t)f->length });
	protobuf_leave(r->in, f);
}

static void (*const rows[])(struct pprof_reader *r, struct protobuf m) = {
	[PROFILE_TYPE] = pprof_read_type,         [PROFILE_SAMPLE] = pprof_read_sample,
	[PROFILE_MAPPING] = pprof_read_mapping,   [PROFILE_LOCATION] = pprof_read_location,
	[PROFILE_FUNCTION] = pprof_read_function, [PROFILE_PERIOD_TYPE] = pprof_read_period_type,
};

static const char *const row_names[] = {
	[PROFILE_TYPE] = "a value type",   [PROFILE_SAMPLE] = "a sample",
	[PROFILE_MAPPING] = "a mapping",   [PROFILE_LOCATION] = "a location",
	[PROFILE_FUNCTION] = "a function", [PROFILE_PERIOD_TYPE] = "a value type",
	[PROFILE_DOC_URL] = NULL,
};

static void read_row(struct pprof_reader *r, const struct protobuf_tag *f)
{
	struct protobuf m;

	if (!protobuf_content(r->in, f, row_names[f->number], &m))
		return;
	rows[f->number](r, m);
	protobuf_leave(r->in, f);
}

static void add_comment(struct pprof_reader *r, uint64_t text, uint64_t at)
{
	ARRAY_ROOM(r->comments, r->comment_count, r->comment_cap);
	r->comments[r->comment_count++] = (struct pprof_comment){ text, at };
}

static void read_comments(struct pprof_reader *r, const struct protobuf_tag *f)
{
	struct protobuf_field field = { .number = f->number, .type = PROTOBUF_BYTES };
	uint64_t at = input_offset(r->in), text;
	struct protobuf m;

	if (f->type != PROTOBUF_BYTES) {
		add_comment(r, f->value, at);
		return;
	}
	if (!protobuf_content(r->in, f, "comments", &m))
		return;
	while (protobuf_each(&m, &field, &text))
		add_comment(r, text, at);
	protobuf_leave(r->in, f);
}

static void read_singular(struct pprof_reader *r, const struct protobuf_tag *f)
{
	struct pprof_singular *s = &r->part->singular;

	if (f->type == PROTOBUF_BYTES) {
		input_error(r->in, "expected a number in field %u, got bytes", f->number);
		return;
	}
	switch (f->number) {
	case PROFILE_DROP_FRAMES: s->drop_frames = f->value; break;
	case PROFILE_KEEP_FRAMES: s->keep_frames = f->value; break;
	case PROFILE_START: s->start = (int64_t)f->value; break;
	case PROFILE_DURATION: s->duration = (int64_t)f->value; break;
	case PROFILE_PERIOD: s->period = (int64_t)f->value; break;
	case PROFILE_DEFAULT_TYPE: s->default_type = f->value; break;
	default: s->doc_url = f->value;
	}
}

static void read_field(struct pprof_reader *r, const struct protobuf_tag *f)
{
	if (f->number > PROFILE_DOC_URL) {
		protobuf_skip(r->in, f);
		return;
	}
	begin_part_before(r, f->number);
	if (f->number == PROFILE_STRING) {
		read_string(r, f);
		return;
	}
	if (row_names[f->number])
		read_row(r, f);
	else if (f->number == PROFILE_COMMENT)
		read_comments(r, f);
	else
		read_singular(r, f);
}

/* --- the whole --- */

static void resolve_files(struct pprof_reader *r)
{
	size_t files = 0;

	for (size_t first = 0, end; first < r->part_count && !r->in->failed; first = end) {
		for (end = first + 1; end < r->part_count && !is_own_file(r, end);)
			end++;
		pprof_resolve(r, first, end);
		files++;
	}
	if (files > 1 && !r->in->failed)
		diag_warning("%s: %zu profiles follow each other and are added up",
			     diag_masked(str_of(r->in->name)), files);
}

void pprof_open_reader(struct pprof_reader *r, struct input *in, struct profile *p)
{
	*r = (struct pprof_reader){ .in = in, .p = p, .stacks_before = p->stacks.count };
	begin_part(r);
}

void pprof_close_reader(struct pprof_reader *r)
{
	for (size_t i = 0; i < r->part_count; i++) {
		profile_free(r->parts[i].samples);
		paths_free(&r->parts[i].paths);
	}
	index_free(&r->reference_index);
	alloc_free(r->parts);
	alloc_free(r->types);
	alloc_free(r->mappings);
	alloc_free(r->functions);
	alloc_free(r->locations);
	alloc_free(r->lines);
	alloc_free(r->strings);
	alloc_free(r->comments);
	alloc_free(r->references);
	alloc_free(r->small_references);
	alloc_free(r->path);
	alloc_free(r->values);
	alloc_free(r->labels);
}

static void read_message(struct pprof_reader *r)
{
	struct protobuf_tag f;

	while (protobuf_next(r->in, &f))
		read_field(r, &f);
	if (!r->in->failed && !r->string_count)
		input_error(r->in, "expected a table of strings (field 6), got none");
}

int pprof_read(struct input *in, struct profile *p)
{
	const struct legacy_kind *legacy;
	struct pprof_reader r;

	pprof_open_reader(&r, in, p);
	input_want(in, LEGACY_HEAD);
	legacy = legacy_kind_of((struct str){ in->p, (size_t)(in->end - in->p) });
	if (legacy)
		legacy_read(&r, legacy);
	else
		read_message(&r);
	resolve_files(&r);
	pprof_close_reader(&r);
	return input_status(in);
}
