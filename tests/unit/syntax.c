/*
 * syntax.c - marshal, JSON, protobuf and XML: what is put comes back
 */
#include "tests/unit/unit.h"

#include <math.h>

#include "common/io/output.h"
#include "common/syntax/json_put.h"
#include "common/syntax/json_scan.h"
#include "common/syntax/protobuf.h"
#include "common/io/limits.h"
#include "common/syntax/marshal.h"
#include "common/syntax/xml_put.h"

/* --- JSON --- */

static void assert_json_round_trip(struct str text)
{
	struct buf b = { 0 };
	struct output *out = output_memory(&b);
	struct input *in;
	struct json j;
	struct str back;

	json_put(out, text);
	output_close(out, true);
	in = input_memory("memory", buf_str(&b));
	json_start(&j, in);
	if (!json_string(&j, &back) || !str_eq(back, text) || !json_end(&j))
		fail_msg("%s came back as another text", diag_quote(text));
	json_free(&j);
	input_close(in);
	for (size_t i = 0; i < b.n; i++)
		assert_true((unsigned char)b.p[i] >= 0x20);
	buf_free(&b);
}

static void json_keeps_all_short_texts(void **state)
{
	char bytes[2];

	(void)state;
	assert_json_round_trip(S(""));
	for (int a = 0; a < 256; a++) {
		bytes[0] = (char)a;
		assert_json_round_trip((struct str){ bytes, 1 });
	}
	for (int ab = 0; ab < 65536; ab++) {
		bytes[0] = (char)(ab >> 8);
		bytes[1] = (char)ab;
		assert_json_round_trip((struct str){ bytes, 2 });
	}
}

/* The bytes of surrogates and their neighbours, in any order: where pairs could arise by accident. */
static void json_keeps_surrogates(void **state)
{
	static const char *const parts[] = { "\xed\xa0\xbd",
					     "\xed\xb8\x80",
					     "\xed\xb2\x80",
					     "\xed\xb3\xbf",
					     "\xed",
					     "\xa0",
					     "\x80",
					     "\xed\xa0",
					     "a",
					     "\xc3\xa9",
					     "\xf0\x9f\x98\x80",
					     "\xed\x9f\xbf",
					     "\xee\x80\x80",
					     "\xe2\x80\xa8",
					     "\\",
					     "\"",
					     "u" };
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		struct buf b = { 0 };

		for (int n = (int)(next_random(&seed) % 6) + 1; n--;)
			buf_add(&b, str_of(parts[next_random(&seed) % COUNT(parts)]));
		assert_json_round_trip(buf_str(&b));
		buf_free(&b);
	}
}

static bool scans(struct str text)
{
	struct input *in = input_memory("memory", text);
	struct json j;
	bool well;

	json_start(&j, in);
	json_skip(&j);
	well = json_end(&j);
	json_free(&j);
	input_close(in);
	return well;
}

static void json_grammar(void **state)
{
	static const char *const good[] = { "0",
					    "-0",
					    "1.5e+3",
					    "\"\\u00e9\\ud83d\\ude00\\/\"",
					    "[]",
					    "{}",
					    " [ 1 , { \"a\" : null } , [ ] ] ",
					    "true",
					    "false",
					    "null",
					    "\"\xff\"" };
	static const char *const bad[] = {
		"",          "01",      "+1",        ".5",          "1.",       "1e",
		"-",         "nul",     "tru",       "[",           "{",        "[1",
		"[1,",       "[1,]",    "[,1]",      "{\"a\"}",     "{\"a\":}", "{\"a\":1,}",
		"{a:1}",     "{1:2}",   "]",         "1 2",         "'a'",      "\"",
		"\"\\",      "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\n\"",   "[1}",
		"{\"a\":1]", "NaN",     "[1 2]",     "// c\n1"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (!scans(str_of(good[i])))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (scans(str_of(bad[i])))
			fail_msg("accepted: %s", bad[i]);
}

static void json_depth(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int i = 0; i < 1024; i++)
		buf_byte(&b, '[');
	for (int i = 0; i < 1024; i++)
		buf_byte(&b, ']');
	assert_true(scans(buf_str(&b)));
	b.n = 0;
	for (int i = 0; i < 2000000; i++)
		buf_byte(&b, '[');
	assert_false(scans(buf_str(&b)));
	buf_free(&b);
}

