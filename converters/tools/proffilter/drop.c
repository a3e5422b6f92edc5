/*
 * proffilter/drop - frames that the source of a profile wants left out
 *
 * A pprof file may hold two expressions, which are metadata of the profile here. A function
 * that drop_frames matches as a whole, and keep_frames does not, is left out with all that it
 * called, below the first frame that is not; pprof does so when it reads a file.
 */
#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/syntax/pattern.h"
#include "common/transform/reshape/filter.h"
#include "converters/tools/proffilter/internal.h"

/* As pprof sees a name of C++: without what is in parentheses behind it. */
static struct str simple_name(struct str name)
{
	const struct str space = S("(anonymous namespace)"), call = S("operator()");
	const size_t before = strlen("operator");

	if (str_starts(name, S(".")))
		name = str_from(name, 1);
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] != '(')
			continue;
		if (str_starts(str_from(name, i), space))
			i += space.n - 1;
		else if (i >= before && str_starts(str_from(name, i - before), call))
			i++;
		else
			return str_head(name, i);
	}
	return name;
}

static struct str metadata_of(const struct profile *p, struct str key)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (str_eq(profile_text(p, p->metadata[i].key), key))
			return profile_text(p, p->metadata[i].value);
	return S("");
}

/* NULL without a message if there is no such expression. */
static struct pattern *whole_pattern(const struct profile *p, const char *key, bool *failed)
{
	struct str text = metadata_of(p, str_of(key));
	struct buf whole = { 0 };
	struct pattern *pattern = NULL;

	if (text.n) {
		buf_print(&whole, "^(?:%.*s)$", (int)text.n, text.p);
		pattern = pattern_new(key, buf_str(&whole), false);
		*failed |= !pattern;
	}
	buf_free(&whole);
	return pattern;
}

static bool mark(const struct profile *p, const struct pattern *drop, const struct pattern *keep,
		 bool *marks)
{
	for (function_id f = 0; f < p->function_count; f++) {
		struct str name = simple_name(function_name(p, f));
		int dropped = pattern_matches(drop, name);
		int kept = dropped == 1 && keep ? pattern_matches(keep, name) : 0;

		if (dropped < 0 || kept < 0)
			return false;
		marks[f] = dropped && !kept;
	}
	return true;
}

int proffilter_drop_frames(const struct filter_work *w, struct profile **p)
{
	bool failed = false;
	struct pattern *drop, *keep;
	bool *marks;

	if (!w->drop_frames)
		return 0;
	drop = whole_pattern(*p, "drop_frames", &failed);
	keep = whole_pattern(*p, "keep_frames", &failed);
	if (!drop && !failed) {
		diag_error("--drop-frames: the profile does not say which (only pprof files do)");
		failed = true;
	}
	marks = alloc_zero((*p)->function_count, sizeof *marks);
	failed = failed || !mark(*p, drop, keep, marks);
	if (!failed)
		profile_replace(p, profile_filter(*p, &(struct filter_options){ .drop = marks }));
	alloc_free(marks);
	pattern_free(drop);
	pattern_free(keep);
	return failed ? -1 : 0;
}
