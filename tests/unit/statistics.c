/*
 * statistics.c - tests of significance, against textbooks and against brute force
 */
#include "tests/unit/unit.h"

#include <math.h>

#include "common/transform/diff/gate.h"
#include "common/transform/diff/statistics.h"

static void assert_near(double got, double expected)
{
	if (fabs(got - expected) > 1e-6 * (fabs(expected) > 1e-3 ? 1 : 1e-3))
		fail_msg("got %.9g, expected %.9g", got, expected);
}

static void median_is_the_middle(void **state)
{
	static const int64_t odd[] = { 9, -3, 5 }, even[] = { 7, 1, 4, 2 };
	static const int64_t far[] = { INT64_MIN, INT64_MAX };

	(void)state;
	assert_int_equal(statistics_median(odd, 3), 5);
	assert_int_equal(statistics_median(even, 4), 3);
	assert_int_equal(statistics_median(far, 2), -1);
	assert_int_equal(statistics_median(odd, 0), 0);
}

/* Ages at which a disease was diagnosed; 14 of the 126 ways are as uneven: p = 0.111. */
static void mann_whitney_of_textbooks(void **state)
{
	static const int64_t men[] = { 19, 22, 16, 29, 24 }, women[] = { 20, 11, 17, 12 };
	static const int64_t low[] = { 1, 2, 3 }, high[] = { 4, 5, 6 };

	(void)state;
	assert_near(statistics_mann_whitney(men, 5, women, 4), 14.0 / 126);
	assert_near(statistics_mann_whitney(women, 4, men, 5), 14.0 / 126);
	assert_near(statistics_mann_whitney(low, 3, high, 3), 0.1);
	assert_near(statistics_mann_whitney(low, 3, low, 3), 1);
	assert_near(statistics_mann_whitney(low, 3, high, 0), 1);
}

/* Twice the rank sum of a, equal values sharing their ranks, the slow way. */
static long rank_sum(const int64_t *all, int n, unsigned of_a)
{
	long sum = 0;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n && of_a & 1u << i; j++)
			sum += all[j] < all[i] ? 2 : all[j] == all[i] ? 1 + (i == j) : 0;
	return sum;
}

static double by_brute_force(const int64_t *all, int na, int n)
{
	long here = rank_sum(all, n, (1u << na) - 1);
	double ways = 0, below = 0, above = 0, smallest;

	for (unsigned set = 0; set < 1u << n; set++) {
		int members = 0;

		for (int i = 0; i < n; i++)
			members += (set >> i & 1) != 0;
		if (members != na)
			continue;
		ways++;
		below += rank_sum(all, n, set) <= here;
		above += rank_sum(all, n, set) >= here;
	}
	smallest = below < above ? below : above;
	return 2 * smallest < ways ? 2 * smallest / ways : 1;
}

static void mann_whitney_as_by_brute_force(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (int round = 0; round < 60; round++) {
		int64_t all[10];
		int na = 1 + (int)(next_random(&seed) % 5),
		    n = na + 1 + (int)(next_random(&seed) % 5);
		uint32_t range = 2 + next_random(&seed) % 20;

		for (int i = 0; i < n; i++)
			all[i] = next_random(&seed) % range;
		assert_near(statistics_mann_whitney(all, (size_t)na, all + na, (size_t)(n - na)),
			    by_brute_force(all, na, n));
	}
}

/* 1..15 against 8..22: seven values are shared; the figure is scipy's. */
static void mann_whitney_of_many(void **state)
{
	int64_t a[15], b[15];

	(void)state;
	for (int i = 0; i < 15; i++) {
		a[i] = i + 1;
		b[i] = i + 8;
	}
	assert_near(statistics_mann_whitney(a, 15, b, 15), 0.0008963057588309446);
}

static void runs_needed(void **state)
{
	(void)state;
	assert_near(statistics_mann_whitney_min_p(3, 3), 0.1);
	assert_near(statistics_mann_whitney_min_p(5, 5), 2.0 / 252);
	assert_near(statistics_mann_whitney_min_p(1, 1), 1);
	assert_int_equal(statistics_mann_whitney_min_runs(1, 0.05), 4);
	assert_int_equal(statistics_mann_whitney_min_runs(6, 0.05), 5);
	assert_int_equal(statistics_mann_whitney_min_runs(7, 0.05), 6);
	assert_int_equal(statistics_mann_whitney_min_runs(300, 0.05), 8);
}

