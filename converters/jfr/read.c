/* jfr/read - chunks */
#include <inttypes.h>
#include <string.h>

#include "common/base/alloc.h"
#include "converters/jfr/internal.h"

#define AT(field) offsetof(struct jfr_read_options, field)

const struct option_row jfr_read_rows[] = {
	OPT_FLAG(0, "lenient", "leave out a last chunk that the end of the file cuts", AT(lenient)),
	OPT_FLAG(0, "strip-hidden",
		 "leave numbers and addresses out of the names of hidden classes",
		 AT(strip_hidden)),
	OPT_FLAG(0, "signatures", "write the signature of a method behind its name",
		 AT(signatures)),
	OPT_END
};

/* The header of a chunk. */
enum {
	HEADER = 68,
	VERSION_AT = 4,
	SIZE_AT = 8,
	METADATA_AT = 24,
	START_AT = 32,
	DURATION_AT = 40,
	TICKS_AT = 48,
	TICKS_PER_SECOND_AT = 56,
	FEATURES_AT = 64,
};
enum { COMPRESSED_INTEGERS = 1 };
enum { TYPE_METADATA, TYPE_CHECKPOINT };

void jfr_expected(struct jfr_reader *r, const char *at, const char *expected)
{
	uint64_t offset = input_offset(r->in);

	if (!r->in->failed)
		input_error_at(r->in, offset + (uint64_t)(at - r->chunk.p),
			       "chunk %" PRIu64 ": expected %s", r->chunks + 1, expected);
}

static uint64_t header_at(const struct jfr_reader *r, size_t offset, unsigned bytes)
{
	struct jfr_bytes b = { r->chunk.p + offset, r->chunk.p + HEADER, false };

	return jfr_fixed(&b, bytes);
}

/* --- events of a chunk --- */

/* The next event of the chunk, without its size and type. False at the end. */
static bool next_event(struct jfr_reader *r, struct jfr_bytes *chunk, struct jfr_bytes *event,
		       uint64_t *type)
{
	const char *begin = chunk->p;
	uint64_t size;

	if (chunk->p == chunk->end)
		return false;
	size = jfr_number(chunk);
	if (chunk->bad || size < (uint64_t)(chunk->p - begin) + 1 ||
	    size > (uint64_t)(chunk->end - begin)) {
		jfr_expected(r, begin, "an event within the chunk");
		return false;
	}
	*event = (struct jfr_bytes){ chunk->p, begin + size, false };
	*type = jfr_number(event);
	chunk->p = begin + size;
	return !event->bad;
}

static struct jfr_bytes events_of(const struct jfr_reader *r)
{
	return (struct jfr_bytes){ r->chunk.p + HEADER, r->chunk.p + r->chunk.n, false };
}

static bool read_metadata(struct jfr_reader *r)
{
	uint64_t at = header_at(r, METADATA_AT, 8), type;
	struct jfr_bytes chunk = events_of(r), event;

	if (at < HEADER || at >= r->chunk.n) {
		jfr_expected(r, r->chunk.p + METADATA_AT, "the place of its metadata");
		return false;
	}
	chunk.p = r->chunk.p + at;
	if (next_event(r, &chunk, &event, &type) && type == TYPE_METADATA)
		return jfr_read_types(r, event);
	jfr_expected(r, r->chunk.p + at, "metadata");
	return false;
}

/*
 * The first turn: constants and settings may stand behind the events that need them, and texts of
 * settings may be constants. Samples that can be counted without them are.
 */
