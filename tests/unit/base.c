/*
 * base.c - strings, numbers, the index, UTF-8 and quoting
 */
#include "common/base/hash.h"
#include "tests/unit/unit.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>

#include "common/base/index.h"
#include "common/base/num.h"
#include "common/base/sort.h"
#include "common/base/utf8.h"

/* --- str --- */

static void str_compares_bytes(void **state)
{
	(void)state;
	assert_true(str_compare(S("a"), S("b")) < 0);
	assert_true(str_compare(S("a"), S("a\0")) < 0);
	assert_true(str_compare(S("\xff"), S("a")) > 0);
	assert_int_equal(str_compare(S(""), S("")), 0);
	assert_true(str_eq(S("a\0b"), S("a\0b")));
	assert_false(str_eq(S("a\0b"), S("a\0c")));
	assert_true(str_starts(S("abc"), S("ab")) && !str_starts(S("a"), S("ab")));
	assert_true(str_ends(S("abc"), S("bc")) && !str_ends(S("c"), S("bc")));
	assert_true(str_has(S("a\0b"), '\0') && !str_has(S("ab"), '\0'));
}

static void str_cuts(void **state)
{
	struct str a, b;

	(void)state;
	assert_true(str_cut(S("a:b:c"), ':', &a, &b));
	assert_str(a, S("a"));
	assert_str(b, S("b:c"));
	assert_true(str_cut_last(S("a:b:c"), ':', &a, &b));
	assert_str(a, S("a:b"));
	assert_str(b, S("c"));
	assert_true(str_cut(S(":"), ':', &a, &b));
	assert_int_equal(a.n + b.n, 0);
	assert_false(str_cut(S("abc"), ':', &a, &b));
	assert_false(str_cut_last(S(""), ':', &a, &b));
}

static void str_words_and_trimming(void **state)
{
	struct str rest = S("  one\ttwo  three "), word;

	(void)state;
	assert_true(str_word(&rest, &word));
	assert_str(word, S("one"));
	assert_true(str_word(&rest, &word));
	assert_str(word, S("two"));
	assert_true(str_word(&rest, &word));
	assert_str(word, S("three"));
	assert_false(str_word(&rest, &word));
	assert_str(str_trim(S(" \t a b \r")), S("a b"));
	assert_str(str_trim(S(" \t ")), S(""));
	assert_str(str_base(S("/usr/lib/a.py")), S("a.py"));
	assert_str(str_base(S("C:\\x\\a.py")), S("a.py"));
	assert_str(str_base(S("a.py")), S("a.py"));
}

static void buffer_grows(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_add(&b, S("abc"));
	buf_byte(&b, '\0');
	buf_print(&b, "%d-%s", 42, "x");
	assert_int_equal(b.n, 3005);
	assert_str(str_from(buf_str(&b), 2997), S("abc\0"
						  "42-x"));
	buf_free(&b);
}

/* --- num --- */

static void integers(void **state)
{
	int64_t i;
	uint64_t u;

	(void)state;
	assert_true(str_to_i64(S("9223372036854775807"), &i) && i == INT64_MAX);
	assert_true(str_to_i64(S("-9223372036854775808"), &i) && i == INT64_MIN);
	assert_false(str_to_i64(S("9223372036854775808"), &i));
	assert_false(str_to_i64(S("-9223372036854775809"), &i));
	assert_true(str_to_u64(S("18446744073709551615"), &u) && u == UINT64_MAX);
	assert_false(str_to_u64(S("18446744073709551616"), &u));
	assert_false(str_to_u64(S(""), &u) || str_to_u64(S("-1"), &u) || str_to_u64(S("1 "), &u) ||
		     str_to_i64(S("-"), &i));
	assert_true(str_to_hex(S("ffFFffFFffFFffFF"), &u) && u == UINT64_MAX);
	assert_false(str_to_hex(S("10000000000000000"), &u) || str_to_hex(S("g"), &u) ||
		     str_to_hex(S(""), &u));
}

