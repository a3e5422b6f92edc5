/*
 * values.c - tables of values do the same whether their rows are dense or sparse
 */
#include <string.h>

#include "tests/unit/unit.h"

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "common/profile/values.h"

enum { ROWS = 8000, WIDTH = 48 };

/* What a table shall hold: rows of WIDTH values, of which the table has the first `width`. */
struct model {
	struct values t;
	int64_t (*at)[WIDTH];
	size_t rows;
	uint64_t seed;
	unsigned density; /* of new rows, in percent */
	bool was_sparse, was_dense;
};

static void model_open(struct model *m, uint32_t width, uint64_t seed)
{
	*m = (struct model){ .t = { .width = width }, .seed = seed, .density = 4 };
	m->at = alloc_zero(ROWS + 1, sizeof *m->at);
}

static void model_close(struct model *m)
{
	values_free(&m->t);
	alloc_free(m->at);
}

static uint32_t below(struct model *m, size_t n)
{
	return (uint32_t)(next_random(&m->seed) % n);
}

static int64_t number(struct model *m)
{
	return (int64_t)below(m, 2001) - 1000;
}

static void random_row(struct model *m, int64_t row[WIDTH])
{
	for (uint32_t k = 0; k < m->t.width; k++)
		row[k] = below(m, 100) < m->density ? number(m) : 0;
}

static void check_row(const struct model *m, size_t row)
{
	assert_memory_equal(values_row(&m->t, row), m->at[row], m->t.width * sizeof(int64_t));
}

static void check(struct model *m)
{
	int64_t sums[WIDTH] = { 0 }, value;
	bool negative = false;
	uint32_t k;

	assert_int_equal(m->t.rows, m->rows);
	for (size_t row = 0; row < m->rows; row++) {
		check_row(m, row);
		for (k = 0; k < m->t.width; k++)
			sums[k] += m->at[row][k];
	}
	for (size_t i = 0; i < values_cells(&m->t); i++)
		if (*values_cell(&m->t, i, &k))
			sums[k] -= *values_cell(&m->t, i, &k);
	for (k = 0; k < m->t.width; k++) {
		bool zero = true;

		assert_int_equal(sums[k], 0);
		for (size_t row = 0; row < m->rows; row++) {
			zero &= m->at[row][k] == 0;
			negative |= m->at[row][k] < 0;
		}
		assert_int_equal(values_all_zero(&m->t, k), zero);
	}
	assert_int_equal(values_negative(&m->t, &value, &k), negative);
	assert_true(!negative || value < 0);
	assert_true(values_sums_fit(&m->t, &k));
	m->was_sparse |= m->t.sparse != NULL;
	m->was_dense |= m->t.sparse == NULL;
}

static void grow(struct model *m, size_t rows)
{
	int64_t values[WIDTH] = { 0 };

	for (; rows && m->rows < ROWS; rows--) {
		memset(m->at[m->rows], 0, sizeof *m->at);
		random_row(m, values);
		if (below(m, 8) == 0) {
			assert_int_equal(values_append(&m->t, NULL), m->rows++);
			continue;
		}
		memcpy(m->at[m->rows], values, sizeof values);
		assert_int_equal(values_append(&m->t, values), m->rows++);
	}
}

static void resize(struct model *m, size_t rows)
{
	if (rows > m->rows)
		memset(m->at[m->rows], 0, (rows - m->rows) * sizeof *m->at);
	values_resize(&m->t, rows);
	m->rows = rows;
}

/* One change of one row. */
static void change(struct model *m)
{
	size_t row = below(m, m->rows), other = below(m, m->rows);
	uint32_t k = below(m, m->t.width);
	int64_t values[WIDTH] = { 0 };

	random_row(m, values);
	switch (below(m, 5)) {
	case 0:
		values_add(&m->t, row, k, values[k]);
		m->at[row][k] += values[k];
		break;
	case 1:
		values_set(&m->t, row, k, values[k]);
		m->at[row][k] = values[k];
		break;
	case 2:
		values_set_row(&m->t, row, values);
		memcpy(m->at[row], values, sizeof values);
		break;
	case 3:
		values_add_row(&m->t, row, values);
		for (k = 0; k < m->t.width; k++)
			m->at[row][k] += values[k];
		break;
	default:
		values_set_row(&m->t, row, values_row(&m->t, other));
		memmove(m->at[row], m->at[other], sizeof values);
	}
	check_row(m, row);
	check_row(m, other);
}

