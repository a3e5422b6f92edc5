/* speedscope/read - see format.c for the language */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/speedscope/internal.h"
#include "converters/speedscope/reading.h"

const struct option_row speedscope_read_rows[] = {
	OPT_FLAG(0, "lenient", "repair samples and events that do not fit together, and count them",
		 offsetof(struct speedscope_read_options, lenient)),
	OPT_END
};

/* --- frames --- */

/* Reads a line or column; null and negative numbers mean unknown. */
static uint32_t take_line(struct speedscope_reader *r)
{
	struct decimal number = { 0 };
	enum exactness exactness;
	int64_t line = 0;

	uint64_t byte;

	json_peek(&r->j);
	byte = input_offset(r->in);
	if (json_null(&r->j) || !json_number(&r->j, &number, &exactness))
		return 0;
	if (decimal_at(number, 0, &line) != EXACT || line > UINT32_MAX) {
		char text[NUM_TEXT] = "";
		size_t n = number.exponent > -20 && number.exponent < 20
				   ? decimal_text(text, number)
				   : 0;

		input_error_at(r->in, byte, "expected a line or column below 2^32, got %.*s",
			       (int)n, n ? text : "another number");
	}
	return line > 0 ? (uint32_t)line : 0;
}

static void read_frame(struct speedscope_reader *r)
{
	uint64_t at = input_offset(r->in);
	struct function f = { 0 };
	struct frame frame = { 0 };
	bool named = false, begins = false;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("name"))) {
			f.name = json_text(&r->j, r->p);
			named = true;
		} else if (str_eq(key, S("file"))) {
			f.file = json_null(&r->j) ? 0 : json_text(&r->j, r->p);
		} else if (str_eq(key, S("line"))) {
			frame.line = take_line(r);
		} else if (str_eq(key, S("col"))) {
			frame.column = take_line(r);
		} else if (str_eq(key, S("functionLine"))) {
			if (json_peek(&r->j) == JSON_BOOL)
				json_bool(&r->j, &begins);
			else
				f.line = take_line(r);
		} else if (str_eq(key, S("system"))) {
			f.system = json_text(&r->j, r->p);
		} else if (!json_frame_key(&r->j, key, &r->mappings, &frame)) {
			json_skip(&r->j);
		}
	}
	if (!named)
		input_error_at(r->in, at, "expected a frame with a name");
	if (begins) {
		f.line = frame.line;
		frame.line = 0;
	}
	frame.function = profile_function(r->p, f);
	ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
	r->frames[r->frame_count++] = profile_frame_as_read(r->p, frame);
}

static void read_shared(struct speedscope_reader *r)
{
	struct str key;

	if (r->framed)
		json_expected(&r->j, "'shared' only once");
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (!str_eq(key, S("frames")) || r->framed) {
			json_skip(&r->j);
			continue;
		}
		r->framed = true;
		json_array(&r->j);
		while (json_element(&r->j)) {
			json_peek(&r->j);
			read_frame(r);
		}
	}
	if (!r->framed)
		json_expected(&r->j, "'frames' in 'shared' before this");
	if (unresolved_stacks_any(&r->unresolved) && r->last_index >= r->frame_count)
		input_error_at(r->in, r->last_index_at,
			       "expected the index of one of %zu frames, got %lu", r->frame_count,
			       (unsigned long)r->last_index);
	else if (!r->in->failed && unresolved_stacks_any(&r->unresolved))
		unresolved_stacks_resolve(&r->unresolved, r->p, r->frames);
}

/* --- the file --- */

/* The name that someone gave the file. */
static void take_name(struct speedscope_reader *r)
{
	if (r->named && !r->in->failed)
		profile_metadata(r->p, NO_ID, S("name"), profile_text(r->p, r->name));
	r->named = false;
}

/* The name of the file that this one was made from, which says nothing about the profile. */
static void take_title(struct speedscope_reader *r)
{
	if (r->named)
		r->p->title = r->name;
	r->named = false;
}

