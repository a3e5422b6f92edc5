/* proffilter/internal - shared by cutting, matching and renaming */
#ifndef PROFFILTER_INTERNAL_H
#define PROFFILTER_INTERNAL_H

#include "common/program/convert.h"

/* The option values, and the state of the work. */
struct filter_work {
	struct settings settings;
	const char *from, *to;
	const char *focus, *ignore, *hide, *show, *show_from, *prune_from;
	const char *hide_kind, *window, *root, *trim, *scale;
	const char *tag_show, *tag_hide, *tag_root, *tag_leaf;
	struct option_list renames, tag_focus, tag_ignore, symbols;
	int granularity;
	bool flatten, drop_frames;
	bool left_nothing; /* and --strict was given */
};

/* The choices of --granularity, in order. */
enum granularity { BY_NONE, BY_FUNCTION, BY_FILE, BY_MODULE, BY_LINE, BY_ADDRESS };
#define GRANULARITIES "none|function|file|module|line|address"

/*
 * *marks (by function; the caller frees it) says which functions match an expression: by name,
 * file or object or, with `names_only`, by name alone. NULL if the option was not given. 0; 1
 * after a warning that nothing matches; -1 after a message.
 */
int proffilter_mark_functions(const struct profile *p, const char *option, const char *expression,
			      bool names_only, bool **marks);

/* Renames functions: rules by name or s/RE/TEXT/, in order. 0, or -1 after a message. */
int proffilter_rename_functions(struct profile *p, const struct option_list *rules,
				struct function *functions);
/* For --help: the named rules. */
#define RENAME_RULES "demangle, addresses, templates, lambdas, jvm"

/* Replaces each function by the group that contains it. */
void proffilter_group_functions(struct profile *p, enum granularity by, struct function *functions);

bool proffilter_needs_stacks(const struct filter_work *w);
/* Derives stacks if they are needed and there are none. 0, or -1 after a message. */
int proffilter_make_stacks(struct filter_work *w, struct profile **p);
/* Cuts stacks by the verbs that were given. 0, or -1 after a message. */
int proffilter_cut_stacks(struct filter_work *w, struct profile **p);

/*
 * Leaves out what the source of the profile wants dropped (pprof's drop_frames), for
 * --drop-frames. 0, or -1 after a message.
 */
int proffilter_drop_frames(const struct filter_work *w, struct profile **p);

/* Looks up addresses in the programs of --symbols. 0, or -1 after a message. */
int proffilter_find_symbols(const struct filter_work *w, struct profile **p);

/* Whether names are all that the verbs look at, and there is nothing but a call graph. */
bool proffilter_may_cut_graph(const struct filter_work *w, const struct profile *p);
/*
 * Cuts a call graph as it is, with its calls. 1 after a warning if it does not determine the
 * result, and stacks have to be cut; -1 after a message.
 */
int proffilter_cut_calls(struct filter_work *w, struct profile **p);

/* Nothing is left: a warning unless there was one, or with --strict an error (-1). */
int proffilter_report_empty(struct filter_work *w, bool reported);

#endif
