/*
 * pprof/resolve - translates what was read by numbers of the file into the profile
 *
 * References are checked here, when all tables are there: what Google's pprof refuses is
 * refused, and a mapping that is not in the table is none, as it is there.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/rows_json.h"
#include "converters/pprof/reading.h"

/* The rows of one file in the tables of the reader: from `first` up to but not including `end`. */
struct row_range {
	size_t first, end;
};

/* What a location id stands for: frames in the array of the resolver, caller first. */
struct frames_of {
	size_t first, count;
};

/* What is done with the values of a column. */
struct column {
	value_id v;
	const struct pprof_unit *unit; /* NULL: plain numbers */
	int exponent;
};

/*
 * A mapping that has nothing but the name of an object is that of functions only: other formats
 * know the object of a function without any place in memory.
 */
struct mapping_row {
	struct mapping content;
	mapping_id id; /* NO_MAPPING: only an object */
};

struct resolver {
	struct pprof_reader *r;
	struct profile *p;
	struct pprof_singular singular;
	struct row_range rows[PPROF_TABLES];
	struct index mapping_ids, function_ids, location_ids; /* rows of the reader's tables */

	struct column *columns;
	size_t samples_column; /* counts the samples; NO_ID: none does */

	struct mapping_row *mapping_rows; /* by row in the range */
	frame_id *frames;
	size_t frame_count, frame_cap;
	struct frames_of *of_reference;

	bool threads;      /* labels hold threads */
	struct str prefix; /* of their keys */
};

/* --- strings --- */

static string_id string_of(const struct resolver *x, uint64_t number, uint64_t at, const char *what)
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

