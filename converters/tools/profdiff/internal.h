/* profdiff/internal - shared by the reports */
#ifndef PROFDIFF_INTERNAL_H
#define PROFDIFF_INTERNAL_H

#include "common/io/output.h"
#include "common/syntax/table.h"
#include "common/transform/diff/difference.h"
#include "common/transform/diff/gate.h"
#include "common/transform/diff/statistics_text.h"

enum { REPORT_JUNIT = TABLE_MARKDOWN + 1, REPORT_GITHUB };
#define REPORT_FORMATS TABLE_FORMATS "|junit|github"

/* Freed with gate_free() for each. */
struct rule_list {
	struct gate_rule *list;
	size_t count, cap;
};

enum report_sort { SORT_SELF, SORT_INCLUSIVE, SORT_CALLS, SORT_NAME };

struct report {
	struct difference *d;
	bool no_base; /* d has no rows and was not finished */
	const struct gate_rule *rules;
	size_t rule_count;
	struct gate_findings findings;
	double alpha;
	int format, sort;
	uint64_t limit; /* number of rows; 0: all */
	bool all;       /* also show rows without a change */
	bool drop_negative;
	bool colors;
	size_t width;     /* width of the terminal; 0: not a terminal */
	struct buf notes; /* lines: remarks on the comparison */
};

/* Appends name (file:line) of the new side, or of the base if it is gone. */
void profdiff_add_function(struct buf *b, const struct diff_row *row);
const struct diff_place *profdiff_display_place(const struct diff_row *row);
const char *profdiff_status_name(enum diff_status status);

/*
 * Appends a value of a term, or a change with its sign; a change relative to the base, with its
 * sign.
 */
void profdiff_add_number(struct buf *b, const struct difference *d, enum gate_term term,
			 int64_t value, bool sign);
void profdiff_add_relative(struct buf *b, const struct diff_pair *pair);
struct decimal profdiff_exact_number(const struct difference *d, enum gate_term term,
				     int64_t value);

/* Appends "parse (a.py:3): self 10 ms -> 30 ms (+20 ms, +200%), q=0.012", or parts of it. */
void profdiff_add_finding(struct buf *b, const struct report *r, const struct gate_finding *f);
void profdiff_add_change(struct buf *b, const struct report *r, const struct gate_finding *f);
void profdiff_add_evidence(struct buf *b, const struct gate_finding *f);
/* Appends "time 1.2 s -> 1.5 s (+25%), medians of 5 and 5 runs". */
void profdiff_add_summary(struct buf *b, const struct report *r);
/* Appends "2 regressions, 1 with too few runs, of 3 rules". */
void profdiff_add_verdict(struct buf *b, const struct report *r);
/* The number of findings of a rule with that outcome. */
size_t profdiff_count_findings(const struct report *r, const struct gate_rule *rule,
			       enum gate_outcome outcome);

/* Add a rule, or those of a file: 0, or -1 after a message. The source is not copied. */
int profdiff_add_rule(struct rule_list *to, struct str text, const char *source, size_t line);
int profdiff_read_rules(struct rule_list *to, const char *file);

/* Writes more keys behind the rows of JSON; the context is a report. */
void profdiff_put_report_more(struct output *out, void *context);
void profdiff_put_report(struct output *out, const struct report *r);
void profdiff_put_table(struct output *out, const struct report *r);
void profdiff_put_junit(struct output *out, const struct report *r);
void profdiff_put_github(struct output *out, const struct report *r);

#endif
