/*
 * profslow/compare - what the slow requests of an endpoint have that the usual ones have not
 *
 * The slowest are those above the percentile, at least one; the usual ones are the half around
 * the median. For each path of spans, Mann-Whitney's test asks of its own time in each request, 0
 * where a request has no such span, whether it tends to be larger in the slow ones; q is the
 * false discovery rate by Benjamini and Hochberg. Paths with a small share of both groups are not
 * tested: each test makes all others weaker.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/value_text.h"
#include "common/transform/diff/statistics.h"
#include "converters/tools/profslow/internal.h"

/* --- the endpoint --- */

/* The first few of those that have `wanted` in their names, and how many more there are. */
static void list_candidates(const struct slow_requests *r, struct str wanted, struct buf *list)
{
	enum { FEW = 8 };
	size_t found = 0;

	for (size_t e = 0; e < r->endpoint_count; e++) {
		struct str name = profile_text(r->p, r->endpoints[e].name);

		if ((wanted.n && !str_contains(name, wanted)) || found++ >= FEW)
			continue;
		buf_add(list, list->n ? S(", ") : S(""));
		buf_add(list, str_of(diag_quote(name)));
	}
	if (found > FEW)
		buf_print(list, " and %zu more", found - FEW);
}

/* The one of that name or, if none has it, the only one that has it in its name. */
static int find_endpoint(struct slow_comparison *c, struct str wanted)
{
	const struct slow_requests *r = c->r;
	size_t partly = 0;
	struct buf list = { 0 };

	for (size_t e = 0; e < r->endpoint_count; e++) {
		struct str name = profile_text(r->p, r->endpoints[e].name);

		if (str_eq(name, wanted)) {
			c->endpoint = (uint32_t)e;
			return 0;
		}
		if (str_contains(name, wanted)) {
			c->endpoint = (uint32_t)e;
			partly++;
		}
	}
	if (partly == 1)
		return 0;
	list_candidates(r, partly ? wanted : S(""), &list);
	diag_error("option --endpoint: %s endpoint %s; there are: %s",
		   partly ? "more than one" : "no", diag_quote(wanted), list.n ? list.p : "none");
	buf_free(&list);
	return -1;
}

/* --- groups --- */

/* The place of the first request that takes longer, or at least as long. */
static size_t first_above(const struct slow_comparison *c, bool or_equal)
{
	size_t at = 0;

	while (at < c->endpoint_requests) {
		int64_t duration = c->r->list[c->order[at]].duration;

		if (duration > c->threshold || (or_equal && duration == c->threshold))
			break;
		at++;
	}
	return at;
}

static int choose_groups(struct slow_comparison *c)
{
	size_t n = c->r->endpoints[c->endpoint].count, slow, end;

	c->order = slow_requests_of(c->r, c->endpoint);
	c->endpoint_requests = n;
	c->threshold = c->r->list[c->order[slow_rank(n, c->percentile)]].duration;
	slow = first_above(c, false);
	c->at_threshold = slow == n;
	if (c->at_threshold)
		slow = first_above(c, true);
	end = n - n / 4 < slow ? n - n / 4 : slow;
	if (end <= n / 4)
		return diag_error(
			"option --endpoint: %s has %zu request%s, of which none is slower "
			"than the others",
			diag_quote(profile_text(c->r->p, c->r->endpoints[c->endpoint].name)), n,
			n == 1 ? "" : "s");
	c->requests[SLOW_SLOW] = c->order + slow;
	c->size[SLOW_SLOW] = n - slow;
	c->requests[SLOW_USUAL] = c->order + n / 4;
	c->size[SLOW_USUAL] = end - n / 4;
	for (int g = 0; g < 2; g++)
		for (size_t i = 0; i < c->size[g]; i++)
			i64_add_to(&c->duration[g], c->r->list[c->requests[g][i]].duration);
	return 0;
}

/* --- paths --- */

/* What one request has of one path. */
struct path_value {
	stack_id path;
	uint32_t group;
	int64_t self;
};

struct path_values {
	struct path_value *list;
	size_t count, cap;
	int64_t *sides[2]; /* the values of one path, by request; the rest are 0 */
};

