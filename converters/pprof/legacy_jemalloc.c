/*
 * pprof/legacy_jemalloc - heap profiles of jemalloc
 *
 *	heap_v2/131072
 *	  t*: 100: 477737 [193: 924931]
 *	  t1: 35: 143372 [59: 241684] loader
 *	@ 0x7fc9684a2630 0x7fc9684a2d21 0x55ebb581a1a8
 *	  t*: 99: 465697 [192: 912805]
 *	  t1: 35: 143372 [59: 241684]
 *
 *	MAPPED_LIBRARIES:
 *
 * A stack has the values of all threads, t*, and those of each. What was allocated is 0 unless the
 * program ran with prof_accum. One allocation is sampled every 131072 bytes in the mean; as in
 * jeprof, the values of a line are scaled by the size of its average block. jemalloc 5.3 writes
 * bytes from which that gives the right sums, so the bytes of threads add up to those of t* after
 * scaling only, and not to the unit. Here they do: t* is right, and threads get their shares of it.
 * pprof does not read these files.
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/num.h"
#include "converters/pprof/legacy.h"

enum { OBJECTS, BYTES, ALL_OBJECTS, ALL_BYTES, COLUMNS };

struct jemalloc_line {
	struct str thread; /* "*", or its number */
	int64_t values[COLUMNS];
	struct str name;
};

struct jemalloc_share {
	uint64_t thread; /* number of its name */
	int64_t values[COLUMNS];
};

struct jemalloc_thread {
	uint64_t name; /* number of "t1 loader" */
	uint64_t number;
};

struct jemalloc_reader {
	struct legacy_reader *l;
	int64_t rate;
	bool all;                 /* what was allocated is there too */
	int64_t heading[COLUMNS]; /* as it was sampled */
	int64_t objects,
		all_objects; /* the same, of all stacks: bytes do not add up in jemalloc 5.3 */
	struct jemalloc_thread *threads;
	size_t thread_count, thread_cap;
	struct index thread_index;

	/* the stack that is being read; values are scaled */
	bool in_stack, has_total;
	int64_t total[COLUMNS];
	struct jemalloc_share *shares;
	size_t share_count, share_cap;
	uint64_t odd; /* stacks whose threads have more than all of them */
};

bool legacy_is_jemalloc(struct str head)
{
	struct str line = legacy_first_line(head), rest;

	if (legacy_take(&line, S("---")) && str_eq(str_trim(line), S("heap")) &&
	    str_cut(head, '\n', &line, &rest))
		return str_starts(legacy_first_line(rest), S("heap_v2/"));
	return str_starts(legacy_first_line(head), S("heap_v2/"));
}

/* --- lines --- */

static bool parse_line(struct str text, struct jemalloc_line *line)
{
	struct legacy_sizes sizes;
	size_t n = 0;

	if (!legacy_take(&text, S("t")))
		return false;
	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	n = n ? n : text.n && *text.p == '*';
	line->thread = str_head(text, n);
	text = str_from(text, n);
	if (!n || !legacy_take(&text, S(":")) || !legacy_take_sizes(&text, &sizes))
		return false;
	line->name = str_trim(text);
	line->values[OBJECTS] = sizes.count;
	line->values[BYTES] = sizes.size;
	line->values[ALL_OBJECTS] = sizes.all_count;
	line->values[ALL_BYTES] = sizes.all_size;
	return true;
}

static bool is_total(const struct jemalloc_line *line)
{
	return str_eq(line->thread, S("*"));
}

/* --- threads --- */

static struct jemalloc_thread *find_thread(struct jemalloc_reader *j, uint64_t number)
{
	for (struct probe at = index_probe(&j->thread_index, hash_mix(number, 0));
	     index_next(&j->thread_index, &at);)
		if (j->threads[at.row].number == number)
			return &j->threads[at.row];
	return NULL;
}

