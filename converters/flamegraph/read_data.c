/*
 * flamegraph/read_data - the profile that our own files carry, exactly
 *
 * JSON, in this order; tables are flat lists of numbers, so that a million contexts
 * are a few megabytes. Keys that are not here are for the page, or of later versions.
 *
 *	"profpipe": 1
 *	"title"                           the name of the file that it was made from
 *	"values", "threads", "labels"     as in rows_json.h
 *	"estimated", "ordered", "lines"   true or absent
 *	"strings": ["", "main", ...]
 *	"recording", "mappings", "labelSets"  as in details_json.h
 *	"timed"                           rows have times
 *	"systems": [function, name, ...]  system names of some
 *	"functions": [name, file, object, line, ...]
 *	"details": [{...}, ...]           of the first frames, as in details_json.h
 *	"frames": [function, line, column, ...]
 *	"idle": 7                         on the first level frame 7 - 1 is drawn for no stack
 *	"nodes": [1, 2, -1, 3, 0, ...]    contexts, callers first: n is a callee of the
 *	                                  current one, with frame n - 1, and is current
 *	                                  then; -k goes k levels up; 0 is a place in time
 *	                                  where the current one itself ran
 *	"rows": [[thread, [step, value, ..., step, value, ...]], ...]
 *	                                  self values; steps lead from node to node, first
 *	                                  from the root, which is 0; the others are
 *	                                  numbered as they come. Behind such a list there may
 *	                                  be {"labels": [...], "times": [...]}, a number for
 *	                                  each row
 *	"guessed": [5, 12, ...]           of estimated stacks, for the page: so many nodes are
 *	                                  certain, so many that follow are guesses, ...
 *	"pruned": {"frames": 12, "functions": rows with functions in place of nodes}
 *
 * Every number is checked before it is used, and nothing recurses.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/details_json.h"
#include "common/profile/own_name.h"
#include "converters/flamegraph/reading.h"

enum { VERSION = 1 };

/* A table of ids, as the file numbers them. */
struct ids {
	uint32_t *v;
	size_t n, cap;
};

/* Rows of one thread, followed by their labels and times. */
struct waiting {
	stack_id *stacks;
	size_t count, cap;
	struct values values;
	label_set_id *labels;
	size_t label_count, label_cap;
	int64_t *times;
	size_t time_count, time_cap;
};

struct flame_data_reader {
	struct json j;
	struct input *in; /* the text */
	struct input *file;
	struct profile *p;
	struct ids values, threads, strings, functions, frames, nodes;
	int *exponents; /* of the file's value types */
	size_t exponent_cap;
	struct ids path; /* the current context and its callers */
	int64_t *row;    /* a row of p, all 0 except while it is filled */
	struct numbered mappings, label_sets;
	struct system {
		uint32_t function; /* of the file */
		string_id name;
	} * systems;
	size_t system_count, system_cap, system_next;
	struct frame *details; /* by frame of the file */
	size_t detail_count, detail_cap;
	struct waiting waiting;
	bool ordered, rowed, timed;
	uint32_t idle; /* the frame that stands for no stack, + 1; 0: none does */
	uint64_t pruned;
	string_id pruned_name; /* of the root of what is theirs; 0: not needed yet */
};

static void ids_add(struct ids *ids, uint32_t id)
{
	ARRAY_ROOM(ids->v, ids->n, ids->cap);
	ids->v[ids->n++] = id;
}

static bool take_integer(struct flame_data_reader *r, int64_t *value)
{
	return json_integer(&r->j, value);
}

/* Looks up an index into a table; 0 after an error. */
static uint32_t take_id(struct flame_data_reader *r, const struct ids *table, const char *what)
{
	uint32_t i;

	if (!table->n) {
		json_expected(&r->j, "the table before what refers to it");
		return 0;
	}
	return json_index(&r->j, (uint32_t)(table->n - 1), what, &i) ? table->v[i] : 0;
}

