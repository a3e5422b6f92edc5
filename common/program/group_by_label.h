/*
 * group_by_label - the --by of programs: what samples have under a key instead of their stacks
 */
#ifndef PROGRAM_GROUP_BY_LABEL_H
#define PROGRAM_GROUP_BY_LABEL_H

#include "common/program/convert.h"

/*
 * Makes each sample one of its label, see tags_as_frames(); *p is replaced. Nothing is done if
 * key is NULL. 0, or -1 after a message that begins with `where` if no sample has such a label.
 */
int convert_group_by_label(struct settings *s, struct profile **p, const char *key,
			   const char *where);

#endif