/* The number of its name: threads may have the same, so theirs come behind a number. */
static uint64_t thread_name(struct jemalloc_reader *j, const struct jemalloc_line *line)
{
	struct buf name = { 0 };
	struct jemalloc_thread *have;
	uint64_t number;

	if (!str_to_u64(line->thread, &number)) {
		input_error(j->l->in, "expected the number of a thread, got %s",
			    diag_quote(line->thread));
		return 0;
	}
	have = find_thread(j, number);
	if (have)
		return have->name;
	buf_print(&name, "t%.*s%s", (int)line->thread.n, line->thread.p, line->name.n ? " " : "");
	buf_add(&name, line->name);
	if (!j->thread_count)
		legacy_label_is_thread(j->l);
	ARRAY_ROOM(j->threads, j->thread_count, j->thread_cap);
	have = &j->threads[j->thread_count];
	*have = (struct jemalloc_thread){ legacy_text(j->l, buf_str(&name)), number };
	index_add(&j->thread_index, hash_mix(number, 0), (uint32_t)j->thread_count++);
	buf_free(&name);
	return have->name;
}

/* --- stacks --- */

static void add_sample(struct jemalloc_reader *j, const int64_t *values, uint64_t thread)
{
	struct legacy_reader *l = j->l;

	for (int i = 0; i < COLUMNS; i++) {
		int column = (i + ALL_OBJECTS) % COLUMNS; /* allocated first, as in pprof */

		if (j->all || column < ALL_OBJECTS)
			legacy_add_value(l, values[column]);
	}
	if (thread)
		legacy_add_label(l, S("thread"), profile_text(l->r->p, l->r->strings[thread]));
	legacy_add_sample(l);
}

/* False after an error. */
static bool unsample(struct jemalloc_reader *j, const int64_t *sampled, int64_t *values)
{
	double scale = 1;

	if (!legacy_check_sizes(j->l,
				&(struct legacy_sizes){ sampled[OBJECTS], sampled[BYTES],
							sampled[ALL_OBJECTS], sampled[ALL_BYTES] }))
		return false;
	for (int i = 0; i < COLUMNS; i++) {
		if (sampled[i] < 0)
			input_error(j->l->in, "expected no number below 0, got %lld",
				    (long long)sampled[i]);
		if (i == OBJECTS || i == ALL_OBJECTS)
			scale = legacy_sampling_scale(sampled[i], sampled[i + 1], j->rate);
		values[i] = legacy_unsample(j->l, sampled[i], scale);
	}
	return !j->l->in->failed;
}

static void add_share(struct jemalloc_reader *j, const struct jemalloc_line *line)
{
	struct jemalloc_share *share;

	ARRAY_ROOM(j->shares, j->share_count, j->share_cap);
	share = &j->shares[j->share_count++];
	share->thread = thread_name(j, line);
	unsample(j, line->values, share->values);
}

/*
 * The threads' values of a column are made to add up to its total. False: they have far less, as
 * where threads are not listed, or far more.
 */
static bool fit_column(struct jemalloc_reader *j, int column)
{
	const double tolerance = 0.01, total = (double)j->total[column];
	double sum = 0, before = 0;
	int64_t placed = 0;

	for (size_t i = 0; i < j->share_count; i++)
		sum += (double)j->shares[i].values[column];
	if (sum > total + total * tolerance + (double)j->share_count)
		return false;
	if (sum < total - total * tolerance - (double)j->share_count)
		return true;
	for (size_t i = 0; i < j->share_count; i++) {
		int64_t *value = &j->shares[i].values[column], until;

		before += (double)*value;
		until = i + 1 == j->share_count ? j->total[column] : i64_of(total * (before / sum));
		*value = until - placed;
		placed = until;
	}
	return true;
}

/* What the stack has beyond the threads that are listed is in none. */
static void add_samples(struct jemalloc_reader *j)
{
	bool fits = true, any = false;

	for (int column = 0; column < COLUMNS; column++)
		fits &= fit_column(j, column);
	j->odd += !fits;
	for (size_t i = 0; fits && i < j->share_count && !j->l->in->failed; i++) {
		add_sample(j, j->shares[i].values, j->shares[i].thread);
		for (int column = 0; column < COLUMNS; column++)
			j->total[column] -= j->shares[i].values[column];
	}
	for (int column = 0; column < COLUMNS; column++)
		any |= j->total[column] != 0;
	if ((any || !j->share_count) && !j->l->in->failed)
		add_sample(j, j->total, 0);
}

