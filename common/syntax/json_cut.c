/* json_cut - the end of the input within a value, where the reader may keep what it has: json_scan.h */
#include <stdio.h>

#include "common/syntax/json_scan.h"

bool json_cut_here(struct json *j, const char *what)
{
	struct input *in = j->in;

	if (!j->may_be_cut || in->failed)
		return false;
	in->p = in->end;
	j->cut_at = input_offset(in);
	snprintf(j->cut_expected, sizeof j->cut_expected, "%s", what);
	in->cut = true;
	in->failed = true;
	return true;
}

void json_keep_cut(struct json *j)
{
	j->in->failed = j->in->cut = false;
}

void json_refuse_cut(struct json *j)
{
	json_keep_cut(j);
	input_error_at(j->in, j->cut_at, "expected %s, got the end of the input", j->cut_expected);
}