static bool add_id(struct resolver *x, struct index *ids, uint64_t id, size_t row, uint64_t at,
		   bool twice, const char *what)
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
	static const struct pprof_##kind *find_##kind(const struct resolver *x, uint64_t id) \
	{ \
		for (struct probe at = index_probe(&x->kind##_ids, hash_mix(id, 0)); \
		     index_next(&x->kind##_ids, &at);) \
			if (x->r->table[at.row].id == id) \
				return &x->r->table[at.row]; \
		return NULL; \
	} \
	static void number_##kind##s(struct resolver *x) \
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
static value_id own_value_type(struct resolver *x, size_t before, struct value_type type)
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

static void add_value_type(struct resolver *x, size_t i)
{
	const struct pprof_type *row = &x->r->types[x->rows[PPROF_TYPES].first + i];
	struct value_type type = { .name = string_of(x, row->name, row->at,
						     "a value type's name") };
	struct str unit = profile_text(x->p, string_of(x, row->unit, row->at, "a unit"));
	struct column *column = &x->columns[i];

	if (x->r->in->failed)
		return;
	column->exponent = type.exponent = pprof_exponent(&unit);
	column->unit = pprof_unit_find(unit);
	if (column->unit) {
		type.unit = column->unit->unit;
		type.source_scale = column->unit->power;
	} else if (!str_eq(unit, S("count"))) {
		type.unit_name = profile_string(x->p, unit);
	}
	column->v = own_value_type(x, i, type);
	if (x->samples_column == NO_ID && !column->unit && !column->exponent &&
	    profile_counts_samples(profile_text(x->p, type.name)))
		x->samples_column = i;
}

static void add_value_types(struct resolver *x, size_t first, size_t end)
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

static void add_mapping(struct resolver *x, size_t i)
{
	const struct pprof_mapping *row = &x->r->mappings[x->rows[PPROF_MAPPINGS].first + i];
	struct mapping m = {
		.object = string_of(x, row->file, row->at, "a mapping's file"),
		.build_id = string_of(x, row->build_id, row->at, "a build id"),
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

static function_id function_of(struct resolver *x, const struct pprof_function *row,
			       string_id object)
{
	struct function f = {
		.name = string_of(x, row->name, row->at, "a function's name"),
		.system = string_of(x, row->system, row->at, "a system name"),
		.file = string_of(x, row->file, row->at, "a function's file"),
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

static void add_frame(struct resolver *x, frame_id frame)
{
	ARRAY_ROOM(x->frames, x->frame_count, x->frame_cap);
	x->frames[x->frame_count++] = frame;
}

static void refuse_line(const struct resolver *x, const struct pprof_location *l, uint64_t function)
{
	input_error_at(x->r->in, l->at,
		       "expected the id of a function in a line of this location, got %" PRIu64,
		       function);
}

/* The last line is the outermost function, and the others are inlined. */
static void add_line(struct resolver *x, const struct pprof_location *l, size_t line,
		     const struct mapping_row *mapping)
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

static void add_location(struct resolver *x, const struct pprof_location *l)
{
	static const struct mapping_row none;
	const struct pprof_mapping *row = l->mapping ? find_mapping(x, l->mapping) : NULL;
	const struct mapping_row *mapping = &none;

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

static void add_references(struct resolver *x)
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

/* --- stacks --- */

/*
 * Whether stacks of different locations are different stacks of frames: nothing has to be looked
 * up then. So it is in a profile without stacks if no two locations begin with one frame.
 */
static bool are_distinct(const struct resolver *x)
{
	bool *begins = alloc_zero(x->p->frame_count, sizeof *begins);
	bool distinct = x->p->stacks.count == 1;

	for (size_t i = 0; distinct && i < x->r->reference_count; i++) {
		struct frames_of of = x->of_reference[i];

		if (!of.count)
			continue;
		distinct = !begins[x->frames[of.first]];
		begins[x->frames[of.first]] = true;
	}
	alloc_free(begins);
	return distinct;
}

static void refuse_location(const struct resolver *x, uint32_t number)
{
	const struct pprof_reference *ref = &x->r->references[number];

	input_error_at(x->r->in, ref->at,
		       "expected the id of a location in this sample, got %" PRIu64, ref->id);
}

/* Whether all locations of the paths are there. */
static bool are_known(const struct resolver *x, const struct paths *paths)
{
	for (size_t i = 0; i < paths->used; i++)
		if (!x->of_reference[paths->numbers[i]].count) {
			refuse_location(x, paths->numbers[i]);
			return false;
		}
	return true;
}

/* How many stacks the sorted paths are, with all that called them. */
static size_t count_stacks(const struct resolver *x, const struct paths *paths,
			   const uint32_t *order)
{
	struct path last = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < paths->count; i++) {
		struct path path = paths_at(paths, order[i]);

		for (size_t k = path_common(path, last); k < path.count; k++)
			count += x->of_reference[path.numbers[k]].count;
		last = path;
	}
	return count;
}

static stack_id add_location_frames(struct resolver *x, bool distinct, stack_id stack,
				    uint32_t number)
{
	struct frames_of of = x->of_reference[number];
	struct stacks *s = &x->p->stacks;

	for (size_t i = of.first; i < of.first + of.count; i++)
		stack = distinct ? stacks_append_reserved(s, stack, x->frames[i])
				 : stacks_push(s, stack, x->frames[i]);
	return stack;
}

/* By path, its stack in the profile. The caller frees it. */
static stack_id *translate_paths(struct resolver *x, const struct paths *paths, uint64_t samples_at)
{
	bool distinct = are_distinct(x);
	uint32_t *order = paths_sort(paths);
	stack_id *stacks = alloc_zero(paths->count + 1, sizeof *stacks), *at = NULL;
	struct path last = { 0 };
	size_t cap = 0, count = count_stacks(x, paths, order);

	if (!stacks_in_proportion(x->p->stacks.count - x->r->stacks_before + count,
				  input_offset(x->r->in)))
		input_error_at(x->r->in, samples_at, STACKS_OUT_OF_PROPORTION, MAX_STACKS_PER_BYTE);
	else if (distinct)
		stacks_reserve(&x->p->stacks, count);
	for (size_t i = 0; i < paths->count && !x->r->in->failed; i++) {
		struct path path = paths_at(paths, order[i]);
		size_t k = path_common(path, last);
		stack_id stack = k ? at[k - 1] : EMPTY_STACK;

		for (; k < path.count; k++) {
			stack = add_location_frames(x, distinct, stack, path.numbers[k]);
			ARRAY_ROOM(at, k, cap);
			at[k] = stack;
		}
		stacks[order[i]] = stack;
		last = path;
	}
	alloc_free(order);
	alloc_free(at);
	return stacks;
}

/* --- labels and threads --- */

struct labels_of {
	label_set_id set;
	thread_id thread;
	bool known;
};

static bool is_key(const struct resolver *x, struct str key, struct str word)
{
	return str_starts(key, x->prefix) && str_eq(str_from(key, x->prefix.n), word);
}

/* Whether the label was a member of a thread. */
static bool takes_thread(const struct resolver *x, const struct label *l, struct thread *t)
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

static struct label label_of(const struct resolver *x, const struct label *l, uint64_t at)
{
	return (struct label){ .key = string_of(x, l->key, at, "a label's key"),
			       .text = string_of(x, l->text, at, "a label's text"),
			       .unit = string_of(x, l->unit, at, "a label's unit"),
			       .is_number = l->is_number,
			       .number = l->number };
}

static struct labels_of translate_set(struct resolver *x, const struct pprof_part *part,
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

static void refuse_value(struct resolver *x, const struct pprof_part *part, value_id v)
{
	input_error_at(x->r->in, part->samples_at,
		       "expected values of %s that fit in 64 bits when they are nanoseconds, bytes "
		       "or whole numbers; a sample from here on has none",
		       diag_quote(profile_text(x->p, x->p->value_types[v].name)));
}

static bool translate_value(struct resolver *x, const struct column *c, int64_t value, int64_t *to)
{
	const struct value_type *type = &x->p->value_types[c->v];
	bool fits = true;

	if (c->unit && c->unit->unit == UNIT_TIME)
		fits = i64_shift(value, c->unit->power, &value);
	else if (c->unit)
		fits = !__builtin_mul_overflow(value, c->unit->factor, &value);
	if (fits && (c->exponent || type->exponent) && type->unit != UNIT_TIME)
		fits = profile_number(x->p, c->v, (struct decimal){ value, c->exponent }, &value);
	to[c->v] = value;
	return fits;
}

static uint64_t count_of(const struct resolver *x, const int64_t *values, uint64_t rows)
{
	int64_t value;

	if (x->samples_column == NO_ID)
		return rows;
	value = values[x->samples_column];
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* Samples of one stack and labels may have overflowed when they were added up by numbers. */
static void report_overflow(struct resolver *x, const struct profile *samples)
{
	if (!samples->sample_values.overflow)
		return;
	x->p->sample_values.overflow = true;
	x->p->sample_values.overflowed = x->columns[samples->sample_values.overflowed].v;
}

static void add_samples(struct resolver *x, struct pprof_part *part)
{
	const struct profile *from = part->samples;
	struct labels_of *sets;
	stack_id *stacks;
	int64_t *row;
	thread_id thread;

	if (!are_known(x, &part->paths))
		return;
	stacks = translate_paths(x, &part->paths, part->samples_at);
	paths_free(&part->paths);
	sets = alloc_zero(from->label_sets.count + 1, sizeof *sets);
	row = alloc_zero(x->p->value_count, sizeof *row);
	thread = profile_thread(x->p, (struct thread){ 0 });
	report_overflow(x, from);
	sets[NO_LABELS] = (struct labels_of){ NO_LABELS, thread, true };
	for (size_t i = 0; i < from->sample_count && !x->r->in->failed; i++) {
		const int64_t *values = values_row(&from->sample_values, i);
		label_set_id set = profile_sample_labels(from, i);

		for (value_id v = 0; v < from->value_count; v++)
			if (!translate_value(x, &x->columns[v], values[v], row)) {
				refuse_value(x, part, x->columns[v].v);
				break;
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

/* --- what is said of the whole file --- */

static void join_singular(struct pprof_singular *sum, const struct pprof_singular *more)
{
	uint64_t *const to[] = { &sum->drop_frames, &sum->keep_frames, &sum->default_type,
				 &sum->doc_url };
	const uint64_t from[] = { more->drop_frames, more->keep_frames, more->default_type,
				  more->doc_url };

	for (size_t i = 0; i < sizeof from / sizeof *from; i++)
		if (from[i])
			*to[i] = from[i];
	if (more->start)
		sum->start = more->start;
	if (more->duration)
		sum->duration = more->duration;
	if (more->period)
		sum->period = more->period;
	if (more->period_type.name || more->period_type.unit)
		sum->period_type = more->period_type;
}

static void add_recording(struct resolver *x)
{
	const struct pprof_singular *s = &x->singular;
	size_t types = x->rows[PPROF_TYPES].end - x->rows[PPROF_TYPES].first;
	struct recording recording = {
		.default_value = string_of(x, s->default_type, 0, "the default value type"),
		.period_name = string_of(x, s->period_type.name, s->period_type.at, "a name"),
		.period_unit = string_of(x, s->period_type.unit, s->period_type.at, "a unit"),
		.period = s->period,
		.start = s->start,
		.duration = s->duration,
	};

	/* the last one is shown where nothing else is said */
	if (!recording.default_value && types)
		recording.default_value = x->p->value_types[x->columns[types - 1].v].name;
	profile_add_recording(x->p, recording);
}

static void add_metadata(struct resolver *x, const char *key, uint64_t string, uint64_t at)
{
	string_id text = string_of(x, string, at, key);

	if (text)
		profile_metadata(x->p, NO_ID, str_of(key), profile_text(x->p, text));
}

/* One value type after the other: what their names and units do not say. */
static void read_values(struct resolver *x, struct json *j)
{
	size_t count = x->rows[PPROF_TYPES].end - x->rows[PPROF_TYPES].first;

	json_array(j);
	for (size_t i = 0; json_element(j); i++) {
		struct value_type said = json_value_type(j, x->p);

		if (i < count && !j->in->failed) {
			struct value_type *type = &x->p->value_types[x->columns[i].v];

			type->title = said.title;
			type->counts = said.counts;
		}
	}
}

/* Our own comments have what the format has no place for. */
static void read_note(struct resolver *x, struct str text, uint64_t at, bool values)
{
	struct buf name = { 0 };
	struct input *in;
	struct json j;

	buf_print(&name, "%s: byte %" PRIu64 ": comment", x->r->in->name, at);
	in = input_memory(name.p, text);
	json_start(&j, in);
	if (values)
		read_values(x, &j);
	else
		json_metadata(&j, x->p);
	json_end(&j);
	x->r->in->failed |= in->failed;
	json_free(&j);
	input_close(in);
	buf_free(&name);
}

static void add_comment(struct resolver *x, const struct pprof_comment *comment)
{
	struct str text = profile_text(x->p, string_of(x, comment->text, comment->at, "a comment"));

	if (str_eq(text, S(PPROF_THREADS))) {
		x->threads = true;
	} else if (str_eq(text, S(PPROF_OWN_THREADS))) {
		x->threads = true;
		x->prefix = S(PPROF_OWN_KEYS);
	} else if (str_starts(text, S(PPROF_METADATA))) {
		read_note(x, str_from(text, strlen(PPROF_METADATA)), comment->at, false);
	} else if (str_starts(text, S(PPROF_VALUES))) {
		read_note(x, str_from(text, strlen(PPROF_VALUES)), comment->at, true);
	} else if (text.n) {
		profile_metadata(x->p, NO_ID, S(PPROF_COMMENT), text);
	}
}

static void add_facts(struct resolver *x)
{
	for (size_t i = x->rows[PPROF_COMMENTS].first; i < x->rows[PPROF_COMMENTS].end; i++)
		add_comment(x, &x->r->comments[i]);
	add_metadata(x, PPROF_DROP_FRAMES, x->singular.drop_frames, 0);
	add_metadata(x, PPROF_KEEP_FRAMES, x->singular.keep_frames, 0);
	add_metadata(x, PPROF_DOC_URL, x->singular.doc_url, 0);
	add_recording(x);
}

/* pprof leaves them out when it reads a file. */
static void tell_drop_frames(const struct resolver *x)
{
	string_id drop = string_of(x, x->singular.drop_frames, 0, PPROF_DROP_FRAMES);

	if (drop)
		diag_warning("%s: the file asks pprof to leave out frames that match %s, and what "
			     "they called; proffilter --drop-frames does so",
			     diag_masked(str_of(x->r->in->name)),
			     diag_quote(profile_text(x->p, drop)));
}

static void close_resolver(struct resolver *x)
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
static void check_tables(struct resolver *x)
{
	const struct pprof_reader *r = x->r;

	for (size_t i = x->rows[PPROF_FUNCTIONS].first;
	     i < x->rows[PPROF_FUNCTIONS].end && !r->in->failed; i++) {
		string_of(x, r->functions[i].name, r->functions[i].at, "a function's name");
		string_of(x, r->functions[i].system, r->functions[i].at, "a system name");
		string_of(x, r->functions[i].file, r->functions[i].at, "a function's file");
	}
	for (size_t i = x->rows[PPROF_LOCATIONS].first; i < x->rows[PPROF_LOCATIONS].end; i++) {
		const struct pprof_location *l = &r->locations[i];

		for (size_t k = 0; k < l->line_count && !r->in->failed; k++)
			if (!find_function(x, r->lines[l->lines + k].function))
				refuse_line(x, l, r->lines[l->lines + k].function);
	}
}

static void set_ranges(struct resolver *x, size_t first, size_t end)
{
	const struct pprof_reader *r = x->r;
	size_t counts[PPROF_TABLES];

	pprof_counts(r, counts);
	for (int t = 0; t < PPROF_TABLES; t++)
		x->rows[t] = (struct row_range){ r->parts[first].begin[t],
						 end < r->part_count ? r->parts[end].begin[t]
								     : counts[t] };
}

void pprof_resolve(struct pprof_reader *r, size_t first, size_t end)
{
	struct resolver x = { .r = r, .p = r->p };
	size_t mappings;

	set_ranges(&x, first, end);
	for (size_t part = first; part < end; part++)
		join_singular(&x.singular, &r->parts[part].singular);
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
		add_facts(&x);
	if (!r->in->failed)
		tell_drop_frames(&x);
	for (size_t part = first; part < end && !r->in->failed; part++)
		add_samples(&x, &r->parts[part]);
	close_resolver(&x);
}
