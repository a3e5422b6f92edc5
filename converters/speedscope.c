/*
 * speedscope.c - the JSON of https://www.speedscope.app, which py-spy, austin,
 * pyinstrument, rbspy, dotnet-trace and the app itself write
 *
 *	{"$schema": "https://www.speedscope.app/file-format-schema.json",
 *	 "shared": {"frames": [{"name": "main", "file": "a.py", "line": 3}, ...]},
 *	 "profiles": [
 *	  {"type": "sampled", "name": "Thread 1", "unit": "seconds",
 *	   "startValue": 0, "endValue": 0.02,
 *	   "samples": [[0, 1], [0]], "weights": [0.01, 0.01]},
 *	  {"type": "evented", ..., "events": [
 *	   {"type": "O", "frame": 0, "at": 0}, {"type": "C", "frame": 0, "at": 5}]}]}
 *
 * What the app does, and what is done about it here:
 *
 * - Keys come in any order: py-spy writes the profiles before the frames.
 * - A frame is its index there, so duplicates stay apart; each is written once.
 * - A negative weight fails the whole import: negative values go out as a profile
 *   of their own, and come back as what they were.
 * - A missing startValue or endValue makes NaN of the total, which is the larger of
 *   their difference and the sum of the weights: both are always written.
 * - An unknown unit becomes none; weights beyond 2^53 are rounded; a frame without a
 *   name, unequal numbers of samples and weights, and events that do not nest crash
 *   or fail it: errors here. About 3,500 frames of depth overflow its stack.
 * - "line" is where a sample was taken, or where a function begins, as the writer
 *   likes; read as the former.
 *
 * What the format has no place for is in keys that the app passes over, so that our
 * own files come back whole: "profpipe" of the file and of a profile, and in a frame
 * "functionLine": the line where the function begins, or true if "line" is that.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/late_stacks.h"
#include "common/profile/rows_json.h"
#include "common/program/format.h"
#include "common/transform/project.h"
#include "common/transform/series.h"

/* --- reading --- */

/* A number, or an event if it has a frame. */
struct item {
	struct decimal number;
	uint32_t frame;
	bool open;
	uint64_t byte;
};

struct open_frame {
	uint32_t frame;
	stack_id stack;
};

/* A decimal that may be missing. */
struct bound {
	struct decimal number;
	bool known;
};

/* The profile that is being read. */
struct current {
	bool named, measured;          /* its name and unit have been read */
	bool sampled, evented, weighed;
	bool said_sampled, said_evented;
	bool begun;                    /* the rows below are known */
	string_id name;
	const struct unit_word *unit;
	struct value_type value;       /* as the extra key says, or nameless */
	struct thread thread;
	bool thread_given, negative;
	struct bound start, end;

	thread_id row;
	value_id column;
	int exponent;                  /* the column's, when `last` was read */
	uint64_t count;                /* samples in one */
	bool activations;
	size_t weights;
	int64_t first, last;           /* times of events */
	bool any;
};

/* Profiles of one file that have the same name and value type. */
struct twins {
	thread_id thread;
	value_id value;
	uint32_t count;
};

struct reader {
	struct json j;
	struct input *in;
	struct profile *p;
	bool framed, profiled;         /* "shared" and "profiles" have been read */
	bool strange;                  /* a unit was unknown, and that was told */

	frame_id *frames;              /* by index in the file */
	size_t frame_count, frame_cap;

	struct late_stacks late;       /* while the frames are still to come */
	uint32_t last_index;           /* the highest seen so far */
	uint64_t last_index_at;

	struct strings texts;          /* of samples' arrays as they are written */
	size_t text_bytes;
	stack_id *text_stacks;
	size_t text_cap;

	struct twins *twins;
	size_t twin_count, twin_cap;
	struct index twin_index;
	value_id *thread_values;       /* by thread: the value type of its first profile */
	size_t thread_count, thread_cap;

	struct current now;
	stack_id *stacks;              /* of the profile's samples */
	size_t stack_count, stack_cap;
	struct item *items;            /* what could not be taken before the unit */
	size_t item_count, item_cap;
	struct open_frame *open;
	size_t open_count, open_cap;
};

enum { MOST_TEXT = 16 << 20 }; /* of samples' arrays that are remembered */

static bool take_number(struct reader *r, struct decimal *number)
{
	enum exactness how;

	if (!json_number(&r->j, number, &how))
		return false;
	r->p->rounded += how == ROUNDED;
	return true;
}

static void take_bound(struct reader *r, struct bound *b)
{
	if (!json_null(&r->j))
		b->known = take_number(r, &b->number);
}

