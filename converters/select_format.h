/*
 * select_format - which formats a tool reads and writes
 *
 * The input's format is found by its content unless -f names it; the output's is that
 * of -t, or of the suffix of -o's file, or the first input's.
 */
#ifndef CONVERTERS_SELECT_FORMAT_H
#define CONVERTERS_SELECT_FORMAT_H

#include "common/program/main.h"

/* 0, or -1 after a message. *from is NULL where the name is. */
int select_format_input(const char *name, const struct format **from);
/*
 * Where neither -t nor -o tells, `from` is taken if it can be written. The options given for
 * the output are settled.
 */
int select_format_output(struct settings *s, const char *name, const struct format *from,
			 const struct format **to);

#endif