static uint32_t take_number(struct flame_data_reader *r, const char *what)
{
	uint32_t n = 0;

	json_index(&r->j, UINT32_MAX, what, &n);
	return n;
}

/* Reads the next number of a group; a list must not end within one. */
static bool take_due(struct flame_data_reader *r)
{
	return json_element(&r->j) ||
	       (!r->in->failed && json_expected(&r->j, "a list with whole rows"));
}

/* --- tables --- */

static void read_version(struct flame_data_reader *r)
{
	int64_t version;

	if (take_integer(r, &version) && version != VERSION)
		input_error(r->in, "expected data of version %d, got version %lld", VERSION,
			    (long long)version);
}

static void read_values(struct flame_data_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j)) {
		struct value_type type = json_named_value_type(&r->j, r->p);

		if (r->in->failed)
			return;
		if (r->values.n >= r->exponent_cap)
			r->exponents = alloc_grow(r->exponents, &r->exponent_cap, r->values.n + 1,
						  sizeof *r->exponents);
		r->exponents[r->values.n] = type.exponent;
		ids_add(&r->values, profile_value_type(r->p, type));
	}
	alloc_free(r->row);
	r->row = alloc_zero(r->p->value_count, sizeof *r->row);
	r->waiting.values.width = (uint32_t)r->p->value_count;
}

static void read_title(struct flame_data_reader *r)
{
	r->p->title = json_text(&r->j, r->p);
}

static void read_threads(struct flame_data_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j))
		ids_add(&r->threads, profile_thread(r->p, json_thread(&r->j, r->p)));
}

static void read_strings(struct flame_data_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j))
		ids_add(&r->strings, json_text(&r->j, r->p));
}

static void read_functions(struct flame_data_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j)) {
		struct function f = { .name = take_id(r, &r->strings, "a string") };

		if (take_due(r))
			f.file = take_id(r, &r->strings, "a string");
		if (take_due(r))
			f.object = take_id(r, &r->strings, "a string");
		if (take_due(r))
			f.line = take_number(r, "a line");
		if (r->system_next < r->system_count &&
		    r->systems[r->system_next].function == r->functions.n)
			f.system = r->systems[r->system_next++].name;
		if (!r->in->failed)
			ids_add(&r->functions, profile_function(r->p, f));
	}
}

/* [function, string, ...], ascending, before the functions */
static void read_systems(struct flame_data_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j)) {
		struct system s = { .function = take_number(r, "a function") };

		if (r->system_count && s.function <= r->systems[r->system_count - 1].function)
			json_expected(&r->j, "functions in ascending order before this");
		if (take_due(r))
			s.name = take_id(r, &r->strings, "a string");
		ARRAY_ROOM(r->systems, r->system_count, r->system_cap);
		r->systems[r->system_count++] = s;
	}
}

/* Details of the first frames, in their order, before the frames themselves. */
static void read_details(struct flame_data_reader *r)
{
	struct str key;

	json_array(&r->j);
	while (json_element(&r->j)) {
		struct frame f = { 0 };

		json_object(&r->j);
		while (json_key(&r->j, &key))
			if (!json_frame_key(&r->j, key, &r->mappings, &f))
				json_skip(&r->j);
		ARRAY_ROOM(r->details, r->detail_count, r->detail_cap);
		r->details[r->detail_count++] = f;
	}
}

static void read_frames(struct flame_data_reader *r)
{
	json_array(&r->j);
	while (json_element(&r->j)) {
		struct frame f = { 0 };

		if (r->frames.n < r->detail_count)
			f = r->details[r->frames.n];
		f.function = take_id(r, &r->functions, "a function");
		if (take_due(r))
			f.line = take_number(r, "a line");
		if (take_due(r))
			f.column = take_number(r, "a column");
		if (!r->in->failed)
			ids_add(&r->frames, profile_frame_as_read(r->p, f));
	}
}

/* --- contexts --- */