static void decimals_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t mantissa;
		int exponent;
		enum exactness exactness;
	} cases[] = {
		{ "0", 0, 0, EXACT },
		{ "-0.000", 0, 0, EXACT },
		{ "42", 42, 0, EXACT },
		{ "+42", 42, 0, EXACT },
		{ "5.5", 55, -1, EXACT },
		{ "5.", 5, 0, EXACT },
		{ ".5", 5, -1, EXACT },
		{ "-1.50", -15, -1, EXACT },
		{ "1500", 15, 2, EXACT },
		{ "1e3", 1, 3, EXACT },
		{ "1.25E-2", 125, -4, EXACT },
		{ "1e+3", 1, 3, EXACT },
		{ "9223372036854775807", INT64_MAX, 0, EXACT },
		{ "0.00000000000000000001", 1, -20, EXACT },
		{ "92233720368547758079", INT64_MAX, 1, ROUNDED },
		{ "1.00000000000000000000", 1, 0, EXACT },
		{ "12345678901234567894", 1234567890123456789, 1, ROUNDED },
		{ "12345678901234567885", 1234567890123456789, 1, ROUNDED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decimal d;
		enum exactness exactness;

		assert_true(str_to_decimal(str_of(cases[i].text), &d, &exactness));
		assert_int_equal(d.mantissa, cases[i].mantissa);
		assert_int_equal(d.exponent, cases[i].exponent);
		assert_int_equal(exactness, cases[i].exactness);
	}
}

static void what_is_no_decimal(void **state)
{
	static const char *const texts[] = { "",    "+",   "-",     ".",   "-.",      "e5",
					     "5e",  "5e+", "1.2.3", "1,5", "0x1",     "nan",
					     "inf", " 1",  "1 ",    "--1", "5e99999", "1e1.5" };
	struct decimal d;
	enum exactness exactness;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		if (str_to_decimal(str_of(texts[i]), &d, &exactness))
			fail_msg("'%s' was taken for a number", texts[i]);
}

static void decimals_at_an_exponent(void **state)
{
	int64_t v;

	(void)state;
	assert_int_equal(decimal_at((struct decimal){ 55, -1 }, -2, &v), EXACT);
	assert_int_equal(v, 550);
	/* to the nearest, halves away from zero */
	assert_int_equal(decimal_at((struct decimal){ 55, -1 }, 0, &v), ROUNDED);
	assert_int_equal(v, 6);
	assert_int_equal(decimal_at((struct decimal){ -55, -1 }, 0, &v), ROUNDED);
	assert_int_equal(v, -6);
	assert_int_equal(decimal_at((struct decimal){ 549, -2 }, 0, &v), ROUNDED);
	assert_int_equal(v, 5);
	assert_int_equal(decimal_at((struct decimal){ 4999, -4 }, 0, &v), ROUNDED);
	assert_int_equal(v, 0);
	assert_int_equal(decimal_at((struct decimal){ 5, -1 }, 0, &v), ROUNDED);
	assert_int_equal(v, 1);
	assert_int_equal(decimal_at((struct decimal){ 1, -5000 }, 0, &v), ROUNDED);
	assert_int_equal(v, 0);
	assert_int_equal(decimal_at((struct decimal){ INT64_MAX, 0 }, -1, &v), OUT_OF_RANGE);
	assert_int_equal(decimal_at((struct decimal){ 1, 5000 }, 0, &v), OUT_OF_RANGE);
	assert_int_equal(decimal_at((struct decimal){ 0, 5000 }, 0, &v), EXACT);
	assert_int_equal(v, 0);
}

static void check_text(int64_t mantissa, int exponent, const char *expected)
{
	char text[NUM_TEXT];
	size_t n = decimal_text(text, (struct decimal){ mantissa, exponent });

	assert_str((struct str){ text, n }, str_of(expected));
}

