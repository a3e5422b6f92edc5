/*
 * difference_match - which function of the base is which of the new side
 *
 * Names have to be equal, or at last the one has to be the last part of the other in the
 * same file: profilers differ in whether they name a method's class. Among those of one name, homes (files) are matched: equal ones
 * first, then those whose paths have the longest common tail of components, where that is
 * unambiguous, and at last the only one left on each side; and within a home, functions in
 * the order of their lines, so that the sum of the distances is least:
 *
 *	base  /home/a/x.py  __init__ at 10, 50
 *	new   ./x.py        __init__ at 12, 30, 54        10-12, 50-54, and 30 is new
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "common/transform/diff/difference.h"
#include "common/transform/diff/tail_pairs.h"

struct keyed {
	struct str name, location, file; /* file: the location's last component */
	uint32_t line, entry;
	bool taken;
};

/* Functions of one location and one name: rows [start, end) of a side. */
struct match_location {
	struct str location;
	size_t start, end;
	bool taken;
};

struct matcher {
	const struct difference *d;
	struct keyed *rows[DIFF_SIDES];
	size_t counts[DIFF_SIDES];
	struct match_location *locations[DIFF_SIDES]; /* of the current name */
	size_t location_counts[DIFF_SIDES], location_caps[DIFF_SIDES];
	struct diff_match *matches;
	size_t count, cap;
	struct roots {
		struct str base, new, tail;
		size_t match;
	} * roots;
	size_t root_count, root_cap;
};

