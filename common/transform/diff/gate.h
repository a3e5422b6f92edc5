/*
 * gate - rules that a difference must not meet
 *
 *	self > 5% and self > 10ms in parse_*
 *	inclusive > 20% or (calls > 1000 and calls > 10%)
 *	total > 3%
 *
 * A term says how much a figure grew: by a part of the base's (%), or by an amount, in
 * ns, us, ms, s, B, KiB, MiB, GiB, or bare. `share` is the self value's part of the total
 * and grows by points of it. `total` is the profile's; a rule of such terms alone is asked
 * once. `and` binds tighter than `or`; GLOB matches a function's name, its file, or the
 * tail of the file's path from any component on.
 *
 * Where figures vary, a function breaks a rule only if the test of the figures that make it
 * hold has a q of alpha or less, among all functions that the rule is asked of.
 */
#ifndef DIFF_GATE_H
#define DIFF_GATE_H

#include "common/transform/diff/difference.h"

enum gate_term { GATE_SELF, GATE_INCLUSIVE, GATE_CALLS, GATE_SHARE, GATE_TOTAL };

struct gate_node {
	enum { GATE_TERM, GATE_AND, GATE_OR } kind;
	uint32_t left, right;     /* of and, or */
	enum gate_term term;
	bool less, or_equal;      /* < instead of >; >= or <= */
	bool relative;            /* in percent */
	struct decimal amount;    /* absolute: in `unit`; relative: in percent */
	enum unit unit;
};

struct gate_rule {
	char *text;               /* as it was written */
	const char *source;       /* the file it is from, or NULL */
	size_t line;
	struct gate_node *nodes;  /* the last one is the whole; before it what it is made of */
	size_t count, cap;
	char *glob;               /* or NULL */
	unsigned terms;           /* 1 << enum gate_term */
};

struct gate_options {
	double alpha;
	double min_share;         /* a share, as in struct difference_options */
	bool ignore_new;          /* functions that the base has not */
};

enum gate_outcome {
	GATE_BROKEN,
	GATE_TOO_FEW,             /* would be, but so few runs cannot show it */
};

struct gate_finding {
	const struct gate_rule *rule;
	const struct diff_row *row; /* NULL: the total */
	enum gate_outcome outcome;
	enum gate_term term;      /* the first one that holds: what to show */
	bool tested, one_run;     /* else exact */
	double p, q;
	double change;            /* new less base of what `term` is about, without its sign */
	size_t needed, tests;     /* GATE_TOO_FEW: runs a side, functions tested */
};

struct gate_findings {
	struct gate_finding *all; /* rule by rule, the largest change first */
	size_t count, cap, broken, too_few;
};

/* 0, or -1 after a message that says where; the text has no NUL and is copied. */
int gate_parse(struct gate_rule *rule, struct str text);
void gate_free(struct gate_rule *rule);

/* 0, or -1 after a message if the difference cannot answer the rule. */
int gate_ask(const struct gate_rule *rule, const struct difference *d,
	     const struct gate_options *options, struct gate_findings *findings);

/* The pair that a term is about. */
const struct diff_pair *gate_pair(const struct difference *d, const struct diff_row *row,
				  enum gate_term term);
bool gate_about_total(const struct gate_rule *rule);
const char *gate_term_name(enum gate_term term);

#endif
