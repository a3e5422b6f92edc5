/*
 * proffilter/main - a part of a profile, or the profile seen in another way
 *
 * The verbs come in a fixed order, whatever that of the options, which is pprof's where
 * pprof has them: value and thread, time, symbols, drop-frames, tag-focus, tag-ignore, tag-root, tag-leaf,
 * tag-show, tag-hide, rename, focus, ignore, hide, show, show-from, prune-from, strip-dirs,
 * granularity, flatten-recursion, root, trim, scale.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/own_name.h"
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

#define AT(field) offsetof(struct filter_work, field)

static const struct option_row format_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 AT(from)),
	OPT_TEXT('t', "to", "FORMAT",
		 "the output's format (default: by the suffix of -o, or the first input's)",
		 AT(to)),
	OPT_END
};

static const struct option_row filter_rows[] = {
	OPT_TEXT(0, "focus", "REGEX", "keep stacks with a matching frame", AT(focus)),
	OPT_TEXT(0, "ignore", "REGEX", "drop stacks with a matching frame", AT(ignore)),
	OPT_TEXT(0, "hide", "REGEX", "take matching frames out of stacks", AT(hide)),
	OPT_TEXT(0, "show", "REGEX", "take all but matching frames out of stacks", AT(show)),
	OPT_TEXT(0, "hide-kind", "KINDS",
		 "take frames of these kinds out of stacks: kernel, native, "
		 "interpreted, jit, gc, idle, inlined",
		 AT(hide_kind)),
	OPT_TEXT(0, "show-from", "REGEX", "stacks begin at their first matching frame",
		 AT(show_from)),
	OPT_TEXT(0, "prune-from", "REGEX", "stacks end at their last matching frame",
		 AT(prune_from)),
	OPT_FLAG(0, "drop-frames",
		 "leave out frames that a pprof file wants dropped, and what they called",
		 AT(drop_frames)),
	OPT_TEXT(0, "time", "FROM:TO",
		 "keep what lies between two times, in seconds or with s, ms, us, ns behind",
		 AT(window)),
	OPT_END
};

static const struct option_row tag_rows[] = {
	OPT_LIST(0, "tag-focus", "KEY=WHAT",
		 "keep samples with such a label: a REGEX, or a RANGE as 1kb:2mb", AT(tag_focus)),
	OPT_LIST(0, "tag-ignore", "KEY=WHAT", "drop samples with such a label", AT(tag_ignore)),
	OPT_TEXT(0, "tag-show", "REGEX", "keep labels with a matching key", AT(tag_show)),
	OPT_TEXT(0, "tag-hide", "REGEX", "drop labels with a matching key", AT(tag_hide)),
	OPT_TEXT(0, "tag-root", "KEYS",
		 "what samples have under KEYS (a or a,b) as their root frames", AT(tag_root)),
	OPT_TEXT(0, "tag-leaf", "KEYS", "the same as their leaf frames", AT(tag_leaf)),
	OPT_END
};

static const struct option_row view_rows[] = {
	OPT_LIST(0, "symbols", "PROGRAM",
		 "look up addresses without a function in this program or library", AT(symbols)),
	OPT_LIST(0, "rename", "RULE", "s/RE/TEXT/ on functions' names, or " RENAME_RULES,
		 AT(renames)),
	OPT_CHOICE(0, "granularity", GRANULARITIES, "what a frame stands for", AT(granularity)),
	OPT_FLAG(0, "flatten-recursion", "a function is in a stack only once", AT(flatten)),
	OPT_TEXT(0, "root", "NAME", "a function of that name calls everything", AT(root)),
	OPT_TEXT(0, "trim", "PERCENT", "functions under PERCENT of the total become [trimmed]",
		 AT(trim)),
	OPT_TEXT(0, "scale", "FACTOR", "all values times FACTOR: 0.01, 1/3", AT(scale)),
	OPT_END
};

/* --- time --- */