/* A line or column; null and below zero mean unknown. */
static uint32_t take_line(struct reader *r)
{
	struct decimal number;
	enum exactness how;
	int64_t line = 0;

	if (json_null(&r->j) || !json_number(&r->j, &number, &how))
		return 0;
	if (decimal_at(number, 0, &line) != EXACT || line > UINT32_MAX)
		input_error(r->in, "expected a line or column below 2^32 before this");
	return line > 0 ? (uint32_t)line : 0;
}

/* --- frames --- */

static void read_frame(struct reader *r)
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
		} else {
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
	r->frames[r->frame_count++] = profile_frame(r->p, frame);
}

static void read_shared(struct reader *r)
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
	if (late_stacks_any(&r->late) && r->last_index >= r->frame_count)
		input_error_at(r->in, r->last_index_at,
			       "expected the index of one of %zu frames, got %lu",
			       r->frame_count, (unsigned long)r->last_index);
	else if (!r->in->failed && late_stacks_any(&r->late))
		late_stacks_resolve(&r->late, r->p, r->frames);
}

static uint32_t take_frame(struct reader *r)
{
	uint32_t frame = 0;

	json_peek(&r->j);
	if (!r->framed) {
		uint64_t at = input_offset(r->in);

		if (json_index(&r->j, UINT32_MAX - 1, "a frame index", &frame) &&
		    frame >= r->last_index) {
			r->last_index = frame;
			r->last_index_at = at;
		}
	} else if (!r->frame_count) {
		json_expected(&r->j, "no frame (there are none)");
	} else {
		json_index(&r->j, (uint32_t)r->frame_count - 1, "a frame index", &frame);
	}
	return frame;
}

static stack_id push_frame(struct reader *r, stack_id parent, uint32_t frame)
{
	if (r->in->failed)
		return EMPTY_STACK; /* there may be no frames at all */
	if (r->framed)
		return stacks_push(&r->p->stacks, parent, r->frames[frame]);
	return late_stacks_push(&r->late, parent, frame);
}

/* --- the extra keys --- */

static void read_profile_extra(struct reader *r)
{
	struct current *now = &r->now;
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
		} else {
			json_skip(&r->j);
		}
	}
}

static void read_file_extra(struct reader *r)
{
	struct str key;
	bool estimated;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("labels"))) {
			json_labels(&r->j, r->p);
		} else if (str_eq(key, S("estimated"))) {
			json_bool(&r->j, &estimated);
			r->p->estimated |= estimated;
		} else if (str_eq(key, S("values"))) {
			json_array(&r->j);
			while (json_element(&r->j))
				profile_value_type(r->p, json_value_type(&r->j, r->p));
		} else {
			json_skip(&r->j);
		}
	}
}

/* --- the profile's rows --- */

static value_id find_column(struct reader *r)
{
	struct current *now = &r->now;

	now->value.unit = now->unit->unit;
	now->value.power = now->unit->power;
	if (!now->value.name)
		now->value.name = profile_string(r->p, now->unit->value);
	return profile_value_type(r->p, now->value);
}

/* How many profiles of this name and value type the file had before. */
static uint32_t count_twin(struct reader *r, thread_id thread, value_id value)
{
	uint64_t hash = hash_mix(thread, value);

	for (struct probe at = index_probe(&r->twin_index, hash);
	     index_next(&r->twin_index, &at);)
		if (r->twins[at.row].thread == thread && r->twins[at.row].value == value)
			return ++r->twins[at.row].count;
	ARRAY_ROOM(r->twins, r->twin_count, r->twin_cap);
	r->twins[r->twin_count] = (struct twins){ thread, value, 0 };
	index_add(&r->twin_index, hash, (uint32_t)r->twin_count++);
	return 0;
}

/*
 * Profiles with the same name are one thread's if they differ in what they count;
 * if not they are told apart by a number. In several files they are the same thread.
 */
static thread_id find_thread(struct reader *r)
{
	struct current *now = &r->now;
	thread_id thread;

	if (now->thread_given)
		return profile_thread(r->p, now->thread);
	now->thread.name = now->name;
	thread = profile_thread(r->p, now->thread);
	if (!now->negative && (now->thread.tid = count_twin(r, thread, now->column)))
		thread = profile_thread(r->p, now->thread);
	return thread;
}

/* A sample that counts several things is several profiles' : it is counted in the first. */
static uint64_t sample_count(struct reader *r)
{
	while (r->thread_count <= r->now.row) {
		ARRAY_ROOM(r->thread_values, r->thread_count, r->thread_cap);
		r->thread_values[r->thread_count++] = NO_ID;
	}
	if (r->thread_values[r->now.row] == NO_ID)
		r->thread_values[r->now.row] = r->now.column;
	return r->thread_values[r->now.row] == r->now.column;
}

