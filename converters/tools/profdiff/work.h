/*
 * profdiff/work - the option values, and the state of the work
 */
#ifndef PROFDIFF_WORK_H
#define PROFDIFF_WORK_H

#include "common/program/convert.h"
#include "common/transform/diff/difference_profile.h"
#include "converters/tools/profdiff/internal.h"

struct diff_work {
	struct settings settings;
	struct report report;
	const char *from, *to, *by;
	struct difference_options options;
	struct option_list rule_texts, rule_files;
	bool allow_missing_base, ignore_new, limit_given, no_idle, normalize;
	int compare_choice, kind_choice, color_choice;

	struct rule_list rules;
	char **files[DIFF_SIDES];
	int file_counts[DIFF_SIDES];
	struct difference_run *runs; /* kept if a profile is written */
	size_t run_count, run_cap;
	size_t estimated;       /* number of runs whose contexts are estimated */
	struct buf first_value; /* the name of the value type that is compared */
	int64_t total;          /* of the first run, if all are scaled to it */
	int exponent;           /* of this total */
};

/*
 * Reads the files of a side into the difference; their profiles are kept where `keep`, the format
 * of the target, is not NULL. 0, or -1 after a message.
 */
int profdiff_read_side(struct diff_work *w, const struct format *from, int side,
		       const struct format *keep);

#endif
