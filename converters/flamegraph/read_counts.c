/* flamegraph/read_counts - what is counted, and the value of each box */
#include <math.h>

#include "common/program/time_units.h"
#include "converters/flamegraph/boxes.h"

enum { PIXEL = 1000000, FINEST = -9 };

/* Other spellings of times. */
static const struct time_unit spellings[] = {
	{ "\xc2\xb5s", "\xce\xbcs", 3 }, { "usec", "usecs", 3 }, { "msec", "msecs", 6 },
	{ "nsec", "nsecs", 0 },          { "sec", "secs", 9 },
};

/* The power of ten of a nanosecond for a unit, or -1 if it is not a time. */
static int time_power(struct str word)
{
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
		if (str_eq(word, str_of(spellings[i].name)) ||
		    str_eq(word, str_of(spellings[i].word)))
			return spellings[i].power;
	for (int i = 0; i < TIME_UNITS; i++)
		if (str_eq(word, str_of(time_units[i].name)) ||
		    str_eq(word, str_of(time_units[i].word)))
			return time_units[i].power;
	return -1;
}

/* The number of bytes in a unit, or 0 if it is none of bytes. */
static int64_t bytes_in(struct str word)
{
	static const struct {
		const char *name;
		int64_t bytes;
	} units[] = {
		{ "bytes", 1 },
		{ "B", 1 },
		{ "kB", 1000 },
		{ "MB", 1000000 },
		{ "GB", 1000000000 },
		{ "TB", 1000000000000 },
		{ "KiB", INT64_C(1) << 10 },
		{ "MiB", INT64_C(1) << 20 },
		{ "GiB", INT64_C(1) << 30 },
		{ "TiB", INT64_C(1) << 40 },
	};

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_eq(word, str_of(units[i].name)))
			return units[i].bytes;
	return 0;
}

static struct str word_of(const struct flame_boxes_reader *r, const struct flame_box *box)
{
	return strings_text(&r->picture->texts, box->word);
}

/* The box whose title says for all what is counted. */
static const struct flame_box *widest(const struct flame_boxes_reader *r)
{
	const struct flame_box *best = NULL;

	for (size_t i = 0; i < r->count; i++)
		if (!r->boxes[i].uncounted && (!best || r->boxes[i].width > best->width))
			best = &r->boxes[i];
	return best;
}

/* 45 under "4.5 samples" are tenths: the power of ten, or 0 if there is none. */
static int places_under(const struct flame_box *box)
{
	int64_t value;

	for (int places = -1; places >= FINEST; places--)
		if (decimal_at(box->title_value, places, &value) == EXACT && value == box->width)
			return places;
	return 0;
}

/* How many of the finest unit one of the title's is: nanoseconds, bytes, or 1. */
static double finest_in(struct str word)
{
	int power = time_power(word);
	int64_t bytes = bytes_in(word);

	return power >= 0 ? pow(10, power) : bytes ? (double)bytes : 1;
}

/* Whether the width is the title's value in the finest unit: 1239870000 under "1.24 s". */
static bool is_title_for_people(const struct flame_boxes_reader *r, const struct flame_box *box)
{
	double digit = finest_in(word_of(r, box)) * pow(10, box->title_value.exponent);
	double said = digit * (double)box->title_value.mantissa;

	return fabs(said - (double)box->width) <= digit * 0.51;
}

/* Limits of a factor: titles are cut to integers. */
struct factor_range {
	double low, high;
};

static struct factor_range find_range(const struct flame_boxes_reader *r, string_id word)
{
	struct factor_range range = { 0, INFINITY };

	for (size_t i = 0; i < r->count; i++) {
		const struct flame_box *box = &r->boxes[i];
		int64_t value;

		if (!box->title_value.mantissa || !box->width)
			continue;
		if (box->word != word || decimal_at(box->title_value, 0, &value) != EXACT)
			return (struct factor_range){ 0, 0 };
		range.low = fmax(range.low, (double)value / (double)box->width);
		range.high = fmin(range.high, ((double)value + 1) / (double)box->width);
	}
	return range;
}

/*
 * inferno's --factor multiplies the counts in titles alone: 4 under "40 ms". The simplest
 * decimal that fits all titles is the factor; a mantissa of 0: there is none.
 */
static struct decimal find_factor(const struct flame_boxes_reader *r, string_id word)
{
	struct factor_range range = find_range(r, word);
	struct decimal factor = { 0, 0 };

	for (; factor.exponent >= FINEST; factor.exponent--) {
		double scale = pow(10, -factor.exponent), least = ceil(range.low * scale - 1e-9);

		if (least >= 1 && least < 1e15 && least < range.high * scale) {
			factor.mantissa = (int64_t)least;
			break;
		}
	}
	return factor;
}

/* Multiplies the exact places and widths. */
static void apply_factor(struct flame_boxes_reader *r, struct decimal factor)
{
	r->exponent = factor.exponent;
	r->factor = factor.mantissa;
	for (size_t i = 0; i < r->count; i++) {
		struct flame_box *box = &r->boxes[i];

		if (__builtin_mul_overflow(box->x, factor.mantissa, &box->x) ||
		    __builtin_mul_overflow(box->width, factor.mantissa, &box->width) ||
		    box->x > INT64_MAX / 4 || box->width > INT64_MAX / 4) {
			flame_boxes_fail(r, box, "a frame with a count from 0 to 2^61");
			return;
		}
	}
}

