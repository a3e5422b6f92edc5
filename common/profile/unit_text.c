#include "common/profile/unit_text.h"

static const struct unit_text units[] = {
	{ "nanoseconds", UNIT_TIME, 1, 0 },
	{ "microseconds", UNIT_TIME, 1, 3 },
	{ "milliseconds", UNIT_TIME, 1, 6 },
	{ "seconds", UNIT_TIME, 1, 9 },
	{ "nanosecond", UNIT_TIME, 1, 0 },
	{ "microsecond", UNIT_TIME, 1, 3 },
	{ "millisecond", UNIT_TIME, 1, 6 },
	{ "second", UNIT_TIME, 1, 9 },
	{ "ns", UNIT_TIME, 1, 0 },
	{ "us", UNIT_TIME, 1, 3 },
	{ "ms", UNIT_TIME, 1, 6 },
	{ "s", UNIT_TIME, 1, 9 },
	{ "bytes", UNIT_BYTES, 1, 0 },
	{ "byte", UNIT_BYTES, 1, 0 },
	{ "By", UNIT_BYTES, 1, 0 }, /* UCUM's, which OTLP recommends */
	{ "kilobytes", UNIT_BYTES, 1024, 0 },
	{ "megabytes", UNIT_BYTES, 1024 * 1024, 0 },
};

/* A power of ten in front of a unit: "10^-3 count". */
#define POWER "10^-"
enum { MAX_POWER = 9 };

const struct unit_text *unit_text_find(struct str word)
{
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_eq(word, str_of(units[i].word)))
			return &units[i];
	return NULL;
}

int unit_text_exponent(struct str *unit)
{
	struct str power = *unit, rest = S("count");
	uint64_t digits;

	if (!str_starts(power, S(POWER)))
		return 0;
	power = str_from(power, strlen(POWER));
	str_cut(power, ' ', &power, &rest);
	if (!str_to_u64(power, &digits) || !digits || digits > MAX_POWER)
		return 0;
	*unit = rest;
	return -(int)digits;
}

struct value_type unit_text_type(struct profile *p, string_id name, struct str unit)
{
	struct value_type type = { .name = name };
	const struct unit_text *text;

	type.exponent = unit_text_exponent(&unit);
	text = unit_text_find(unit);
	if (text) {
		type.unit = text->unit;
		type.source_scale = text->power;
	} else if (!str_eq(unit, S("count"))) {
		type.unit_name = profile_string(p, unit);
	}
	return type;
}

bool unit_text_value(struct profile *p, value_id v, const struct unit_text *text, int exponent,
		     int64_t number, int64_t *value)
{
	const struct value_type *type = &p->value_types[v];
	bool fits = true;

	*value = number;
	if (text && text->unit == UNIT_TIME)
		fits = i64_shift(number, text->power, value);
	else if (text)
		fits = !__builtin_mul_overflow(number, text->factor, value);
	if (fits && (exponent || type->exponent) && type->unit != UNIT_TIME)
		fits = profile_number(p, v, (struct decimal){ *value, exponent }, value);
	return fits;
}

int unit_text_power(const struct profile *p, value_id v, int64_t *unit)
{
	const struct value_type *type = &p->value_types[v];
	int64_t whole = 1;

	*unit = 1;
	if (type->unit != UNIT_TIME || type->source_scale <= 0 || type->source_scale % 3 ||
	    type->source_scale > MAX_POWER || !i64_shift(1, type->source_scale, &whole) ||
	    !values_all_whole(&p->sample_values, v, whole))
		return 0;
	*unit = whole;
	return type->source_scale;
}

void buf_add_unit(struct buf *b, const struct profile *p, value_id v, int power)
{
	const struct value_type *type = &p->value_types[v];

	if (type->unit == UNIT_TIME) {
		buf_add(b, str_of(units[power / 3].word));
		return;
	}
	if (type->exponent)
		buf_print(b, POWER "%d ", -type->exponent);
	buf_add(b, type->unit == UNIT_BYTES ? S("bytes")
		   : type->unit_name        ? profile_text(p, type->unit_name)
					    : S("count"));
}
