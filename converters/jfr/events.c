/*
 * jfr/events - which events are samples, and of what
 *
 * Each kind of event is a value type of its own: they count different things, or the same time
 * twice, and must not be added. A sample of jdk.ExecutionSample has no weight: it stands for the
 * time between two samples, which a setting says ("period" of the JDK's events, "interval" of
 * async-profiler), or, without one, for itself.
 */
#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "converters/jfr/internal.h"

/* What the value of a sample is. */
enum jfr_measure { OF_PERIOD, OF_DURATION, OF_BYTES };

static const struct jfr_event_kind {
	const char *type, *name;
	enum jfr_measure measure;
	enum jfr_field field;     /* of the value, or how many periods */
	enum jfr_field period_at; /* the period in ticks, if the event has one */
} kinds[] = {
	{ "jdk.ExecutionSample", "ExecutionSample", OF_PERIOD, JFR_NO_FIELD, JFR_NO_FIELD },
	{ "jdk.CPUTimeSample", "CPUTimeSample", OF_PERIOD, JFR_NO_FIELD, JFR_SAMPLING_PERIOD },
	{ "profiler.WallClockSample", "WallClockSample", OF_PERIOD, JFR_SAMPLES, JFR_NO_FIELD },
	{ "jdk.NativeMethodSample", "NativeMethodSample", OF_PERIOD, JFR_NO_FIELD, JFR_NO_FIELD },
	{ "jdk.ObjectAllocationSample", "ObjectAllocationSample", OF_BYTES, JFR_WEIGHT,
	  JFR_NO_FIELD },
	{ "jdk.ObjectAllocationInNewTLAB", "ObjectAllocationInNewTLAB", OF_BYTES, JFR_TLAB_SIZE,
	  JFR_NO_FIELD },
	{ "jdk.ObjectAllocationOutsideTLAB", "ObjectAllocationOutsideTLAB", OF_BYTES,
	  JFR_ALLOCATION_SIZE, JFR_NO_FIELD },
	{ "profiler.LiveObject", "LiveObject", OF_BYTES, JFR_ALLOCATION_SIZE, JFR_NO_FIELD },
	{ "profiler.Malloc", "Malloc", OF_BYTES, JFR_SIZE, JFR_NO_FIELD },
	{ "jdk.JavaMonitorEnter", "JavaMonitorEnter", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.JavaMonitorWait", "JavaMonitorWait", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.ThreadPark", "ThreadPark", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.ThreadSleep", "ThreadSleep", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.FileRead", "FileRead", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.FileWrite", "FileWrite", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.SocketRead", "SocketRead", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
	{ "jdk.SocketWrite", "SocketWrite", OF_DURATION, JFR_DURATION, JFR_NO_FIELD },
};
enum { KINDS = sizeof kinds / sizeof *kinds, KIND_SETTING, KIND_LOST };

void jfr_mark_event(struct jfr_type *type)
{
	for (unsigned i = 0; i < KINDS; i++)
		if (str_eq(type->name, str_of(kinds[i].type)))
			type->kind = i + 1;
	if (str_eq(type->name, S("jdk.ActiveSetting")))
		type->kind = KIND_SETTING + 1;
	else if (str_eq(type->name, S("jdk.CPUTimeSamplesLost")))
		type->kind = KIND_LOST + 1;
}

bool jfr_is_setting(const struct jfr_type *type)
{
	return type->kind == KIND_SETTING + 1;
}

bool jfr_is_sample(const struct jfr_type *type)
{
	return type->kind && type->kind != KIND_SETTING + 1;
}

/* --- settings --- */

/*
 * "10 ms", "10ms", or a plain number, which is nanoseconds. 0 if it is none of these: "everyChunk",
 * "max". The units are those that the JDK takes for settings.
 */
static int64_t period_of(struct str text)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {
		{ "", 1 },
		{ "ns", 1 },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60 * INT64_C(1000000000) },
		{ "h", 3600 * INT64_C(1000000000) },
		{ "d", 86400 * INT64_C(1000000000) },
	};
	struct str number, unit;
	int64_t value, product;
	size_t digits = 0;

	if (!text.n)
		return 0;
	while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
		digits++;
	number = str_head(text, digits);
	unit = str_trim(str_from(text, digits));
	if (!str_to_i64(number, &value) || value < 0)
		return 0;
	for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
		if (str_eq(unit, str_of(units[i].unit)))
			return __builtin_mul_overflow(value, units[i].ns, &product) ? 0 : product;
	return 0;
}

