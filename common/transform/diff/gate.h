/*
 * gate - rules that a difference must not break
 *
 * 	self > 5% and self > 10ms in parse_*
 * 	inclusive > 20% or (calls > 1000 and calls > 10%)
 * 	total > 3%
 *
 * A term says how much a number grew: relative to the base (%), or by an amount in ns, us,
 * ms, s, B, KiB, MiB, GiB, or without a unit. `share` is the self value's share of the total,
 * and grows by percentage points. `total` is the total of the profile; a rule with only such
 * terms is evaluated once. `and` binds tighter than `or`. GLOB matches a function's name, its
 * file, or the end of the file's path from any component on.
 *
 * If the numbers vary, a function breaks a rule only if the test of the numbers that make it
 * true has a q of at most alpha, among all functions that the rule applies to.
 */
#ifndef DIFF_GATE_H
#define DIFF_GATE_H

#include "common/transform/diff/difference.h"

enum gate_term { GATE_SELF, GATE_INCLUSIVE, GATE_CALLS, GATE_SHARE, GATE_TOTAL };

struct gate_node {
	enum { GATE_TERM, GATE_AND, GATE_OR } kind;
	uint32_t left, right; /* operands of and, or */
	enum gate_term term;
	bool less, or_equal;   /* < instead of >; >= or <= instead of > or < */
	bool relative;         /* `amount` is in percent */
	struct decimal amount; /* in `unit`, or in percent */
	enum unit unit;
};

struct gate_rule {
	char *text;         /* as the user wrote it */
	const char *source; /* the file that it was read from, or NULL */
	size_t line;
	struct gate_node *nodes; /* the last node is the whole rule; operands come before their
				     operator */
	size_t count, cap;
	char *glob;     /* or NULL */
	unsigned terms; /* bits: 1 << enum gate_term */
};

struct gate_options {
	double alpha;
	double min_share; /* a share, as in struct difference_options */
	bool ignore_new;  /* skip functions that are not in the base */
};

enum gate_outcome {
	GATE_BROKEN,
	GATE_TOO_FEW, /* would be broken, but so few runs cannot prove it */
};

struct gate_finding {
	const struct gate_rule *rule;
	const struct diff_row *row; /* NULL: the total of the profile */
	enum gate_outcome outcome;
	enum gate_term term;  /* the first term that is true: the one to show */
	bool tested, one_run; /* false, false: the numbers are exact */
	double p, q;
	double change;        /* new less base of what `term` is about, without its sign */
	size_t needed, tests; /* for GATE_TOO_FEW: runs that each side needs, functions
				     tested */
};

struct gate_findings {
	struct gate_finding *all; /* rule by rule, the largest change first */
	size_t count, cap, broken, too_few;
};

/*
 * 0, or -1 after a message that says where the error is. The text must not contain NUL; it is
 * copied.
 */
int gate_parse(struct gate_rule *rule, struct str text);
void gate_free(struct gate_rule *rule);

/* 0, or -1 after a message if the difference lacks what the rule asks for. */
int gate_ask(const struct gate_rule *rule, const struct difference *d,
	     const struct gate_options *options, struct gate_findings *findings);

/* The pair of numbers that a term compares. */
const struct diff_pair *gate_pair(const struct difference *d, const struct diff_row *row,
				  enum gate_term term);
bool gate_about_total(const struct gate_rule *rule);
const char *gate_term_name(enum gate_term term);

#endif
