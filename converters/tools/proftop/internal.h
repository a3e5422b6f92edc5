/*
 * proftop/internal - what its views share
 */
#ifndef PROFTOP_INTERNAL_H
#define PROFTOP_INTERNAL_H

#include "common/profile/value_text.h"
#include "common/syntax/table.h"
#include "common/transform/callgraph/figures.h"

enum top_sort { SORT_SELF, SORT_INCLUSIVE, SORT_CALLS, SORT_SELF_CALL, SORT_INCLUSIVE_CALL, SORT_NAME };

struct top_options {
	const char *from, *peek;
	bool tree, lines;
	int sort, format;     /* format: of TOP_FORMATS */
	uint64_t limit;       /* rows; 0: all */
	bool limit_given;
	int color;            /* auto, always, never */
	double least;         /* a share: rows and branches below it are left out */
	bool colors;
	size_t width;         /* of the terminal; 0: it is none */
};
#define TOP_FORMATS TABLE_FORMATS "|openmetrics"
enum { FORMAT_OPENMETRICS = TABLE_MARKDOWN + 1 };

/* The look that the options say. */
struct table_look top_look(const struct top_options *o);

/* Cells: a value with its exact number, a share of the total, a function. */
void top_value(struct table *t, const struct profile *p, value_id v, int64_t value);
void top_share(struct table *t, int64_t value, int64_t total);
void top_count(struct table *t, int64_t count, bool known);
/* The unit of exact numbers: "ns", "bytes", or what is counted. */
struct str top_unit(const struct profile *p, value_id v);
/* name (file:line), in a cell of its own. */
void top_function(struct table *t, const struct figure *f);

/* The views. p has the half that they need. */
void top_flat(const struct top_options *o, struct output *out, const struct figures *f);
void top_metrics(const struct top_options *o, struct output *out, const struct figures *f);
void top_lines(const struct top_options *o, struct output *out, const struct profile *p, value_id v);
int top_peek(const struct top_options *o, struct output *out, const struct figures *f); /* -1 after a message */
void top_tree(const struct top_options *o, struct output *out, const struct profile *p);

/* The rows in the order of --sort, the heaviest first; the caller frees it. */
uint32_t *top_order(const struct top_options *o, const struct figures *f);
/* How many rows of `count` are shown; in the order they come by `self`. */
uint32_t top_limit(const struct top_options *o, uint32_t count);

#endif
