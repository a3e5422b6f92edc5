#include "common/io/limits.h"

#include <inttypes.h>
#include <stdlib.h>

#include "common/base/diag.h"
#include "common/base/num.h"
#include "common/io/input.h"

#define MIB ((uint64_t)1 << 20)

uint64_t limits[LIMITS] = {
	[LIMIT_NESTING] = 2000, /* CPython's own limit for marshal */
	[LIMIT_NAME] = 64 * MIB,
	[LIMIT_LINE] = 256 * MIB,
	[LIMIT_FUNCTIONS] = 50000000,
	[LIMIT_STACKS] = 500000000,
	[LIMIT_THREADS] = 5000000,
	[LIMIT_VALUES] = 1000,
	[LIMIT_UNPACKED] = 4096 * MIB,
	[LIMIT_SECONDS] = 600,
};

static const struct {
	const char *name, *of;
} rows[LIMITS] = {
	[LIMIT_NESTING] = { "nesting", "levels of values within each other" },
	[LIMIT_NAME] = { "name", "bytes of a name" },
	[LIMIT_LINE] = { "line", "bytes of a line or a text" },
	[LIMIT_FUNCTIONS] = { "functions", "functions" },
	[LIMIT_STACKS] = { "stacks", "different stacks" },
	[LIMIT_THREADS] = { "threads", "threads" },
	[LIMIT_VALUES] = { "values", "value types" },
	[LIMIT_UNPACKED] = { "unpacked", "bytes unpacked from gzip" },
	[LIMIT_SECONDS] = { "seconds", "seconds to estimate contexts" },
};

const char *limit_name(enum limit which)
{
	return rows[which].name;
}

void limits_print(FILE *to)
{
	for (int i = 0; i < LIMITS; i++)
		fprintf(to, "%s\t%" PRIu64 "\t%s\n", rows[i].name, limits[i], rows[i].of);
}

/* "64M": false if it is no number or needs more than 63 bits. */
static bool sized(struct str text, uint64_t *size)
{
	static const char units[] = "kMGT";
	int shift = 0;

	for (int i = 0; units[i] && text.n; i++)
		if (text.p[text.n - 1] == units[i])
			shift = 10 * (i + 1);
	if (shift)
		text.n--;
	if (!str_to_u64(text, size) || *size > (uint64_t)INT64_MAX >> shift)
		return false;
	*size <<= shift;
	return true;
}

static int set_one(const char *from, struct str text)
{
	struct str name = text, number = S("");

	str_cut(text, '=', &name, &number);
	for (int i = 0; i < LIMITS; i++) {
		if (!str_eq(name, str_of(rows[i].name)))
			continue;
		if (!sized(number, &limits[i]))
			return error("%s: %s: expected a number, or one with k, M, G or T, got %s",
				     from, rows[i].name, quote(number));
		return 0;
	}
	return error("%s: expected NAME=N with the name of a limit (--list-limits), got %s",
		     from, quote(text));
}

int limits_set(const char *from, const char *text)
{
	struct str one, rest = str_of(text);

	while (str_cut(rest, ',', &one, &rest))
		if (set_one(from, one) < 0)
			return -1;
	return set_one(from, rest);
}

void limit_passed(enum limit which)
{
	input_refuse("expected at most %" PRIu64 " %s, got more (--limit %s=N allows more)",
		     limits[which], rows[which].of, rows[which].name);
	exit(STATUS_TROUBLE);
}