/* A guess that is right takes the key with its comma and colon; a wrong one takes nothing. */
static void json_guesses_keys(void **state)
{
	struct input *in = input_memory("keys", S("{\"a\":1,\"b\" :2,\"a\":3,\"ab\":4}"));
	const struct str a = S("\"a\":"), b = S("\"b\":"), ab = S("\"ab\":");
	struct str key;
	uint32_t value;
	struct json j;

	(void)state;
	json_start(&j, in);
	assert_true(json_object(&j));
	assert_false(json_key_guessed(&j, a)); /* not in the window yet */
	while (input_more(in))
		;
	assert_false(json_key_guessed(&j, b));
	assert_true(json_key_guessed(&j, a) && json_index(&j, 9, "a number", &value) && value == 1);
	/* not written so, with its blank */
	assert_false(json_key_guessed(&j, b));
	assert_true(json_key(&j, &key) && str_eq(key, S("b")) &&
		    json_index(&j, 9, "a number", &value) && value == 2);
	assert_true(json_key_guessed(&j, a) && json_index(&j, 9, "a number", &value) && value == 3);
	assert_false(json_key_guessed(&j, a));
	assert_true(json_key_guessed(&j, ab) && json_index(&j, 9, "a number", &value) &&
		    value == 4);
	assert_false(json_key_guessed(&j, a)); /* the end */
	assert_false(json_key(&j, &key));
	assert_true(json_end(&j));
	json_free(&j);
	input_close(in);
}

static void json_pulls(void **state)
{
	struct input *in = input_memory(
		"memory",
		S("{\"n\": [1, -2.50, 1e2], \"t\": true, \"x\": {\"deep\": [{}]}, \"z\": null, \"i\": 7}"));
	static const int64_t mantissas[] = { 1, -25, 1 };
	static const int exponents[] = { 0, -1, 2 };
	struct json j;
	struct str key;
	int keys = 0;

	(void)state;
	json_start(&j, in);
	assert_true(json_object(&j));
	for (; json_key(&j, &key); keys++) {
		if (str_eq(key, S("n"))) {
			size_t n = 0;

			for (json_array(&j); json_element(&j); n++) {
				struct decimal d;
				enum exactness exactness;

				assert_true(json_number(&j, &d, &exactness));
				assert_int_equal(d.mantissa, mantissas[n]);
				assert_int_equal(d.exponent, exponents[n]);
			}
			assert_int_equal(n, 3);
		} else if (str_eq(key, S("t"))) {
			bool value = false;

			assert_true(json_bool(&j, &value) && value);
		} else if (str_eq(key, S("z"))) {
			assert_int_equal(json_peek(&j), JSON_NULL);
			assert_true(json_null(&j));
		} else if (str_eq(key, S("i"))) {
			uint32_t value;

			assert_false(json_null(&j));
			assert_true(json_index(&j, 7, "a number", &value) && value == 7);
		} else {
			assert_true(json_skip(&j));
		}
	}
	assert_int_equal(keys, 5);
	assert_true(json_end(&j));
	json_free(&j);
	input_close(in);
}

static void json_number_texts(void **state)
{
	struct input *in = input_memory("memory", S("[18446744073709551616, -0.5e+10]"));
	struct json j;
	struct str text;

	(void)state;
	json_start(&j, in);
	json_array(&j);
	assert_true(json_element(&j) && json_number_text(&j, &text));
	assert_str(text, S("18446744073709551616"));
	assert_true(json_element(&j) && json_number_text(&j, &text));
	assert_str(text, S("-0.5e+10"));
	assert_true(!json_element(&j) && json_end(&j));
	json_free(&j);
	input_close(in);
}

/* Whether skipping the value fails as a cut; any other error is said. */
static bool is_cut(struct str text)
{
	struct input *in = input_memory("memory", text);
	struct json j;
	bool cut;

	json_start(&j, in);
	json_allow_cut(&j);
	json_skip(&j);
	cut = in->cut;
	if (cut) {
		assert_true(in->failed && !json_skip(&j));
		assert_int_equal(j.cut_at, text.n);
		json_keep_cut(&j);
		assert_false(in->failed || in->cut || json_element(&j));
	}
	json_free(&j);
	input_close(in);
	return cut;
}

