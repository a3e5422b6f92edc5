/* explain/text_values - the numbers in lines of a plan as text */
#include "converters/explain/reading.h"

enum { MILLISECONDS = -6, HUNDREDTHS = -2 };

bool plan_word_number(struct str words, struct str key, struct decimal *number)
{
	struct str word;
	enum exactness exactness;

	while (str_word(&words, &word)) {
		struct str value;

		if (!str_starts(word, key) || word.n == key.n || word.p[key.n] != '=')
			continue;
		value = str_from(word, key.n + 1);
		if (str_ends(value, S(",")))
			value.n--;
		return str_to_decimal(value, number, &exactness) && exactness != OUT_OF_RANGE;
	}
	return false;
}

/* The second number of "time=0.1..2.5". */
static bool end_of_range(struct str words, struct str key, struct decimal *number)
{
	struct str word;
	enum exactness exactness;

	while (str_word(&words, &word)) {
		if (!str_starts(word, key) || word.n == key.n || word.p[key.n] != '=')
			continue;
		for (size_t i = key.n + 1; i + 1 < word.n; i++)
			if (word.p[i] == '.' && word.p[i + 1] == '.')
				return str_to_decimal(str_from(word, i + 2), number, &exactness) &&
				       exactness != OUT_OF_RANGE;
	}
	return false;
}

bool plan_read_actual(struct plan_builder *b, struct str group, struct plan_means *means,
		      int64_t *loops)
{
	struct decimal count;

	*means = (struct plan_means){ 0 };
	means->timed = str_contains(group, S("time="));
	means->counted = means->looped = true;
	if ((means->timed && !end_of_range(group, S("time"), &means->time)) ||
	    !plan_word_number(group, S("rows"), &means->rows) ||
	    !plan_word_number(group, S("loops"), &count) || count.mantissa < 0 ||
	    decimal_at(count, 0, loops) != EXACT) {
		plan_error(b, "expected 'actual time=A..B rows=N loops=N', got %s",
			   diag_quote(group));
		return false;
	}
	return true;
}

bool plan_read_cost(struct plan_builder *b, uint32_t node, struct str group)
{
	struct decimal number, rows;

	if (!end_of_range(group, S("cost"), &number) &&
	    !plan_word_number(group, S("cost"), &number)) {
		plan_error(b, "expected 'cost=A..B rows=N width=N', got %s", diag_quote(group));
		return false;
	}
	plan_add(b, number, HUNDREDTHS, &b->plans->nodes[node].values[PLAN_COST]);
	if (plan_word_number(group, S("rows"), &rows))
		plan_set_fact(b, node, KEY_PLAN_ROWS, rows);
	return !b->in->failed;
}

/* The number behind "KEY: " in a line of several, "Batches: 4  Memory Usage: 89kB". */
static bool number_behind(struct str line, struct str key, struct decimal *number)
{
	enum exactness exactness;
	struct str word;
	size_t digits = 0;

	while (!str_starts(line, key)) {
		if (!line.n)
			return false;
		line = str_from(line, 1);
	}
	line = str_from(line, key.n);
	if (!str_word(&line, &word))
		return false;
	while (digits < word.n &&
	       ((word.p[digits] >= '0' && word.p[digits] <= '9') || word.p[digits] == '.'))
		digits++;
	return str_to_decimal(str_head(word, digits), number, &exactness);
}

void plan_read_facts(struct plan_builder *b, uint32_t node, struct str line)
{
	static const struct {
		const char *start, *key;
		enum plan_key fact;
	} rows[] = {
		{ "Sort Method:", "Disk: ", KEY_DISK_USAGE },
		{ "Batches:", "Disk Usage: ", KEY_DISK_USAGE },
		{ "Batches:", "Batches: ", KEY_HASH_BATCHES },
		{ "Planned Partitions:", "Batches: ", KEY_HASHAGG_BATCHES },
		{ "Planned Partitions:", "Disk Usage: ", KEY_DISK_USAGE },
		{ "Buckets:", "Batches: ", KEY_HASH_BATCHES },
		{ "Rows Removed by Filter:", "Filter: ", KEY_REMOVED_BY_FILTER },
		{ "Workers Planned:", "Planned: ", KEY_WORKERS_PLANNED },
		{ "Workers Launched:", "Launched: ", KEY_WORKERS_LAUNCHED },
		{ "Heap Fetches:", "Fetches: ", KEY_HEAP_FETCHES },
		{ "Heap Blocks:", "exact=", KEY_EXACT_HEAP },
		{ "Heap Blocks:", "lossy=", KEY_LOSSY_HEAP },
	};
	struct decimal number;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_starts(line, str_of(rows[i].start)) &&
		    number_behind(line, str_of(rows[i].key), &number))
			plan_set_fact(b, node, rows[i].fact, number);
}