static void begin_rows(struct reader *r)
{
	struct current *now = &r->now;

	if (now->begun || r->in->failed)
		return;
	now->begun = true;
	now->column = find_column(r);
	now->row = find_thread(r);
	now->count = sample_count(r);
	now->exponent = r->p->value_types[now->column].exponent;
	/* a second file's time line of the same thread is only added up */
	now->activations = now->evented && r->p->want_order &&
			 !profile_span(r->p, now->row, now->column);
	if (now->sampled && r->p->want_order)
		r->p->ordered = true;
}

/* Whether numbers can be taken as they come, or must wait for other keys. */
static bool can_begin(struct reader *r)
{
	if (!r->now.named || !r->now.measured)
		return false;
	begin_rows(r);
	return r->now.begun;
}

/* The number in the value type's measure: that of the first profile which had it. */
static int64_t measured(struct reader *r, struct decimal number, uint64_t byte)
{
	struct current *now = &r->now;
	const struct value_type *type;
	int64_t value = 0;
	bool fits;

	number.exponent += now->unit->power - r->p->value_types[now->column].power;
	fits = profile_number(r->p, now->column, number, &value);
	type = &r->p->value_types[now->column];
	if (type->exponent != now->exponent) {
		fits &= i64_shift(now->first, now->exponent - type->exponent, &now->first) &&
			i64_shift(now->last, now->exponent - type->exponent, &now->last);
		now->exponent = type->exponent;
	}
	if (!fits)
		input_error_at(r->in, byte, "expected a value that fits in 64 bits");
	return value;
}

static void keep_item(struct reader *r, struct item item)
{
	ARRAY_ROOM(r->items, r->item_count, r->item_cap);
	r->items[r->item_count++] = item;
}

/* --- sampled profiles --- */

/* Most samples repeat an earlier one to the letter: its text tells its stack. */
static stack_id read_stack(struct reader *r)
{
	stack_id stack = EMPTY_STACK;
	string_id id = 0;
	struct str text;

	if (json_flat_array(&r->j, &text)) {
		size_t known = r->texts.count;

		id = strings_add(&r->texts, text);
		if (id < known) {
			json_pass(&r->j, text.n);
			return r->text_stacks[id];
		}
		r->text_bytes += text.n;
	}
	json_array(&r->j);
	while (json_element(&r->j))
		stack = push_frame(r, stack, take_frame(r));
	if (!id)
		return stack;
	if (id >= r->text_cap)
		r->text_stacks = alloc_grow(r->text_stacks, &r->text_cap, id + 1,
					    sizeof *r->text_stacks);
	r->text_stacks[id] = stack;
	return stack;
}

static void forget_texts(struct reader *r)
{
	strings_free(&r->texts);
	strings_init(&r->texts);
	r->text_bytes = 0;
}

static void read_samples(struct reader *r)
{
	stack_id stack;

	if (r->now.sampled)
		json_expected(&r->j, "'samples' only once");
	r->now.sampled = true;
	json_array(&r->j);
	while (json_element(&r->j)) {
		stack = read_stack(r);
		ARRAY_ROOM(r->stacks, r->stack_count, r->stack_cap);
		r->stacks[r->stack_count++] = stack;
		if (r->text_bytes > MOST_TEXT)
			forget_texts(r);
	}
}

static void add_weight(struct reader *r, struct decimal number, uint64_t byte)
{
	struct current *now = &r->now;
	int64_t value;

	if (now->weights == r->stack_count) {
		input_error_at(r->in, byte, "expected a weight for each of %zu samples, got more",
			       r->stack_count);
		return;
	}
	value = measured(r, number, byte);
	profile_sample(r->p, now->row, r->stacks[now->weights++], now->column,
		       now->negative ? -value : value, now->count);
}

static void read_weights(struct reader *r)
{
	struct current *now = &r->now;
	bool direct = now->sampled && can_begin(r);
	struct decimal number;

	if (now->weighed)
		json_expected(&r->j, "'weights' only once");
	now->weighed = true;
	json_array(&r->j);
	while (json_element(&r->j)) {
		uint64_t at;

		json_peek(&r->j);
		at = input_offset(r->in);
		if (!take_number(r, &number))
			return;
		if (direct)
			add_weight(r, number, at);
		else
			keep_item(r, (struct item){ .number = number, .byte = at });
	}
}