/* Every beginning of a value is cut; what is no beginning of one is an error, at the end too. */
static void json_cuts(void **state)
{
	static const char whole[] =
		"{\"a\\u00e9\\n\": [1, -2.5e+7, true], \"b\" : {\"c\":null,\"d\":false}, \"\":[[]]}";
	static const char *const wrong[] = { "{\"a\": trub", "[1, nil", "[\"\\u00\"]", "[\"\\x",
					     "{1",           "[1 2",    "[01,",        "}" };

	(void)state;
	for (size_t n = 0; n < sizeof whole - 1; n++)
		assert_true(is_cut((struct str){ whole, n }));
	assert_false(is_cut(str_of(whole)));
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(is_cut(str_of(wrong[i])));
}

static void json_index_has_a_range(void **state)
{
	static const char *const texts[] = { "8", "-1", "0.5", "1e30", "\"1\"", "1e400" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct input *in = input_memory("memory", str_of(texts[i]));
		struct json j;
		uint32_t value;

		json_start(&j, in);
		assert_false(json_index(&j, 7, "a number", &value));
		json_free(&j);
		input_close(in);
	}
}

/* --- marshal --- */

static struct marshal_item next(struct marshal *m, enum marshal_kind kind)
{
	struct marshal_item item;

	assert_true(marshal_next(m, &item));
	assert_int_equal(item.kind, kind);
	return item;
}

static void marshal_round_trip(void **state)
{
	struct buf b = { 0 };
	struct output *out = output_memory(&b);
	struct input *in;
	struct marshal *m;

	(void)state;
	marshal_put_dict(out);
	marshal_put_tuple(out, 3);
	marshal_put_text(out, S("caf\xc3\xa9.py"));
	marshal_put_int(out, -1);
	marshal_put_text(out, S(""));
	marshal_put_tuple(out, 4);
	marshal_put_int(out, INT64_MAX);
	marshal_put_int(out, INT64_MIN + 1);
	marshal_put_float(out, 0.1);
	marshal_put_float(out, -INFINITY);
	marshal_put_end(out);
	output_close(out, true);
	in = input_memory("memory", buf_str(&b));
	m = marshal_new(in);
	next(m, MARSHAL_DICT);
	assert_int_equal(next(m, MARSHAL_TUPLE).count, 3);
	assert_str(next(m, MARSHAL_TEXT).text, S("caf\xc3\xa9.py"));
	assert_int_equal(next(m, MARSHAL_INT).integer, -1);
	assert_str(next(m, MARSHAL_TEXT).text, S(""));
	assert_int_equal(next(m, MARSHAL_TUPLE).count, 4);
	assert_int_equal(next(m, MARSHAL_INT).integer, INT64_MAX);
	assert_int_equal(next(m, MARSHAL_INT).integer, INT64_MIN + 1);
	assert_true(next(m, MARSHAL_FLOAT).number == 0.1);
	assert_true(next(m, MARSHAL_FLOAT).number == -INFINITY);
	next(m, MARSHAL_END);
	assert_int_equal(input_status(in), 0);
	marshal_free(m);
	input_close(in);
	buf_free(&b);
}

static void marshal_integers(void **state)
{
	static const int64_t values[] = { 0,
					  1,
					  -1,
					  INT32_MAX,
					  INT32_MIN,
					  (int64_t)INT32_MAX + 1,
					  (int64_t)INT32_MIN - 1,
					  32767,
					  32768,
					  1 << 15,
					  (int64_t)1 << 30,
					  (int64_t)1 << 45,
					  (int64_t)1 << 60,
					  INT64_MAX,
					  -INT64_MAX };

	(void)state;
	for (size_t i = 0; i < COUNT(values); i++) {
		struct buf b = { 0 };
		struct output *out = output_memory(&b);
		struct input *in;
		struct marshal *m;

		marshal_put_int(out, values[i]);
		output_close(out, true);
		in = input_memory("memory", buf_str(&b));
		m = marshal_new(in);
		assert_int_equal(next(m, MARSHAL_INT).integer, values[i]);
		marshal_free(m);
		input_close(in);
		buf_free(&b);
	}
}

