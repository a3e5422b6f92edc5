#include "common/io/limits.h"

#include <inttypes.h>
#include <time.h>

#include "common/base/diag.h"
#include "common/base/num.h"
#include "common/io/input.h"

#define IDS (UINT32_MAX - 2)

static const struct {
	const char *name, *of;
	uint64_t max;
} rows[LIMITS] = {
	[LIMIT_NESTING] = { "nesting", "levels of values within each other", INT64_MAX },
	[LIMIT_NAME] = { "name", "bytes of a name", INT64_MAX },
	[LIMIT_LINE] = { "line", "bytes of a line or a text", INT64_MAX },
	[LIMIT_FUNCTIONS] = { "functions", "functions", IDS },
	[LIMIT_STACKS] = { "stacks", "different stacks", IDS },
	[LIMIT_THREADS] = { "threads", "threads", IDS },
	[LIMIT_VALUES] = { "values", "value types", IDS },
	[LIMIT_CELLS] = { "cells", "values in a table of several value types", IDS },
	[LIMIT_MAPPINGS] = { "mappings", "mappings", IDS },
	[LIMIT_LABELS] = { "labels", "different labels of samples", IDS },
	[LIMIT_LABEL_SETS] = { "label-sets", "different sets of labels", IDS },
	[LIMIT_UNPACKED] = { "unpacked", "bytes unpacked from gzip, zstd, xz or bzip2", INT64_MAX },
	[LIMIT_WRITTEN] = { "written", "bytes of output", INT64_MAX },
	[LIMIT_LISTS] = { "lists", "bytes of a list of files or of rules", INT64_MAX },
	[LIMIT_SECONDS] = { "seconds",
			    "seconds to estimate contexts, to match functions or for a tree",
			    INT64_MAX },
};

const char *limit_name(enum limit which)
{
	return rows[which].name;
}

void limits_print(FILE *to)
{
	for (int i = 0; i < LIMITS; i++)
		fprintf(to, "%s\t%" PRIu64 "\t%s\n", rows[i].name, task_current->limits[i],
			rows[i].of);
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
	uint64_t *limits = task_current->limits;
	struct str name = text, number = S("");

	str_cut(text, '=', &name, &number);
	for (int i = 0; i < LIMITS; i++) {
		if (!str_eq(name, str_of(rows[i].name)))
			continue;
		if (!sized(number, &limits[i]))
			return diag_error(
				"%s: %s: expected a number, or one with k, M, G or T, got %s", from,
				rows[i].name, diag_quote(number));
		if (limits[i] > rows[i].max)
			return diag_error("%s: %s: expected at most %" PRIu64, from, rows[i].name,
					  rows[i].max);
		return 0;
	}
	return diag_error("%s: expected NAME=N with the name of a limit (--list-limits), got %s",
			  from, diag_quote(text));
}

int limits_set(const char *from, const char *text)
{
	struct str one, rest = str_of(text);

	while (str_cut(rest, ',', &one, &rest))
		if (set_one(from, one) < 0)
			return -1;
	return set_one(from, rest);
}

void limit_exceeded(enum limit which)
{
	input_refuse("expected at most %" PRIu64 " %s, got more (--limit %s=N allows more)",
		     task_current->limits[which], rows[which].of, rows[which].name);
	task_unwind(FAILURE_LIMIT);
}

/* --- time --- */

static uint64_t processor_seconds(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec;
}

void limit_clock_start(void)
{
	task_current->clock_start = processor_seconds();
	task_current->clock_turns = 0;
}

void limit_clock(void)
{
	enum { TURNS = 1 << 12 };
	struct task *c = task_current;

	if (++c->clock_turns % TURNS == 0 &&
	    processor_seconds() - c->clock_start >= c->limits[LIMIT_SECONDS])
		limit_exceeded(LIMIT_SECONDS);
}