static void add_node(struct flame_data_reader *r, int64_t n)
{
	stack_id current = r->path.v[r->path.n - 1];

	if (n > (int64_t)r->frames.n) {
		input_error(r->in, "expected a frame from 1 to %zu, got %lld", r->frames.n,
			    (long long)n);
	} else if (n > 0) {
		if (n != r->idle || r->path.n > 1)
			current = stacks_push(&r->p->stacks, current, r->frames.v[n - 1]);
		ids_add(&r->path, current);
		ids_add(&r->nodes, current);
	} else if (n == 0) {
		ids_add(&r->nodes, current);
	} else if (-(n + 1) < (int64_t)r->path.n - 1) {
		r->path.n -= (size_t)-n;
	} else {
		input_error(r->in, "expected to go up at most %zu levels, got %lld", r->path.n - 1,
			    (long long)n);
	}
}

static void read_nodes(struct flame_data_reader *r)
{
	int64_t n;

	json_array(&r->j);
	while (json_element(&r->j))
		if (take_integer(r, &n))
			add_node(r, n);
}

/* --- self values --- */

/* The number in the scale of the profile, which may come from several files. */
static int64_t measured(struct flame_data_reader *r, size_t column, int64_t number)
{
	value_id v = r->values.v[column];
	const struct value_type *type = &r->p->value_types[v];
	int64_t value = 0;

	if (type->exponent == r->exponents[column])
		return number;
	if (!profile_number(r->p, v, (struct decimal){ number, r->exponents[column] }, &value))
		input_error(r->in, "expected a value that fits in 64 bits");
	return value;
}

static void take_row(struct flame_data_reader *r)
{
	int64_t number;

	for (size_t i = 0; i < r->values.n; i++)
		if (take_due(r) && take_integer(r, &number))
			r->row[r->values.v[i]] = measured(r, i, number);
}

/* A name that no function of this file has; those of files before it may have the same. */
static string_id name_pruned(struct flame_data_reader *r)
{
	bool *taken = alloc_zero(r->p->function_count, sizeof *taken);

	for (size_t i = 0; i < r->functions.n; i++)
		taken[r->functions.v[i]] = true;
	r->pruned_name = own_name(r->p, S("[pruned]"), taken);
	alloc_free(taken);
	return r->pruned_name;
}

static stack_id stack_of_function(struct flame_data_reader *r, uint32_t function)
{
	string_id name = r->pruned_name ? r->pruned_name : name_pruned(r);
	function_id root = profile_function(r->p, (struct function){ .name = name });
	frame_id frame = profile_frame(r->p, (struct frame){ .function = root });
	stack_id stack = stacks_push(&r->p->stacks, EMPTY_STACK, frame);

	return stacks_push(&r->p->stacks, stack,
			   profile_frame(r->p, (struct frame){ .function = function }));
}

/* Continues from row `at` of the table. */
static bool take_step(struct flame_data_reader *r, const struct ids *table, size_t *at)
{
	int64_t step;

	if (!r->values.n)
		return json_expected(&r->j, "'values' before rows of them");
	if (!take_integer(r, &step))
		return false;
	if (step < -(int64_t)*at || step >= (int64_t)(table->n - *at)) {
		input_error(r->in, "expected a step within %zu rows, got %lld from row %zu",
			    table->n, (long long)step, *at);
		return false;
	}
	*at = (size_t)((int64_t)*at + step);
	return true;
}

/* In files in time order, a row of zeros marks where frames end; without time it has no use. */
static bool is_needed(const struct flame_data_reader *r)
{
	if (!r->ordered || r->p->ordered)
		return true;
	for (size_t i = 0; i < r->values.n; i++)
		if (r->row[r->values.v[i]])
			return true;
	return false;
}

static void wait_for_details(struct flame_data_reader *r, stack_id stack)
{
	struct waiting *w = &r->waiting;

	ARRAY_ROOM(w->stacks, w->count, w->cap);
	w->stacks[w->count++] = stack;
	values_append(&w->values, r->row);
}

