/* proffilter/internal - shared by matching and renaming */
#ifndef PROFFILTER_INTERNAL_H
#define PROFFILTER_INTERNAL_H

#include "common/profile/profile.h"
#include "common/program/options.h"

/* The choices of --granularity, in order. */
enum granularity { BY_NONE, BY_FUNCTION, BY_FILE, BY_MODULE, BY_LINE };
#define GRANULARITIES "none|function|file|module|line"

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

#endif
