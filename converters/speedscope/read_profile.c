/* speedscope/read_profile - one profile: its keys, its thread and its value type */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/speedscope/reading.h"

/* --- the profile's rows --- */

static value_id find_column(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;

	now->value.unit = now->unit->unit;
	now->value.source_scale = now->unit->power;
	if (!now->value.name)
		now->value.name = profile_string(r->p, now->unit->value);
	return profile_value_type(r->p, now->value);
}

/* The number of profiles with this name and value type so far in the file. */
static uint32_t count_twin(struct speedscope_reader *r, thread_id thread, value_id value)
{
	uint64_t hash = hash_mix(thread, value);

	for (struct probe at = index_probe(&r->twin_index, hash); index_next(&r->twin_index, &at);)
		if (r->twins[at.row].thread == thread && r->twins[at.row].value == value)
			return ++r->twins[at.row].count;
	ARRAY_ROOM(r->twins, r->twin_count, r->twin_cap);
	r->twins[r->twin_count] = (struct twins){ thread, value, 0 };
	index_add(&r->twin_index, hash, (uint32_t)r->twin_count++);
	return 0;
}

/*
 * Profiles with the same name belong to one thread if they differ in what they count; otherwise
 * they are distinguished by a number. Across files they are the same thread.
 */
static thread_id find_thread(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;
	thread_id thread;

	if (now->thread_given)
		return profile_thread(r->p, now->thread);
	now->thread.name = now->name;
	thread = profile_thread(r->p, now->thread);
	if (!now->negative && (now->thread.tid = count_twin(r, thread, now->column)))
		thread = profile_thread(r->p, now->thread);
	return thread;
}

/* A sample that counts several things is in several profiles: it is counted in the first. */
static uint64_t sample_count(struct speedscope_reader *r)
{
	while (r->thread_count <= r->now.row) {
		ARRAY_ROOM(r->thread_values, r->thread_count, r->thread_cap);
		r->thread_values[r->thread_count++] = NO_ID;
	}
	if (r->thread_values[r->now.row] == NO_ID)
		r->thread_values[r->now.row] = r->now.column;
	return r->thread_values[r->now.row] == r->now.column;
}

void speedscope_begin_rows(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;

	if (now->begun || r->in->failed)
		return;
	now->begun = true;
	now->column = find_column(r);
	now->row = find_thread(r);
	now->count = sample_count(r);
	now->exponent = r->p->value_types[now->column].exponent;
	/* the time line of the same thread in a second file is only summed */
	now->call_events = now->evented && r->p->keep_order &&
			   !profile_time_range(r->p, now->row, now->column);
	if (now->sampled && r->p->keep_order)
		r->p->ordered = true;
}

/* --- its end --- */

static void add_time_range(struct speedscope_reader *r, uint64_t byte)
{
	struct speedscope_profile *now = &r->now;
	struct time_range range = { now->row, now->column, 0, 0, now->call_events };
	int64_t start = 0, end = 0;

	/* reading the first may change the scale in which the second is read */
	if (now->end.known)
		speedscope_measured(r, now->end.number, byte);
	if (now->start.known)
		start = speedscope_measured(r, now->start.number, byte);
	if (now->end.known)
		end = speedscope_measured(r, now->end.number, byte);
	range.start = now->start.known ? start : now->first;
	range.end = now->end.known && !now->negative ? end : now->last;
	if (range.end < range.start)
		range.end = range.start;
	if (!r->in->failed)
		profile_add_time_range(r->p, range);
}

static void finish_profile(struct speedscope_reader *r, uint64_t byte)
{
	struct speedscope_profile *now = &r->now;

	if (now->sampled == now->evented || now->sampled != now->weighted_id ||
	    (now->sampled ? now->said_evented : now->said_sampled)) {
		input_error_at(r->in, byte,
			       "expected a sampled profile with 'samples' and 'weights', "
			       "or an evented one with 'events'");
		return;
	}
	speedscope_begin_rows(r);
	if (r->in->failed)
		return;
	if (now->sampled)
		speedscope_finish_samples(r);
	else
		speedscope_finish_events(r);
	if (!r->in->failed)
		add_time_range(r, byte);
}

/* --- its keys --- */

