/*
 * proffilter/main - a part of a profile, or the profile seen in another way
 *
 * The verbs come in a fixed order, whatever that of the options, which is pprof's where
 * pprof has them: value and thread, time, tag-focus, tag-ignore, tag-root, tag-leaf, tag-show,
 * tag-hide, rename, focus, ignore, hide, show, show-from,
 * prune-from, strip-dirs, granularity, flatten-recursion, root, trim, scale.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/program/sandbox.h"
#include "common/transform/reshape/filter.h"
#include "common/transform/calltree/timeline.h"
#include "common/transform/reshape/group_by.h"
#include "common/transform/reshape/scale.h"
#include "common/transform/reshape/tags.h"
#include "common/transform/reshape/thread_roots.h"
#include "common/transform/callgraph/prune.h"
#include "converters/select_format.h"
#include "converters/tools/proffilter/internal.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

static const char *from_name, *to_name;
static const char *focus, *ignore, *hide, *show, *show_from, *prune_from;
static const char *window, *root, *trim, *scale;
static const char *tag_show, *tag_hide, *tag_root, *tag_leaf;
static struct option_list renames, tag_focus, tag_ignore;
static int granularity;
static bool flatten;
static bool left_nothing; /* and --strict was given */

static const struct option_row format_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 &from_name),
	OPT_TEXT('t', "to", "FORMAT",
		 "the output's format (default: by the suffix of -o, or the first input's)", &to_name),
	OPT_END
};

static const struct option_row filter_rows[] = {
	OPT_TEXT(0, "focus", "REGEX", "keep stacks with a matching frame", &focus),
	OPT_TEXT(0, "ignore", "REGEX", "drop stacks with a matching frame", &ignore),
	OPT_TEXT(0, "hide", "REGEX", "take matching frames out of stacks", &hide),
	OPT_TEXT(0, "show", "REGEX", "take all but matching frames out of stacks", &show),
	OPT_TEXT(0, "show-from", "REGEX", "stacks begin at their first matching frame", &show_from),
	OPT_TEXT(0, "prune-from", "REGEX", "stacks end at their last matching frame", &prune_from),
	OPT_TEXT(0, "time", "FROM:TO",
		 "keep what lies between two times, in seconds or with s, ms, us, ns behind", &window),
	OPT_END
};

static const struct option_row tag_rows[] = {
	OPT_LIST(0, "tag-focus", "KEY=WHAT",
		 "keep samples with such a label: a REGEX, or a RANGE as 1kb:2mb", &tag_focus),
	OPT_LIST(0, "tag-ignore", "KEY=WHAT", "drop samples with such a label", &tag_ignore),
	OPT_TEXT(0, "tag-show", "REGEX", "keep labels with a matching key", &tag_show),
	OPT_TEXT(0, "tag-hide", "REGEX", "drop labels with a matching key", &tag_hide),
	OPT_TEXT(0, "tag-root", "KEYS", "what samples have under KEYS (a or a,b) as their root frames",
		 &tag_root),
	OPT_TEXT(0, "tag-leaf", "KEYS", "the same as their leaf frames", &tag_leaf),
	OPT_END
};

static const struct option_row view_rows[] = {
	OPT_LIST(0, "rename", "RULE", "s/RE/TEXT/ on functions' names, or " RENAME_RULES, &renames),
	OPT_CHOICE(0, "granularity", GRANULARITIES, "what a frame stands for", &granularity),
	OPT_FLAG(0, "flatten-recursion", "a function is in a stack only once", &flatten),
	OPT_TEXT(0, "root", "NAME", "a function of that name calls everything", &root),
	OPT_TEXT(0, "trim", "PERCENT", "functions under PERCENT of the total become [trimmed]", &trim),
	OPT_TEXT(0, "scale", "FACTOR", "all values times FACTOR: 0.01, 1/3", &scale),
	OPT_END
};

/* --- time --- */

/* The limit of a value type, or -1 after a message. */
static int read_time(struct str text, const struct value_type *type, int64_t *limit)
{
	static const struct { struct str name; int power; } units[] = {
		{ { "ns", 2 }, 0 }, { { "us", 2 }, 3 }, { { "ms", 2 }, 6 }, { { "s", 1 }, 9 },
	};
	int power = type->unit == UNIT_TIME ? 9 : 0;
	struct decimal number;
	enum exactness exactness;
	bool named = false;

	for (size_t i = 0; i < 4 && !named; i++) {
		named = str_ends(text, units[i].name);
		if (named) {
			power = units[i].power;
			text.n -= units[i].name.n;
		}
	}
	if (named && type->unit != UNIT_TIME)
		return diag_error("--time: what is counted is no time: expected plain numbers");
	if (!str_to_decimal(text, &number, &exactness))
		return diag_error("--time: expected FROM:TO, got %s", diag_quote(str_of(window)));
	number.exponent += power;
	if (decimal_at(number, type->exponent, limit) == OUT_OF_RANGE)
		return diag_error("--time: %s does not fit in 64 bits", diag_quote(str_of(window)));
	return 0;
}