static void finish_samples(struct reader *r)
{
	struct current *now = &r->now;

	for (size_t i = 0; i < r->item_count && !r->in->failed; i++)
		add_weight(r, r->items[i].number, r->items[i].byte);
	if (now->weights < r->stack_count)
		input_error(r->in, "expected a weight for each of %zu samples, got %zu",
			    r->stack_count, now->weights);
}

/* --- evented profiles --- */

static void add_time(struct reader *r, int64_t at, uint64_t byte)
{
	struct current *now = &r->now;
	int64_t passed;

	if (!now->any)
		now->first = now->last = at;
	now->any = true;
	if (at < now->last || __builtin_sub_overflow(at, now->last, &passed)) {
		input_error_at(r->in, byte, "expected an event not before the last one");
		return;
	}
	if (passed)
		profile_sample(r->p, now->row,
			       r->open_count ? r->open[r->open_count - 1].stack : EMPTY_STACK,
			       now->column, passed, now->count);
	now->last = at;
}

static void open_frame(struct reader *r, uint32_t frame)
{
	stack_id below = r->open_count ? r->open[r->open_count - 1].stack : EMPTY_STACK;

	ARRAY_ROOM(r->open, r->open_count, r->open_cap);
	r->open[r->open_count++] = (struct open_frame){ frame, push_frame(r, below, frame) };
}

static void close_frame(struct reader *r, const struct item *event)
{
	if (!r->open_count)
		input_error_at(r->in, event->byte,
			       "expected no end of frame %lu: no frame is open",
			       (unsigned long)event->frame);
	else if (r->open[r->open_count - 1].frame != event->frame)
		input_error_at(r->in, event->byte, "expected the end of frame %lu, got frame %lu",
			       (unsigned long)r->open[r->open_count - 1].frame,
			       (unsigned long)event->frame);
	else
		r->open_count--;
}

static void add_event(struct reader *r, const struct item *event)
{
	struct current *now = &r->now;

	add_time(r, measured(r, event->number, event->byte), event->byte);
	if (event->open)
		open_frame(r, event->frame);
	else
		close_frame(r, event);
	if (now->activations && !r->in->failed)
		profile_activation(r->p, (struct activation){
			now->last, now->row, now->column,
			r->framed ? r->frames[event->frame] : event->frame, event->open });
}

static void take_event_type(struct reader *r, struct item *event)
{
	struct str type;

	if (json_peek(&r->j) != JSON_STRING) {
		json_expected(&r->j, "\"O\" or \"C\"");
	} else if (json_string(&r->j, &type)) {
		event->open = str_eq(type, S("O"));
		if (!event->open && !str_eq(type, S("C")))
			input_error_at(r->in, event->byte,
				       "expected an event of type 'O' or 'C', got %s",
				       quote(type));
	}
}

static bool read_event(struct reader *r, struct item *event)
{
	enum { TYPE = 1, FRAME = 2, AT = 4 };
	unsigned have = 0;
	struct str key;

	json_peek(&r->j);
	event->byte = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("type"))) {
			have |= TYPE;
			take_event_type(r, event);
		} else if (str_eq(key, S("frame"))) {
			have |= FRAME;
			event->frame = take_frame(r);
		} else if (str_eq(key, S("at"))) {
			have |= AT;
			take_number(r, &event->number);
		} else {
			json_skip(&r->j);
		}
	}
	if (have != (TYPE | FRAME | AT))
		input_error_at(r->in, event->byte,
			       "expected an event with 'type', 'frame' and 'at'");
	return !r->in->failed;
}

static void read_events(struct reader *r)
{
	struct item event;
	bool direct;

	if (r->now.evented)
		json_expected(&r->j, "'events' only once");
	r->now.evented = true;
	direct = can_begin(r);
	json_array(&r->j);
	while (json_element(&r->j) && read_event(r, &event)) {
		if (direct)
			add_event(r, &event);
		else
			keep_item(r, event);
	}
}

static void finish_events(struct reader *r)
{
	for (size_t i = 0; i < r->item_count && !r->in->failed; i++)
		add_event(r, &r->items[i]);
	if (r->open_count)
		input_error(r->in, "expected the end of frame %lu before the profile's end",
			    (unsigned long)r->open[r->open_count - 1].frame);
}

/* --- profiles and the file --- */

