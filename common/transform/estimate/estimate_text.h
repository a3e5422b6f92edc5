/*
 * estimate_text - describes an estimate of stacks in a sentence
 *
 * 	79 functions have several possible paths of callers; 0.4% of recorded inclusive time
 * 	is drawn elsewhere, worst: _handle_fromlist, drawn 13 ms of 16 ms
 *
 * Names are masked for terminals. Writers escape the text as they escape names.
 */
#ifndef TRANSFORM_ESTIMATE_ESTIMATE_TEXT_H
#define TRANSFORM_ESTIMATE_ESTIMATE_TEXT_H

#include "common/transform/estimate/stacks_from_graph.h"

/*
 * If the numbers determine every stack and yet contradict each other, this is reported from
 * this fraction on.
 */
#define ESTIMATE_DEVIATED 5e-3

/* Whether there is anything to report. */
bool estimate_needs_report(const struct estimate *estimate);
/* Appends how many functions are uncertain. */
void buf_add_estimate_uncertain(struct buf *b, const struct estimate *estimate);
/* Appends how much is drawn elsewhere than it was recorded. */
void buf_add_estimate_deviation(struct buf *b, const struct profile *p,
				const struct estimate *estimate);
/* Appends how much is under [unplaced]. */
void buf_add_estimate_unplaced(struct buf *b, const struct estimate *estimate);
/* Appends everything that deserves a line, without a full stop. */
void buf_add_estimate(struct buf *b, const struct profile *p, const struct estimate *estimate);

#endif