/* One kind of "shared hit=1 read=2, temp read=3": the words up to the comma. */
static void read_blocks(struct plan_builder *b, struct str part, int64_t *values)
{
	static const struct {
		const char *kind, *word;
		enum plan_column column;
	} rows[] = {
		{ "shared", "hit", PLAN_SHARED_HIT },
		{ "shared", "read", PLAN_SHARED_READ },
		{ "shared", "dirtied", PLAN_SHARED_DIRTIED },
		{ "shared", "written", PLAN_SHARED_WRITTEN },
		{ "local", "hit", PLAN_LOCAL_HIT },
		{ "local", "read", PLAN_LOCAL_READ },
		{ "local", "dirtied", PLAN_LOCAL_DIRTIED },
		{ "local", "written", PLAN_LOCAL_WRITTEN },
		{ "temp", "read", PLAN_TEMP_READ },
		{ "temp", "written", PLAN_TEMP_WRITTEN },
	};
	struct str kind, rest = part;
	struct decimal number;

	if (!str_word(&rest, &kind))
		return;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_eq(kind, str_of(rows[i].kind)) &&
		    plan_word_number(rest, str_of(rows[i].word), &number))
			plan_add(b, number, 0, &values[rows[i].column]);
}

static void read_timings(struct plan_builder *b, struct str part, int64_t *values)
{
	struct decimal number;

	if (plan_word_number(part, S("read"), &number))
		plan_add(b, number, MILLISECONDS, &values[PLAN_IO_READ]);
	if (plan_word_number(part, S("write"), &number))
		plan_add(b, number, MILLISECONDS, &values[PLAN_IO_WRITE]);
}

static void read_log(struct plan_builder *b, struct str part, int64_t *values)
{
	struct decimal number;

	if (plan_word_number(part, S("records"), &number))
		plan_add(b, number, 0, &values[PLAN_WAL_RECORDS]);
	if (plan_word_number(part, S("fpi"), &number))
		plan_add(b, number, 0, &values[PLAN_WAL_FPI]);
	if (plan_word_number(part, S("bytes"), &number))
		plan_add(b, number, 0, &values[PLAN_WAL_BYTES]);
}

bool plan_read_usage(struct plan_builder *b, struct str line, int64_t *values)
{
	static const struct {
		struct str head;
		void (*read)(struct plan_builder *b, struct str part, int64_t *values);
	} rows[] = {
		{ { "Buffers: ", sizeof "Buffers: " - 1 }, read_blocks },
		{ { "I/O Timings: ", sizeof "I/O Timings: " - 1 }, read_timings },
		{ { "WAL: ", sizeof "WAL: " - 1 }, read_log },
	};
	struct str rest, part;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!str_starts(line, rows[i].head))
			continue;
		rest = str_from(line, rows[i].head.n);
		while (str_part(&rest, ',', &part))
			rows[i].read(b, part, values);
		return true;
	}
	return false;
}

bool plan_read_time(struct plan_builder *b, struct str line, struct str key,
		    struct plan_number *time)
{
	struct str number;
	struct decimal value;
	enum exactness exactness;

	if (!str_starts(line, key) || !str_starts(str_from(line, key.n), S(": ")))
		return false;
	number = str_trim(str_from(line, key.n + 2));
	*time = (struct plan_number){ 0, true };
	if (!str_ends(number, S(" ms")) ||
	    !str_to_decimal(str_head(number, number.n - 3), &value, &exactness))
		plan_error(b, "expected a time in ms, got %s", diag_quote(number));
	else
		plan_add(b, value, MILLISECONDS, &time->value);
	return true;
}

bool plan_read_trigger(struct plan_builder *b, struct str line)
{
	const struct str constraint = S(" for constraint ");
	struct plan_trigger trigger = { 0 };
	struct str name, numbers;
	struct decimal time = { 0 }, calls;

	if (!str_starts(line, S("Trigger ")) || !str_cut_last(line, ':', &name, &numbers) ||
	    !plan_word_number(numbers, S("calls"), &calls))
		return false;
	if (str_contains(numbers, S("time=")) && !plan_word_number(numbers, S("time"), &time)) {
		plan_error(b, "expected 'time=N calls=N', got %s", diag_quote(numbers));
		return true;
	}
	plan_add(b, time, MILLISECONDS, &trigger.time);
	plan_add(b, calls, 0, &trigger.calls);
	b->scratch.n = 0;
	for (size_t i = 0; i + constraint.n < name.n; i++)
		if (str_starts(str_from(name, i), constraint)) {
			/* the name of such a trigger has a number of the server in it */
			trigger.constraint = true;
			buf_add(&b->scratch, S("Trigger"));
			name = str_from(name, i);
			break;
		}
	buf_add(&b->scratch, name);
	trigger.name = profile_string(b->p, buf_str(&b->scratch));
	plan_add_trigger(b, trigger);
	return true;
}