static void add_span(struct reader *r, uint64_t byte)
{
	struct current *now = &r->now;
	struct span span = { now->row, now->column, 0, 0, now->activations };
	int64_t start = 0, end = 0;

	/* the first may change the measure in which the second is read */
	if (now->end.known)
		measured(r, now->end.number, byte);
	if (now->start.known)
		start = measured(r, now->start.number, byte);
	if (now->end.known)
		end = measured(r, now->end.number, byte);
	span.start = now->start.known ? start : now->first;
	span.end = now->end.known && !now->negative ? end : now->last;
	if (span.end < span.start)
		span.end = span.start;
	if (!r->in->failed)
		profile_add_span(r->p, span);
}

static void finish_profile(struct reader *r, uint64_t byte)
{
	struct current *now = &r->now;

	if (now->sampled == now->evented || now->sampled != now->weighed ||
	    (now->sampled ? now->said_evented : now->said_sampled)) {
		input_error_at(r->in, byte,
			       "expected a sampled profile with 'samples' and 'weights', "
			       "or an evented one with 'events'");
		return;
	}
	begin_rows(r);
	if (r->in->failed)
		return;
	if (now->sampled)
		finish_samples(r);
	else
		finish_events(r);
	if (!r->in->failed)
		add_span(r, byte);
}

static const struct unit_word *take_unit(struct reader *r)
{
	const struct unit_word *unit;
	struct str word;

	if (!json_string(&r->j, &word))
		return unit_word_find(S("none"));
	unit = unit_word_find(word);
	if (unit)
		return unit;
	if (!r->strange)
		warning("%s: unit %s is unknown to speedscope: taken as none",
			masked(str_of(r->in->name)), quote(word));
	r->strange = true;
	return unit_word_find(S("none"));
}

static void take_type(struct reader *r)
{
	struct current *now = &r->now;
	struct str type;

	if (!json_string(&r->j, &type))
		return;
	now->said_sampled = str_eq(type, S("sampled"));
	now->said_evented = str_eq(type, S("evented"));
	if (!now->said_sampled && !now->said_evented)
		input_error(r->in, "expected a profile of type 'sampled' or 'evented', got %s",
			    quote(type));
}

static void read_profile_key(struct reader *r, struct str key)
{
	struct current *now = &r->now;

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
		read_samples(r);
	} else if (str_eq(key, S("weights"))) {
		read_weights(r);
	} else if (str_eq(key, S("events"))) {
		read_events(r);
	} else if (str_eq(key, S("profpipe"))) {
		read_profile_extra(r);
	} else {
		json_skip(&r->j);
	}
}

static void read_one_profile(struct reader *r)
{
	uint64_t byte;
	struct str key;

	r->now = (struct current){ .unit = unit_word_find(S("none")) };
	r->stack_count = r->item_count = r->open_count = 0;
	json_peek(&r->j);
	byte = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_profile_key(r, key);
	if (!r->in->failed)
		finish_profile(r, byte);
}

static void read_profiles(struct reader *r)
{
	if (r->profiled)
		json_expected(&r->j, "'profiles' only once");
	r->profiled = true;
	json_array(&r->j);
	while (json_element(&r->j))
		read_one_profile(r);
}

static void read_file(struct reader *r)
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
			string_id name = json_text(&r->j, r->p);

			profile_label(r->p, NO_ID, S("name"), profile_text(r->p, name));
		} else if (!str_eq(key, S("name"))) {
			json_skip(&r->j);
		}
	}
	json_end(&r->j);
	if (!r->profiled || !r->framed)
		input_error_at(r->in, 0, "expected a speedscope file with '%s'",
			       r->profiled ? "shared" : "profiles");
}

static int speedscope_read(struct input *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };

	json_start(&r.j, in);
	strings_init(&r.texts);
	late_stacks_init(&r.late, p);
	read_file(&r);
	json_free(&r.j);
	strings_free(&r.texts);
	late_stacks_free(&r.late);
	index_free(&r.twin_index);
	free(r.text_stacks);
	free(r.frames);
	free(r.twins);
	free(r.thread_values);
	free(r.stacks);
	free(r.items);
	free(r.open);
	return input_status(in);
}

static bool contains(struct str s, struct str part)
{
	const char *hit;

	while (s.n >= part.n && (hit = memchr(s.p, part.p[0], s.n - part.n + 1))) {
		s = str_from(s, (size_t)(hit - s.p));
		if (str_starts(s, part))
			return true;
		s = str_from(s, 1);
	}
	return false;
}

static int speedscope_bid(struct str head, bool whole)
{
	size_t i = 0;

	(void)whole;
	while (i < head.n && strchr(" \t\r\n", head.p[i]) && head.p[i])
		i++;
	if (i == head.n || head.p[i] != '{')
		return 0;
	if (contains(head, S("https://www.speedscope.app/file-format-schema.json")))
		return 100;
	return (contains(head, S("\"shared\"")) || contains(head, S("\"frames\""))) &&
	       contains(head, S("\"profiles\"")) ? 80
	     : contains(head, S("\"shared\"")) || contains(head, S("\"profiles\"")) ? 40 : 0;
}

