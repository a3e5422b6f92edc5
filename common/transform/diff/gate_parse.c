/*
 * gate_parse - the text of a rule
 *
 *	rule   = any [ "in" GLOB ]
 *	any    = all { "or" all }
 *	all    = one { "and" one }
 *	one    = "(" any ")" | term ( ">" | ">=" | "<" | "<=" ) number [ unit | "%" ]
 *	term   = "self" | "inclusive" | "calls" | "share" | "total"
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/diff/gate.h"

enum { MAX_DEPTH = 64 };

struct gate_parser {
	struct gate_rule *rule;
	struct str rest;
	bool failed;
	int depth;
};

static const char *const term_names[] = { "self", "inclusive", "calls", "share", "total" };
enum { TERMS = sizeof term_names / sizeof *term_names };

const char *gate_term_name(enum gate_term term)
{
	return term_names[term];
}

static const struct amount_unit {
	const char *name;
	enum unit unit;
	int64_t times; /* ns, or bytes */
} units[] = {
	{ "ns", UNIT_TIME, 1 },           { "us", UNIT_TIME, 1000 },
	{ "\xc2\xb5s", UNIT_TIME, 1000 }, { "ms", UNIT_TIME, 1000000 },
	{ "s", UNIT_TIME, 1000000000 },   { "B", UNIT_BYTES, 1 },
	{ "KiB", UNIT_BYTES, 1 << 10 },   { "MiB", UNIT_BYTES, 1 << 20 },
	{ "GiB", UNIT_BYTES, 1 << 30 },
};

static uint32_t fail(struct gate_parser *k, const char *expected)
{
	if (!k->failed && k->rest.n)
		diag_error("rule %s: expected %s, got %s", diag_quote(str_of(k->rule->text)),
			   expected, diag_quote(k->rest));
	else if (!k->failed)
		diag_error("rule %s: expected %s at its end", diag_quote(str_of(k->rule->text)),
			   expected);
	k->failed = true;
	return 0;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static struct str next_word(const struct gate_parser *k)
{
	size_t n = 0;

	while (n < k->rest.n && is_letter(k->rest.p[n]))
		n++;
	return str_head(k->rest, n);
}

static void take(struct gate_parser *k, size_t n)
{
	k->rest = str_trim(str_from(k->rest, n));
}

static bool take_word(struct gate_parser *k, const char *word)
{
	if (!str_eq(next_word(k), str_of(word)))
		return false;
	take(k, strlen(word));
	return true;
}

static bool take_sign(struct gate_parser *k, struct str sign)
{
	if (!str_starts(k->rest, sign))
		return false;
	take(k, sign.n);
	return true;
}

static uint32_t add_node(struct gate_parser *k, struct gate_node node)
{
	struct gate_rule *r = k->rule;

	ARRAY_ROOM(r->nodes, r->count, r->cap);
	r->nodes[r->count] = node;
	return (uint32_t)r->count++;
}

static bool take_number(struct gate_parser *k, struct gate_node *node)
{
	enum exactness exactness;
	size_t n = 0;

	while (n < k->rest.n && str_has(S("+-.0123456789"), k->rest.p[n]))
		n++;
	if (!n || !str_to_decimal(str_head(k->rest, n), &node->amount, &exactness) ||
	    exactness != EXACT)
		return fail(k, "a number"), false;
	take(k, n);
	return true;
}

static bool take_unit(struct gate_parser *k, struct gate_node *node)
{
	struct str word = next_word(k);

	node->relative = take_sign(k, S("%"));
	if (node->relative || !word.n || str_eq(word, S("and")) || str_eq(word, S("or")) ||
	    str_eq(word, S("in")))
		return true;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_eq(word, str_of(units[i].name))) {
			if (node->amount.mantissa > INT64_MAX / units[i].times ||
			    node->amount.mantissa < INT64_MIN / units[i].times)
				return fail(k, "a smaller number"), false;
			node->amount.mantissa *= units[i].times;
			node->unit = units[i].unit;
			take(k, word.n);
			return true;
		}
	return fail(k, "%, ns, us, ms, s, B, KiB, MiB, GiB, and, or, in"), false;
}

