/*
 * terminal - what standard output can show, if it is a terminal and the report goes there
 */
#ifndef PROGRAM_TERMINAL_H
#define PROGRAM_TERMINAL_H

#include "common/program/convert.h"

/* The option that chooses; its value is for terminal_look(). */
#define TERMINAL_COLOR_ROW(offset) \
	OPT_CHOICE(0, "color", "auto|always|never", \
		   "colours in text (auto: on a terminal, unless NO_COLOR is set)", offset)

struct terminal {
	bool colors;
	size_t width, rows; /* 0: it is none, or unknown */
};

struct terminal terminal_look(const struct settings *s, int color);

#endif
