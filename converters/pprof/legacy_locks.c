/*
 * pprof/legacy_locks - waiting for locks: Go's block and mutex, gperftools' contentionz
 *
 *	--- mutex:
 *	cycles/second=2596139376
 *	sampling period=1
 *	37315733 3 @ 0x4da041 0x4da040 0x4da59c 0x4844a1
 *
 * A line has cycles, how often, and where.
 */
#include "common/base/num.h"
#include "converters/pprof/legacy.h"

struct lock_reader {
	struct legacy_reader *l;
	int64_t hertz, period;
};

static bool is_heading(struct str line)
{
	return str_starts(line, S("--- contentionz")) || str_starts(line, S("--- mutex:")) ||
	       str_starts(line, S("--- contention:")) || str_eq(line, S("--- contention"));
}

bool legacy_is_locks(struct str head)
{
	return is_heading(legacy_first_line(head));
}

/* "cycles/second = 2596139376"; false: it is a sample */
static bool read_attribute(struct lock_reader *k, struct str line)
{
	struct input *in = k->l->in;
	struct str key, text;
	int64_t milliseconds = 0, ignored, *value = NULL;

	if (!str_cut(line, '=', &key, &text))
		return false;
	key = str_trim(key);
	if (str_eq(key, S("cycles/second")))
		value = &k->hertz;
	else if (str_eq(key, S("sampling period")))
		value = &k->period;
	else if (str_eq(key, S("ms since reset")))
		value = &milliseconds;
	else if (str_eq(key, S("discarded samples")))
		value = &ignored;
	if (!value)
		input_error(in,
			    "expected cycles/second, sampling period, ms since reset or "
			    "discarded samples, got %s",
			    diag_quote(key));
	else if (!str_to_i64(str_trim(text), value) || *value < 0)
		input_error(in, "expected a whole number for %s, got %s", diag_quote(key),
			    diag_quote(str_trim(text)));
	else if (milliseconds && !i64_shift(milliseconds, 6, &k->l->r->part->singular.duration))
		input_error(in, "expected milliseconds whose nanoseconds fit in 64 bits");
	return true;
}

static int64_t delay_of(struct lock_reader *k, int64_t cycles)
{
	double time;

	if (!k->hertz || !k->period)
		return cycles;
	/* in this order and cut off, as pprof does */
	time = (double)cycles * (double)k->period / ((double)k->hertz / 1e9);
	if (time < 0x1p63)
		return (int64_t)time;
	input_error(k->l->in, "expected cycles whose nanoseconds fit in 64 bits, got %lld",
		    (long long)cycles);
	return 0;
}

static void read_sample(struct lock_reader *k, struct str line)
{
	struct legacy_reader *l = k->l;
	int64_t cycles, count;

	legacy_begin_stack(l);
	if (!legacy_take_i64(&line, &cycles) || !legacy_take_i64(&line, &count) ||
	    !legacy_take(&line, S("@")) || cycles < 0 || count < 0) {
		input_error(l->in, "expected 'CYCLES N @ ADDRESSES'");
		return;
	}
	if (k->period && __builtin_mul_overflow(count, k->period, &count)) {
		input_error(l->in, "expected a count that fits in 64 bits without sampling");
		return;
	}
	if (!legacy_push_words(l, line, false))
		return;
	legacy_add_value(l, count);
	legacy_add_value(l, delay_of(k, cycles));
	legacy_await_comments(l);
}

void legacy_read_locks(struct legacy_reader *l)
{
	struct lock_reader k = { .l = l, .period = 1 };
	bool samples = false;
	struct str line = S("");

	legacy_next_line(l, &line);
	legacy_add_type(l, "contentions", "count");
	legacy_add_type(l, "delay", "nanoseconds");
	while (input_line(l->in, &line)) {
		if (str_starts(str_trim(line), S("---")) || legacy_is_map_heading(line)) {
			legacy_read_sections(l, line);
			break;
		}
		if (legacy_is_comment(line)) {
			legacy_read_comment(l, line);
		} else if (samples || !read_attribute(&k, line)) {
			samples = true;
			read_sample(&k, line);
		}
	}
	legacy_set_period(l, "contentions", "count", k.period);
	if (!k.hertz && !l->in->failed)
		profile_report_missing(l->r->p, str_of(l->in->name),
				       "no cycles/second: cycles are taken for nanoseconds");
}
