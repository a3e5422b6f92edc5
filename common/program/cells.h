/*
 * cells - cells of tables about values of a profile
 *
 * People see a value in the unit that fits, programs the exact number.
 */
#ifndef PROGRAM_CELLS_H
#define PROGRAM_CELLS_H

#include "common/profile/value_text.h"
#include "common/syntax/table.h"

/* Of counts people see only the number: the heading says what is counted. */
void cells_value(struct table *t, const struct profile *p, value_id v, int64_t value);
/* In percent, always with two decimals ("12.34%"), so that a column is easy to compare. */
void cells_share(struct table *t, int64_t value, int64_t total);
/* Not known: null for programs, nothing for people. */
void cells_count(struct table *t, int64_t count, bool known);
/* The same for a p or q. */
void cells_p_value(struct table *t, double p, bool known);

#endif