/* The lady who tasted tea, and a z test of 5 % against 8 %. */
static void proportions_of_textbooks(void **state)
{
	(void)state;
	assert_near(statistics_two_proportions(3, 4, 1, 4), 34.0 / 70);
	assert_near(statistics_two_proportions(8, 10, 1, 6), 0.034965035);
	assert_near(statistics_two_proportions(50, 1000, 80, 1000), 0.00650659748363783);
	assert_near(statistics_two_proportions(80, 1000, 50, 1000), 0.00650659748363783);
	assert_near(statistics_two_proportions(0, 1000, 0, 1000), 1);
	assert_near(statistics_two_proportions(10, 10, 20, 20), 1);
	assert_near(statistics_two_proportions(1, 0, 1, 5), 1);
	assert_near(statistics_two_proportions(6, 5, 1, 5), 1);
	assert_true(statistics_two_proportions(0, 1000, 30, 1000) < 1e-7);
}

/* The fifteen of Benjamini and Hochberg (1995): the first four are below 0.05. */
static void false_discoveries_of_the_paper(void **state)
{
	static const double p[] = { 1.0000, 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298,
				    0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590 };
	double q[COUNT(p)], few[4];
	size_t below = 0;

	(void)state;
	statistics_benjamini_hochberg(p, q, COUNT(p), COUNT(p));
	for (size_t i = 0; i < COUNT(p); i++)
		below += q[i] <= 0.05;
	assert_int_equal(below, 4);
	assert_near(q[1], 0.0015);
	assert_near(q[4], 0.0095 * 15 / 4);
	assert_near(q[0], 1);
	/* the others may be left out if they are counted */
	statistics_benjamini_hochberg(p + 1, few, 4, COUNT(p));
	assert_near(few[3], 0.0095 * 15 / 4);
}

static bool parses(const char *text)
{
	struct gate_rule rule;
	bool good = gate_parse(&rule, str_of(text)) == 0;

	if (good)
		gate_free(&rule);
	return good;
}

static void rules_are_parsed(void **state)
{
	static const char *const good[] = {
		"self > 5%",
		"self>5%",
		"self >= 5.5 % and self > 10ms",
		"total > 1s",
		"calls < -3",
		"(self > 1 or inclusive > 2KiB) and share > 0.5% in src/*",
		"share > 2% in \"a b\"",
		"self > 5\xc2\xb5s",
		"self > 1 or self > 2 and self > 3 or self > 4",
	};
	static const char *const bad[] = {
		"",
		"self",
		"self >",
		"self > x",
		"self 5%",
		"self > 5% and",
		"self > 5% self > 3",
		"(self > 5%",
		"self > 5%)",
		"share > 3",
		"share > 3ms",
		"calls > 3ms",
		"self > 3 m",
		"total > 3% in a*",
		"self > 3% in",
		"self > 99999999999999999999",
		"selfish > 3",
		"self > 9999999999999s",
		"self => 3",
		"self > 1..2",
		"self > 5% or or self > 3%",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!parses(good[i]))
			fail_msg("no rule: %s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (parses(bad[i]))
			fail_msg("a rule: %s", bad[i]);
}

static void rules_have_an_end(void **state)
{
	struct buf deep = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_byte(&deep, '(');
	buf_byte(&deep, '\0');
	assert_false(parses(deep.p));
	deep.n = 0;
	for (int i = 0; i < 10000; i++)
		buf_add(&deep, S("self > 1% or "));
	buf_add(&deep, S("calls > 1"));
	buf_byte(&deep, '\0');
	assert_true(parses(deep.p));
	buf_free(&deep);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_is_the_middle),
		cmocka_unit_test(mann_whitney_of_textbooks),
		cmocka_unit_test(mann_whitney_as_by_brute_force),
		cmocka_unit_test(mann_whitney_of_many),
		cmocka_unit_test(runs_needed),
		cmocka_unit_test(proportions_of_textbooks),
		cmocka_unit_test(false_discoveries_of_the_paper),
		cmocka_unit_test(rules_are_parsed),
		cmocka_unit_test(rules_have_an_end),
	};

	return RUN(tests);
}