static int read_limits(const struct profile *p, int64_t *from, int64_t *to)
{
	struct str first, last;

	if (!str_cut(str_of(window), ':', &first, &last))
		return diag_error("--time: expected FROM:TO, got %s", diag_quote(str_of(window)));
	for (value_id v = 0; v < p->value_count; v++) {
		from[v] = INT64_MIN;
		to[v] = INT64_MAX;
		if ((first.n && read_time(first, &p->value_types[v], &from[v]) < 0) ||
		    (last.n && read_time(last, &p->value_types[v], &to[v]) < 0))
			return -1;
		if (from[v] > to[v])
			return diag_error("--time: expected FROM before TO, got %s", diag_quote(str_of(window)));
	}
	return 0;
}

static int cut_time(struct profile **p)
{
	int64_t *from, *to;
	int status;

	if (!window)
		return 0;
	if (!timeline_is_ordered(*p))
		return diag_error("--time: the samples of this profile are in no order of time");
	from = alloc_zero((*p)->value_count, sizeof *from);
	to = alloc_zero((*p)->value_count, sizeof *to);
	status = read_limits(*p, from, to);
	if (status == 0)
		profile_replace(p, timeline_window(*p, from, to));
	if (status == 0 && !profile_has_stacks(*p))
		diag_warning("--time %s: nothing lies in it", diag_quote(str_of(window)));
	alloc_free(from);
	alloc_free(to);
	return status;
}

/* --- names --- */

static int rename_all(struct profile **p)
{
	struct function *functions;
	int status;

	if (!renames.count)
		return 0;
	functions = group_by_functions(*p);
	status = proffilter_rename_functions(*p, &renames, functions);
	if (status == 0)
		profile_replace(p, profile_group_by(*p, &(struct group_by_options){ .functions = functions }));
	alloc_free(functions);
	return status;
}

static void regroup_all(struct profile **p)
{
	struct group_by_options options = { .drop_lines = granularity && granularity != BY_LINE,
			       .line_functions = granularity == BY_LINE };
	struct function *functions;

	if (!granularity)
		return;
	functions = group_by_functions(*p);
	proffilter_group_functions(*p, (enum granularity)granularity, functions);
	options.functions = functions;
	profile_replace(p, profile_group_by(*p, &options));
	alloc_free(functions);
}

/* --- stacks --- */

static bool cuts_stacks(void)
{
	return focus || ignore || hide || show || show_from || prune_from;
}

static bool uses_tags(void)
{
	return tag_focus.count || tag_ignore.count || tag_show || tag_hide || tag_root || tag_leaf;
}

static bool needs_stacks(void)
{
	return cuts_stacks() || uses_tags() || flatten || granularity == BY_LINE;
}

/* Stacks of a call graph are an estimate and know no calls; its lines are of no stack. */
static int make_stacks(struct profile **p)
{
	struct profile *stacks;

	if (!needs_stacks() || !profile_has_graph(*p))
		return 0;
	if (granularity == BY_LINE)
		return diag_error("--granularity line: a call graph does not say which lines of a function "
				  "are in a stack");
	if (profile_features(*p) & FEATURE_CALLS) {
		diag_verbose("call counts are lost: stacks have none");
		if (settings.strict)
			return diag_error("--strict: call counts would be lost: stacks have none");
	}
	if (convert_derive_stacks(*p) < 0)
		return -1;
	stacks = profile_filter(*p, &(struct filter_options){ 0 });
	stacks->calls_sampled = true;
	profile_replace(p, stacks);
	return 0;
}

/* What is cut is no longer what was entered and left: samples say the same, one by one. */
static void make_samples(struct profile **p)
{
	struct profile *samples = NULL;

	if (window || needs_stacks() || trim || scale || root)
		samples = timeline_samples(*p);
	if (!samples)
		return;
	diag_verbose("when functions were entered and left becomes samples in the order of time");
	profile_replace(p, samples);
}