/* --- writing --- */

enum { APP_DEPTH = 3000 };

struct writer {
	struct output *out;
	const struct profile *p;
	uint32_t *numbers;        /* by frame: its index in the file + 1 */
	frame_id *written;        /* by index in the file */
	size_t written_count;
	struct all_series all;
	frame_id *path;
	size_t path_cap, deepest;
	bool inexact;             /* a number beyond 2^53 */
};

/* --- frames: those in use, each content once --- */

struct frame_content {
	string_id name, file;
	uint32_t line, column, begins;
};

static struct frame_content content_of(const struct profile *p, frame_id f)
{
	const struct frame *frame = &p->frames[f];
	const struct function *fn = &p->functions[frame->function];

	return (struct frame_content){ fn->name, fn->file ? fn->file : fn->object,
				       frame->line, frame->column, fn->line };
}

static void number_frame(struct writer *w, struct index *contents, frame_id f)
{
	struct frame_content c = content_of(w->p, f);
	uint64_t hash = hash_mix((uint64_t)c.name << 32 | c.file,
				 (uint64_t)c.line << 32 | c.begins);

	if (w->numbers[f])
		return;
	for (struct probe at = index_probe(contents, hash); index_next(contents, &at);) {
		struct frame_content have = content_of(w->p, w->written[at.row]);

		if (memcmp(&have, &c, sizeof c) == 0) {
			w->numbers[f] = at.row + 1;
			return;
		}
	}
	index_add(contents, hash, (uint32_t)w->written_count);
	w->written[w->written_count++] = f;
	w->numbers[f] = (uint32_t)w->written_count;
}

/* The frames of a stack that no stack before it had; root first, as they are written. */
static void number_stack(struct writer *w, struct index *contents, bool *seen,
			 stack_id stack)
{
	const struct stacks *s = &w->p->stacks;
	size_t depth = 0;

	for (; stack != EMPTY_STACK && !seen[stack]; stack = s->parent[stack]) {
		ARRAY_ROOM(w->path, depth, w->path_cap);
		w->path[depth++] = s->frame[stack];
		seen[stack] = true;
	}
	while (depth)
		number_frame(w, contents, w->path[--depth]);
}

/* In the order in which the profiles name them. */
static void number_frames(struct writer *w)
{
	bool *seen = alloc_zero(w->p->stacks.count, sizeof *seen);
	struct index contents = { 0 };

	for (size_t i = 0; i < w->all.count; i++) {
		const struct series *s = &w->all.list[i];
		const struct activation *a;
		struct series_row row = { 0 };
		size_t next = 0;

		if (s->evented)
			while ((a = series_next_activation(&w->all, s, &next)))
				number_frame(w, &contents, a->frame);
		else
			while (series_next(&w->all, s, &row))
				number_stack(w, &contents, seen,
					     w->p->samples[row.sample].stack);
	}
	index_free(&contents);
	free(seen);
}

static void put_frame(struct writer *w, frame_id f)
{
	struct frame_content c = content_of(w->p, f);
	struct output *out = w->out;

	json_put_text(out, "{\"name\":", profile_text(w->p, c.name));
	if (c.file)
		json_put_text(out, ",\"file\":", profile_text(w->p, c.file));
	if (c.line || c.begins)
		json_put_count(out, ",\"line\":", c.line ? c.line : c.begins);
	if (c.column)
		json_put_count(out, ",\"col\":", c.column);
	if (c.begins && c.line)
		json_put_count(out, ",\"functionLine\":", c.begins);
	else if (c.begins)
		output_text(out, ",\"functionLine\":true");
	output_byte(out, '}');
}

static void put_frames(struct writer *w)
{
	output_text(w->out, ",\n\"shared\":{\"frames\":[");
	for (size_t i = 0; i < w->written_count; i++) {
		output_text(w->out, i ? ",\n" : "\n");
		put_frame(w, w->written[i]);
	}
	output_text(w->out, "\n]}");
}

/* --- one profile --- */

static bool is_usual_name(const struct profile *p, const struct value_type *v)
{
	return str_eq(profile_text(p, v->name), unit_word_of(v)->value);
}