/* Parses the limit of a value type; -1 after a message. */
static int read_time(const struct filter_work *w, struct str text, const struct value_type *type,
		     int64_t *limit)
{
	static const struct {
		struct str name;
		int power;
	} units[] = {
		{ { "ns", 2 }, 0 },
		{ { "us", 2 }, 3 },
		{ { "ms", 2 }, 6 },
		{ { "s", 1 }, 9 },
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
		return diag_error("--time: expected FROM:TO, got %s",
				  diag_quote(str_of(w->window)));
	number.exponent += power;
	if (decimal_at(number, type->exponent, limit) == OUT_OF_RANGE)
		return diag_error("--time: %s does not fit in 64 bits",
				  diag_quote(str_of(w->window)));
	return 0;
}

static int read_limits(const struct filter_work *w, const struct profile *p, int64_t *from,
		       int64_t *to)
{
	struct str first, last;

	if (!str_cut(str_of(w->window), ':', &first, &last))
		return diag_error("--time: expected FROM:TO, got %s",
				  diag_quote(str_of(w->window)));
	for (value_id v = 0; v < p->value_count; v++) {
		from[v] = INT64_MIN;
		to[v] = INT64_MAX;
		if ((first.n && read_time(w, first, &p->value_types[v], &from[v]) < 0) ||
		    (last.n && read_time(w, last, &p->value_types[v], &to[v]) < 0))
			return -1;
		if (from[v] > to[v])
			return diag_error("--time: expected FROM before TO, got %s",
					  diag_quote(str_of(w->window)));
	}
	return 0;
}

/* Where the source says when each sample was taken, whole samples are kept or dropped. */
static int cut_sample_times(const struct filter_work *w, struct profile **p)
{
	const struct value_type time = { .unit = UNIT_TIME };
	struct str first, last;
	int64_t from = INT64_MIN, to = INT64_MAX;
	bool *keep;

	if (!str_cut(str_of(w->window), ':', &first, &last))
		return diag_error("--time: expected FROM:TO, got %s",
				  diag_quote(str_of(w->window)));
	if ((first.n && read_time(w, first, &time, &from) < 0) ||
	    (last.n && read_time(w, last, &time, &to) < 0))
		return -1;
	if (from > to)
		return diag_error("--time: expected FROM before TO, got %s",
				  diag_quote(str_of(w->window)));
	keep = alloc_zero((*p)->sample_count, sizeof *keep);
	for (size_t i = 0; i < (*p)->sample_count; i++) {
		struct sample s = profile_sample_at(*p, i);

		keep[i] = s.timed && s.time >= from && (s.time < to || !last.n);
	}
	profile_replace(p, profile_filter(*p, &(struct filter_options){ .samples = keep }));
	alloc_free(keep);
	return 0;
}

static void warn_no_time(const struct filter_work *w, const struct profile *p)
{
	if (!profile_has_stacks(p))
		diag_warning("--time %s: nothing lies in it", diag_quote(str_of(w->window)));
}

static int cut_time(const struct filter_work *w, struct profile **p)
{
	int64_t *from, *to;
	int status;

	if (!w->window)
		return 0;
	if ((*p)->sample_time_count) {
		status = cut_sample_times(w, p);
		if (status == 0)
			warn_no_time(w, *p);
		return status;
	}
	if (!timeline_is_ordered(*p))
		return diag_error("--time: the samples of this profile are in no order of time");
	from = alloc_zero((*p)->value_count, sizeof *from);
	to = alloc_zero((*p)->value_count, sizeof *to);
	status = read_limits(w, *p, from, to);
	if (status == 0)
		profile_replace(p, timeline_window(*p, from, to));
	if (status == 0)
		warn_no_time(w, *p);
	alloc_free(from);
	alloc_free(to);
	return status;
}

/* --- names --- */

static int rename_all(const struct filter_work *w, struct profile **p)
{
	struct function *functions;
	int status;

	if (!w->renames.count)
		return 0;
	functions = group_by_functions(*p);
	status = proffilter_rename_functions(*p, &w->renames, functions);
	if (status == 0)
		profile_replace(p, profile_group_by(*p, &(struct group_by_options){
								.functions = functions }));
	alloc_free(functions);
	return status;
}

static void regroup_all(const struct filter_work *w, struct profile **p)
{
	struct group_by_options options = { .drop_lines = w->granularity < BY_LINE,
					    .line_functions = w->granularity == BY_LINE,
					    .address_functions = w->granularity == BY_ADDRESS };
	struct function *functions;

	if (!w->granularity)
		return;
	functions = group_by_functions(*p);
	proffilter_group_functions(*p, (enum granularity)w->granularity, functions);
	options.functions = functions;
	profile_replace(p, profile_group_by(*p, &options));
	alloc_free(functions);
}

/* --- samples --- */

/* Call events do not survive cutting: samples describe the same, one by one. */
static void make_samples(const struct filter_work *w, struct profile **p)
{
	struct profile *samples = NULL;

	if (w->window || proffilter_needs_stacks(w) || w->trim || w->scale || w->root)
		samples = timeline_samples(*p);
	if (!samples)
		return;
	diag_verbose("when functions were entered and left becomes samples in the order of time");
	profile_replace(p, samples);
}

/* --- labels --- */

static void warn_unmatched(const char *option, const char *text)
{
	diag_warning("%s %s matched nothing", option, diag_quote(str_of(text)));
}

/* Leaves in `keep` the samples that each condition of the list keeps, or does not drop. */
static int mark_samples(const struct profile *p, const char *option, const struct option_list *list,
			bool ignore_these, bool *keep, bool *reported)
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

static int choose_samples(struct filter_work *w, struct profile **p)
{
	bool *keep, reported = false;
	int status;

	if (!w->tag_focus.count && !w->tag_ignore.count)
		return 0;
	keep = alloc_zero((*p)->sample_count, sizeof *keep);
	memset(keep, true, (*p)->sample_count * sizeof *keep);
	status = mark_samples(*p, "--tag-focus", &w->tag_focus, false, keep, &reported);
	if (status == 0)
		status = mark_samples(*p, "--tag-ignore", &w->tag_ignore, true, keep, &reported);
	if (status == 0) {
		bool any = profile_has_stacks(*p);

		profile_replace(p, profile_filter(*p, &(struct filter_options){ .samples = keep }));
		if (any && !profile_has_stacks(*p))
			status = proffilter_report_empty(w, reported);
	}
	alloc_free(keep);
	return status;
}

static int choose_labels(struct profile **p, const char *option, const char *expression,
			 bool hidden)
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

static int use_tags(struct filter_work *w, struct profile **p)
{
	if (choose_samples(w, p) < 0)
		return -1;
	frame_labels(p, "--tag-root", w->tag_root, TAG_ROOT);
	frame_labels(p, "--tag-leaf", w->tag_leaf, TAG_LEAF);
	if (choose_labels(p, "--tag-show", w->tag_show, false) < 0)
		return -1;
	return choose_labels(p, "--tag-hide", w->tag_hide, true);
}

/* Works on samples and call graph, both of which may be there. */
static void add_root(const struct filter_work *w, struct profile **p)
{
	struct filter_options options = { .flatten = w->flatten };

	if (w->flatten)
		profile_replace(p, profile_filter(*p, &options));
	if (w->root && profile_has_graph(*p))
		thread_roots_named(*p, str_of(w->root));
	options = (struct filter_options){ .root = w->root, .keep_graph = true };
	if (w->root && profile_has_stacks(*p))
		profile_replace(p, profile_filter(*p, &options));
}

/* --- small functions, other numbers --- */

static int trim_small(const struct filter_work *w, struct profile **p)
{
	struct group_by_options options = { 0 };
	struct function *functions, trimmed = { 0 };
	char *end;
	double percent;
	bool *small, *kept;

	if (!w->trim)
		return 0;
	percent = strtod(w->trim, &end);
	if (end == w->trim || *end || !(percent >= 0 && percent <= 100))
		return diag_error("--trim: expected a PERCENT from 0 to 100, got %s",
				  diag_quote(str_of(w->trim)));
	small = prune_small_functions(*p, percent / 100);
	kept = alloc_zero((*p)->function_count, sizeof *kept);
	for (function_id f = 0; f < (*p)->function_count; f++)
		kept[f] = !small[f];
	trimmed.name = own_name(*p, S("[trimmed]"), kept);
	alloc_free(kept);
	functions = group_by_functions(*p);
	for (function_id f = 0; f < (*p)->function_count; f++)
		if (small[f])
			functions[f] = trimmed;
	options.functions = functions;
	options.chains = small;
	profile_replace(p, profile_group_by(*p, &options));
	alloc_free(functions);
	alloc_free(small);
	return 0;
}

static int scale_values(const struct filter_work *w, struct profile *p)
{
	struct factor factor;

	if (!w->scale)
		return 0;
	if (!factor_read(str_of(w->scale), &factor))
		return diag_error("--scale: expected a FACTOR as 0.01 or 1/3, got %s",
				  diag_quote(str_of(w->scale)));
	profile_scale(p, factor);
	return 0;
}

static int filter_profile(struct filter_work *w, struct profile **p)
{
	int status = 1;

	make_samples(w, p);
	if (convert_select(&w->settings, p) < 0 || cut_time(w, p) < 0 ||
	    proffilter_find_symbols(w, p) < 0)
		return -1;
	if (proffilter_may_cut_graph(w, *p)) {
		if (rename_all(w, p) < 0 || (status = proffilter_cut_calls(w, p)) < 0)
			return -1;
		if (status && (proffilter_make_stacks(w, p) < 0 || proffilter_cut_stacks(w, p) < 0))
			return -1;
	} else if (proffilter_make_stacks(w, p) < 0 || proffilter_drop_frames(w, p) < 0 ||
		   use_tags(w, p) < 0 || rename_all(w, p) < 0 || proffilter_cut_stacks(w, p) < 0) {
		return -1;
	}
	convert_strip_dirs(&w->settings, p);
	regroup_all(w, p);
	add_root(w, p);
	if (trim_small(w, p) < 0 || scale_values(w, *p) < 0)
		return -1;
	convert_anonymize(&w->settings, p);
	return 0;
}

static int parsed(struct filter_work *w, int argc, char **argv)
{
	struct settings *s = &w->settings;
	const struct format *from, *to = NULL, *found = NULL;
	struct profile *p;
	int first = settings_parse(s, argc, argv), status = STATUS_TROUBLE;
	bool order;

	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(s, "[options] [FILE...]",
					"keep a part of a profile, or see it in another way",
					format_registry))
		return STATUS_DONE;
	if (w->symbols.count && s->sandbox) {
		diag_error(
			"--symbols opens programs with a library, which --sandbox does not allow");
		return STATUS_TROUBLE;
	}
	if (select_format_input(w->from, &from) < 0 ||
	    (w->to && select_format_output(s, w->to, NULL, &to) < 0))
		return STATUS_TROUBLE;
	if (sandbox_enter(s, argv + first, argc - first, true) < 0)
		return STATUS_TROUBLE;
	/* an output in the same format as the input may need the order */
	order = w->window || !to || convert_needs_order(s, to);
	p = convert_read(s, from, format_registry, argv + first, argc - first,
			 (struct read_hints){ .order = order }, &found);
	if (p && (to || select_format_output(s, NULL, found, &to) == 0) &&
	    options_refuse_unused(&s->options, from, to) == 0 && filter_profile(w, &p) == 0)
		status = convert_write(s, &p, to);
	profile_free(p);
	return w->left_nothing ? STATUS_NO : status;
}

int proffilter_main(int argc, char **argv)
{
	struct filter_work w = { 0 };
	int status;

	settings_init(&w.settings);
	w.settings.all_formats = format_registry;
	settings_add_group(&w.settings, "stacks and frames", filter_rows, &w);
	settings_add_group(&w.settings, "samples by their labels", tag_rows, &w);
	settings_add_group(&w.settings, "other views of what is left", view_rows, &w);
	settings_add_group(&w.settings, "formats", format_rows, &w);
	options_for_conversion(&w.settings, format_registry, format_registry);
	status = parsed(&w, argc, argv);
	settings_free(&w.settings);
	return status;
}
