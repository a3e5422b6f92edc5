/*
 * flat_selection - which rows of a flat profile are shown, and in what order
 *
 * The rows that are not shown have a sum, so that a report of the heaviest functions still
 * adds up to the total.
 */
#ifndef CALLGRAPH_FLAT_SELECTION_H
#define CALLGRAPH_FLAT_SELECTION_H

#include "common/transform/callgraph/flat_profile.h"

enum flat_sort {
	FLAT_BY_SELF,
	FLAT_BY_INCLUSIVE,
	FLAT_BY_CALLS,
	FLAT_BY_SELF_PER_CALL,
	FLAT_BY_INCLUSIVE_PER_CALL,
	FLAT_BY_NAME
};
#define FLAT_SORTS "self|inclusive|calls|self-per-call|inclusive-per-call|name"

struct flat_selection {
	int sort;         /* enum flat_sort */
	uint64_t limit;   /* rows; 0: all */
	double min_share; /* of the total: rows whose inclusive value has less are left out */
};

/* All rows, the heaviest first, equal ones by name. The caller frees it. */
uint32_t *flat_order(const struct flat_profile *f, enum flat_sort sort);

/* Whether a value has at least such a share of the total, whatever its sign. */
bool flat_is_heavy(int64_t value, int64_t total, double min_share);

/* How the sum of the others is called, in place of a function. */
#define FLAT_OTHER "(other)"

/* Rows that are shown, in their order, and the sums of all others. */
struct flat_rows {
	uint32_t *rows, count;
	uint32_t others; /* how many there are */
	int64_t self, calls, primitive;
};

void flat_rows_select(struct flat_rows *shown, const struct flat_profile *f,
		      const struct flat_selection *selection);
void flat_rows_free(struct flat_rows *shown);

/*
 * For a format's report_loss(): how many functions are among the others, if any, and the option
 * that says so.
 */
void flat_report_others(const struct profile *p, const struct flat_selection *selection,
			const char *option, struct buf *loss);

#endif
