/*
 * options - command lines as tables
 *
 * A program's options are tables of rows. Parsing, --help, the manual pages and
 * the shells' completions all read them, so none can say something else. A row says where
 * in a struct its value goes, not in which one: that is up to the group, so that tables
 * are constant and every piece of work has values of its own.
 *
 * Options of formats are settled when the formats are known, see option_set: two formats
 * may have an option of the same name. Where both ends of a conversion have it, --in-NAME
 * and --out-NAME say which one is meant, and --NAME alone is refused. The two are always
 * understood.
 */
#ifndef PROGRAM_OPTIONS_H
#define PROGRAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/str.h"

struct format;

enum option_kind {
	OPTION_END,
	OPTION_FLAG,    /* bool */
	OPTION_TEXT,    /* const char * */
	OPTION_COUNT,   /* uint64_t */
	OPTION_FRACTION, /* double, 0 to 1 */
	OPTION_CHOICE,  /* int, the place in argument "a|b|c" */
	OPTION_LIST,    /* struct option_list, one more text each time */
	OPTION_REMAINDER, /* char **, all words from its own on: takes the rest */
	OPTION_LIMIT,   /* nothing here: a limit of the current task */
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
	size_t offset;        /* of its value in the group's struct */
	size_t given;         /* of a bool that tells whether it was used; 0: none */
};

#define OPT_FLAG(letter, name, help, offset) \
	{ OPTION_FLAG, letter, name, NULL, help, offset, 0 }
#define OPT_TEXT(letter, name, argument, help, offset) \
	{ OPTION_TEXT, letter, name, argument, help, offset, 0 }
#define OPT_COUNT(letter, name, argument, help, offset) \
	{ OPTION_COUNT, letter, name, argument, help, offset, 0 }
#define OPT_FRACTION(letter, name, argument, help, offset) \
	{ OPTION_FRACTION, letter, name, argument, help, offset, 0 }
#define OPT_CHOICE(letter, name, choices, help, offset) \
	{ OPTION_CHOICE, letter, name, choices, help, offset, 0 }
#define OPT_LIST(letter, name, argument, help, offset) \
	{ OPTION_LIST, letter, name, argument, help, offset, 0 }
#define OPT_REMAINDER(letter, name, argument, help, offset) \
	{ OPTION_REMAINDER, letter, name, argument, help, offset, 0 }
#define OPT_LIMIT(letter, name, argument, help) \
	{ OPTION_LIMIT, letter, name, argument, help, 0, 0 }
#define OPT_ALIAS(name, current) \
	{ OPTION_ALIAS, 0, name, current, NULL, 0, 0 }
#define OPT_END { OPTION_END, 0, NULL, NULL, NULL, 0, 0 }

/* The two ends of a conversion. */
enum option_end { END_NONE, END_INPUT, END_OUTPUT };

/* Rows under one heading, of the program or of one end of one format. */
struct option_group {
	const char *heading;      /* a format's belongs to the group, as its values do */
	const struct option_row *rows;
	void *values;             /* the struct that the rows' offsets are in */
	enum option_end end;      /* END_NONE: of no format, settled while parsing */
	const struct format *format;
	bool settled;
};

/* An option of a format as it was given, until it is known whose it is. */
struct option_use {
	const char *name;         /* without --in- and --out- */
	const char *text;         /* its argument, or NULL */
	enum option_end end;      /* END_NONE: whichever has it */
};

/*
 * All options of a program. The groups of formats are settled one by one with
 * options_settle(): the output's when it is chosen, an input's when it is found.
 */
struct option_set {
	struct option_group *groups;
	size_t count, cap;
	struct option_use *uses;
	size_t use_count, use_cap;
	const struct format *output; /* settled; NULL: not yet, or there is none */
};

struct option_group *options_add(struct option_set *set, struct option_group group);
/* Takes a group of no format out again. */
void options_drop(struct option_set *set, const struct option_row *rows);
void options_free(struct option_set *set);

/*
 * Takes limits from PROFPIPE_LIMITS, then the options out of argv; returns the index of
 * the first of the words that are left (they are moved to the end), or -1 after a message.
 */
int options_parse(struct option_set *set, int argc, char **argv);

/*
 * Gives the group of that end of that format, if there is one, the values that were given
 * for it. Does nothing for a second file of the same format. 0, or -1 after a message.
 */
int options_settle(struct option_set *set, enum option_end end, const struct format *format);

/*
 * Refuses what was given for other formats than `input` (NULL: any that reads) and
 * `output` (NULL: none): 0, or -1 after a message.
 */
int options_refuse_unused(const struct option_set *set, const struct format *input,
			  const struct format *output);

/* An option that was given and that no input has, or NULL. */
const char *options_of_output(const struct option_set *set);

/* Where the values of that end of that format are, or NULL if there is no such group. */
void *options_values(const struct option_set *set, enum option_end end,
		     const struct format *format);

/* The row of that name, or that an alias of it stands for, or NULL; and its value from text: 0, or -1 after a message. */
const struct option_row *option_find(const struct option_row *rows, struct str name);
int option_set_value(const struct option_row *row, void *values, const char *text);

/* Aligned lines for --help. */
void options_print(FILE *to, const struct option_set *set);

/*
 * One line a row: heading, letter, name, argument, kind and help, with tabs between.
 * Manual pages and completions are made from it.
 */
void options_dump(FILE *to, const struct option_set *set);

#endif