static void decimals_are_written(void **state)
{
	(void)state;
	check_text(1500, -3, "1.5");
	check_text(-1500, -3, "-1.5");
	check_text(5, -1, "0.5");
	check_text(5, -9, "0.000000005");
	check_text(0, -9, "0");
	check_text(0, 5, "0");
	check_text(7, 3, "7000");
	check_text(100, -2, "1");
	check_text(INT64_MIN, 0, "-9223372036854775808");
	check_text(INT64_MIN, -20, "-0.09223372036854775808");
	check_text(INT64_MAX, 20, "922337203685477580700000000000000000000");
}

/* What is written reads back as the same number. */
static void decimals_round_trip(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t mantissa = (int64_t)((uint64_t)next_random(&seed) << 31 ^
					     next_random(&seed));
		int exponent = (int)(next_random(&seed) % 10) - 9;
		char text[NUM_TEXT];
		struct decimal d;
		enum exactness exactness;
		int64_t back;

		mantissa = (mantissa >> next_random(&seed) % 62) * (i & 1 ? -1 : 1);
		assert_true(str_to_decimal((struct str){ text, decimal_text(text,
									    (struct decimal){
										    mantissa,
										    exponent }) },
					   &d, &exactness));
		assert_int_equal(exactness, EXACT);
		assert_int_equal(decimal_at(d, exponent, &back), EXACT);
		assert_int_equal(back, mantissa);
	}
}

static void sums_are_checked(void **state)
{
	int64_t v;

	(void)state;
	assert_true(i64_add(INT64_MAX, INT64_MIN, &v) && v == -1);
	assert_false(i64_add(INT64_MAX, 1, &v));
	assert_false(i64_add(INT64_MIN, -1, &v));
	assert_true(i64_shift(-5, 18, &v) && v == -5000000000000000000);
	assert_false(i64_shift(10, 18, &v));
	assert_true(i64_shift(0, 1000, &v) && v == 0);
}

/* --- index --- */

/* All hashes alike: only the keys tell rows apart. */
static void index_finds_every_row(void **state)
{
	(void)state;
	for (int alike = 0; alike < 2; alike++) {
		struct index x = { 0 };
		uint32_t rows = alike ? 300 : 20000;

		for (uint32_t row = 0; row < rows; row++)
			index_add(&x, alike ? 7 : hash_mix(row, 3), row);
		for (uint32_t key = 0; key < rows + 10; key++) {
			bool found = false;

			for (struct probe at = index_probe(&x, alike ? 7 : hash_mix(key, 3));
			     !found && index_next(&x, &at);)
				found = at.row == key;
			assert_int_equal(found, key < rows);
		}
		index_free(&x);
	}
}

/* How many slots are taken between the home of each of so many keys in a row and their own. */
static size_t index_steps(unsigned shift, uint32_t rows)
{
	struct index x = { 0 };
	size_t steps = 0;

	for (uint32_t row = 0; row < rows; row++) {
		uint64_t hash = hash_mix((uint64_t)row << shift, 0);
		size_t slot = index_probe(&x, hash).slot;

		for (; x.slots && x.slots[slot]; slot = (slot + 1) & x.mask)
			steps++;
		index_add(&x, hash, row);
	}
	index_free(&x);
	return steps;
}

/* Ids are numbers in a row, and no key that a run may draw makes them meet. */
static void index_spreads_under_every_key(void **state)
{
	enum { KEYS = 1000, ROWS = 5000 };
	uint64_t drawn = 1, was[2];

	(void)state;
	memcpy(was, hash_key, sizeof was);
	for (int i = 0; i < KEYS; i++) {
		for (int half = 0; half < 2; half++)
			hash_key[half] = drawn = drawn * 6364136223846793005u +
						 1442695040888963407u;
		assert_true(index_steps(0, ROWS) < 4 * ROWS && index_steps(32, ROWS) < 4 * ROWS);
	}
	memcpy(hash_key, was, sizeof was);
}

