/*
 * dot/internal - shared by the two kinds of drawings
 *
 * 	format.c      the call graph of a profile, and what both kinds need
 * 	difference.c  the call graph of two profiles
 */
#ifndef DOT_INTERNAL_H
#define DOT_INTERNAL_H

#include "common/io/output.h"
#include "common/profile/value_text.h"
#include "common/transform/callgraph/flat_profile.h"

struct dot_write_options {
	double node_threshold_value, edge_threshold_value; /* shares of the total */
	uint64_t max_nodes;
	int direction;
};

struct dot_drawing {
	struct output *out;
	const struct dot_write_options *options;
	const struct flat_profile *f;
	int64_t *weights; /* by row: what decides whether it is drawn */
	int64_t total;    /* that of the weights */
	bool *drawn;      /* by row */
	uint32_t nodes;
	struct buf text;
};

/* Chooses the rows that are drawn, by their weights; the caller frees d->drawn. */
void dot_choose(struct dot_drawing *d);

/* Write d->text as a string; a number behind a text. */
void dot_put_string(struct dot_drawing *d);
void dot_put_number(struct dot_drawing *d, const char *before, uint64_t number);

/* Append to d->text: the name of a function and, in a line of its own, its place. */
void dot_add_function(struct dot_drawing *d, const struct flat_row *fn, struct str file);
/* Appends how many functions are drawn, if not all. */
void dot_add_left_out(struct dot_drawing *d);
/* Writes d->text as the graph's label. */
void dot_put_label(struct dot_drawing *d);

/* Writes the nodes and edges of a profile whose first two value types are base and new. */
void dot_put_difference(struct dot_drawing *d, const struct profile *p);

#endif
