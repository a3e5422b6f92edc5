#include "common/profile/value_text.h"

#include <math.h>
#include <string.h>

void buf_add_grouped(struct buf *b, struct decimal value)
{
	char text[NUM_TEXT];
	size_t n = decimal_text(text, value), whole = 0, sign = text[0] == '-';

	while (whole < n && text[whole] != '.')
		whole++;
	for (size_t i = 0; i < n; i++) {
		if (i > sign && i < whole && (whole - i) % 3 == 0)
			buf_byte(b, ',');
		buf_byte(b, text[i]);
	}
}

static void add_rounded(struct buf *b, double value, int places)
{
	for (int i = 0; i < places; i++)
		value *= 10;
	buf_add_grouped(b, (struct decimal){ i64_nearest(value), -places });
}

/* `step` units are one of the next unit; `said` is its spelling in options. */
struct unit_step {
	const char *sign, *said;
};
static const struct unit_step times[] = {
	{ "ns", "ns" }, { "\xc2\xb5s", "us" }, { "ms", "ms" }, { "s", "s" }, { NULL, NULL },
};
static const struct unit_step bytes[] = {
	{ "B", "B" },     { "KiB", "KiB" }, { "MiB", "MiB" },
	{ "GiB", "GiB" }, { "TiB", "TiB" }, { NULL, NULL },
};

static bool is_one_of(const struct unit_step *units, const char *said)
{
	for (; said && units->sign; units++)
		if (str_eq(str_of(units->said), str_of(said)))
			return true;
	return false;
}

/*
 * The largest unit in which the value is at least 1, or the requested unit if it is of this
 * kind.
 */
static void add_scaled(struct buf *b, double value, const struct unit_step *units, double step,
		       const char *wanted)
{
	bool fixed = is_one_of(units, wanted);
	double size = value < 0 ? -value : value;

	for (; units[1].sign; units++) {
		if (fixed ? str_eq(str_of(units->said), str_of(wanted)) : size < step - 0.5)
			break;
		value /= step;
		size /= step;
	}
	add_rounded(b, value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
	buf_byte(b, ' ');
	buf_add(b, str_of(units->sign));
}

/* The value in its own unit: ns, or 10^exponent of another unit. */
static double size_of(struct decimal exact, double factor)
{
	double size = (double)exact.mantissa;

	for (; exact.exponent < 0; exact.exponent++)
		size /= 10;
	return factor > 0 ? size * factor : size;
}

void buf_add_value(struct buf *b, const struct profile *p, value_id v, int64_t value,
		   const struct value_style *style)
{
	const struct value_type *type = &p->value_types[v];
	struct decimal exact = profile_decimal(p, v, value, 0);
	double size = size_of(exact, style->factor);
	struct str name = style->name ? str_of(style->name) : profile_text(p, type->name);

	if (type->unit == UNIT_TIME) {
		add_scaled(b, size, times, 1000, style->unit);
	} else if (type->unit == UNIT_BYTES) {
		add_scaled(b, size, bytes, 1024, style->unit);
	} else {
		if (style->factor > 0 && (style->factor < 1 || style->factor > 1))
			add_rounded(b, size, 2);
		else
			buf_add_grouped(b, exact);
		if (name.n)
			buf_byte(b, ' ');
		buf_add(b, name);
	}
}

void buf_add_percent(struct buf *b, int64_t value, int64_t total)
{
	/* if values cancel each other out, a share may be any number */
	int64_t hundredths = total ? i64_nearest((double)value / (double)total * 1e4) : 0;

	if (value && !hundredths)
		buf_add(b, S("<0.01"));
	else
		buf_add_grouped(b, (struct decimal){ hundredths, -2 });
	buf_byte(b, '%');
}

struct str profile_exact_unit(const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];

	return type->unit == UNIT_TIME    ? S("ns")
	       : type->unit == UNIT_BYTES ? S("bytes")
					  : profile_text(p, type->name);
}

struct decimal profile_percent(int64_t value, int64_t total)
{
	double percent = total ? (double)value / (double)total * 100 : 0;

	return (struct decimal){ i64_nearest(percent * 100), -2 };
}

bool profile_is_difference(const struct profile *p)
{
	return p->value_count >= 2 && str_eq(profile_text(p, p->value_types[0].name), S("base")) &&
	       str_eq(profile_text(p, p->value_types[1].name), S("new"));
}

struct str profile_difference_title(const struct profile *p)
{
	struct str title = profile_text(p, p->value_types[0].title);

	return str_starts(title, S(DIFFERENCE_BASE)) ? str_from(title, strlen(DIFFERENCE_BASE))
						     : title;
}

bool profile_has_call_values(const struct profile *p)
{
	return profile_is_difference(p) && p->value_count == 4 &&
	       str_eq(profile_text(p, p->value_types[2].name), S("base_calls")) &&
	       str_eq(profile_text(p, p->value_types[3].name), S("new_calls"));
}

bool profile_has_shares(const struct profile *p)
{
	return profile_is_difference(p) && str_starts(profile_text(p, p->value_types[0].title),
						      S(DIFFERENCE_BASE DIFFERENCE_SHARES));
}

void buf_add_compared(struct buf *b, const struct profile *p, value_id v, int64_t value,
		      const struct value_style *style)
{
	struct value_style nameless = *style;

	if (!nameless.name)
		nameless.name = "";
	if (profile_has_shares(p))
		buf_add_percents(b, (double)value * pow(10, p->value_types[v].exponent));
	else
		buf_add_value(b, p, v, value, &nameless);
}

void buf_add_percents(struct buf *b, double percent)
{
	int places = fabs(percent) < 99.995 ? 2 : fabs(percent) < 999.95 ? 1 : 0;
	double scale = places == 2 ? 100 : places == 1 ? 10 : 1;

	if (fabs(percent) > 1e12) {
		buf_add(b, percent < 0 ? S("-lots%") : S("lots%"));
		return;
	}
	buf_add_grouped(b, (struct decimal){ i64_nearest(percent * scale), -places });
	buf_byte(b, '%');
}

void buf_add_relative(struct buf *b, int64_t base, int64_t new_value)
{
	double change = (double)new_value - (double)base;

	if (!base && !new_value) {
		buf_add(b, S("0%"));
	} else if (!base) {
		buf_add(b, S("new"));
	} else {
		if (change > 0)
			buf_byte(b, '+');
		buf_add_percents(b, change / fabs((double)base) * 100);
	}
}
