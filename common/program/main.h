/*
 * main - what the mains of the converters share
 */
#ifndef PROGRAM_MAIN_H
#define PROGRAM_MAIN_H

#include "common/program/convert.h"

/*
 * A program's task, and main in it: messages go to stderr, temporary files do not outlive
 * a signal, there is a progress bar. The exit status; STATUS_TROUBLE if the work was given up.
 */
int main_run(int (*main)(int argc, char **argv), int argc, char **argv);

/*
 * An X2Y from options to exit status. A pair with options of its own passes them as
 * `more`, whose values are in the struct `values`, and what to do with the files as `act`;
 * else all are NULL.
 */
int main_pair(const struct format *from, const struct format *to,
	      const struct option_row *more, void *values,
	      int (*act)(struct settings *s, char **files, int count), int argc, char **argv);

/* A conversion, all of it. Returns the exit status. */
int convert_files(struct settings *s, const struct format *from, const struct format *to,
		  format_list list, char **files, int count);

/* Rows of the program's own, or of settings. */
void options_add_group(struct settings *s, const char *heading, const struct option_row *rows,
	       void *values);

/*
 * Adds the option groups that fit a conversion between the formats of two lists: common,
 * selection, estimates where they can occur, and each format's own.
 */
void options_for_conversion(struct settings *s, format_list from, format_list to);

/* The same for a program that only reads; `own` are its own options. */
void options_for_reading(struct settings *s, format_list from, const struct option_row *own,
			 void *values);

#endif
