/* flamegraph/read_counts - what is counted, and the value of each box */
#include "common/program/time_units.h"
#include "converters/flamegraph/boxes.h"

enum { PIXEL = 1000000, FINEST = -9 };

/* The power of ten of a nanosecond for a unit, or -1 if it is not a time. */
static int time_power(struct str word)
{
	if (str_eq(word, S("\xc2\xb5s")) || str_eq(word, S("\xce\xbcs")))
		return 3;
	for (int i = 0; i < TIME_UNITS; i++)
		if (str_eq(word, str_of(time_units[i].name)) ||
		    str_eq(word, str_of(time_units[i].word)))
			return time_units[i].power;
	return -1;
}

static bool is_bytes(struct str word, bool scaled)
{
	if (str_eq(word, S("bytes")) || str_eq(word, S("B")))
		return true;
	return scaled && (str_eq(word, S("KiB")) || str_eq(word, S("MiB")) ||
			  str_eq(word, S("GiB")) || str_eq(word, S("TiB")));
}

static struct str word_of(const struct flame_boxes_reader *r, const struct flame_box *box)
{
	return strings_text(&r->picture->texts, box->word);
}

/* The box whose title says for all what is counted. */
static const struct flame_box *widest(const struct flame_boxes_reader *r)
{
	const struct flame_box *best = r->boxes;

	for (size_t i = 1; i < r->count; i++)
		if (r->boxes[i].width > best->width)
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
	int64_t value;
	bool same = !r->exact ||
		    (decimal_at(box->title_value, 0, &value) == EXACT && value == box->width);

	if (power >= 0) {
		type.unit = UNIT_TIME;
		type.counts = !r->picture->flameprof && same;
		type.source_scale = same ? power : 0;
		word = S("time");
	} else if (is_bytes(word, !same)) {
		type.unit = UNIT_BYTES;
		word = S("bytes");
	} else {
		if (!same)
			r->exponent = places_under(box);
		if (!word.n)
			word = S("samples");
	}
	r->power = type.source_scale;
	type.name = profile_string(r->p, word);
	r->v = profile_value_type(r->p, type);
}

/* Times in titles may have different units: each is converted to that of the profile. */
static void scale_counts(struct flame_boxes_reader *r)
{
	bool times = r->p->value_types[r->v].unit == UNIT_TIME;

	r->exponent = 0;
	for (size_t i = 0; i < r->count; i++) {
		struct flame_box *box = &r->boxes[i];
		int power = times ? time_power(word_of(r, box)) : -1;
		int finest = times ? -r->power : FINEST;

		if (power >= 0)
			box->title_value.exponent += power - r->power;
		if (box->title_value.exponent < r->exponent)
			r->exponent = box->title_value.exponent;
		if (r->exponent < finest)
			r->exponent = finest;
	}
}

void flame_boxes_find_values(struct flame_boxes_reader *r)
{
	if (!r->exact)
		scale_counts(r);
	for (size_t i = 0; i < r->count && !r->in->failed; i++) {
		struct flame_box *box = &r->boxes[i];
		enum exactness exactness = EXACT;

		if (r->exact)
			box->value = box->width;
		else
			exactness = decimal_at(box->title_value, r->exponent, &box->value);
		if (exactness == OUT_OF_RANGE || box->value < 0 || box->value > INT64_MAX / 4)
			flame_boxes_fail(r, box, "a frame with a count from 0 to 2^61");
		r->p->rounded += exactness == ROUNDED;
		box->rest = box->value;
	}
	if (!r->exact && widest(r)->width > PIXEL)
		r->pixel = widest(r)->value / (widest(r)->width / PIXEL);
}
