/*
 * chrometrace/read_event - one event: its keys and arguments
 *
 * Keys come in any order, and Chromium sorts them, so that "args" is the first: what an event is
 * is known at its end. Numbers may stand in quotes, as Hermes writes them.
 */
#include "common/base/alloc.h"
#include "converters/chrometrace/reading.h"

/* --- values --- */

/* A number, also one in quotes; `what` names it. */
static bool take_number(struct chrometrace_reader *r, const char *what, struct decimal *number)
{
	enum exactness exactness = EXACT;
	struct str text;
	uint64_t at;

	if (json_peek(&r->j) != JSON_STRING)
		return json_number(&r->j, number, &exactness);
	at = input_offset(r->in);
	if (json_string(&r->j, &text) && str_to_decimal(text, number, &exactness))
		return true;
	input_error_at(r->in, at, "expected %s, got %s", what, diag_quote(text));
	return false;
}

/*
 * Microseconds as nanoseconds; in our own files perhaps another unit, whose scale the file has said.
 */
static bool scale_time(struct chrometrace_reader *r, struct decimal number, int64_t *value)
{
	enum { MICROSECONDS = 3 };
	enum exactness exactness;
	int exponent = 0;

	if (r->typed && r->p->value_types[r->value].unit != UNIT_TIME)
		exponent = r->p->value_types[r->value].exponent;
	else
		number.exponent += MICROSECONDS;
	exactness = decimal_at(number, exponent, value);
	profile_count_rounding(r->p, exactness == ROUNDED, *value);
	return exactness != OUT_OF_RANGE;
}

/*
 * Negative times stay above a quarter of what fits, so that they are no CHROMETRACE_BEGIN.
 */
bool chrometrace_take_time(struct chrometrace_reader *r, const char *what, int64_t *ns)
{
	struct decimal number = { 0 };
	uint64_t at;

	json_peek(&r->j);
	at = input_offset(r->in);
	if (!take_number(r, what, &number))
		return false;
	if (scale_time(r, number, ns) && *ns > INT64_MIN / 2)
		return true;
	input_error_at(r->in, at, "expected %s within 146 years", what);
	return false;
}

struct chrometrace_id chrometrace_take_id(struct chrometrace_reader *r)
{
	struct chrometrace_id id = { 0 };
	struct str text = { 0 };
	enum json_kind kind = json_peek(&r->j);

	if (kind == JSON_STRING)
		json_string(&r->j, &text);
	else if (kind == JSON_NUMBER)
		json_number_text(&r->j, &text);
	else
		json_skip(&r->j);
	if (text.n && !str_to_u64(text, &id.number))
		id.text = chrometrace_text(r, text);
	return id;
}

static string_id take_text(struct chrometrace_reader *r)
{
	struct str text;

	return json_string(&r->j, &text) ? chrometrace_text(r, text) : 0;
}

/* Arguments are whatever the writer likes: those of another kind are passed over. */
static string_id take_argument(struct chrometrace_reader *r)
{
	if (json_peek(&r->j) == JSON_STRING)
		return take_text(r);
	json_skip(&r->j);
	return 0;
}

static uint32_t take_line(struct chrometrace_reader *r)
{
	struct str text;
	uint64_t line;

	if (json_peek(&r->j) != JSON_NUMBER) {
		json_skip(&r->j);
		return 0;
	}
	return json_number_text(&r->j, &text) && str_to_u64(text, &line) && line < UINT32_MAX
		       ? (uint32_t)line
		       : 0;
}

/* Most events of a file are of few categories: mostly it is that of the event before. */
static string_id take_category(struct chrometrace_reader *r)
{
	struct str text;

	if (json_peek(&r->j) != JSON_STRING) {
		json_skip(&r->j);
		return 0;
	}
	if (!json_string(&r->j, &text))
		return 0;
	if (!str_eq(text, strings_text(&r->texts, r->last_category)))
		r->last_category = chrometrace_text(r, text);
	return r->last_category;
}

/* --- keys --- */

static void read_arguments(struct chrometrace_reader *r, struct chrometrace_event *e)
{
	struct str key;

	if (json_peek(&r->j) != JSON_OBJECT) {
		json_skip(&r->j);
		return;
	}
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("name"))) {
			e->given = take_argument(r);
		} else if (str_eq(key, S("detail"))) {
			e->of.detail = take_argument(r);
		} else if (str_eq(key, S("filename")) || str_eq(key, S("file"))) {
			e->of.file = take_argument(r);
		} else if (str_eq(key, S("line"))) {
			e->of.at.line = take_line(r);
		} else if (str_eq(key, S("column"))) {
			e->of.at.column = take_line(r);
		} else if (str_eq(key, S("functionLine"))) {
			e->of.begins = take_line(r);
		} else if (r->own && str_eq(key, S("system"))) {
			e->of.system = take_text(r);
		} else if (r->own && str_eq(key, S("idle"))) {
			json_bool(&r->j, &e->of.idle);
		} else if (r->own && json_frame_key(&r->j, key, &r->mappings, &e->of.at)) {
			continue;
		} else if (str_eq(key, S("profpipe"))) {
			chrometrace_read_own_thread(r, &e->own);
		} else if (str_eq(key, S("data"))) {
			chrometrace_read_data(r);
		} else {
			e->is_sum |= str_eq(key, S("avg ms"));
			json_skip(&r->j);
		}
	}
}

