/*
 * statistics - whether a difference may be chance
 *
 * Tests for two sets of measurements and for two sampled proportions. All p-values are
 * two-sided: the probability that chance alone gives a difference at least as large, in
 * either direction.
 */
#ifndef DIFF_STATISTICS_H
#define DIFF_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* The median; for an even number of values, the mean of the middle two, rounded down. */
int64_t statistics_median(const int64_t *values, size_t n);

/*
 * Mann-Whitney U test: do values of a tend to be larger, or smaller, than values of b? With at
 * most MANN_WHITNEY_EXACT values in total, the exact distribution is computed by counting all
 * ways to divide these values among the sides, ties included. Beyond that, the normal
 * approximation with corrections for continuity and ties is used.
 */
enum { MANN_WHITNEY_EXACT = 24 };
double statistics_mann_whitney(const int64_t *a, size_t na, const int64_t *b, size_t nb);

/* The smallest p that this many values can give: 2 / C(na + nb, na), at most 1. */
double statistics_mann_whitney_min_p(size_t na, size_t nb);

/*
 * The smallest number of values on each side with which one change among `tested` can reach a q
 * of at most `alpha`.
 */
size_t statistics_mann_whitney_min_runs(size_t tested, double alpha);

/*
 * Whether a out of `all_a` is another proportion than b out of `all_b`: Fisher's exact test if
 * one of the four expected counts is below 10, otherwise the pooled z test.
 */
double statistics_two_proportions(int64_t a, int64_t all_a, int64_t b, int64_t all_b);

/*
 * Benjamini-Hochberg: turns p[i] into q[i], the smallest false discovery rate at which i would
 * count as a discovery. `tests` is the number of tests made: n, or more if only the smallest
 * p-values are given.
 */
void statistics_benjamini_hochberg(const double *p, double *q, size_t n, size_t tests);

#endif
