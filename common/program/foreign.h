/*
 * foreign - files of other kinds, by their first bytes
 *
 * Whoever gives one to a program is told what it is and, where there is a way, how to get
 * its profile in. Sources: each format's documentation or the program that writes it.
 */
#ifndef PROGRAM_FOREIGN_H
#define PROGRAM_FOREIGN_H

#include "common/base/str.h"

/* "a perf.data file: ..." for a file that begins so; NULL if nothing is known of it. */
const char *foreign_kind(struct str head);

#endif