static bool check_amount(struct gate_parser *k, const struct gate_node *node)
{
	if (node->term == GATE_SHARE && !node->relative)
		return fail(k, "% behind an amount of share"), false;
	if (node->term == GATE_CALLS && node->unit != UNIT_NONE)
		return fail(k, "a bare number or % for calls"), false;
	return true;
}

static uint32_t parse_term(struct gate_parser *k)
{
	struct gate_node node = { .kind = GATE_TERM };
	int t = 0;

	while (t < TERMS && !take_word(k, term_names[t]))
		t++;
	if (t == TERMS)
		return fail(k, "self, inclusive, calls, share or total");
	node.term = (enum gate_term)t;
	if (!str_starts(k->rest, S("<")) && !str_starts(k->rest, S(">")))
		return fail(k, ">, >=, < or <=");
	node.less = k->rest.p[0] == '<';
	take(k, 1);
	node.or_equal = take_sign(k, S("="));
	if (!take_number(k, &node) || !take_unit(k, &node) || !check_amount(k, &node))
		return 0;
	k->rule->terms |= 1u << t;
	return add_node(k, node);
}

static uint32_t parse_any(struct gate_parser *k);

static uint32_t parse_one(struct gate_parser *k)
{
	uint32_t node;

	if (!take_sign(k, S("(")))
		return parse_term(k);
	if (++k->depth > MAX_DEPTH)
		return fail(k, "fewer parentheses");
	node = parse_any(k);
	k->depth--;
	if (!k->failed && !take_sign(k, S(")")))
		return fail(k, "and, or, )");
	return node;
}

static uint32_t parse_all(struct gate_parser *k)
{
	uint32_t left = parse_one(k);

	while (!k->failed && take_word(k, "and")) {
		uint32_t right = parse_one(k);

		left = add_node(k, (struct gate_node){
					   .kind = GATE_AND, .left = left, .right = right });
	}
	return left;
}

static uint32_t parse_any(struct gate_parser *k)
{
	uint32_t left = parse_all(k);

	while (!k->failed && take_word(k, "or")) {
		uint32_t right = parse_all(k);

		left = add_node(k, (struct gate_node){
					   .kind = GATE_OR, .left = left, .right = right });
	}
	return left;
}

static char *copy_text(struct str s)
{
	char *copy = alloc_bytes(s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

/* What is left behind `in`, without quotes around it. */
static void take_glob(struct gate_parser *k)
{
	struct str glob = k->rest;
	char mark = glob.n ? glob.p[0] : '\0';

	if (glob.n > 1 && (mark == '"' || mark == '\'') && glob.p[glob.n - 1] == mark)
		glob = str_head(str_from(glob, 1), glob.n - 2);
	if (!glob.n) {
		fail(k, "a pattern");
		return;
	}
	k->rule->glob = copy_text(glob);
}

int gate_parse(struct gate_rule *rule, struct str text)
{
	struct gate_parser k = { .rule = rule, .rest = str_trim(text) };

	*rule = (struct gate_rule){ .text = copy_text(text) };
	parse_any(&k);
	if (!k.failed && take_word(&k, "in"))
		take_glob(&k);
	else if (!k.failed && k.rest.n)
		fail(&k, "and, or, in");
	if (!k.failed && rule->glob && gate_about_total(rule))
		k.failed = diag_error("rule %s: total is of the whole profile: expected no 'in'",
				      diag_quote(text)) < 0;
	if (!k.failed)
		return 0;
	gate_free(rule);
	return -1;
}

void gate_free(struct gate_rule *rule)
{
	alloc_free(rule->nodes);
	alloc_free(rule->glob);
	alloc_free(rule->text);
	*rule = (struct gate_rule){ 0 };
}