/* dumps(("ab", "ab", ("x", 1), the same tuple), 4), taken apart by hand */
static void marshal_references(void **state)
{
	struct input *in = input_memory("memory",
					S("\xa9\x04\xda\x02"
					  "abr\1\0\0\0\xa9\x02\xda\x01x\xe9\1\0\0\0r\2\0\0\0"));
	struct marshal *m = marshal_new(in);
	struct marshal_item tuple;
	uint32_t object;

	(void)state;
	assert_int_equal(next(m, MARSHAL_TUPLE).count, 4);
	assert_str(next(m, MARSHAL_TEXT).text, S("ab"));
	assert_str(next(m, MARSHAL_TEXT).text, S("ab"));
	tuple = next(m, MARSHAL_TUPLE);
	object = tuple.object;
	assert_int_not_equal(object, MARSHAL_NO_OBJECT);
	*marshal_tag(m, object) = 77;
	assert_str(next(m, MARSHAL_TEXT).text, S("x"));
	assert_int_equal(next(m, MARSHAL_INT).integer, 1);
	tuple = next(m, MARSHAL_TUPLE);
	assert_int_equal(tuple.count, 2);
	assert_int_equal(tuple.object, object);
	assert_int_equal(*marshal_tag(m, object), 77);
	assert_true(marshal_skip(m, &tuple));
	assert_int_equal(input_status(in), 0);
	marshal_free(m);
	input_close(in);
}

static void marshal_old_types(void **state)
{
	/* {: interned 't' of Python 2, 'R' to it, text float, long, None, True, list */
	struct input *in = input_memory("memory", S("[\x07\0\0\0t\2\0\0\0fnR\0\0\0\0f\3"
						    "0.5l\xff\xff\xff\xff\5\0NT[\0\0\0\0"));
	struct marshal *m = marshal_new(in);

	(void)state;
	assert_int_equal(next(m, MARSHAL_LIST).count, 7);
	assert_str(next(m, MARSHAL_TEXT).text, S("fn"));
	assert_str(next(m, MARSHAL_TEXT).text, S("fn"));
	assert_true(next(m, MARSHAL_FLOAT).number == 0.5);
	assert_int_equal(next(m, MARSHAL_INT).integer, -5);
	next(m, MARSHAL_NONE);
	assert_int_equal(next(m, MARSHAL_BOOL).integer, 1);
	assert_int_equal(next(m, MARSHAL_LIST).count, 0);
	marshal_free(m);
	input_close(in);
}

/* `levels` containers within each other, read or skipped; true if all goes well. */
static bool reads_nested(struct str begin, struct str end, uint64_t levels, bool skip)
{
	struct buf bytes = { 0 };
	struct marshal_item item;
	struct marshal *m;
	struct input *in;
	bool good;

	for (uint64_t i = 0; i < levels; i++)
		buf_add(&bytes, begin);
	buf_byte(&bytes, 'N');
	for (uint64_t i = 0; i < levels; i++)
		buf_add(&bytes, end);
	in = input_memory("memory", buf_str(&bytes));
	m = marshal_new(in);
	good = marshal_next(m, &item);
	if (skip)
		good = good && marshal_skip(m, &item);
	else
		while (good && item.kind != MARSHAL_NONE)
			good = marshal_next(m, &item);
	assert_int_equal(input_status(in), good ? 0 : -1);
	marshal_free(m);
	input_close(in);
	buf_free(&bytes);
	return good;
}

static void marshal_nesting(void **state)
{
	static const struct {
		struct str begin, end;
	} kinds[] = {
		{ { ")\1", 2 }, { "", 0 } },          { { "\xa9\1", 2 }, { "", 0 } },
		{ { "(\1\0\0\0", 5 }, { "", 0 } },    { { "[\1\0\0\0", 5 }, { "", 0 } },
		{ { "\xdb\1\0\0\0", 5 }, { "", 0 } }, { { "<\1\0\0\0", 5 }, { "", 0 } },
		{ { ">\1\0\0\0", 5 }, { "", 0 } },    { { "{T", 2 }, { "0", 1 } },
	};
	const uint64_t usual = task_current->limits[LIMIT_NESTING], depths[] = { 1, 3, usual };

	(void)state;
	assert_int_equal(usual, 2000);
	for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
		task_current->limits[LIMIT_NESTING] = depths[i];
		for (size_t k = 0; k < 2 * sizeof kinds / sizeof *kinds; k++) {
			struct str begin = kinds[k / 2].begin, end = kinds[k / 2].end;

			assert_true(reads_nested(begin, end, depths[i], k % 2));
			assert_false(reads_nested(begin, end, depths[i] + 1, k % 2));
		}
	}
	task_current->limits[LIMIT_NESTING] = usual;
}

/* --- XML --- */

static void assert_xml(struct str text, const char *expected)
{
	struct buf b = { 0 };
	struct output *out = output_memory(&b);

	xml_put(out, text);
	output_close(out, true);
	assert_str(buf_str(&b), str_of(expected));
	buf_free(&b);
}

/* --- protobuf --- */

