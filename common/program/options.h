/*
 * options - command lines as tables
 *
 * A program's options are tables of rows. Parsing, --help, the manual pages and
 * the shells' completions all read them, so none can say something else.
 */
#ifndef PROGRAM_OPTIONS_H
#define PROGRAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
	OPTION_END,
	OPTION_FLAG,    /* target: bool */
	OPTION_TEXT,    /* target: const char * */
	OPTION_COUNT,   /* target: uint64_t */
	OPTION_FRACTION, /* target: double, 0 to 1 */
	OPTION_CHOICE,  /* target: int, the place in argument "a|b|c" */
	OPTION_LIST,    /* target: struct option_list, one more text each time */
	OPTION_REMAINDER, /* target: char **, all words from its own on: takes the rest */
	OPTION_LIMIT,   /* no target: a limit of common/io/limits */
	/*
	 * An earlier spelling of the option whose name is in `argument`, a row of the same
	 * table: the parser takes it, --help and --list-options do not show it.
	 */
	OPTION_ALIAS,
};

/* The texts of an option that can be given several times, in order. */
struct option_list {
	const char **texts;
	size_t count, cap;
};

struct option_row {
	enum option_kind kind;
	char letter;          /* 0: none */
	const char *name;     /* NULL: a letter only */
	const char *argument; /* as --help shows it */
	const char *help;
	void *target;
	bool *given;          /* set when the option was used; or NULL */
};

#define OPT_FLAG(letter, name, help, target) \
	{ OPTION_FLAG, letter, name, NULL, help, target, NULL }
#define OPT_TEXT(letter, name, argument, help, target) \
	{ OPTION_TEXT, letter, name, argument, help, target, NULL }
#define OPT_COUNT(letter, name, argument, help, target) \
	{ OPTION_COUNT, letter, name, argument, help, target, NULL }
#define OPT_FRACTION(letter, name, argument, help, target) \
	{ OPTION_FRACTION, letter, name, argument, help, target, NULL }
#define OPT_CHOICE(letter, name, choices, help, target) \
	{ OPTION_CHOICE, letter, name, choices, help, target, NULL }
#define OPT_LIST(letter, name, argument, help, target) \
	{ OPTION_LIST, letter, name, argument, help, target, NULL }
#define OPT_REMAINDER(letter, name, argument, help, target) \
	{ OPTION_REMAINDER, letter, name, argument, help, target, NULL }
#define OPT_LIMIT(letter, name, argument, help) \
	{ OPTION_LIMIT, letter, name, argument, help, NULL, NULL }
#define OPT_ALIAS(name, current) \
	{ OPTION_ALIAS, 0, name, current, NULL, NULL, NULL }
#define OPT_END { OPTION_END, 0, NULL, NULL, NULL, NULL, NULL }

/* Rows under one heading; `used` is set when one of them was given. */
struct option_group {
	const char *heading;
	const struct option_row *rows;
	const char *used; /* the name of the last one given, or NULL */
};

/*
 * Takes limits from PROFPIPE_LIMITS, then the options out of argv; returns the index of
 * the first of the words that are left (they are moved to the end), or -1 after a message.
 */
int options_parse(struct option_group *groups, size_t count, int argc, char **argv);

/* Aligned lines for --help. */
void options_print(FILE *to, const struct option_group *groups, size_t count);

/*
 * One line a row: heading, letter, name, argument, kind and help, with tabs between.
 * Manual pages and completions are made from it.
 */
void options_dump(FILE *to, const struct option_group *groups, size_t count);

#endif
