/* speedscope/read_values - reads samples with their weights, or events, into rows */
#include "common/base/alloc.h"
#include "converters/speedscope/reading.h"

/* --- frames and numbers --- */

static uint32_t take_frame(struct speedscope_reader *r)
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

static stack_id push_frame(struct speedscope_reader *r, stack_id parent, uint32_t frame)
{
	if (r->in->failed)
		return EMPTY_STACK; /* there may be no frames */
	if (r->framed)
		return stacks_push(&r->p->stacks, parent, r->frames[frame]);
	return unresolved_stacks_push(&r->unresolved, parent, frame);
}

static bool read_number_text(struct speedscope_reader *r, struct decimal *number,
			     enum exactness *exactness)
{
	uint64_t byte = input_offset(r->in);
	struct str text;

	if (!json_string(&r->j, &text))
		return false;
	if (!str_to_decimal(text, number, exactness)) {
		input_error_at(r->in, byte, "expected a number, got %s", diag_quote(text));
		return false;
	}
	return true;
}

bool speedscope_read_number(struct speedscope_reader *r, struct decimal *number)
{
	enum exactness exactness;

	if (json_peek(&r->j) == JSON_STRING ? !read_number_text(r, number, &exactness)
					    : !json_number(&r->j, number, &exactness))
		return false;
	profile_count_rounding(r->p, exactness == ROUNDED, number->mantissa);
	return true;
}

/* Whether numbers can be processed now, or must wait for other keys. */
static bool can_begin(struct speedscope_reader *r)
{
	if (!r->now.named || !r->now.measured)
		return false;
	speedscope_begin_rows(r);
	return r->now.begun;
}

