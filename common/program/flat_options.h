/*
 * flat_options - the options of formats that are lists of functions for other programs
 *
 * 	.report_loss = flat_options_report_loss,
 * 	.check = flat_options_check,
 * 	.write_options = FORMAT_OPTIONS(flat_option_rows, flat_options_usual),
 */
#ifndef PROGRAM_FLAT_OPTIONS_H
#define PROGRAM_FLAT_OPTIONS_H

#include "common/program/options.h"
#include "common/transform/callgraph/flat_selection.h"

struct flat_options {
	struct flat_selection selection;
	struct option_list labels; /* "key=value", checked by flat_options_check() */
};

#define FLAT_LABEL_ROW(offset) \
	OPT_LIST(0, "label", "KEY=VALUE", \
		 "a label of every row, such as profile=nightly; may be repeated", offset)

enum { FLAT_USUAL_LIMIT = 100 };

extern const struct option_row flat_option_rows[];
extern const struct flat_options flat_options_usual;

/*
 * 0, or -1 after a message if a label has no key that Prometheus takes ([a-zA-Z_][a-zA-Z0-9_]*),
 * one of the row's own, or one that was given before. The profile does not matter.
 */
int flat_options_check(const struct profile *p, const void *options);

/* Appends how many functions are among the others, if any. */
void flat_options_report_loss(const struct profile *p, const void *options, struct buf *loss);

/* The parts of a label that has been checked. */
void flat_options_label(const struct flat_options *o, size_t i, struct str *key, struct str *value);

#endif
