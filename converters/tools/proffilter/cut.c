/*
 * proffilter/cut - stacks and call graphs, cut by the functions that an expression matches
 */
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/callgraph/cut_graph.h"
#include "converters/tools/proffilter/internal.h"

static bool cuts_stacks(const struct filter_work *w)
{
	return w->focus || w->ignore || w->hide || w->hide_kind || w->show || w->show_from ||
	       w->prune_from;
}

static bool uses_tags(const struct filter_work *w)
{
	return w->tag_focus.count || w->tag_ignore.count || w->tag_show || w->tag_hide ||
	       w->tag_root || w->tag_leaf;
}

bool proffilter_needs_stacks(const struct filter_work *w)
{
	return cuts_stacks(w) || uses_tags(w) || w->flatten || w->drop_frames ||
	       w->granularity >= BY_LINE;
}

/*
 * Derives stacks from a call graph: they are an estimate without calls, and lines of the graph
 * belong to no stack.
 */
int proffilter_make_stacks(struct filter_work *w, struct profile **p)
{
	struct profile *stacks;

	if (!proffilter_needs_stacks(w) || !profile_has_graph(*p))
		return 0;
	if (w->granularity >= BY_LINE)
		return diag_error("--granularity %s: a call graph does not say which %s of a "
				  "function are in a stack",
				  w->granularity == BY_LINE ? "line" : "address",
				  w->granularity == BY_LINE ? "lines" : "addresses");
	if (profile_features(*p) & FEATURE_CALLS) {
		diag_verbose("call counts are lost: stacks have none");
		if (w->settings.strict)
			return diag_error("--strict: call counts would be lost: stacks have none");
	}
	if (convert_derive_stacks(&w->settings, *p) < 0)
		return -1;
	stacks = profile_filter(*p, &(struct filter_options){ 0 });
	stacks->calls_sampled = true;
	profile_replace(p, stacks);
	return 0;
}

/* A mistake in an expression gives an empty picture, so say so. */
int proffilter_report_empty(struct filter_work *w, bool reported)
{
	w->settings.empty_reported = true;
	if (!w->settings.strict) {
		if (!reported)
			diag_warning("nothing is left: no stack passes the filters");
		return 0;
	}
	diag_error("--strict: nothing is left: no stack passes the filters");
	w->left_nothing = true;
	return -1;
}

/* Which frames are of a kind in the list; "inlined" goes as one. -1 after a message. */
static int mark_kinds(const struct profile *p, const char *list, bool *marks)
{
	struct str word, others = str_of(list);
	bool more, any = false;

	do {
		int kind;
		bool inlined;

		more = str_cut(others, ',', &word, &others);
		if (!more)
			word = others;
		inlined = str_eq(word, S("inlined"));
		kind = frame_kind_find(word);
		if (kind < 0 && !inlined)
			return diag_error("--hide-kind: expected kernel, native, interpreted, jit, "
					  "gc, idle or inlined, got %s",
					  diag_quote(word));
		for (size_t i = 0; i < p->frame_detail_count; i++) {
			const struct frame_detail *d = &p->frame_details[i];

			marks[i] |= inlined ? d->inlined : d->kind == kind;
			any |= marks[i];
		}
	} while (more);
	if (!any)
		diag_warning("--hide-kind %s matched nothing", diag_quote(str_of(list)));
	return 0;
}

/* The verbs that were asked for, with the functions that they matched. */
enum { FOCUS, IGNORE, HIDE, SHOW, SHOW_FROM, PRUNE_FROM, VERBS };

struct verb {
	const char *option, *expression;
	bool names_only;
	bool *marks;
};

static void free_verbs(struct verb *verbs)
{
	for (int i = 0; i < VERBS; i++)
		alloc_free(verbs[i].marks);
}

/* 0, 1 after a warning that one matched nothing, or -1 after a message. */
static int mark_verbs(const struct filter_work *w, const struct profile *p, struct verb *verbs)
{
	const struct verb all[VERBS] = {
		[FOCUS] = { "--focus", w->focus, false, NULL },
		[IGNORE] = { "--ignore", w->ignore, false, NULL },
		[HIDE] = { "--hide", w->hide, false, NULL },
		[SHOW] = { "--show", w->show, false, NULL },
		[SHOW_FROM] = { "--show-from", w->show_from, false, NULL },
		[PRUNE_FROM] = { "--prune-from", w->prune_from, true, NULL },
	};
	int status = 0;
	bool reported = false;

	memcpy(verbs, all, sizeof all);
	for (int i = 0; status >= 0 && i < VERBS; i++) {
		status = proffilter_mark_functions(p, verbs[i].option, verbs[i].expression,
						   verbs[i].names_only, &verbs[i].marks);
		reported |= status == 1;
	}
	return status < 0 ? -1 : reported;
}

static struct filter_options verb_options(const struct verb *verbs)
{
	return (struct filter_options){ .focus = verbs[FOCUS].marks,
					.ignore = verbs[IGNORE].marks,
					.hide = verbs[HIDE].marks,
					.show = verbs[SHOW].marks,
					.show_from = verbs[SHOW_FROM].marks,
					.prune_from = verbs[PRUNE_FROM].marks };
}

int proffilter_cut_stacks(struct filter_work *w, struct profile **p)
{
	bool *kinds = w->hide_kind ? alloc_zero((*p)->frame_count, sizeof *kinds) : NULL;
	struct verb verbs[VERBS];
	struct filter_options options;
	int reported = mark_verbs(w, *p, verbs), status = reported < 0 ? -1 : 0;

	if (status == 0 && kinds)
		status = mark_kinds(*p, w->hide_kind, kinds);
	if (status == 0 && cuts_stacks(w)) {
		bool any = profile_has_stacks(*p);

		options = verb_options(verbs);
		options.hide_frames = kinds;
		profile_replace(p, profile_filter(*p, &options));
		if (any && !profile_has_stacks(*p))
			status = proffilter_report_empty(w, reported);
	}
	free_verbs(verbs);
	alloc_free(kinds);
	return status;
}

/* --- call graphs --- */

bool proffilter_may_cut_graph(const struct filter_work *w, const struct profile *p)
{
	return cuts_stacks(w) && !w->hide_kind && !w->flatten && !w->drop_frames && !uses_tags(w) &&
	       w->granularity < BY_LINE && profile_has_graph(p) && !profile_has_stacks(p);
}

int proffilter_cut_calls(struct filter_work *w, struct profile **p)
{
	struct verb verbs[VERBS];
	struct filter_options options;
	struct profile *cut = NULL;
	function_id unknown = NO_ID;
	int reported = mark_verbs(w, *p, verbs), status = reported < 0 ? -1 : 0;

	options = verb_options(verbs);
	if (status == 0)
		cut = cut_graph(*p, &options, &unknown);
	free_verbs(verbs);
	if (cut) {
		profile_replace(p, cut);
		return profile_has_graph(cut) ? 0 : proffilter_report_empty(w, reported);
	}
	if (status == 0 && !w->settings.strict)
		diag_warning("a call graph does not say which part of %s this leaves: stacks are "
			     "estimated and cut, without calls",
			     diag_masked(function_name(*p, unknown)));
	return status < 0 ? -1 : 1;
}
