/*
 * speedscope_read - see speedscope.c for the language
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/late_stacks.h"
#include "common/profile/rows_json.h"
#include "converters/speedscope.h"
#include "converters/speedscope_texts.h"

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

	struct sample_texts texts;

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
	struct decimal number = { 0 };
	enum exactness how;
	int64_t line = 0;

	uint64_t byte;

	json_peek(&r->j);
	byte = input_offset(r->in);
	if (json_null(&r->j) || !json_number(&r->j, &number, &how))
		return 0;
	if (decimal_at(number, 0, &line) != EXACT || line > UINT32_MAX) {
		char text[NUM_TEXT] = "";
		size_t n = number.exponent > -20 && number.exponent < 20
			? decimal_text(text, number) : 0;

		input_error_at(r->in, byte, "expected a line or column below 2^32, got %.*s",
			       (int)n, n ? text : "another number");
	}
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
				profile_value_type(r->p, json_named_value_type(&r->j, r->p));
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

static stack_id read_stack(struct reader *r)
{
	stack_id stack = EMPTY_STACK;

	if (sample_texts_find(&r->texts, &r->j, &stack))
		return stack;
	json_array(&r->j);
	while (json_element(&r->j))
		stack = push_frame(r, stack, take_frame(r));
	sample_texts_learn(&r->texts, stack);
	return stack;
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
	struct decimal number = { 0 };

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
	struct item event = { 0 };
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

int speedscope_read(struct input *in, struct profile *p)
{
	struct reader r = { .in = in, .p = p };

	json_start(&r.j, in);
	sample_texts_init(&r.texts);
	late_stacks_init(&r.late, p);
	read_file(&r);
	json_free(&r.j);
	sample_texts_free(&r.texts);
	late_stacks_free(&r.late);
	index_free(&r.twin_index);
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

int speedscope_bid(struct str head, bool whole)
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