static void read_constants(struct jfr_reader *r)
{
	struct jfr_bytes chunk = events_of(r), event;
	uint64_t number;

	while (!r->in->failed && next_event(r, &chunk, &event, &number)) {
		uint32_t row = jfr_type_row(&r->types, number);
		const struct jfr_type *type = row == UINT32_MAX ? NULL : &r->types.rows[row];

		if (number == TYPE_CHECKPOINT) {
			jfr_read_pools(r, event);
		} else if (number == TYPE_METADATA) {
			continue;
		} else if (!type) {
			jfr_expected(r, event.p, "an event of a type that the chunk has");
		} else if (jfr_is_setting(type)) {
			ARRAY_ROOM(r->settings, r->setting_count, r->setting_cap);
			r->settings[r->setting_count++] = event;
			r->setting_type = number;
		} else if (type->grouped && !r->p->ordered) {
			jfr_group_event(r, row, event);
		} else if (jfr_is_sample(type)) {
			r->left++;
		} else {
			r->others++;
		}
	}
	r->others += r->setting_count;
	for (size_t i = 0; i < r->setting_count && !r->in->failed; i++)
		jfr_read_setting(r, r->settings[i]);
}

/* The second turn, for the other samples. */
static void read_events(struct jfr_reader *r)
{
	struct jfr_bytes chunk = events_of(r), event;
	uint64_t number;

	while (r->left && !r->in->failed && next_event(r, &chunk, &event, &number)) {
		struct jfr_type *type;

		if (number == TYPE_METADATA || number == TYPE_CHECKPOINT)
			continue;
		type = &r->types.rows[jfr_type_row(&r->types, number)];
		if (jfr_is_sample(type) && !(type->grouped && !r->p->ordered)) {
			jfr_read_event(r, type, event);
			r->left--;
		}
	}
}

/* --- chunks --- */

static void clear_chunk(struct jfr_reader *r)
{
	for (size_t i = 0; i < r->types.count; i++)
		alloc_free(r->types.rows[i].members);
	r->types.count = r->pools.count = r->text_count = r->texts.n = 0;
	index_clear(&r->types.index);
	index_clear(&r->pools.index);
	memset(r->types.low, 0, sizeof r->types.low);
	memset(r->pools.recent, 0, sizeof r->pools.recent);
	memset(r->groups.recent, 0, sizeof r->groups.recent);
	r->groups.count = r->setting_count = 0;
	index_clear(&r->groups.index);
	r->text_bytes = r->left = 0;
	r->other_clock = false;
	r->text_type = UINT32_MAX;
}

/* The last one whose nanoseconds since 1970 fit in 64 bits. */
static void find_last_tick(struct jfr_reader *r)
{
	const uint64_t second = 1000000000;
	uint64_t seconds = ((uint64_t)INT64_MAX - r->start_ns) / second;

	r->last_tick = seconds < INT64_MAX / r->ticks_per_second ? seconds * r->ticks_per_second
								 : INT64_MAX;
}

static bool read_header(struct jfr_reader *r)
{
	uint64_t major = header_at(r, VERSION_AT, 2), minor = header_at(r, VERSION_AT + 2, 2);

	if (major != 1 && major != 2) {
		input_error(r->in,
			    "chunk %" PRIu64 ": expected version 1 or 2 of JFR, got %" PRIu64
			    ".%" PRIu64 "%s",
			    r->chunks + 1, major, minor,
			    major ? "" : ", which JDK 8 and earlier ones write");
		return false;
	}
	r->start_ns = header_at(r, START_AT, 8);
	r->start_ticks = header_at(r, TICKS_AT, 8);
	r->ticks_per_second = header_at(r, TICKS_PER_SECOND_AT, 8);
	if (r->start_ns > INT64_MAX)
		jfr_expected(r, r->chunk.p + START_AT, "a start before the year 2262");
	else if (!r->ticks_per_second || r->ticks_per_second > 10000000000)
		jfr_expected(r, r->chunk.p + TICKS_PER_SECOND_AT, "1 to 10^10 ticks a second");
	else if (!(header_at(r, FEATURES_AT, 4) & COMPRESSED_INTEGERS))
		jfr_expected(r, r->chunk.p + FEATURES_AT, "compressed integers");
	else
		find_last_tick(r);
	return !r->in->failed;
}

