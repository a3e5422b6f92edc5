/*
 * proffilter/internal - what its main, its matching and its renaming share
 */
#ifndef PROFFILTER_INTERNAL_H
#define PROFFILTER_INTERNAL_H

#include "common/profile/profile.h"
#include "common/program/options.h"

/* What --granularity chooses, in the order of its choices. */
enum granularity { BY_NONE, BY_FUNCTION, BY_FILE, BY_MODULE, BY_LINE };
#define GRANULARITIES "none|function|file|module|line"

/*
 * *marks (by function; the caller frees it) says which functions an option's expression
 * matches: by name or, unless `names_only`, by name, file or object. NULL if the option
 * was not given. 0; 1 after a warning that it matches nothing; -1 after a message.
 */
int proffilter_mark_functions(const struct profile *p, const char *option, const char *expression,
			      bool names_only, bool **marks);

/* Rewrites the functions' names: rules by name or s/RE/TEXT/, in order. 0 or -1 after a message. */
int proffilter_rename_functions(struct profile *p, const struct option_list *rules,
				struct function *functions);
/* For --help: the rules that go by a name. */
#define RENAME_RULES "demangle, addresses, templates, lambdas"

/* Functions become what they are in. */
void proffilter_group_functions(struct profile *p, enum granularity by, struct function *functions);

#endif