/* A slip in an expression gives an empty picture: better to say so. */
static int report_empty(bool reported)
{
	if (!settings.strict) {
		if (!reported)
			diag_warning("nothing is left: no stack passes the filters");
		return 0;
	}
	diag_error("--strict: nothing is left: no stack passes the filters");
	left_nothing = true;
	return -1;
}

static int cut_stacks(struct profile **p)
{
	struct verb {
		const char *option, *expression;
		bool names_only;
		bool *marks;
	} verbs[] = {
		{ "--focus", focus, false, NULL }, { "--ignore", ignore, false, NULL },
		{ "--hide", hide, false, NULL }, { "--show", show, false, NULL },
		{ "--show-from", show_from, false, NULL },
		{ "--prune-from", prune_from, true, NULL },
	};
	enum { VERBS = sizeof verbs / sizeof *verbs };
	int status = 0;
	bool reported = false;

	for (int i = 0; status >= 0 && i < VERBS; i++) {
		status = proffilter_mark_functions(*p, verbs[i].option, verbs[i].expression,
						   verbs[i].names_only, &verbs[i].marks);
		reported |= status == 1;
	}
	if (status > 0)
		status = 0;
	if (status == 0 && cuts_stacks()) {
		bool any = profile_has_stacks(*p);

		profile_replace(p, profile_filter(*p, &(struct filter_options){
			.focus = verbs[0].marks, .ignore = verbs[1].marks,
			.hide = verbs[2].marks, .show = verbs[3].marks,
			.show_from = verbs[4].marks, .prune_from = verbs[5].marks }));
		if (any && !profile_has_stacks(*p))
			status = report_empty(reported);
	}
	for (int i = 0; i < VERBS; i++)
		alloc_free(verbs[i].marks);
	return status;
}

/* --- labels --- */

/* Whether a name was matched by nothing: a warning. */
static void warn_unmatched(const char *option, const char *text)
{
	diag_warning("%s %s matched nothing", option, diag_quote(str_of(text)));
}

/* Marks in `keep` those that one condition of the list keeps, or drops. */
static int mark_samples(const struct profile *p, const char *option,
			const struct option_list *list, bool ignore_these, bool *keep,
			bool *reported)
{
	bool *marks = alloc_zero(p->sample_count, sizeof *marks);
	int status = 0;

	for (size_t i = 0; i < list->count && status >= 0; i++) {
		status = tags_mark(p, option, str_of(list->texts[i]), marks);
		if (status == 1)
			warn_unmatched(option, list->texts[i]);
		*reported |= status == 1;
		for (size_t row = 0; row < p->sample_count && status >= 0; row++)
			keep[row] &= marks[row] != ignore_these;
	}
	alloc_free(marks);
	return status < 0 ? -1 : 0;
}

static int choose_samples(struct profile **p)
{
	bool *keep, reported = false;
	int status;

	if (!tag_focus.count && !tag_ignore.count)
		return 0;
	keep = alloc_zero((*p)->sample_count, sizeof *keep);
	memset(keep, true, (*p)->sample_count * sizeof *keep);
	status = mark_samples(*p, "--tag-focus", &tag_focus, false, keep, &reported);
	if (status == 0)
		status = mark_samples(*p, "--tag-ignore", &tag_ignore, true, keep,
				      &reported);
	if (status == 0) {
		bool any = profile_has_stacks(*p);

		profile_replace(p, profile_filter(*p, &(struct filter_options){ .samples = keep }));
		if (any && !profile_has_stacks(*p))
			status = report_empty(reported);
	}
	alloc_free(keep);
	return status;
}

static int choose_labels(struct profile **p, const char *option, const char *expression, bool hidden)
{
	bool *keep;
	int status;

	if (!expression)
		return 0;
	keep = alloc_zero((*p)->label_count, sizeof *keep);
	status = tags_mark_keys(*p, option, str_of(expression), keep);
	if (status == 1)
		warn_unmatched(option, expression);
	for (label_id l = 0; hidden && l < (*p)->label_count; l++)
		keep[l] = !keep[l];
	if (status >= 0)
		profile_replace(p, tags_keep(*p, keep));
	alloc_free(keep);
	return status < 0 ? -1 : 0;
}

static void frame_labels(struct profile **p, const char *option, const char *keys,
			 enum tag_place place)
{
	struct str key, others = str_of(keys ? keys : "");
	bool more = keys != NULL;