int64_t speedscope_measured(struct speedscope_reader *r, struct decimal number, uint64_t byte)
{
	struct speedscope_profile *now = &r->now;
	const struct value_type *type;
	int64_t value = 0;
	bool fits;

	number.exponent += now->unit->power - r->p->value_types[now->column].source_scale;
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

static void keep_item(struct speedscope_reader *r, struct speedscope_item item)
{
	ARRAY_ROOM(r->items, r->item_count, r->item_cap);
	r->items[r->item_count++] = item;
}

/* --- sampled profiles --- */

/* [[0, 1]] instead of [0, 1]: the frames of one stack all the same. */
static stack_id read_nested(struct speedscope_reader *r, stack_id stack)
{
	json_array(&r->j);
	while (json_element(&r->j))
		stack = push_frame(r, stack, take_frame(r));
	return stack;
}

static stack_id read_stack(struct speedscope_reader *r)
{
	stack_id stack = EMPTY_STACK;
	bool nested = false;

	if (sample_texts_find(&r->texts, &r->j, &stack))
		return stack;
	json_array(&r->j);
	while (json_element(&r->j)) {
		if (json_peek(&r->j) == JSON_ARRAY) {
			stack = read_nested(r, stack);
			nested = true;
		} else {
			stack = push_frame(r, stack, take_frame(r));
		}
	}
	r->repairs.nested += nested;
	sample_texts_learn(&r->texts, nested ? NO_ID : stack);
	return stack;
}

void speedscope_read_samples(struct speedscope_reader *r)
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

/* Adds a sample whose labels or time the profile gives. */
static void add_detailed(struct speedscope_reader *r, int64_t value)
{
	struct speedscope_profile *now = &r->now;
	size_t i = now->weights;
	int64_t time = i < r->time_count ? r->times[i] : NO_TIME;

	profile_sample_value(r->p,
			     (struct sample){ .thread = now->row,
					      .stack = r->stacks[i],
					      .count = now->count,
					      .labels = i < r->label_count ? r->labels[i]
									   : NO_LABELS,
					      .timed = time != NO_TIME,
					      .time = time != NO_TIME ? time : 0 },
			     now->column, value);
}

static void add_weight(struct speedscope_reader *r, struct decimal number, uint64_t byte)
{
	struct speedscope_profile *now = &r->now;
	int64_t value;

	if (now->weights == r->stack_count) {
		if (r->lenient)
			r->repairs.extra_weights++;
		else
			input_error_at(r->in, byte,
				       "expected a weight for each of %zu samples, got more "
				       "(--lenient leaves them out)",
				       r->stack_count);
		return;
	}
	value = speedscope_measured(r, number, byte);
	value = now->negative ? -value : value;
	if (r->label_count || r->time_count)
		add_detailed(r, value);
	else
		profile_sample(r->p, now->row, r->stacks[now->weights], now->column, value,
			       now->count);
	now->weights++;
}

void speedscope_read_weights(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;
	bool direct = now->sampled && can_begin(r);
	struct decimal number = { 0 };

	if (now->weighted_id)
		json_expected(&r->j, "'weights' only once");
	now->weighted_id = true;
	json_array(&r->j);
	while (json_element(&r->j)) {
		uint64_t at;

		json_peek(&r->j);
		at = input_offset(r->in);
		if (!speedscope_read_number(r, &number))
			return;
		if (direct)
			add_weight(r, number, at);
		else
			keep_item(r, (struct speedscope_item){ .number = number, .byte = at });
	}
}

void speedscope_finish_samples(struct speedscope_reader *r)
{
	struct speedscope_profile *now = &r->now;

	for (size_t i = 0; i < r->item_count && !r->in->failed; i++)
		add_weight(r, r->items[i].number, r->items[i].byte);
	if (now->weights < r->stack_count && r->lenient)
		r->repairs.extra_samples += r->stack_count - now->weights;
	else if (now->weights < r->stack_count)
		input_error(r->in,
			    "expected a weight for each of %zu samples, got %zu "
			    "(--lenient leaves the other samples out)",
			    r->stack_count, now->weights);
	if (r->label_count && r->label_count != r->stack_count)
		input_error(r->in, "expected a label set for each of %zu samples, got %zu",
			    r->stack_count, r->label_count);
	else if (r->time_count && r->time_count != r->stack_count)
		input_error(r->in, "expected a time for each of %zu samples, got %zu",
			    r->stack_count, r->time_count);
}

/* --- evented profiles --- */

static void add_time(struct speedscope_reader *r, int64_t at, uint64_t byte)
{
	struct speedscope_profile *now = &r->now;
	int64_t passed;

	if (!now->any)
		now->first = now->last = at;
	now->any = true;
	if (at < now->last && r->lenient) {
		r->repairs.early++;
		return;
	}
	if (at < now->last || __builtin_sub_overflow(at, now->last, &passed)) {
		input_error_at(r->in, byte,
			       "expected an event not before the last one (--lenient moves it)");
		return;
	}
	if (passed)
		profile_sample(r->p, now->row,
			       r->open_count ? r->open[r->open_count - 1].stack : EMPTY_STACK,
			       now->column, passed, now->count);
	now->last = at;
}

static void open_frame(struct speedscope_reader *r, uint32_t frame)
{
	stack_id below = r->open_count ? r->open[r->open_count - 1].stack : EMPTY_STACK;

	ARRAY_ROOM(r->open, r->open_count, r->open_cap);
	r->open[r->open_count++] = (struct open_frame){ frame, push_frame(r, below, frame) };
}

static void note_call_event(struct speedscope_reader *r, uint32_t frame, bool open)
{
	struct speedscope_profile *now = &r->now;

	if (now->call_events && !r->in->failed)
		profile_call_event(r->p, (struct call_event){ now->last, now->row, now->column,
							      r->framed ? r->frames[frame] : frame,
							      open });
}

static void close_top(struct speedscope_reader *r)
{
	r->open_count--;
	note_call_event(r, r->open[r->open_count].frame, false);
}

/*
 * The number of open frames up to the last one of that index; 0 if it is not open. Frames far
 * below are not looked at, or many ends of no frame would take forever.
 */
static size_t find_open(const struct speedscope_reader *r, uint32_t frame)
{
	enum { FARTHEST = 4096 };
	size_t at = r->open_count, end = at > FARTHEST ? at - FARTHEST : 0;

	while (at > end && r->open[at - 1].frame != frame)
		at--;
	return at > end ? at : 0;
}

/*
 * An end out of order, with --lenient: no frame outlasts its caller, so that callees end with it
 * and their own ends are ends of no frame.
 */
static void close_leniently(struct speedscope_reader *r, uint32_t frame)
{
	size_t at = find_open(r, frame);

	r->repairs.crossed += at < r->open_count;
	while (r->open_count >= at)
		close_top(r);
}

static void close_frame(struct speedscope_reader *r, const struct speedscope_item *event)
{
	if (r->lenient)
		close_leniently(r, event->frame);
	else if (!r->open_count)
		input_error_at(
			r->in, event->byte,
			"expected no end of frame %lu: no frame is open (--lenient passes it "
			"over)",
			(unsigned long)event->frame);
	else if (r->open[r->open_count - 1].frame != event->frame)
		input_error_at(r->in, event->byte,
			       "expected the end of frame %lu, got frame %lu (--lenient ends both)",
			       (unsigned long)r->open[r->open_count - 1].frame,
			       (unsigned long)event->frame);
	else
		close_top(r);
}

static void add_event(struct speedscope_reader *r, const struct speedscope_item *event)
{
	if (r->lenient && !event->open && !find_open(r, event->frame)) {
		r->repairs.stray++;
		return;
	}
	add_time(r, speedscope_measured(r, event->number, event->byte), event->byte);
	if (event->open) {
		open_frame(r, event->frame);
		note_call_event(r, event->frame, true);
	} else {
		close_frame(r, event);
	}
}

static void take_event_type(struct speedscope_reader *r, struct speedscope_item *event)
{
	struct str type;

	if (json_peek(&r->j) != JSON_STRING) {
		json_expected(&r->j, "\"O\" or \"C\"");
	} else if (json_string(&r->j, &type)) {
		event->open = str_eq(type, S("O"));
		if (!event->open && !str_eq(type, S("C")))
			input_error_at(r->in, event->byte,
				       "expected an event of type 'O' or 'C', got %s",
				       diag_quote(type));
	}
}

static bool read_event(struct speedscope_reader *r, struct speedscope_item *event)
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
			speedscope_read_number(r, &event->number);
		} else {
			json_skip(&r->j);
		}
	}
	if (have != (TYPE | FRAME | AT))
		input_error_at(r->in, event->byte,
			       "expected an event with 'type', 'frame' and 'at'");
	return !r->in->failed;
}

void speedscope_read_events(struct speedscope_reader *r)
{
	struct speedscope_item event = { 0 };
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

/* Frames without an end last until the profile's. */
static void last_to_end(struct speedscope_reader *r)
{
	uint64_t byte = input_offset(r->in);
	int64_t end = speedscope_measured(r, r->now.end.number, byte);

	if (end > r->now.last)
		add_time(r, end, byte);
}

void speedscope_finish_events(struct speedscope_reader *r)
{
	for (size_t i = 0; i < r->item_count && !r->in->failed; i++)
		add_event(r, &r->items[i]);
	if (r->open_count && !r->lenient) {
		input_error(
			r->in,
			"expected the end of frame %lu before the profile's end (--lenient ends "
			"it there)",
			(unsigned long)r->open[r->open_count - 1].frame);
		return;
	}
	r->repairs.unclosed += r->open_count;
	if (r->open_count && r->now.end.known && !r->in->failed)
		last_to_end(r);
	while (r->open_count)
		close_top(r);
}