/* What is behind a thread's rows: {"labels": [...], "times": [...]}, a number for each row. */
static void read_row_details(struct flame_data_reader *r)
{
	struct waiting *w = &r->waiting;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("labels"))) {
			json_array(&r->j);
			for (w->label_count = 0; json_element(&r->j); w->label_count++) {
				ARRAY_ROOM(w->labels, w->label_count, w->label_cap);
				w->labels[w->label_count] = json_numbered(&r->j, &r->label_sets,
									  "a label set");
			}
		} else if (str_eq(key, S("times"))) {
			json_array(&r->j);
			for (w->time_count = 0; json_element(&r->j); w->time_count++) {
				ARRAY_ROOM(w->times, w->time_count, w->time_cap);
				w->times[w->time_count] = NO_TIME;
				if (!json_null(&r->j))
					json_integer(&r->j, &w->times[w->time_count]);
			}
		} else {
			json_skip(&r->j);
		}
	}
	if ((w->label_count && w->label_count != w->count) ||
	    (w->time_count && w->time_count != w->count))
		input_error(r->in, "expected labels and times for each of %zu rows", w->count);
}

static void add_waiting(struct flame_data_reader *r, thread_id thread)
{
	struct waiting *w = &r->waiting;

	for (size_t i = 0; i < w->count && !r->in->failed; i++) {
		int64_t time = w->time_count ? w->times[i] : NO_TIME;

		memcpy(r->row, values_row(&w->values, i), r->p->value_count * sizeof *r->row);
		if (is_needed(r))
			profile_sample_row(r->p,
					   (struct sample){ .thread = thread,
							    .stack = w->stacks[i],
							    .count = 1,
							    .labels = w->label_count ? w->labels[i]
										     : NO_LABELS,
							    .timed = time != NO_TIME,
							    .time = time != NO_TIME ? time : 0 },
					   r->row);
	}
	w->count = w->label_count = w->time_count = 0;
	values_resize(&w->values, 0);
}

/* [step, value, ..., step, value, ...] */
static void read_list(struct flame_data_reader *r, thread_id thread, const struct ids *table)
{
	bool waits = table != &r->functions && (r->label_sets.count || r->timed);

	size_t at = 0;

	json_array(&r->j);
	while (json_element(&r->j) && take_step(r, table, &at)) {
		uint32_t id = table->v[at];

		take_row(r);
		if (r->in->failed)
			return;
		if (table == &r->functions)
			id = stack_of_function(r, id);
		if (waits)
			wait_for_details(r, id);
		else if (is_needed(r))
			profile_sample_row(r->p,
					   (struct sample){
						   .thread = thread, .stack = id, .count = 1 },
					   r->row);
	}
}

/* [[thread, [...]], ...] */
static void read_rows(struct flame_data_reader *r, const struct ids *table)
{
	json_array(&r->j);
	while (json_element(&r->j)) {
		thread_id thread = 0;

		json_array(&r->j);
		if (take_due(r))
			thread = take_id(r, &r->threads, "a thread");
		if (take_due(r))
			read_list(r, thread, table);
		if (!r->in->failed && json_element(&r->j)) {
			if (r->waiting.count)
				read_row_details(r);
			else
				json_expected(&r->j, "']'");
			if (!r->in->failed && json_element(&r->j))
				json_expected(&r->j, "']'");
		}
		add_waiting(r, thread);
	}
}

static void read_samples(struct flame_data_reader *r)
{
	if (r->rowed)
		json_expected(&r->j, "'rows' only once");
	r->rowed = true;
	if (r->ordered && r->p->keep_order)
		r->p->ordered = true;
	read_rows(r, &r->nodes);
}

static void read_pruned(struct flame_data_reader *r)
{
	struct str key;
	int64_t frames;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("frames"))) {
			if (take_integer(r, &frames) && frames > 0)
				r->pruned = (uint64_t)frames;
		} else if (str_eq(key, S("functions"))) {
			read_rows(r, &r->functions);
		} else {
			json_skip(&r->j);
		}
	}
}

/* --- the whole --- */

static void read_flag(struct flame_data_reader *r, bool *flag)
{
	bool value = false;

	json_bool(&r->j, &value);
	*flag |= value;
}