static void read_chunk(struct jfr_reader *r)
{
	uint64_t duration = header_at(r, DURATION_AT, 8);

	clear_chunk(r);
	if (!read_header(r) || !read_metadata(r))
		return;
	read_constants(r);
	jfr_add_groups(r);
	read_events(r);
	if (!r->chunks || r->start_ns < r->first_ns)
		r->first_ns = r->start_ns;
	r->duration_ns += duration < INT64_MAX - r->duration_ns ? duration : 0;
}

/* The chunk is in the window. False at the end, or where the file is cut. */
static bool take_chunk(struct jfr_reader *r)
{
	struct input *in = r->in;
	uint64_t size = HEADER;

	if (!input_want(in, 1))
		return false;
	if (input_want(in, HEADER)) {
		r->chunk = (struct str){ in->p, HEADER };
		if (!str_starts(r->chunk, (struct str){ "FLR\0", 4 })) {
			input_error(in, "chunk %" PRIu64 ": expected 'FLR', got %s", r->chunks + 1,
				    diag_quote(str_head(r->chunk, 4)));
			return false;
		}
		size = header_at(r, SIZE_AT, 8);
		if (size < HEADER || size > SIZE_MAX / 2) {
			jfr_expected(r, in->p + SIZE_AT, "the size of a chunk that is complete");
			return false;
		}
		if (input_want(in, (size_t)size)) {
			r->chunk = (struct str){ in->p, (size_t)size };
			return true;
		}
	}
	if (in->failed)
		return false;
	if (!r->options->lenient)
		input_error_at(in, input_offset(in) + (uint64_t)(in->end - in->p),
			       "chunk %" PRIu64 ": expected %" PRIu64 " bytes, got %zu "
			       "(--lenient keeps the chunks before)",
			       r->chunks + 1, size, (size_t)(in->end - in->p));
	else
		profile_report_missing(r->p, str_of(in->name),
				       "chunk %" PRIu64 " is cut, and left out", r->chunks + 1);
	in->p = in->end;
	return false;
}

static void report(struct jfr_reader *r)
{
	struct str name = str_of(r->in->name);

	diag_verbose("%s: %" PRIu64 " samples in %" PRIu64 " chunks; %" PRIu64
		     " other events passed over",
		     diag_masked(name), r->samples, r->chunks, r->others);
	if (r->truncated)
		diag_verbose("%s: the root ends of %" PRIu64
			     " stacks were not recorded: they are under [truncated]",
			     diag_masked(name), r->truncated);
	if (r->lost)
		profile_report_missing(r->p, name, "the JVM lost %" PRIu64 " samples of CPU time",
				       r->lost);
}

static void free_reader(struct jfr_reader *r)
{
	clear_chunk(r);
	alloc_free(r->types.rows);
	index_free(&r->types.index);
	alloc_free(r->pools.rows);
	index_free(&r->pools.index);
	alloc_free(r->groups.rows);
	index_free(&r->groups.index);
	buf_free(&r->texts);
	alloc_free(r->text_ends);
	buf_free(&r->scratch);
	buf_free(&r->name);
	buf_free(&r->class_name);
	alloc_free(r->frames);
	alloc_free(r->waiting);
	alloc_free(r->settings);
	alloc_free(r);
}

int jfr_read(struct input *in, struct profile *p)
{
	struct jfr_reader *r = alloc_zero(1, sizeof *r); /* its tables are too large for a stack */
	struct recording recording = { 0 };

	r->in = in;
	r->p = p;
	r->options = in->options;
	p->ordered |= p->keep_order;
	while (take_chunk(r)) {
		read_chunk(r);
		if (in->failed)
			break;
		r->chunks++;
		in->p += r->chunk.n;
	}
	if (!in->failed && !r->chunks && !r->options->lenient)
		input_error(in, "expected a chunk, got an empty file");
	if (!in->failed) {
		jfr_add_waiting(r);
		recording.start = (int64_t)r->first_ns;
		recording.duration = (int64_t)r->duration_ns;
		if (r->best)
			recording.default_value = p->value_types[r->shown].name;
		profile_add_recording(p, recording);
		report(r);
	}
	free_reader(r);
	return in->failed ? -1 : profile_status(p, in->name);
}