static void take_phase(struct chrometrace_reader *r, struct chrometrace_event *e)
{
	struct str text;

	if (!json_string(&r->j, &text))
		return;
	e->known = true;
	e->phase = text.n == 1 ? text.p[0] : '?';
}

static void take_length(struct chrometrace_reader *r, struct chrometrace_event *e)
{
	uint64_t at;

	json_peek(&r->j);
	at = input_offset(r->in);
	e->has_length = chrometrace_take_time(r, "a duration in microseconds", &e->length);
	if (e->has_length && e->length < 0)
		input_error_at(r->in, at, "expected a duration that is not negative");
}

enum event_key {
	KEY_NAME,
	KEY_CAT,
	KEY_PH,
	KEY_TS,
	KEY_DUR,
	KEY_PID,
	KEY_TID,
	KEY_ARGS,
	KEY_ID,
	KEYS, /* of another name; in front of the first */
};

/* Its name, and as it stands behind a comma, without a blank and with one. */
struct event_key_text {
	struct str name, dense, spaced;
};
#define KEY(name) \
	{ \
		{ name, sizeof(name) - 1 }, { "\"" name "\":", sizeof(name) + 2 }, \
		{ \
			" \"" name "\":", sizeof(name) + 3 \
		} \
	}
static const struct event_key_text key_texts[KEYS] = {
	[KEY_NAME] = KEY("name"), [KEY_CAT] = KEY("cat"),   [KEY_PH] = KEY("ph"),
	[KEY_TS] = KEY("ts"),     [KEY_DUR] = KEY("dur"),   [KEY_PID] = KEY("pid"),
	[KEY_TID] = KEY("tid"),   [KEY_ARGS] = KEY("args"), [KEY_ID] = KEY("id"),
};
#undef KEY

static enum event_key find_key(struct str key)
{
	int i = 0;

	while (i < KEYS && !str_eq(key, key_texts[i].name))
		i++;
	return (enum event_key)i;
}

/* Writers have one order of keys: mostly the next one is that which came next in other events. */
static bool next_key(struct chrometrace_reader *r, enum event_key *key)
{
	enum event_key guess = r->key_after[*key];
	struct str text;

	if (guess < KEYS && (json_key_guessed(&r->j, key_texts[guess].dense) ||
			     json_key_guessed(&r->j, key_texts[guess].spaced))) {
		*key = guess;
		return true;
	}
	if (!json_key(&r->j, &text))
		return false;
	guess = find_key(text);
	r->key_after[*key] = (uint8_t)guess;
	*key = guess;
	return true;
}

static void read_key(struct chrometrace_reader *r, struct chrometrace_event *e, enum event_key key)
{
	switch (key) {
	case KEY_NAME:
		e->of.name = take_text(r);
		e->named = true;
		break;
	case KEY_CAT: e->category = take_category(r); break;
	case KEY_PH: take_phase(r, e); break;
	case KEY_TS:
		e->has_start = chrometrace_take_time(r, "a time in microseconds", &e->start);
		break;
	case KEY_DUR: take_length(r, e); break;
	case KEY_PID: e->pid = chrometrace_take_id(r); break;
	case KEY_TID: e->tid = chrometrace_take_id(r); break;
	case KEY_ARGS: read_arguments(r, e); break;
	case KEY_ID: e->id = chrometrace_take_id(r); break;
	default: json_skip(&r->j);
	}
}

/* --- what it is --- */

static uint32_t thread_of(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	return chrometrace_find_thread(r, e->pid, e->tid);
}

/*
 * "filename" and "line" are where a sample was taken; without a file a line is an argument like
 * any other. VizTracer's category stands for the place that its names have.
 */
static struct chrometrace_name name_of(struct chrometrace_reader *r,
				       const struct chrometrace_event *e)
{
	struct chrometrace_name name = e->of;
	struct str category = strings_text(&r->texts, e->category);

	if (!e->named)
		name.name = chrometrace_text(r, S("(unnamed)"));
	if (!r->own) {
		name.at.line = name.file ? name.at.line : 0;
		name.at.column = name.begins = 0;
	}
	name.function_line = !name.file && !name.detail &&
			     (str_eq(category, S("fee")) || str_eq(category, S("FEE")));
	return name;
}