static int compare_values(const void *left, const void *right)
{
	const struct path_value *a = left, *b = right;

	if (a->path != b->path)
		return a->path < b->path ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

static void list_values(const struct slow_comparison *c, struct path_values *v)
{
	for (int g = 0; g < 2; g++)
		for (size_t i = 0; i < c->size[g]; i++) {
			const struct slow_request *request = &c->r->list[c->requests[g][i]];
			const struct slow_part *parts = c->r->parts + request->first_part;

			for (uint32_t k = 0; k < request->part_count; k++) {
				ARRAY_ROOM(v->list, v->count, v->cap);
				v->list[v->count++] = (struct path_value){ parts[k].path,
									   (uint32_t)g,
									   parts[k].self };
			}
		}
	qsort(v->list, v->count, sizeof *v->list, compare_values);
}

int64_t slow_mean(const struct slow_comparison *c, int group, int64_t sum)
{
	return c->size[group] ? i64_nearest((double)sum / (double)c->size[group]) : 0;
}

static bool is_heavy(const struct slow_comparison *c, const struct slow_path *path,
		     double min_share)
{
	for (int g = 0; g < 2; g++)
		if ((double)path->self[g] >= min_share * (double)c->duration[g])
			return true;
	return false;
}

static double test_path(const struct slow_comparison *c, struct path_values *v, size_t first,
			size_t end)
{
	size_t filled[2] = { 0 };

	for (size_t i = first; i < end; i++) {
		uint32_t g = v->list[i].group;

		v->sides[g][filled[g]++] = v->list[i].self;
	}
	for (int g = 0; g < 2; g++)
		memset(v->sides[g] + filled[g], 0, (c->size[g] - filled[g]) * sizeof *v->sides[g]);
	return statistics_mann_whitney(v->sides[SLOW_USUAL], c->size[SLOW_USUAL],
				       v->sides[SLOW_SLOW], c->size[SLOW_SLOW]);
}

static void add_path(struct slow_comparison *c, struct path_values *v, size_t first, size_t end,
		     double min_share)
{
	struct slow_path *path = &c->paths[c->path_count++];

	*path = (struct slow_path){ .path = v->list[first].path, .p = -1, .q = -1 };
	for (size_t i = first; i < end; i++)
		i64_add_to(&path->self[v->list[i].group], v->list[i].self);
	path->difference = (double)path->self[SLOW_SLOW] / (double)c->size[SLOW_SLOW] -
			   (double)path->self[SLOW_USUAL] / (double)c->size[SLOW_USUAL];
	if (!is_heavy(c, path, min_share))
		return;
	path->p = test_path(c, v, first, end);
	c->tested++;
}

static size_t end_of_path(const struct path_values *v, size_t first)
{
	size_t end = first;

	while (end < v->count && v->list[end].path == v->list[first].path)
		end++;
	return end;
}

static void count_spans(struct slow_comparison *c)
{
	uint32_t *path_of = alloc_zero(c->r->p->stacks.count, sizeof *path_of);

	for (uint32_t i = 0; i < c->path_count; i++)
		path_of[c->paths[i].path] = i;
	for (int g = 0; g < 2; g++)
		for (size_t i = 0; i < c->size[g]; i++) {
			const struct slow_request *request = &c->r->list[c->requests[g][i]];
			const struct slow_part *parts = c->r->parts + request->first_part;

			for (uint32_t k = 0; k < request->part_count; k++)
				c->paths[path_of[parts[k].path]].count[g] += parts[k].count;
		}
	alloc_free(path_of);
}

static void correct(struct slow_comparison *c)
{
	double *p = alloc_zero(c->tested, sizeof *p), *q = alloc_zero(c->tested, sizeof *q);
	size_t n = 0;

	for (size_t i = 0; i < c->path_count; i++)
		if (c->paths[i].p >= 0)
			p[n++] = c->paths[i].p;
	statistics_benjamini_hochberg(p, q, n, n);
	n = 0;
	for (size_t i = 0; i < c->path_count; i++)
		if (c->paths[i].p >= 0)
			c->paths[i].q = q[n++];
	alloc_free(p);
	alloc_free(q);
}

static int compare_paths(const void *left, const void *right)
{
	const struct slow_path *a = left, *b = right;

	if (a->difference < b->difference || a->difference > b->difference)
		return a->difference < b->difference ? 1 : -1;
	return (a->path > b->path) - (a->path < b->path);
}

static void find_paths(struct slow_comparison *c, double min_share)
{
	struct path_values v = { 0 };

	list_values(c, &v);
	c->paths = alloc_zero(v.count, sizeof *c->paths);
	for (int g = 0; g < 2; g++)
		v.sides[g] = alloc_zero(c->size[g], sizeof *v.sides[g]);
	for (size_t first = 0; first < v.count; first = end_of_path(&v, first))
		add_path(c, &v, first, end_of_path(&v, first), min_share);
	count_spans(c);
	correct(c);
	qsort(c->paths, c->path_count, sizeof *c->paths, compare_paths);
	alloc_free(v.list);
	alloc_free(v.sides[0]);
	alloc_free(v.sides[1]);
}

/* --- all --- */

int slow_compare(struct slow_comparison *c, const struct slow_requests *r,
		 const struct slow_options *o)
{
	*c = (struct slow_comparison){ .r = r, .percentile = o->percentile };
	if (find_endpoint(c, str_of(o->endpoint)) < 0 || choose_groups(c) < 0)
		return -1;
	find_paths(c, o->min_share);
	return 0;
}

void slow_comparison_free(struct slow_comparison *c)
{
	alloc_free(c->order);
	alloc_free(c->paths);
}
