/*
 * estimate_text - what an estimate of stacks rests on, in a sentence
 *
 *	79 functions have several possible paths of callers; 0.4% of recorded inclusive time
 *	is drawn elsewhere, worst: _handle_fromlist, drawn 13 ms of 16 ms
 *
 * Names are masked: it goes to terminals. Other exits escape it as they do names.
 */
#ifndef TRANSFORM_ESTIMATE_ESTIMATE_TEXT_H
#define TRANSFORM_ESTIMATE_ESTIMATE_TEXT_H

#include "common/transform/estimate/stacks_from_graph.h"

/* What stays unplaced without a word: a fraction of the total. */
#define ESTIMATE_UNPLACED 1e-3

/* Where the figures force every stack and yet do not fit each other, that is said from here on. */
#define ESTIMATE_DEVIATED 5e-3

/* Whether there is anything to say of it. */
bool estimate_needs_report(const struct estimate *estimate);
/* How many functions are uncertain. */
void buf_add_estimate_uncertain(struct buf *b, const struct estimate *estimate);
/* How much is drawn elsewhere than it was recorded. */
void buf_add_estimate_deviation(struct buf *b, const struct profile *p, const struct estimate *estimate);
/* All that is worth a line, without a full stop. */
void buf_add_estimate(struct buf *b, const struct profile *p, const struct estimate *estimate);

#endif