static void read_key(struct flame_data_reader *r, struct str key)
{
	if (str_eq(key, S("profpipe")))
		read_version(r);
	else if (str_eq(key, S("values")))
		read_values(r);
	else if (str_eq(key, S("threads")))
		read_threads(r);
	else if (str_eq(key, S("title")))
		read_title(r);
	else if (str_eq(key, S("labels")))
		json_metadata(&r->j, r->p);
	else if (str_eq(key, S("estimated")))
		read_flag(r, &r->p->estimated);
	else if (str_eq(key, S("ordered")))
		read_flag(r, &r->ordered);
	else if (str_eq(key, S("lines")))
		read_flag(r, &r->p->line_functions);
	else if (str_eq(key, S("timed")))
		read_flag(r, &r->timed);
	else if (str_eq(key, S("recording")))
		json_recording(&r->j, r->p);
	else if (str_eq(key, S("mappings")))
		json_mappings(&r->j, r->p, &r->mappings);
	else if (str_eq(key, S("labelSets")))
		json_label_sets(&r->j, r->p, &r->label_sets);
	else if (str_eq(key, S("strings")))
		read_strings(r);
	else if (str_eq(key, S("systems")))
		read_systems(r);
	else if (str_eq(key, S("details")))
		read_details(r);
	else if (str_eq(key, S("functions")))
		read_functions(r);
	else if (str_eq(key, S("frames")))
		read_frames(r);
	else if (str_eq(key, S("idle")))
		r->idle = take_number(r, "a frame");
	else if (str_eq(key, S("nodes")))
		read_nodes(r);
	else if (str_eq(key, S("rows")))
		read_samples(r);
	else if (str_eq(key, S("pruned")))
		read_pruned(r);
	else
		json_skip(&r->j);
}

static void read_all(struct flame_data_reader *r)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_key(r, key);
	json_end(&r->j);
	if (!r->in->failed && !r->rowed)
		input_error_at(r->in, 0, "expected a profile with 'rows'");
}

static void report_pruned(struct flame_data_reader *r)
{
	struct buf text = { 0 };

	if (!r->pruned)
		return;
	buf_print(&text,
		  "%llu frame%s left out when it was drawn: what is theirs is under "
		  "%s",
		  (unsigned long long)r->pruned, r->pruned == 1 ? " was" : "s were",
		  diag_masked(r->pruned_name ? profile_text(r->p, r->pruned_name) : S("[pruned]")));
	flame_report_missing(r->file, r->p, text.p);
	buf_free(&text);
}

bool flame_is_data(struct str text)
{
	return str_starts(str_trim(text), S("{\"profpipe\":"));
}

void flame_read_data(struct input *file, struct profile *p, struct str text, uint64_t line)
{
	struct flame_data_reader r = { .file = file, .p = p };
	struct buf name = { 0 };

	/* a place in the text that XML has in its own spelling: both are named */
	buf_print(&name, "%s: line %llu: data", file->name, (unsigned long long)line);
	r.in = input_memory(name.p, text);
	json_start(&r.j, r.in);
	ids_add(&r.path, EMPTY_STACK);
	ids_add(&r.nodes, EMPTY_STACK);
	read_all(&r);
	file->failed |= r.in->failed;
	if (!file->failed)
		report_pruned(&r);
	json_free(&r.j);
	input_close(r.in);
	buf_free(&name);
	alloc_free(r.values.v);
	alloc_free(r.threads.v);
	alloc_free(r.strings.v);
	alloc_free(r.functions.v);
	alloc_free(r.frames.v);
	alloc_free(r.nodes.v);
	alloc_free(r.path.v);
	alloc_free(r.exponents);
	numbered_free(&r.mappings);
	numbered_free(&r.label_sets);
	alloc_free(r.systems);
	alloc_free(r.details);
	alloc_free(r.waiting.stacks);
	alloc_free(r.waiting.labels);
	alloc_free(r.waiting.times);
	values_free(&r.waiting.values);
	alloc_free(r.row);
}
