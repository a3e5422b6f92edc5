/* profmerge/files - file names from the command line and from lists */
#ifndef PROFMERGE_FILES_H
#define PROFMERGE_FILES_H

#include "common/base/str.h"

struct file_names {
	char **names; /* those from lists point into `text` */
	size_t count, cap;
	struct buf text;
	bool input_used; /* standard input was a list, so it is not a profile */
};

/*
 * Adds names from a list, one on each line or, with `nul`, each ended by a NUL byte. 0, or -1
 * after a message.
 */
int file_names_read(struct file_names *f, const char *list, bool nul);
void file_names_add(struct file_names *f, char *name);
void file_names_free(struct file_names *f);

#endif