static void change_columns(struct model *m)
{
	uint32_t k = below(m, m->t.width), count = m->t.width - 1;
	int power = (int)below(m, 2);

	if (m->t.width < WIDTH && below(m, 2)) {
		values_widen(&m->t, m->t.width + below(m, WIDTH - m->t.width) + 1);
		return;
	}
	values_scale(&m->t, k, power);
	for (size_t row = 0; power && row < m->rows; row++)
		m->at[row][k] *= 10;
	if (m->t.width < 8)
		return;
	values_keep(&m->t, 1, count);
	for (size_t row = 0; row < m->rows; row++) {
		memmove(m->at[row], m->at[row] + 1, count * sizeof(int64_t));
		memset(m->at[row] + count, 0, (WIDTH - count) * sizeof(int64_t));
	}
}

static void random_operations(void **state)
{
	static const unsigned densities[] = { 0, 2, 10, 60, 100 };

	bool sparse = false, dense = false;

	(void)state;
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct model m;

		model_open(&m, (uint32_t)(1 + seed * 7 % WIDTH), seed);
		for (int round = 0; round < 12; round++) {
			m.density = densities[below(&m, COUNT(densities))];
			grow(&m, below(&m, ROWS / 2));
			for (int i = 0; m.rows && i < 2000; i++)
				change(&m);
			if (below(&m, 3) == 0)
				change_columns(&m);
			if (below(&m, 4) == 0)
				resize(&m, below(&m, 2) ? 0 : below(&m, ROWS));
			check(&m);
		}
		assert_false(m.t.overflow);
		sparse |= m.was_sparse;
		dense |= m.was_sparse && m.was_dense;
		model_close(&m);
	}
	assert_true(sparse);
#ifndef VALUES_ALWAYS_SPARSE
	assert_true(dense); /* the same table */
#endif
}

/* Few numbers make sparse rows, many dense ones, and the table goes from one to the other. */
static void the_form_follows_the_numbers(void **state)
{
	int64_t one[WIDTH] = { 0 }, all[WIDTH];
	struct model m;

	(void)state;
	for (int k = 0; k < WIDTH; k++)
		all[k] = k + 1;
	one[WIDTH - 1] = 5;
	model_open(&m, WIDTH, 1);
	while (m.rows < ROWS) {
		memcpy(m.at[m.rows], one, sizeof one);
		values_append(&m.t, m.at[m.rows++]);
	}
	check(&m);
	assert_non_null(m.t.sparse);
	for (size_t row = 0; row < ROWS; row++) {
		values_add_row(&m.t, row, all);
		for (int k = 0; k < WIDTH; k++)
			m.at[row][k] += all[k];
	}
	check(&m);
#ifndef VALUES_ALWAYS_SPARSE
	assert_null(m.t.sparse);
#endif
	resize(&m, 0);
	model_close(&m);

	model_open(&m, 1, 1);
	m.density = 0;
	grow(&m, ROWS);
	check(&m);
#ifndef VALUES_ALWAYS_SPARSE
	assert_null(m.t.sparse); /* nothing is smaller than one number a row */
#endif
	model_close(&m);
}

static void overflows_are_recorded(void **state)
{
	int64_t most[WIDTH] = { 0 };
	uint32_t k;

	(void)state;
	most[WIDTH - 2] = INT64_MAX;
	for (size_t rows = 4; rows <= ROWS; rows += ROWS - 4) {
		struct values t = { .width = WIDTH };

		values_resize(&t, rows);
		values_add_row(&t, 3, most);
		values_add(&t, 2, WIDTH - 2, INT64_MAX);
		assert_false(t.overflow);
		values_add_row(&t, 3, most);
		assert_true(t.overflow);
		assert_int_equal(t.overflowed, WIDTH - 2);
		t.overflow = false;
		values_add(&t, 2, WIDTH - 2, 1);
		assert_true(t.overflow);
		t.overflow = false;
		values_set(&t, 1, 1, INT64_MIN / 2);
		values_scale(&t, 1, 1);
		assert_true(t.overflow);
		assert_int_equal(t.overflowed, 1);
		values_set(&t, 2, WIDTH - 2, 0);
		values_set(&t, 2, 1, INT64_MIN);
		assert_false(values_sums_fit(&t, &k));
		assert_int_equal(k, 1);
		values_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations),
		cmocka_unit_test(the_form_follows_the_numbers),
		cmocka_unit_test(overflows_are_recorded),
	};

	return RUN(tests);
}