/* What the app shows: the thread, and what is counted unless that goes without saying. */
static void add_title(const struct writer *w, const struct series *s, struct buf *title)
{
	const struct profile *p = w->p;
	const struct value_type *v = &p->value_types[s->value];
	const struct thread *t = &p->threads[s->thread];
	struct str value = profile_text(p, v->title ? v->title : v->name);

	if (t->name || t->tid || t->part || p->thread_count > 1) {
		thread_title(p, s->thread, title);
		if (p->value_count > 1 && !is_usual_name(p, v)) {
			buf_add(title, S(" ("));
			buf_add(title, value);
			buf_byte(title, ')');
		}
	} else {
		buf_add(title, value);
	}
	if (s->negative)
		buf_add(title, S(" (negative)"));
	if (p->estimated)
		buf_add(title, S(" (stacks estimated from a call graph)"));
}

/* Opens the extra object or goes on with it. */
static void put_extra(struct writer *w, bool *any, const char *key)
{
	output_text(w->out, *any ? "," : ",\"profpipe\":{");
	output_text(w->out, key);
	*any = true;
}

static void put_series_extra(struct writer *w, const struct series *s, struct str title)
{
	const struct thread *t = &w->p->threads[s->thread];
	const struct value_type *v = &w->p->value_types[s->value];
	bool any = false;

	if (t->pid || t->tid || t->part || !str_eq(profile_text(w->p, t->name), title)) {
		put_extra(w, &any, "\"thread\":");
		json_put_thread(w->out, w->p, s->thread);
	}
	if (!is_usual_name(w->p, v) || v->title || (v->counts && v->unit != UNIT_NONE)) {
		put_extra(w, &any, "\"value\":");
		json_put_value_type(w->out, w->p, s->value);
	}
	if (s->negative)
		put_extra(w, &any, "\"negative\":true");
	if (any)
		output_byte(w->out, '}');
}

/* The text of a value in its type's own unit; returns its length. */
static size_t number_text(struct writer *w, value_id v, int64_t value, char *text)
{
	const int64_t most = (int64_t)1 << 53;

	w->inexact |= value > most || value < -most;
	return decimal_text(text, profile_decimal(w->p, v, value,
						  unit_word_of(&w->p->value_types[v])->power));
}

static void put_number(struct writer *w, value_id v, int64_t value)
{
	char text[NUM_TEXT];

	output_bytes(w->out, text, number_text(w, v, value, text));
}

/* Without its sign. */
static void put_size(struct writer *w, value_id v, int64_t value)
{
	char text[NUM_TEXT];
	size_t n = number_text(w, v, value, text), minus = value < 0;

	output_bytes(w->out, text + minus, n - minus);
}

static void put_stack(struct writer *w, stack_id stack)
{
	size_t depth = stacks_frames(&w->p->stacks, stack, &w->path, &w->path_cap);

	if (depth > w->deepest)
		w->deepest = depth;
	output_byte(w->out, '[');
	for (size_t i = 0; i < depth; i++) {
		if (i)
			output_byte(w->out, ',');
		output_u64(w->out, w->numbers[w->path[i]] - 1);
	}
	output_byte(w->out, ']');
}

static void put_samples(struct writer *w, const struct series *s)
{
	const char *before = "";

	output_text(w->out, ",\n\"samples\":[");
	for (struct series_row row = { 0 }; series_next(&w->all, s, &row); before = ",") {
		output_text(w->out, before);
		put_stack(w, w->p->samples[row.sample].stack);
	}
	before = "";
	output_text(w->out, "],\n\"weights\":[");
	for (struct series_row row = { 0 }; series_next(&w->all, s, &row); before = ",") {
		output_text(w->out, before);
		put_size(w, s->value, row.value);
	}
	output_byte(w->out, ']');
}

static void put_events(struct writer *w, const struct series *s)
{
	const struct activation *a;
	const char *before = "\n";
	size_t depth = 0;

	output_text(w->out, ",\n\"events\":[");
	for (size_t next = 0; (a = series_next_activation(&w->all, s, &next)); before = ",\n") {
		depth += a->open ? 1 : (size_t)-1;
		if (depth > w->deepest)
			w->deepest = depth;
		output_text(w->out, before);
		json_put_count(w->out, a->open ? "{\"type\":\"O\",\"frame\":"
					  : "{\"type\":\"C\",\"frame\":",
			  w->numbers[a->frame] - 1);
		output_text(w->out, ",\"at\":");
		put_number(w, s->value, a->at);
		output_byte(w->out, '}');
	}
	output_byte(w->out, ']');
}

