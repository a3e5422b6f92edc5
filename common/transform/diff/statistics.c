#include "common/transform/diff/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"

static int compare_i64(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

int64_t statistics_median(const int64_t *values, size_t n)
{
	int64_t *sorted, low, high;

	if (!n)
		return 0;
	sorted = alloc_zero(n, sizeof *sorted);
	memcpy(sorted, values, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, compare_i64);
	low = sorted[(n - 1) / 2];
	high = sorted[n / 2];
	alloc_free(sorted);
	/* unsigned, so that no difference overflows */
	return low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
}

/* --- Mann-Whitney --- */

struct ranked_value {
	int64_t value;
	bool of_a;
};

static int compare_ranked(const void *left, const void *right)
{
	return compare_i64(&((const struct ranked_value *)left)->value,
			   &((const struct ranked_value *)right)->value);
}

/* Twice the rank of each value: equal values share the mean of their positions. */
struct ranking {
	size_t n, na;
	size_t *twice;
	size_t sum;  /* of a's, twice */
	double ties; /* sum of t^3 - t over groups of t equal values */
};

static void rank(struct ranking *r, const int64_t *a, size_t na, const int64_t *b, size_t nb)
{
	struct ranked_value *all = alloc_zero(na + nb, sizeof *all);
	size_t end;

	*r = (struct ranking){ .n = na + nb, .na = na };
	r->twice = alloc_zero(r->n, sizeof *r->twice);
	for (size_t i = 0; i < r->n; i++)
		all[i] = (struct ranked_value){ i < na ? a[i] : b[i - na], i < na };
	qsort(all, r->n, sizeof *all, compare_ranked);
	for (size_t start = 0; start < r->n; start = end) {
		double equal;

		for (end = start + 1; end < r->n && all[end].value == all[start].value;)
			end++;
		equal = (double)(end - start);
		r->ties += equal * equal * equal - equal;
		for (size_t i = start; i < end; i++) {
			r->twice[i] = start + end + 1;
			if (all[i].of_a)
				r->sum += r->twice[i];
		}
	}
	alloc_free(all);
}

/*
 * The number of ways in which na of the ranks have each sum: ways[k][s] is filled rank by rank,
 * as in the knapsack problem.
 */
static double exact(const struct ranking *r)
{
	size_t max_sum = r->n * (r->n + 1), width = max_sum + 1;
	double *ways = alloc_zero((r->na + 1) * width, sizeof *ways);
	double all = 0, below = 0, above = 0, smallest;

	ways[0] = 1;
	for (size_t i = 0; i < r->n; i++)
		for (size_t k = i + 1 < r->na ? i + 1 : r->na; k > 0; k--)
			for (size_t s = r->twice[i]; s < width; s++)
				ways[k * width + s] += ways[(k - 1) * width + s - r->twice[i]];
	for (size_t s = 0; s < width; s++) {
		double n = ways[r->na * width + s];

		all += n;
		below += s <= r->sum ? n : 0;
		above += s >= r->sum ? n : 0;
	}
	alloc_free(ways);
	smallest = below < above ? below : above;
	return 2 * smallest < all ? 2 * smallest / all : 1;
}

static double by_normal(const struct ranking *r)
{
	double na = (double)r->na, nb = (double)r->n - na, n = na + nb;
	double u = (double)r->sum / 2 - na * (na + 1) / 2;
	double away = fabs(u - na * nb / 2) - 0.5;
	double variance = na * nb / 12 * (n + 1 - r->ties / (n * (n - 1)));

	if (away <= 0 || variance <= 0)
		return 1;
	return erfc(away / sqrt(variance) / sqrt(2));
}

double statistics_mann_whitney(const int64_t *a, size_t na, const int64_t *b, size_t nb)
{
	struct ranking r;
	double p;

	if (!na || !nb)
		return 1;
	rank(&r, a, na, b, nb);
	p = r.n <= MANN_WHITNEY_EXACT ? exact(&r) : by_normal(&r);
	alloc_free(r.twice);
	return p;
}

double statistics_mann_whitney_min_p(size_t na, size_t nb)
{
	double ways = 1;

	for (size_t i = 1; i <= na && ways < 1e18; i++)
		ways *= (double)(nb + i) / (double)i;
	return ways > 2 ? 2 / ways : 1;
}

size_t statistics_mann_whitney_min_runs(size_t tested, double alpha)
{
	enum { MAX_RUNS = 100 };
	size_t n = 2;

	while (n < MAX_RUNS && statistics_mann_whitney_min_p(n, n) * (double)tested > alpha)
		n++;
	return n;
}

/* --- shares --- */

static double log_ways(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* The sum of the probabilities of all tables that are at most as likely as this one. */
static double fisher(double a, double all_a, double b, double all_b)
{
	double with = a + b, low = with > all_b ? with - all_b : 0;
	double high = with < all_a ? with : all_a, all = log_ways(all_a + all_b, with), p = 0;
	double here = log_ways(all_a, a) + log_ways(all_b, b) - all;

	for (int64_t i = 0; i <= (int64_t)(high - low); i++) {
		double k = low + (double)i;
		double chance = log_ways(all_a, k) + log_ways(all_b, with - k) - all;

		if (chance <= here + 1e-7)
			p += exp(chance);
	}
	return p < 1 ? p : 1;
}

/* More tables occur only if one side is tiny and the other one huge. */
#define MAX_TABLES 1e5

double statistics_two_proportions(int64_t a, int64_t all_a, int64_t b, int64_t all_b)
{
	double x = (double)a, n = (double)all_a, y = (double)b, m = (double)all_b;
	double pooled, smallest, smaller = n < m ? n : m, variance, tables;

	if (all_a <= 0 || all_b <= 0 || a < 0 || b < 0 || a > all_a || b > all_b)
		return 1;
	pooled = (x + y) / (n + m);
	smallest = smaller * (pooled < 0.5 ? pooled : 1 - pooled);
	if (smallest <= 0)
		return 1;
	tables = x + y < n + m - x - y ? x + y : n + m - x - y;
	if (smallest < 10 && (tables < MAX_TABLES || smaller < MAX_TABLES))
		return pooled < 0.5 ? fisher(x, n, y, m) : fisher(n - x, n, m - y, m);
	variance = pooled * (1 - pooled) * (1 / n + 1 / m);
	return erfc(fabs(x / n - y / m) / sqrt(variance) / sqrt(2));
}

/* --- many tests --- */

struct tested {
	double p;
	size_t i;
};

static int compare_tested(const void *left, const void *right)
{
	const struct tested *a = left, *b = right;

	if (a->p < b->p || a->p > b->p)
		return a->p < b->p ? -1 : 1;
	return (a->i > b->i) - (a->i < b->i);
}

void statistics_benjamini_hochberg(const double *p, double *q, size_t n, size_t tests)
{
	struct tested *order = alloc_zero(n, sizeof *order);
	double smallest = 1;

	for (size_t i = 0; i < n; i++)
		order[i] = (struct tested){ p[i], i };
	qsort(order, n, sizeof *order, compare_tested);
	for (size_t i = n; i-- > 0;) {
		double value = order[i].p * (double)tests / (double)(i + 1);

		smallest = value < smallest ? value : smallest;
		q[order[i].i] = smallest;
	}
	alloc_free(order);
}