static void read_file_extra(struct speedscope_reader *r)
{
	struct str key;
	bool estimated, titled = false;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("titled"))) {
			json_bool(&r->j, &titled);
			if (titled)
				take_title(r);
		} else if (str_eq(key, S("labels"))) {
			take_name(r);
			json_metadata(&r->j, r->p);
		} else if (str_eq(key, S("estimated"))) {
			json_bool(&r->j, &estimated);
			r->p->estimated |= estimated;
		} else if (str_eq(key, S("recording"))) {
			json_recording(&r->j, r->p);
		} else if (str_eq(key, S("mappings"))) {
			json_mappings(&r->j, r->p, &r->mappings);
		} else if (str_eq(key, S("labelSets"))) {
			json_label_sets(&r->j, r->p, &r->label_sets);
		} else if (str_eq(key, S("values"))) {
			json_array(&r->j);
			while (json_element(&r->j))
				profile_value_type(r->p, json_named_value_type(&r->j, r->p));
		} else {
			json_skip(&r->j);
		}
	}
}

static void read_profiles(struct speedscope_reader *r)
{
	if (r->profiled)
		json_expected(&r->j, "'profiles' only once");
	r->profiled = true;
	json_array(&r->j);
	while (json_element(&r->j))
		speedscope_read_profile(r);
}

static void convert_read_file(struct speedscope_reader *r)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("shared"))) {
			read_shared(r);
		} else if (str_eq(key, S("profiles"))) {
			read_profiles(r);
		} else if (str_eq(key, S("profpipe"))) {
			read_file_extra(r);
		} else if (str_eq(key, S("name")) && !json_null(&r->j)) {
			r->name = json_text(&r->j, r->p);
			r->named = true;
		} else if (!str_eq(key, S("name"))) {
			json_skip(&r->j);
		}
	}
	json_end(&r->j);
	take_name(r);
	if (!r->profiled || !r->framed)
		input_error_at(r->in, 0, "expected a speedscope file with '%s'",
			       r->profiled ? "shared" : "profiles");
}

static void report_repairs(const struct speedscope_reader *r)
{
	const struct {
		uint64_t count;
		const char *what;
	} rows[] = {
		{ r->repairs.nested, "samples had an array in their array: read as one stack" },
		{ r->repairs.extra_weights, "weights without a sample were left out" },
		{ r->repairs.extra_samples, "samples without a weight were left out" },
		{ r->repairs.crossed, "frames ended before frames that they had called, which "
				      "were ended with them" },
		{ r->repairs.stray, "ends of frames that were not open were passed over" },
		{ r->repairs.early, "events before the last one were moved to its time" },
		{ r->repairs.unclosed, "frames without an end were ended with the profile" },
	};
	struct buf text = { 0 };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].count)
			buf_print(&text, "%s%" PRIu64 " %s", text.n ? "; " : "", rows[i].count,
				  rows[i].what);
	if (text.n && !r->in->failed)
		profile_report_missing(r->p, str_of(r->in->name), "%s", text.p);
	buf_free(&text);
}

int speedscope_read(struct input *in, struct profile *p)
{
	const struct speedscope_read_options *options = in->options;
	struct speedscope_reader r = { .in = in, .p = p, .lenient = options->lenient };

	json_start(&r.j, in);
	sample_texts_init(&r.texts);
	unresolved_stacks_init(&r.unresolved, p);
	convert_read_file(&r);
	report_repairs(&r);
	json_free(&r.j);
	sample_texts_free(&r.texts);
	unresolved_stacks_free(&r.unresolved);
	index_free(&r.twin_index);
	alloc_free(r.frames);
	alloc_free(r.twins);
	alloc_free(r.thread_values);
	alloc_free(r.stacks);
	alloc_free(r.items);
	alloc_free(r.labels);
	alloc_free(r.times);
	numbered_free(&r.mappings);
	numbered_free(&r.label_sets);
	alloc_free(r.open);
	return input_status(in);
}

int speedscope_bid(struct str head, bool whole)
{
	size_t i = 0;

	(void)whole;
	while (i < head.n && strchr(" \t\r\n", head.p[i]) && head.p[i])
		i++;
	if (i == head.n || head.p[i] != '{')
		return 0;
	if (str_contains(head, S("https://www.speedscope.app/file-format-schema.json")))
		return 100;
	/* threads of Firefox share tables too */
	if (str_contains(head, S("\"stackTable\"")))
		return 0;
	return (str_contains(head, S("\"shared\"")) || str_contains(head, S("\"frames\""))) &&
			       str_contains(head, S("\"profiles\""))
		       ? 80
	       : str_contains(head, S("\"shared\"")) || str_contains(head, S("\"profiles\"")) ? 40
											      : 0;
}