static void index_may_be_empty(void **state)
{
	struct index x = { 0 };
	struct probe at = index_probe(&x, 5);

	(void)state;
	assert_false(index_next(&x, &at));
	index_free(&x);
}

/* --- utf8 --- */

static void utf8_every_character(void **state)
{
	(void)state;
	for (uint32_t point = 0; point <= 0x10ffff; point++) {
		char bytes[4];
		struct str s = { bytes, utf8_put(bytes, point) };

		if (point >= 0xd800 && point < 0xe000) {
			assert_int_equal(s.n, 3);
			assert_int_equal(utf8_length(s, 0), 0);
			continue;
		}
		if (utf8_length(s, 0) != s.n || utf8_point(s, 0) != point)
			fail_msg("U+%04X", (unsigned)point);
		s.n--; /* cut short */
		assert_int_equal(utf8_length(s, 0), 0);
	}
}

static void what_is_no_utf8(void **state)
{
	static const char *const texts[] = { "\x80",
					     "\xbf",
					     "\xc0\x80",
					     "\xc1\xbf",
					     "\xc3",
					     "\xc3\x28",
					     "\xe0\x80\x80",
					     "\xe0\x9f\xbf",
					     "\xed\xa0\x80",
					     "\xf0\x80\x80\x80",
					     "\xf0\x8f\xbf\xbf",
					     "\xf4\x90\x80\x80",
					     "\xf5\x80\x80\x80",
					     "\xfe",
					     "\xff" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(utf8_length(str_of(texts[i]), 0), 0);
	assert_int_equal(utf8_columns(S("a\xc3\xa9\xff\xf0\x9f\x98\x80")), 5);
	assert_int_equal(utf8_columns(S("e\xcc\x81\xe6\xbc\xa2")), 3);
	assert_int_equal(utf8_length(S("ab"), 1), 1);
	for (size_t n = 0; n < 9; n++)
		assert_int_equal(utf8_head(S("a\xc3\xa9\xf0\x9f\x98\x80"), n).n, n < 3   ? n > 0
										 : n < 7 ? 3
											 : 7);
	assert_int_equal(utf8_head(S("a\xff"), 2).n, 1);
}

/* --- integers of numbers --- */

static void numbers_become_integers(void **state)
{
	static const struct {
		double x;
		int64_t part, nearest;
	} rows[] = {
		{ 0, 0, 0 },
		{ 1.5, 1, 2 },
		{ -1.5, -1, -2 },
		{ 0.49, 0, 0 },
		{ -0.51, 0, -1 },
		{ 0x1p62, INT64_C(1) << 62, INT64_C(1) << 62 },
		{ 0x1p63, INT64_MAX, INT64_MAX },
		{ -0x1p63, -INT64_MAX, -INT64_MAX },
		{ 1e300, INT64_MAX, INT64_MAX },
		{ -1e300, -INT64_MAX, -INT64_MAX },
		{ INFINITY, INT64_MAX, INT64_MAX },
		{ -INFINITY, -INT64_MAX, -INT64_MAX },
		{ NAN, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(i64_of(rows[i].x) == rows[i].part);
		assert_true(i64_nearest(rows[i].x) == rows[i].nearest);
	}
}

/* --- diag --- */

static void quotes(void **state)
{
	(void)state;
	assert_string_equal(diag_quote(S("plain")), "'plain'");
	assert_string_equal(diag_quote(S("")), "''");
	assert_string_equal(diag_quote(S("a\nb\tc\033[31m\177")), "'a\\x0ab\\x09c\\x1b[31m\\x7f'");
	assert_string_equal(diag_quote(S("nul\0!")), "'nul\\x00!'");
	assert_string_equal(diag_quote(S("caf\xc3\xa9 \xff")), "'caf\xc3\xa9 \\xff'");
	/* C1 controls, of which U+009B begins an escape sequence */
	assert_string_equal(diag_quote(S("\xc2\x9b"
					 "31m")),
			    "'\\xc2\\x9b31m'");
	/* what turns text round, U+202E and U+061C */
	assert_string_equal(diag_quote(S("\xe2\x80\xae"
					 "a\xd8\x9c")),
			    "'\\xe2\\x80\\xaea\\xd8\\x9c'");
	assert_string_equal(diag_masked(S("a\nb")), "a\\x0ab");
}

static void quotes_what_is_long(void **state)
{
	char text[5000];
	const char *quoted;

	(void)state;
	memset(text, 'x', sizeof text);
	quoted = diag_quote((struct str){ text, sizeof text });
	assert_true(strlen(quoted) < 80);
	assert_string_equal(quoted + strlen(quoted) - 4, "'...");
	memset(text, '\1', sizeof text);
	assert_true(strlen(diag_masked((struct str){ text, sizeof text })) < 1100);
}

/* Eight in one message stay apart. */
static void quotes_in_turn(void **state)
{
	const char *texts[8];
	char digit = '0';

	(void)state;
	for (int i = 0; i < 8; i++, digit++)
		texts[i] = diag_quote((struct str){ &digit, 1 });
	for (int i = 0; i < 8; i++)
		assert_int_equal(texts[i][1], '0' + i);
}

/* --- sort --- */

struct counted_order {
	const uint32_t *keys;
	size_t compared;
};

static int by_key(uint32_t a, uint32_t b, const void *context)
{
	const struct counted_order *o = *(struct counted_order *const *)context;

	((struct counted_order *)(uintptr_t)o)->compared++;
	return (o->keys[a] > o->keys[b]) - (o->keys[a] < o->keys[b]);
}

/* Of all lengths around those that are sorted in one run: in order, none lost, equal keys stay. */
static void ids_are_sorted_stably(void **state)
{
	uint64_t seed = 4;

	(void)state;
	sort_ids(NULL, 0, by_key, NULL);
	for (uint32_t n = 0; n < 300; n++) {
		for (uint32_t kinds = 1; kinds < 2000; kinds *= 5) {
			uint32_t keys[300], ids[300];
			struct counted_order o = { keys, 0 }, *context = &o;

			for (uint32_t i = 0; i < n; i++) {
				keys[i] = next_random(&seed) % kinds;
				ids[i] = i;
			}
			sort_ids(ids, n, by_key, &context);
			for (uint32_t i = 1; i < n; i++)
				assert_true(
					keys[ids[i - 1]] < keys[ids[i]] ||
					(keys[ids[i - 1]] == keys[ids[i]] && ids[i - 1] < ids[i]));
			assert_true(o.compared <= n * 10u);
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(str_compares_bytes),
		cmocka_unit_test(str_cuts),
		cmocka_unit_test(str_words_and_trimming),
		cmocka_unit_test(buffer_grows),
		cmocka_unit_test(integers),
		cmocka_unit_test(decimals_are_read),
		cmocka_unit_test(what_is_no_decimal),
		cmocka_unit_test(decimals_at_an_exponent),
		cmocka_unit_test(decimals_are_written),
		cmocka_unit_test(decimals_round_trip),
		cmocka_unit_test(sums_are_checked),
		cmocka_unit_test(index_finds_every_row),
		cmocka_unit_test(index_spreads_under_every_key),
		cmocka_unit_test(index_may_be_empty),
		cmocka_unit_test(utf8_every_character),
		cmocka_unit_test(what_is_no_utf8),
		cmocka_unit_test(numbers_become_integers),
		cmocka_unit_test(quotes),
		cmocka_unit_test(quotes_what_is_long),
		cmocka_unit_test(quotes_in_turn),
		cmocka_unit_test(ids_are_sorted_stably),
	};

	return RUN(tests);
}