/* Start and end; what the samples add up to lies between them. */
static void put_span(struct writer *w, const struct series *s)
{
	const struct span *span = profile_span(w->p, s->thread, s->value);
	int64_t start = span ? span->start : 0, end = start;
	struct series_row row = { 0 };
	bool fits = true;

	while (fits && !s->evented && series_next(&w->all, s, &row))
		fits = row.value < 0 ? !__builtin_sub_overflow(end, row.value, &end)
				     : i64_add(end, row.value, &end);
	if (!fits)
		end = INT64_MAX;
	if (span && end < span->end && !s->negative)
		end = span->end;
	output_text(w->out, ",\"startValue\":");
	put_number(w, s->value, start);
	output_text(w->out, ",\"endValue\":");
	put_number(w, s->value, end);
}

static void put_series(struct writer *w, const struct series *s)
{
	struct buf title = { 0 };

	add_title(w, s, &title);
	output_text(w->out, s->evented ? "{\"type\":\"evented\"" : "{\"type\":\"sampled\"");
	json_put_text(w->out, ",\"name\":", buf_str(&title));
	json_put_text(w->out, ",\"unit\":", unit_word_of(&w->p->value_types[s->value])->word);
	put_span(w, s);
	put_series_extra(w, s, buf_str(&title));
	if (s->evented)
		put_events(w, s);
	else
		put_samples(w, s);
	output_byte(w->out, '}');
	buf_free(&title);
}

/* --- the file --- */

static void put_file_extra(struct writer *w, size_t title)
{
	const struct profile *p = w->p;
	bool any = false;

	if (p->estimated)
		put_extra(w, &any, "\"estimated\":true");
	if (p->value_count > 1) {
		/* in their order, and those of which there is no profile */
		put_extra(w, &any, "\"values\":");
		for (size_t i = 0; i < p->value_count; i++) {
			output_byte(w->out, i ? ',' : '[');
			json_put_value_type(w->out, p, (value_id)i);
		}
		output_byte(w->out, ']');
	}
	if (p->label_count > (title < p->label_count)) {
		put_extra(w, &any, "\"labels\":");
		json_put_labels(w->out, p, title);
	}
	if (any)
		output_byte(w->out, '}');
}

/* The label that is the file's name, or label_count. */
static size_t find_name(const struct profile *p)
{
	size_t i = 0;

	while (i < p->label_count && (p->labels[i].thread != NO_ID ||
				      !str_eq(profile_text(p, p->labels[i].key), S("name"))))
		i++;
	return i;
}

static void put_head(struct writer *w)
{
	const struct profile *p = w->p;
	size_t name = find_name(p);

	output_text(w->out, "{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\","
			    "\"exporter\":\"profpipe\"");
	if (name < p->label_count)
		json_put_text(w->out, ",\"name\":", profile_text(p, p->labels[name].value));
	output_text(w->out, ",\"activeProfileIndex\":0");
	put_file_extra(w, name);
}

static void put_file(struct writer *w)
{
	put_head(w);
	put_frames(w);
	output_text(w->out, ",\n\"profiles\":[");
	for (size_t i = 0; i < w->all.count; i++) {
		output_text(w->out, i ? ",\n" : "\n");
		put_series(w, &w->all.list[i]);
	}
	output_text(w->out, "\n]}\n");
	if (w->deepest > APP_DEPTH)
		warning("a stack is %zu frames deep: more than about 3500 are too many for the "
			"speedscope app", w->deepest);
	if (w->inexact)
		verbose("numbers beyond 2^53 are written in full; the speedscope app rounds them");
}

static void speedscope_write(struct output *out, const struct profile *p)
{
	struct writer w = {
		.out = out, .p = p,
		.numbers = alloc_zero(p->frame_count, sizeof *w.numbers),
		.written = alloc_zero(p->frame_count, sizeof *w.written),
	};

	series_find(&w.all, p);
	number_frames(&w);
	put_file(&w);
	free(w.numbers);
	free(w.written);
	series_free(&w.all);
	free(w.path);
}

const struct format speedscope_format = {
	.name = "speedscope",
	.title = "JSON of speedscope.app: py-spy, austin, pyinstrument, rbspy, dotnet-trace",
	.suffixes = ".speedscope.json .json",
	.half = HALF_STACKS,
	.keeps = KEEP_STACKS | KEEP_FILES | KEEP_FUNCTION_LINES | KEEP_LINES | KEEP_COLUMNS |
		 KEEP_THREADS | KEEP_PARTS | KEEP_VALUE_TYPES | KEEP_UNITS | KEEP_ORDER |
		 KEEP_ACTIVATIONS | KEEP_SPANS | KEEP_IDLE | KEEP_LABELS,
	.bid = speedscope_bid,
	.read = speedscope_read,
	.write = speedscope_write,
};