static int compare_keyed(const void *left, const void *right)
{
	const struct keyed *a = left, *b = right;
	int order = str_compare(a->name, b->name);

	if (!order)
		order = str_compare(a->location, b->location);
	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void sort_side(struct matcher *k, int s, const uint32_t *folded)
{
	const struct diff_side *side = &k->d->sides[s];
	bool *used = alloc_zero(side->entry_count, sizeof *used);

	k->rows[s] = alloc_zero(side->entry_count, sizeof **k->rows);
	for (size_t i = 0; i < side->numbers_count; i++)
		used[folded[side->numbers[i].entry]] = true;
	for (uint32_t i = 0; i < side->entry_count; i++) {
		struct str location = strings_text(&k->d->strings, side->entries[i].location);

		if (used[i])
			k->rows[s][k->counts[s]++] = (struct keyed){
				strings_text(&k->d->strings, side->entries[i].name),
				location,
				tail_component(location),
				side->entries[i].line,
				i,
				false
			};
	}
	alloc_free(used);
	qsort(k->rows[s], k->counts[s], sizeof **k->rows, compare_keyed);
}

static void add_match(struct matcher *k, uint32_t base, uint32_t new, bool moved)
{
	ARRAY_ROOM(k->matches, k->count, k->cap);
	k->matches[k->count++] = (struct diff_match){ { base, new }, moved };
}

/* --- lines --- */

static uint64_t distance(const struct keyed *a, const struct keyed *b)
{
	return a->line > b->line ? a->line - b->line : b->line - a->line;
}

static void pair_rows(struct matcher *k, struct keyed *a, struct keyed *b, bool swapped, bool moved)
{
	struct keyed *base = swapped ? b : a, *new = swapped ? a : b;

	a->taken = b->taken = true;
	add_match(k, base->entry, new->entry,
		  moved || (base->line && new->line && base->line != new->line));
}

/*
 * Assigns to each of the few one of the many, in order. cost[i][j]: the smallest sum of
 * distances of the first i of the few to some of the first j of the many.
 */
static void align(struct matcher *k, struct keyed *few, size_t n, struct keyed *many, size_t m,
		  bool swapped, bool moved)
{
	enum { MAX_CELLS = 1 << 22 };
	size_t width = m + 1;
	uint64_t *cost;

	if (n == m || n > MAX_CELLS / width) {
		for (size_t i = 0; i < n; i++)
			pair_rows(k, &few[i], &many[i], swapped, moved);
		return;
	}
	cost = alloc_zero((n + 1) * width, sizeof *cost);
	for (size_t i = 1; i <= n; i++)
		for (size_t j = i; j <= m; j++) {
			uint64_t taken = cost[(i - 1) * width + j - 1] +
					 distance(&few[i - 1], &many[j - 1]);
			uint64_t left = j > i ? cost[i * width + j - 1] : UINT64_MAX;

			limit_clock();
			cost[i * width + j] = left < taken ? left : taken;
		}
	for (size_t i = n, j = m; i > 0; j--) {
		if (j > i && cost[i * width + j] == cost[i * width + j - 1])
			continue;
		pair_rows(k, &few[i - 1], &many[j - 1], swapped, moved);
		i--;
	}
	alloc_free(cost);
}

/* --- homes --- */

static bool is_here(struct str head)
{
	return !head.n || str_eq(head, S(".")) || str_eq(head, S("./"));
}

/*
 * Whether two locations are one file in two places is decided when everything is matched: two
 * folders that correspond for several files do.
 */
static void note_roots(struct matcher *k, struct str base, struct str new, size_t first)
{
	size_t tail = tail_in_common(base, new);
	struct str a = str_head(base, base.n - tail), b = str_head(new, new.n - tail);

	if (is_here(a) || is_here(b))
		return;
	for (size_t i = first; i < k->count; i++) {
		ARRAY_ROOM(k->roots, k->root_count, k->root_cap);
		k->roots[k->root_count++] = (struct roots){ a, b, str_from(base, a.n), i };
	}
}

static void match_locations(struct matcher *k, struct match_location *base,
			    struct match_location *new)
{
	size_t n = base->end - base->start, m = new->end - new->start, first = k->count;
	struct keyed *a = k->rows[DIFF_BASE] + base->start, *b = k->rows[DIFF_NEW] + new->start;

	base->taken = new->taken = true;
	if (n <= m)
		align(k, a, n, b, m, false, false);
	else
		align(k, b, m, a, n, true, false);
	if (base->location.n && new->location.n && !str_eq(base->location, new->location))
		note_roots(k, base->location, new->location, first);
}

static void match_equal_locations(struct matcher *k)
{
	size_t j = 0;

	for (size_t i = 0; i < k->location_counts[DIFF_BASE]; i++) {
		struct match_location *a = &k->locations[DIFF_BASE][i];

		while (j < k->location_counts[DIFF_NEW] &&
		       str_compare(k->locations[DIFF_NEW][j].location, a->location) < 0)
			j++;
		if (j < k->location_counts[DIFF_NEW] &&
		    str_eq(k->locations[DIFF_NEW][j].location, a->location))
			match_locations(k, a, &k->locations[DIFF_NEW][j]);
	}
}

static void match_near_locations(struct matcher *k)
{
	size_t most = k->location_counts[DIFF_BASE] + k->location_counts[DIFF_NEW], count = 0;
	struct tail_path *paths = alloc_zero(most, sizeof *paths);
	struct tail_pair *pairs = alloc_zero(most, sizeof *pairs);

	for (int s = 0; s < DIFF_SIDES; s++)
		for (uint32_t i = 0; i < k->location_counts[s]; i++)
			if (!k->locations[s][i].taken)
				paths[count++] = (struct tail_path){ k->locations[s][i].location, i,
								     s == DIFF_NEW };
	count = tail_pairs_find(paths, count, pairs);
	for (size_t i = 0; i < count; i++)
		match_locations(k, &k->locations[DIFF_BASE][pairs[i].first],
				&k->locations[DIFF_NEW][pairs[i].second]);
	alloc_free(paths);
	alloc_free(pairs);
}

static struct match_location *only_left(struct match_location *locations, size_t count)
{
	struct match_location *only = NULL;

	for (size_t i = 0; i < count; i++) {
		if (locations[i].taken)
			continue;
		if (only)
			return NULL;
		only = &locations[i];
	}
	return only;
}

/* Whether many things have this name: <module>, __init__. */
static bool is_common_name(struct str name)
{
	return str_starts(name, S("<")) || (str_starts(name, S("__")) && str_ends(name, S("__")));
}

static void match_last_locations(struct matcher *k, struct str name)
{
	struct match_location *a = only_left(k->locations[DIFF_BASE],
					     k->location_counts[DIFF_BASE]);
	struct match_location *b = only_left(k->locations[DIFF_NEW], k->location_counts[DIFF_NEW]);

	if (a && b && (!a->location.n || !b->location.n || !is_common_name(name)))
		match_locations(k, a, b);
}

/* --- names --- */

/* The rows with the name at *at, by location. */
static void take_name(struct matcher *k, int s, struct str name, size_t *at)
{
	const struct keyed *rows = k->rows[s];

	k->location_counts[s] = 0;
	while (*at < k->counts[s] && str_eq(rows[*at].name, name)) {
		size_t start = *at;

		while (*at < k->counts[s] && str_eq(rows[*at].name, name) &&
		       str_eq(rows[*at].location, rows[start].location))
			++*at;
		ARRAY_ROOM(k->locations[s], k->location_counts[s], k->location_caps[s]);
		k->locations[s][k->location_counts[s]++] = (struct match_location){
			rows[start].location, start, *at, false
		};
	}
}

static void match_names(struct matcher *k)
{
	size_t at[DIFF_SIDES] = { 0, 0 };

	while (at[DIFF_BASE] < k->counts[DIFF_BASE] && at[DIFF_NEW] < k->counts[DIFF_NEW]) {
		struct str a = k->rows[DIFF_BASE][at[DIFF_BASE]].name;
		struct str b = k->rows[DIFF_NEW][at[DIFF_NEW]].name;
		int order = str_compare(a, b);

		if (order) {
			at[order < 0 ? DIFF_BASE : DIFF_NEW]++;
			continue;
		}
		take_name(k, DIFF_BASE, a, &at[DIFF_BASE]);
		take_name(k, DIFF_NEW, a, &at[DIFF_NEW]);
		match_equal_locations(k);
		match_near_locations(k);
		match_last_locations(k, a);
	}
}

/* --- qualified names --- */

/*
 * Returns "method" for "Class.method" and "f.<locals>.method"; empty if there is no such part.
 */
static struct str last_part(struct str name)
{
	struct str before, part;

	return str_cut_last(name, '.', &before, &part) && before.n ? part : S("");
}

struct qualified {
	struct keyed *row;
	struct str part;
};

static int compare_parts(const void *left, const void *right)
{
	const struct qualified *a = left, *b = right;
	int order = str_compare(a->part, b->part);

	return order ? order : (a->row > b->row) - (a->row < b->row);
}

/* The unmatched rows of a side with a qualified name, by its last part. */
static struct qualified *list_qualified(const struct matcher *k, int s, size_t *count)
{
	struct qualified *list = alloc_zero(k->counts[s], sizeof *list);

	*count = 0;
	for (size_t i = 0; i < k->counts[s]; i++) {
		struct str part = last_part(k->rows[s][i].name);

		if (!k->rows[s][i].taken && part.n)
			list[(*count)++] = (struct qualified){ &k->rows[s][i], part };
	}
	if (*count)
		qsort(list, *count, sizeof *list, compare_parts);
	return list;
}

static struct keyed *first_named(const struct matcher *k, int s, struct str name)
{
	size_t low = 0, high = k->counts[s];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_compare(k->rows[s][middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return k->rows[s] + low;
}

static bool same_file(const struct keyed *a, const struct keyed *b)
{
	limit_clock();
	return !(a->line && b->line && a->line != b->line) && a->file.n && str_eq(a->file, b->file);
}

/* Matches one row of each list in this file at this line; more would be a guess. */
static struct keyed *only_in_file(const struct qualified *group, size_t count,
				  const struct keyed *row)
{
	struct keyed *only = NULL;

	for (size_t i = 0; i < count; i++) {
		if (group[i].row->taken || !same_file(group[i].row, row))
			continue;
		if (only)
			return NULL;
		only = group[i].row;
	}
	return only;
}

static void match_group(struct matcher *k, int s, const struct qualified *group, size_t count)
{
	struct str part = group[0].part;
	struct keyed *first = first_named(k, 1 - s, part), *end = first;

	while (end < k->rows[1 - s] + k->counts[1 - s] && str_eq(end->name, part))
		end++;
	for (struct keyed *plain = first; plain < end; plain++) {
		struct keyed *qualified = plain->taken ? NULL : only_in_file(group, count, plain);
		bool several = false;

		for (struct keyed *other = first; qualified && other < end && !several; other++)
			several = other != plain && !other->taken && same_file(other, qualified);
		if (qualified && !several)
			pair_rows(k, s == DIFF_BASE ? qualified : plain,
				  s == DIFF_BASE ? plain : qualified, false, false);
	}
}

/*
 * py-spy and yappi qualify the name of a function by its class and the function around it,
 * cProfile does not: Class.method and method of one file are matched if there is no other
 * candidate.
 */
static void match_qualified(struct matcher *k, int s)
{
	enum { MAX_GROUP = 1000 };
	size_t count, end;
	struct qualified *list = list_qualified(k, s, &count);

	for (size_t start = 0; start < count; start = end) {
		for (end = start + 1; end < count && str_eq(list[start].part, list[end].part);)
			end++;
		if (end - start <= MAX_GROUP)
			match_group(k, s, list + start, end - start);
	}
	alloc_free(list);
}

/* --- moved or not --- */

static int compare_folders(const struct roots *a, const struct roots *b)
{
	int order = str_compare(a->base, b->base);

	return order ? order : str_compare(a->new, b->new);
}

static int compare_roots(const void *left, const void *right)
{
	const struct roots *a = left, *b = right;
	int order = compare_folders(a, b);

	return order ? order : str_compare(a->tail, b->tail);
}

static void find_moved(struct matcher *k)
{
	size_t end;

	if (k->root_count)
		qsort(k->roots, k->root_count, sizeof *k->roots, compare_roots);
	for (size_t start = 0; start < k->root_count; start = end) {
		bool several;

		for (end = start + 1;
		     end < k->root_count && !compare_folders(&k->roots[start], &k->roots[end]);)
			end++;
		several = k->roots[start].tail.n &&
			  !str_eq(k->roots[start].tail, k->roots[end - 1].tail);
		for (size_t i = start; i < end && !several; i++)
			k->matches[k->roots[i].match].moved = true;
	}
}

struct diff_match *diff_match_entries(const struct difference *d, uint32_t *folded[DIFF_SIDES],
				      size_t *count)
{
	struct matcher k = { .d = d };

	limit_clock_start();
	for (int s = 0; s < DIFF_SIDES; s++)
		sort_side(&k, s, folded[s]);
	match_names(&k);
	match_qualified(&k, DIFF_BASE);
	match_qualified(&k, DIFF_NEW);
	find_moved(&k);
	for (int s = 0; s < DIFF_SIDES; s++) {
		for (size_t i = 0; i < k.counts[s]; i++)
			if (!k.rows[s][i].taken)
				add_match(&k, s == DIFF_BASE ? k.rows[s][i].entry : NO_ID,
					  s == DIFF_NEW ? k.rows[s][i].entry : NO_ID, false);
		alloc_free(k.rows[s]);
		alloc_free(k.locations[s]);
	}
	alloc_free(k.roots);
	*count = k.count;
	return k.matches;
}