static struct decimal found_factor(struct flame_boxes_reader *r, string_id word)
{
	struct decimal factor = find_factor(r, word);

	if (!factor.mantissa) {
		flame_report_missing(r->in, r->p,
				     "the counts in titles do not fit the widths, which are taken");
		return (struct decimal){ 1, 0 };
	}
	if (factor.exponent)
		flame_report_missing(r->in, r->p,
				     "the counts in titles were multiplied by a factor and cut to "
				     "integers: the simplest factor that fits them is taken");
	return factor;
}

/* The factor of exact values under titles with others; 1 if they are the same. */
static struct decimal factor_of(struct flame_boxes_reader *r, const struct flame_box *box)
{
	int64_t value;

	if (!box->title_value.mantissa || is_title_for_people(r, box) ||
	    (decimal_at(box->title_value, 0, &value) == EXACT && value == box->width))
		return (struct decimal){ 1, 0 };
	if (places_under(box))
		return (struct decimal){ 1, places_under(box) };
	return found_factor(r, box->word);
}

/*
 * Exact values are usually in the unit of the title. Titles for people are different: with
 * "1.24 s" above 1239870000, nanoseconds are counted, and bytes under "2 KiB".
 */
void flame_boxes_find_unit(struct flame_boxes_reader *r)
{
	const struct flame_box *box = widest(r);
	struct str word = word_of(r, box);
	struct value_type type = { .counts = true };
	int power = time_power(word);
	struct decimal factor = { 1, 0 };
	int64_t value, bytes = bytes_in(word);
	bool same = !r->exact ||
		    (decimal_at(box->title_value, 0, &value) == EXACT && value == box->width);

	if (r->exact)
		factor = factor_of(r, box);
	same |= factor.mantissa > 1 || factor.exponent;
	if (power >= 0) {
		type.unit = UNIT_TIME;
		type.counts = !r->picture->flameprof && same;
		type.source_scale = same ? power : 0;
		word = S("time");
	} else if (bytes) {
		type.unit = UNIT_BYTES;
		word = S("bytes");
		if (r->exact && same && bytes > 1 &&
		    __builtin_mul_overflow(factor.mantissa, bytes, &factor.mantissa))
			flame_boxes_fail(r, box, "a factor below 2^63");
	} else if (!word.n) {
		word = S("samples");
	}
	if (factor.mantissa > 1 || factor.exponent)
		apply_factor(r, factor);
	r->power = type.source_scale;
	type.name = profile_string(r->p, word);
	r->v = profile_value_type(r->p, type);
}

/* Times and bytes in titles may have different units: each is converted to the profile's. */
static void scale_counts(struct flame_boxes_reader *r)
{
	enum unit unit = r->p->value_types[r->v].unit;
	bool times = unit == UNIT_TIME;

	r->exponent = 0;
	for (size_t i = 0; i < r->count; i++) {
		struct flame_box *box = &r->boxes[i];
		int power = times ? time_power(word_of(r, box)) : -1;
		int finest = times ? -r->power : FINEST;
		int64_t bytes = unit == UNIT_BYTES ? bytes_in(word_of(r, box)) : 0;

		if (power >= 0)
			box->title_value.exponent += power - r->power;
		if (bytes && __builtin_mul_overflow(box->title_value.mantissa, bytes,
						    &box->title_value.mantissa)) {
			flame_boxes_fail(r, box, "a frame with a count from 0 to 2^61");
			return;
		}
		if (box->title_value.exponent < r->exponent)
			r->exponent = box->title_value.exponent;
		if (r->exponent < finest)
			r->exponent = finest;
	}
}

/* What the width of a box without a count stands for. */
static int64_t value_of_width(const struct flame_boxes_reader *r, const struct flame_box *box,
			      const struct flame_box *scale)
{
	int64_t full = 0;

	decimal_at(scale->title_value, r->exponent, &full);
	return scale->width
		       ? i64_nearest((double)full * ((double)box->width / (double)scale->width))
		       : 0;
}

void flame_boxes_find_values(struct flame_boxes_reader *r)
{
	const struct flame_box *scale = widest(r);

	if (!r->exact)
		scale_counts(r);
	for (size_t i = 0; i < r->count && !r->in->failed; i++) {
		struct flame_box *box = &r->boxes[i];
		enum exactness exactness = EXACT;

		if (r->exact)
			box->value = box->width;
		else if (box->uncounted)
			box->value = value_of_width(r, box, scale);
		else
			exactness = decimal_at(box->title_value, r->exponent, &box->value);
		if (exactness == OUT_OF_RANGE || box->value < 0 || box->value > INT64_MAX / 4)
			flame_boxes_fail(r, box, "a frame with a count from 0 to 2^61");
		profile_count_rounding(r->p, exactness == ROUNDED, box->value);
		box->rest = box->value;
	}
	if (!r->exact && scale->width > PIXEL)
		r->pixel = scale->value / (scale->width / PIXEL);
}