/* async-profiler counts nanoseconds with these, and something else with other events. */
static bool is_clock(struct str event)
{
	return str_eq(event, S("cpu")) || str_eq(event, S("itimer")) ||
	       str_eq(event, S("ctimer")) || str_eq(event, S("wall"));
}

bool jfr_read_setting(struct jfr_reader *r, struct jfr_bytes event)
{
	struct jfr_record record;
	uint32_t row = jfr_type_row(&r->types, r->setting_type);

	if (!jfr_read_value(r, &event, &r->types.rows[row], &record))
		return false;
	r->name.n = r->scratch.n = 0;
	jfr_field_text(r, &record, JFR_NAME, &r->name);
	jfr_field_text(r, &record, JFR_VALUE, &r->scratch);
	row = jfr_type_row(&r->types, jfr_number_of(&record, JFR_ID));
	if (str_eq(buf_str(&r->name), S("event")))
		r->other_clock = !is_clock(buf_str(&r->scratch));
	else if (row == UINT32_MAX)
		return true;
	else if (str_eq(buf_str(&r->name), S("interval")))
		r->types.rows[row].interval = period_of(buf_str(&r->scratch));
	else if (str_eq(buf_str(&r->name), S("period")))
		r->types.rows[row].period = period_of(buf_str(&r->scratch));
	return true;
}

/* --- values --- */

/* Ticks are at most 10^10 a second. */
static bool ns_of(const struct jfr_reader *r, uint64_t ticks, uint64_t *ns)
{
	const uint64_t second = 1000000000;

	if (ticks / r->ticks_per_second > INT64_MAX / second - 1)
		return false;
	if (r->ticks_per_second == second)
		*ns = ticks;
	else
		*ns = ticks / r->ticks_per_second * second +
		      ticks % r->ticks_per_second * second / r->ticks_per_second;
	return true;
}

static bool period_in(const struct jfr_reader *r, const struct jfr_type *type,
		      const struct jfr_event_kind *kind, const struct jfr_record *event,
		      uint64_t *period)
{
	*period = (uint64_t)type->period;
	if (!*period && !r->other_clock)
		*period = (uint64_t)type->interval;
	return kind->period_at == JFR_NO_FIELD || !jfr_member(event, kind->period_at) ||
	       ns_of(r, event->number[kind->period_at], period);
}

/* How much of the value `count` samples are, and how many samples. False if it does not fit. */
static bool measure(struct jfr_reader *r, struct jfr_type *type, const struct jfr_record *event,
		    uint64_t count, struct jfr_sample *s, bool *timed)
{
	const struct jfr_event_kind *kind = &kinds[type->kind - 1];
	uint64_t amount = count, period;

	if (kind->field != JFR_NO_FIELD && jfr_member(event, kind->field))
		amount = event->number[kind->field];
	s->count = count;
	*timed = kind->measure != OF_BYTES;
	if (kind->measure == OF_PERIOD) {
		s->count = amount;
		if (!period_in(r, type, kind, event, &period))
			return false;
		*timed = period > 0;
		if (__builtin_mul_overflow(s->count, period ? period : 1, &amount))
			return false;
	} else if (kind->measure == OF_DURATION && !ns_of(r, amount, &amount)) {
		return false;
	}
	s->amount = (int64_t)amount;
	return amount <= INT64_MAX;
}

static value_id value_of(struct jfr_reader *r, struct jfr_type *type, bool timed)
{
	const struct jfr_event_kind *kind = &kinds[type->kind - 1];
	struct value_type value = { 0 };

	if (type->value != NO_ID && type->timed == timed)
		return type->value;
	value.name = profile_string(r->p, str_of(kind->name));
	if (kind->measure == OF_BYTES)
		value.unit = UNIT_BYTES;
	else if (timed)
		value.unit = UNIT_TIME;
	else
		value.unit_name = profile_string(r->p, S("samples"));
	type->timed = timed;
	type->value = profile_value_type(r->p, value);
	if (type->kind <= r->best || !r->best) {
		r->best = type->kind;
		r->shown = type->value;
	}
	return type->value;
}

