/*
 * explain/others - plans of MariaDB (ANALYZE FORMAT=JSON) and DuckDB (JSON profiling)
 *
 * Both have the time of a node without what ran below it, so that it is made inclusive first:
 * then all is as in plans of PostgreSQL. MariaDB's query blocks have their whole time beside that, and so
 * have MySQL's nodes, which text.c reads, but for those without numbers.
 */
#ifndef EXPLAIN_OTHERS_H
#define EXPLAIN_OTHERS_H

#include "converters/explain/build.h"

/* The place that a key leads to from AT_QUERY or a place of these; AT_OTHER: none of theirs. */
enum plan_place plan_other_place(enum plan_place above, enum plan_key key);
/* Whether such a place is a node. */
bool plan_other_is_node(enum plan_place place, enum plan_key key);

void plan_other_measure(struct plan_builder *b, struct plan_open *o, enum plan_key key,
			struct decimal number);
void plan_other_text(struct plan_builder *b, struct plan_open *o, enum plan_key key,
		     struct str text);
/* Numbers of such a place, or of what is beside the plan. */
bool plan_other_is_number(enum plan_key key);
void plan_other_end_node(struct plan_builder *b, struct plan_open *o);
/* Makes times inclusive. */
void plan_other_finish(struct plan_builder *b, struct plan *plan);

#endif