/* What is begun holds what is put before its end, and zeros are written. */
static void protobuf_parts(void **state)
{
	struct buf b = { 0 };
	struct protobuf_field f;
	struct protobuf m, inner;
	struct input *in = input_memory("memory", S(""));
	size_t outer = protobuf_begin(&b, 3), second;

	(void)state;
	protobuf_put_tag(&b, 1, PROTOBUF_VARINT);
	protobuf_put_varint(&b, 0);
	second = protobuf_begin(&b, 2);
	for (int i = 0; i < 200; i++)
		protobuf_put_varint(&b, UINT64_MAX);
	protobuf_end(&b, second);
	protobuf_put_tag(&b, 4, PROTOBUF_FIXED64);
	protobuf_put_fixed(&b, 0x0102030405060708);
	protobuf_end(&b, outer);

	m = (struct protobuf){ b.p, b.p + b.n, in };
	assert_true(protobuf_field(&m, &f) && f.number == 3);
	inner = protobuf_nested(&m, &f, "a message");
	assert_true(protobuf_field(&inner, &f) && f.number == 1 && f.value == 0);
	assert_true(protobuf_field(&inner, &f) && f.number == 2 && f.bytes.n == 2000);
	assert_true(protobuf_field(&inner, &f) && f.number == 4 && f.value == 0x0102030405060708);
	assert_false(protobuf_field(&inner, &f) || protobuf_field(&m, &f) || in->failed);
	buf_free(&b);
	input_close(in);
}

static uint64_t where(const struct input_origin *origin, const char *p)
{
	(void)origin;
	return p[0] == 'x' ? 1234 : 0;
}

static char said[200];

static void hear(struct task *c, enum message kind, struct str line, size_t head)
{
	(void)c;
	(void)kind;
	(void)head;
	snprintf(said, sizeof said, "%.*s", (int)line.n, line.p);
}

/* Memory that was made of an input has its errors where it came from. */
static void errors_are_where_it_came_from(void **state)
{
	static const struct input_origin origin = { where };
	struct input *in = input_memory("memory", S("anything"));
	const char *made = "x";
	struct protobuf m = { made, made + 1, in };
	struct task *c = task_current;
	void (*say)(struct task *, enum message, struct str, size_t) = c->say;

	(void)state;
	in->origin = &origin;
	c->say = hear;
	protobuf_error(&m, "no");
	c->say = say;
	assert_non_null(strstr(said, "memory: byte 1234: no"));
	input_close(in);
}

static void xml_escapes(void **state)
{
	(void)state;
	assert_xml(S("<a href=\"x\">'&'</a>"),
		   "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
	assert_xml(S("a\tb\nc\rd"), "a&#9;b&#10;c&#13;d");
	assert_xml(S("]]>"), "]]&gt;");
	assert_xml(S("caf\xc3\xa9 \xf0\x9f\x98\x80"), "caf\xc3\xa9 \xf0\x9f\x98\x80");
}

static void xml_has_no_such_character(void **state)
{
	(void)state;
	assert_xml(S("\0"), "\xef\xbf\xbd");
	assert_xml(S("\x1b[0m"), "\xef\xbf\xbd[0m");
	assert_xml(S("\xff"), "\xef\xbf\xbd");
	assert_xml(S("\xef\xbf\xbe"), "\xef\xbf\xbd");
	assert_xml(S("\xef\xbf\xbf"), "\xef\xbf\xbd");
	assert_xml(S("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	/* U+202E turns text round: another name would be read */
	assert_xml(S("\xe2\x80\xae"
		     "gpj.exe"),
		   "\xef\xbf\xbdgpj.exe");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_keeps_all_short_texts),
		cmocka_unit_test(json_keeps_surrogates),
		cmocka_unit_test(json_grammar),
		cmocka_unit_test(json_depth),
		cmocka_unit_test(json_guesses_keys),
		cmocka_unit_test(json_pulls),
		cmocka_unit_test(json_cuts),
		cmocka_unit_test(json_index_has_a_range),
		cmocka_unit_test(marshal_round_trip),
		cmocka_unit_test(marshal_integers),
		cmocka_unit_test(marshal_references),
		cmocka_unit_test(marshal_old_types),
		cmocka_unit_test(marshal_nesting),
		cmocka_unit_test(json_number_texts),
		cmocka_unit_test(protobuf_parts),
		cmocka_unit_test(errors_are_where_it_came_from),
		cmocka_unit_test(xml_escapes),
		cmocka_unit_test(xml_has_no_such_character),
	};

	return RUN(tests);
}
