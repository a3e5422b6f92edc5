/*
 * main - what the mains of the converters share
 */
#ifndef PROGRAM_MAIN_H
#define PROGRAM_MAIN_H

#include "common/program/convert.h"

/*
 * An X2Y from options to exit status. A pair with options of its own passes them as
 * `more` and what to do with the files as `act`; else both are NULL.
 */
int main_pair(const struct format *from, const struct format *to,
	      const struct option_row *more, int (*act)(char **files, int count), int argc,
	      char **argv);

/*
 * The option groups that fit a conversion between the formats of two lists: common,
 * selection, estimates where they can occur, and each format's own.
 */
/* One less than MAX_OPTION_GROUPS at most: room for a group of the program's own. */
enum { MAX_OPTION_GROUPS = 64 };
size_t options_for_conversion(struct option_group *groups, format_list from, format_list to);

/* The same for a program that only reads; `own` are its own options. */
size_t options_for_reading(struct option_group *groups, format_list from,
			   const struct option_row *own);

/*
 * Options that belong to another format than the one in use: 0, or -1 after a message.
 */
int options_refuse_unused(const struct option_group *groups, size_t count,
			  const struct format *from, const struct format *to);

#endif
