/*
 * profmerge/files - the names of files, from a command line and from lists
 */
#ifndef PROFMERGE_FILES_H
#define PROFMERGE_FILES_H

#include "common/base/str.h"

struct file_names {
	char **names;     /* those of lists are in `text` */
	size_t count, cap;
	struct buf text;
	bool input_used;  /* standard input was a list: it is no profile */
};

/* Adds names from a list, a line each, or with `nul` a NUL byte each. 0, or -1 after a message. */
int file_names_read(struct file_names *f, const char *list, bool nul);
void file_names_add(struct file_names *f, char *name);
void file_names_free(struct file_names *f);

#endif
