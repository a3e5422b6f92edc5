/*
 * statistics_text - p and q as text, for people and for programs
 */
#ifndef DIFF_STATISTICS_TEXT_H
#define DIFF_STATISTICS_TEXT_H

#include "common/base/num.h"
#include "common/base/str.h"

/* Five digits of it, for programs. */
struct decimal statistics_exact_p(double p);
/* "0.042"; below a ten thousandth "<0.0001". */
void buf_add_p_value(struct buf *b, double p);

#endif