static void take_bound(struct speedscope_reader *r, struct bound *b)
{
	if (!json_null(&r->j))
		b->known = speedscope_read_number(r, &b->number);
}

/* One number for each sample, and before the weights, so that no row has to be found again. */
static bool comes_in_time(struct speedscope_reader *r, size_t have, const char *what)
{
	return !r->now.weighted_id && !have ? true : json_expected(&r->j, what);
}

static void read_labels(struct speedscope_reader *r)
{
	if (!comes_in_time(r, r->label_count, "'labels' once, before the weights"))
		return;
	json_array(&r->j);
	while (json_element(&r->j)) {
		label_set_id set = json_numbered(&r->j, &r->label_sets, "a label set");

		ARRAY_ROOM(r->labels, r->label_count, r->label_cap);
		r->labels[r->label_count++] = set;
	}
}

static void read_times(struct speedscope_reader *r)
{
	if (!comes_in_time(r, r->time_count, "'times' once, before the weights"))
		return;
	json_array(&r->j);
	while (json_element(&r->j)) {
		int64_t time = NO_TIME;

		if (!json_null(&r->j))
			json_integer(&r->j, &time);
		ARRAY_ROOM(r->times, r->time_count, r->time_cap);
		r->times[r->time_count++] = time;
	}
}

static void read_profile_extra(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("thread"))) {
			now->thread = json_thread(&r->j, r->p);
			now->thread_given = true;
		} else if (str_eq(key, S("value"))) {
			now->value = json_value_type(&r->j, r->p);
		} else if (str_eq(key, S("negative"))) {
			json_bool(&r->j, &now->negative);
		} else if (str_eq(key, S("labels"))) {
			read_labels(r);
		} else if (str_eq(key, S("times"))) {
			read_times(r);
		} else {
			json_skip(&r->j);
		}
	}
}

static const struct unit_word *take_unit(struct speedscope_reader *r)
{
	const struct unit_word *unit;
	struct str word;

	if (!json_string(&r->j, &word))
		return unit_word_find(S("none"));
	unit = unit_word_find(word);
	if (unit)
		return unit;
	if (!r->strange)
		diag_warning("%s: unit %s is unknown to speedscope: taken as none",
			     diag_masked(str_of(r->in->name)), diag_quote(word));
	r->strange = true;
	return unit_word_find(S("none"));
}

static void take_type(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;
	struct str type;

	if (!json_string(&r->j, &type))
		return;
	now->said_sampled = str_eq(type, S("sampled"));
	now->said_evented = str_eq(type, S("evented"));
	if (!now->said_sampled && !now->said_evented)
		input_error(r->in, "expected a profile of type 'sampled' or 'evented', got %s",
			    diag_quote(type));
}

static void read_profile_key(struct speedscope_reader *r, struct str key)
{
	struct speedscope_profile *now = &r->now;

	if (str_eq(key, S("type"))) {
		take_type(r);
	} else if (str_eq(key, S("name"))) {
		now->name = json_null(&r->j) ? 0 : json_text(&r->j, r->p);
		now->named = true;
	} else if (str_eq(key, S("unit"))) {
		now->unit = take_unit(r);
		now->measured = true;
	} else if (str_eq(key, S("startValue"))) {
		take_bound(r, &now->start);
	} else if (str_eq(key, S("endValue"))) {
		take_bound(r, &now->end);
	} else if (str_eq(key, S("samples"))) {
		speedscope_read_samples(r);
	} else if (str_eq(key, S("weights"))) {
		speedscope_read_weights(r);
	} else if (str_eq(key, S("events"))) {
		speedscope_read_events(r);
	} else if (str_eq(key, S("profpipe"))) {
		read_profile_extra(r);
	} else {
		json_skip(&r->j);
	}
}

void speedscope_read_profile(struct speedscope_reader *r)
{
	uint64_t byte;
	struct str key;

	r->now = (struct speedscope_profile){ .unit = unit_word_find(S("none")) };
	r->stack_count = r->item_count = r->open_count = r->label_count = r->time_count = 0;
	json_peek(&r->j);
	byte = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_profile_key(r, key);
	if (!r->in->failed)
		finish_profile(r, byte);
}