static void end_stack(struct jemalloc_reader *j)
{
	if (j->in_stack && !j->has_total && !j->l->in->failed)
		input_error(j->l->in,
			    "expected 't*: N: BYTES [N: BYTES]' for the stack before this");
	if (j->in_stack && !j->l->in->failed)
		add_samples(j);
}

static void begin_stack(struct jemalloc_reader *j, struct str addresses)
{
	end_stack(j);
	legacy_begin_stack(j->l);
	legacy_push_words(j->l, addresses, false);
	j->in_stack = true;
	j->has_total = false;
	j->share_count = 0;
}

static void read_line(struct jemalloc_reader *j, struct str text)
{
	struct jemalloc_line line;
	struct str rest = text;

	if (legacy_take(&rest, S("@"))) {
		begin_stack(j, rest);
	} else if (!parse_line(text, &line)) {
		input_error(j->l->in,
			    "expected '@ ADDRESSES' or 't*: N: BYTES [N: BYTES]' or the like");
	} else if (!j->in_stack && !is_total(&line)) {
		thread_name(j, &line);
	} else if (!j->in_stack) {
		input_error(j->l->in, "expected '@ ADDRESSES' before another total");
	} else if (is_total(&line) == j->has_total) {
		input_error(j->l->in, j->has_total ? "expected one total of this stack"
						   : "expected 't*: N: BYTES [N: BYTES]' first");
	} else if (is_total(&line)) {
		j->has_total = unsample(j, line.values, j->total);
		i64_add_to(&j->objects, line.values[OBJECTS]);
		i64_add_to(&j->all_objects, line.values[ALL_OBJECTS]);
	} else {
		add_share(j, &line);
	}
}

/* --- the whole --- */

static void read_header(struct jemalloc_reader *j)
{
	struct legacy_reader *l = j->l;
	struct jemalloc_line total;
	struct str line;

	while (legacy_next_line(l, &line) && str_starts(str_trim(line), S("---")))
		;
	if (l->in->failed)
		return;
	if (!legacy_take(&line, S("heap_v2/")) || !str_to_i64(str_trim(line), &j->rate) ||
	    j->rate <= 0) {
		input_error(l->in, "expected a rate of sampling behind heap_v2/, got %s",
			    diag_quote(str_trim(line)));
		return;
	}
	if (!input_line(l->in, &line) || !parse_line(line, &total) || !is_total(&total)) {
		if (!l->in->failed)
			input_error(l->in, "expected 't*: N: BYTES [N: BYTES]'");
		return;
	}
	memcpy(j->heading, total.values, sizeof j->heading);
	j->all = total.values[ALL_OBJECTS] || total.values[ALL_BYTES];
	if (j->all) {
		legacy_add_type(l, "alloc_objects", "count");
		legacy_add_type(l, "alloc_space", "bytes");
	}
	legacy_add_type(l, "inuse_objects", "count");
	legacy_add_type(l, "inuse_space", "bytes");
	legacy_set_period(l, "space", "bytes", j->rate);
}

void legacy_read_jemalloc(struct legacy_reader *l)
{
	struct jemalloc_reader j = { .l = l };
	struct str line = S("");

	read_header(&j);
	while (input_line(l->in, &line) && !legacy_is_map_heading(line))
		if (!legacy_is_comment(line))
			read_line(&j, line);
	end_stack(&j);
	if (legacy_check_total(l, j.objects, j.heading[OBJECTS], "objects in use") && j.all)
		legacy_check_total(l, j.all_objects, j.heading[ALL_OBJECTS], "objects allocated");
	if (!l->in->failed && legacy_is_map_heading(line))
		legacy_read_sections(l, line);
	if (j.odd)
		profile_report_missing(l->r->p, str_of(l->in->name),
				       "in %llu stacks threads have more than all of them, and are "
				       "not told apart",
				       (unsigned long long)j.odd);
	alloc_free(j.shares);
	alloc_free(j.threads);
	index_free(&j.thread_index);
}
