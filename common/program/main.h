/* main - the main functions of the converters, and their option groups */
#ifndef PROGRAM_MAIN_H
#define PROGRAM_MAIN_H

#include "common/program/convert.h"

/*
 * Runs main in a task of its own: messages go to stderr, temporary files are removed on
 * signals, a progress bar is shown. Returns the exit status. If the work is
 * given up, the process exits with STATUS_TROUBLE at once.
 */
int main_run(int (*main)(int argc, char **argv), int argc, char **argv);

/*
 * The whole of an X2Y program, from options to exit status; `all` are the formats that input
 * of the wrong format is recognised by. A pair with options of its own
 * passes them in `more`, whose values are in the struct `values`, and `act`, which handles the
 * files; otherwise all three are NULL.
 */
int main_pair(const struct format *from, const struct format *to, format_list all,
	      const struct option_row *more, void *values,
	      int (*act)(struct settings *s, char **files, int count), int argc, char **argv);

/* A complete conversion. Returns the exit status. */
int convert_files(struct settings *s, const struct format *from, const struct format *to,
		  format_list list, char **files, int count);

/*
 * Adds the option groups for a conversion between formats of the two lists: common and
 * selection options, those of estimates if they can occur, and those of each format.
 */
void options_for_conversion(struct settings *s, format_list from, format_list to);

/* Like options_for_conversion(), for a program that only reads; `own` are its own options. */
void options_for_reading(struct settings *s, format_list from, const char *heading,
			 const struct option_row *own, void *values);

#endif