static void add_row(struct chrometrace_reader *r, const struct chrometrace_event *e, int64_t end)
{
	frame_id frame = end == CHROMETRACE_END ? 0 : chrometrace_find_frame(r, name_of(r, e));

	if (!e->has_start)
		input_error_at(r->in, e->byte, "expected an event with a time ('ts')");
	if (!r->in->failed)
		chrometrace_add_row(r, (struct chrometrace_row){ e->start, end, frame,
								 thread_of(r, e) });
}

static void add_complete(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	int64_t end;

	/* "Total Source" repeats the sum of all, each alone on a thread that never was */
	if (e->is_sum && str_starts(strings_text(&r->texts, e->of.name), S("Total "))) {
		r->counts.sums++;
		return;
	}
	r->counts.unmeasured += !e->has_length;
	if (i64_add(e->start, e->length, &end))
		add_row(r, e, end);
	else
		input_error_at(r->in, e->byte, "expected an event that ends within 146 years");
}

/* --- LLVM's headers --- */

/*
 * Since LLVM 19 a header is an asynchronous pair {"ph":"b","cat":"Source","id":0,"name":"Source"},
 * although it is on the stack: the category is the name. What else is asynchronous is not.
 */
static bool is_on_stack(const struct chrometrace_event *e)
{
	return e->category && e->category == e->of.name;
}

static void begin_pending(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	if (!e->has_start) {
		input_error_at(r->in, e->byte, "expected an event with a time ('ts')");
		return;
	}
	ARRAY_ROOM(r->pending, r->pending_count, r->pending_cap);
	r->pending[r->pending_count++] = (struct chrometrace_pending){ thread_of(r, e),
								       name_of(r, e), e->start };
}

/* The end of the last pair of that name on the thread; an end mostly follows its begin. */
static void end_pending(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	enum { FARTHEST = 256 };
	size_t end = r->pending_count > FARTHEST ? r->pending_count - FARTHEST : 0;
	uint32_t thread = thread_of(r, e);

	for (size_t i = r->pending_count; i-- > end;) {
		struct chrometrace_pending *begin = &r->pending[i];
		struct chrometrace_row row = { begin->start, e->start, 0, thread };

		if (begin->thread != thread || begin->of.name != e->of.name ||
		    e->start < begin->start)
			continue;
		row.frame = chrometrace_find_frame(r, begin->of);
		chrometrace_add_row(r, row);
		memmove(begin, begin + 1, (--r->pending_count - i) * sizeof *begin);
		return;
	}
	r->counts.stray++;
}

/* --- the event --- */

static void name_thread(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	struct str what = strings_text(&r->texts, e->of.name);
	uint32_t thread;

	if (str_eq(what, S("process_name"))) {
		chrometrace_name_process(r, e->pid, e->given);
	} else if (str_eq(what, S("thread_name"))) {
		thread = thread_of(r, e); /* may move the table */
		r->threads[thread].name = e->given;
		r->threads[thread].own = e->own;
	}
}

static void take_sample_event(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	struct str name = strings_text(&r->texts, e->of.name);

	if (str_eq(name, S("Profile")))
		chrometrace_begin_profile(r, e);
	else if (str_eq(name, S("ProfileChunk")))
		chrometrace_add_piece(r, e);
	else
		r->counts.others++;
}

static void take_event(struct chrometrace_reader *r, const struct chrometrace_event *e)
{
	switch (e->phase) {
	case 'X': add_complete(r, e); break;
	case 'B': add_row(r, e, CHROMETRACE_BEGIN); break;
	case 'E': add_row(r, e, CHROMETRACE_END); break;
	case 'M': name_thread(r, e); break;
	case 'P': take_sample_event(r, e); break;
	case 'b':
		if (is_on_stack(e))
			begin_pending(r, e);
		else
			r->counts.async++;
		break;
	case 'e':
		if (is_on_stack(e))
			end_pending(r, e);
		else
			r->counts.async++;
		break;
	case 'n': /* an instant of one, of today and of old */
	case 'S':
	case 'T':
	case 'p':
	case 'F': r->counts.async++; break;
	default: r->counts.others++;
	}
}

void chrometrace_read_event(struct chrometrace_reader *r)
{
	struct chrometrace_event event = { .pid = { 0 } };
	enum event_key key = KEYS;

	if (json_peek(&r->j) != JSON_OBJECT) {
		json_expected(&r->j, "an event");
		return;
	}
	event.byte = input_offset(r->in);
	r->piece.any = false;
	json_object(&r->j);
	while (next_key(r, &key)) {
		event.keyed = true;
		read_key(r, &event, key);
	}
	if (event.keyed && !event.known)
		input_error_at(r->in, event.byte, "expected an event with a phase ('ph')");
	/* writers end with {} behind the last comma */
	if (event.keyed && !r->in->failed)
		take_event(r, &event);
}