/* --- samples --- */

static void add_sample(struct jfr_reader *r, const struct jfr_sample *s, int64_t since)
{
	struct sample sample = { .thread = s->thread,
				 .stack = s->stack,
				 .count = s->count,
				 .timed = r->p->ordered,
				 .time = s->time - since };

	profile_sample_value(r->p, sample, s->value, s->amount);
}

bool jfr_is_groupable(const struct jfr_type *type)
{
	const struct jfr_event_kind *kind;

	if (!type->kind || type->kind > KINDS)
		return false;
	kind = &kinds[type->kind - 1];
	return kind->measure == OF_PERIOD && kind->field == JFR_NO_FIELD &&
	       kind->period_at == JFR_NO_FIELD && type->flat && type->by_field[JFR_START_TIME] &&
	       type->by_field[JFR_STACK_TRACE] &&
	       (type->by_field[JFR_SAMPLED_THREAD] || type->by_field[JFR_EVENT_THREAD]);
}

static bool add_samples(struct jfr_reader *r, struct jfr_type *type, const struct jfr_record *event,
			uint64_t count, const char *at)
{
	struct jfr_sample s = { 0 };
	uint64_t ticks, ns = 0;
	bool timed;

	if (!measure(r, type, event, count, &s, &timed)) {
		jfr_expected(r, at, "a value below 2^63");
		return false;
	}
	ticks = jfr_number_of(event, JFR_START_TIME);
	ticks = ticks > r->start_ticks ? ticks - r->start_ticks : 0;
	if (ticks > r->last_tick) {
		jfr_expected(r, at, "a time before the year 2262");
		return false;
	}
	if (r->p->ordered && ns_of(r, ticks, &ns))
		s.time = (int64_t)(r->start_ns + ns);
	s.value = value_of(r, type, timed);
	if (!jfr_recent(r, event, jfr_thread_field(event), JFR_THREAD, &s.thread))
		s.thread = jfr_thread(r, event);
	if (!jfr_recent(r, event, JFR_STACK_TRACE, JFR_STACK, &s.stack))
		s.stack = jfr_stack(r, event);
	r->samples += count;
	if (r->in->failed)
		return false;
	if (r->p->ordered) {
		ARRAY_ROOM(r->waiting, r->waiting_count, r->waiting_cap);
		r->waiting[r->waiting_count++] = s;
	} else {
		add_sample(r, &s, 0);
	}
	return true;
}

bool jfr_add_samples(struct jfr_reader *r, struct jfr_type *type, const struct jfr_record *event,
		     uint64_t count)
{
	return add_samples(r, type, event, count, r->chunk.p);
}

bool jfr_read_event(struct jfr_reader *r, struct jfr_type *type, struct jfr_bytes event)
{
	const char *begin = event.p;
	struct jfr_record record;

	if (!jfr_read_value(r, &event, type, &record))
		return false;
	if (type->kind == KIND_LOST + 1) {
		r->lost += jfr_number_of(&record, JFR_LOST_SAMPLES);
		return true;
	}
	return add_samples(r, type, &record, 1, begin);
}

static int by_time(uint32_t a, uint32_t b, const void *context)
{
	const struct jfr_sample *samples = context;

	return (samples[a].time > samples[b].time) - (samples[a].time < samples[b].time);
}

void jfr_add_waiting(struct jfr_reader *r)
{
	uint32_t *order = alloc_resize(NULL, r->waiting_count, sizeof *order);

	for (size_t i = 0; i < r->waiting_count; i++)
		order[i] = (uint32_t)i;
	sort_ids(order, r->waiting_count, by_time, r->waiting);
	for (size_t i = 0; i < r->waiting_count; i++)
		add_sample(r, &r->waiting[order[i]], (int64_t)r->first_ns);
	alloc_free(order);
}