	while (more) {
		more = str_cut(others, ',', &key, &others);
		if (!more)
			key = others;
		if (!tags_has_key(*p, key))
			diag_warning("%s %s: no sample has such a label", option, diag_quote(key));
	}
	if (keys)
		profile_replace(p, tags_as_frames(*p, str_of(keys), place));
}

static int use_tags(struct profile **p)
{
	if (choose_samples(p) < 0)
		return -1;
	frame_labels(p, "--tag-root", tag_root, TAG_ROOT);
	frame_labels(p, "--tag-leaf", tag_leaf, TAG_LEAF);
	if (choose_labels(p, "--tag-show", tag_show, false) < 0)
		return -1;
	return choose_labels(p, "--tag-hide", tag_hide, true);
}

/* Of both halves, which may both be there. */
static void add_root(struct profile **p)
{
	struct filter_options options = { .flatten = flatten };

	if (flatten)
		profile_replace(p, profile_filter(*p, &options));
	if (root && profile_has_graph(*p))
		thread_roots_named(*p, str_of(root));
	options = (struct filter_options){ .root = root, .keep_graph = true };
	if (root && profile_has_stacks(*p))
		profile_replace(p, profile_filter(*p, &options));
}

/* --- small functions, other numbers --- */

static int trim_small(struct profile **p)
{
	struct group_by_options options = { 0 };
	struct function *functions;
	char *end;
	double percent;
	bool *small;

	if (!trim)
		return 0;
	percent = strtod(trim, &end);
	if (end == trim || *end || !(percent >= 0 && percent <= 100))
		return diag_error("--trim: expected a PERCENT from 0 to 100, got %s", diag_quote(str_of(trim)));
	small = prune_small_functions(*p, percent / 100);
	functions = group_by_functions(*p);
	for (function_id f = 0; f < (*p)->function_count; f++)
		if (small[f])
			functions[f] = (struct function){
				.name = profile_string(*p, S("[trimmed]")) };
	options.functions = functions;
	options.chains = small;
	profile_replace(p, profile_group_by(*p, &options));
	alloc_free(functions);
	alloc_free(small);
	return 0;
}

static int scale_values(struct profile *p)
{
	struct factor factor;

	if (!scale)
		return 0;
	if (!factor_read(str_of(scale), &factor))
		return diag_error("--scale: expected a FACTOR as 0.01 or 1/3, got %s", diag_quote(str_of(scale)));
	profile_scale(p, factor);
	return 0;
}

static int filter_profile(struct profile **p)
{
	make_samples(p);
	if (convert_select(p) < 0 || cut_time(p) < 0 || make_stacks(p) < 0 ||
	    use_tags(p) < 0 || rename_all(p) < 0 || cut_stacks(p) < 0)
		return -1;
	convert_strip_dirs(p);
	regroup_all(p);
	add_root(p);
	if (trim_small(p) < 0 || scale_values(*p) < 0)
		return -1;
	convert_anonymize(p);
	return 0;
}

int proffilter_main(int argc, char **argv)
{
	struct option_group groups[MAX_OPTION_GROUPS];
	const struct format *from, *to = NULL, *found = NULL;
	struct profile *p;
	size_t n;
	int first, status = STATUS_TROUBLE;
	bool order;

	groups[0] = (struct option_group){ "filters", filter_rows, NULL };
	groups[1] = (struct option_group){ "labels", tag_rows, NULL };
	groups[2] = (struct option_group){ "views", view_rows, NULL };
	groups[3] = (struct option_group){ "formats", format_rows, NULL };
	n = 4 + options_for_conversion(groups + 4, format_registry, format_registry);
	first = options_parse(groups, n, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options("[options] [FILE...]", "keep a part of a profile, or see it in another way",
					format_registry, groups, n))
		return STATUS_DONE;
	if (select_format_input(from_name, &from) < 0 ||
	    (to_name && select_format_output(to_name, NULL, &to) < 0))
		return STATUS_TROUBLE;
	if (sandbox_enter(argv + first, argc - first, true) < 0)
		return STATUS_TROUBLE;
	/* an output that is like the input may need the order */
	order = window || !to || to->features & FEATURE_ORDER || (to->needs_order && to->needs_order());
	p = convert_read(from, format_registry, argv + first, argc - first,
			 (struct read_hints){ .order = order }, &found);
	if (p && (to || select_format_output(NULL, found, &to) == 0) &&
	    options_refuse_unused(groups, n, from, to) == 0 && filter_profile(&p) == 0)
		status = convert_write(&p, to);
	profile_free(p);
	return left_nothing ? STATUS_NO : status;
}
