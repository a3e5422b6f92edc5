/*
 * options - command lines as tables
 *
 * A program's options are tables of rows. Parsing, --help, the manual pages and shell
 * completions all use them, so they always agree. A row holds the offset of its value in a
 * struct; the group holds the struct. So tables are constant, and every piece of work has its
 * own values.
 *
 * Options of formats are assigned when the formats are known, see option_set: two formats may
 * have an option of the same name. If both ends of a conversion have it, --in-NAME and
 * --out-NAME say which one is meant, and --NAME alone is rejected. These two forms are always
 * accepted.
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
	OPTION_FLAG,      /* bool */
	OPTION_TEXT,      /* const char * */
	OPTION_COUNT,     /* uint64_t */
	OPTION_FRACTION,  /* double, 0 to 1 */
	OPTION_CHOICE,    /* int, the position in argument "a|b|c" */
	OPTION_LIST,      /* struct option_list; each use appends a text */
	OPTION_REMAINDER, /* char **, all words from this one on; ends the options */
	OPTION_LIMIT,     /* no value: a limit of the current task */
	/*
	 * An earlier spelling of the option named in `argument`, a row of the same table. It is
	 * accepted, but not shown by --help or --list-options.
	 */
	OPTION_ALIAS,
};

/* The arguments of an option that may be repeated, in order. */
struct option_list {
	const char **texts;
	size_t count, cap;
};

struct option_row {
	enum option_kind kind;
	char letter;          /* 0: none */
	const char *name;     /* NULL: only a letter */
	const char *argument; /* shown by --help */
	const char *help;
	size_t offset; /* offset of its value in the struct of the group */
	size_t given;  /* offset of a bool that is set when it is used; 0: none */
};

#define OPT_FLAG(letter, name, help, offset) \
	{ \
		OPTION_FLAG, letter, name, NULL, help, offset, 0 \
	}
#define OPT_TEXT(letter, name, argument, help, offset) \
	{ \
		OPTION_TEXT, letter, name, argument, help, offset, 0 \
	}
#define OPT_COUNT(letter, name, argument, help, offset) \
	{ \
		OPTION_COUNT, letter, name, argument, help, offset, 0 \
	}
#define OPT_FRACTION(letter, name, argument, help, offset) \
	{ \
		OPTION_FRACTION, letter, name, argument, help, offset, 0 \
	}
#define OPT_CHOICE(letter, name, choices, help, offset) \
	{ \
		OPTION_CHOICE, letter, name, choices, help, offset, 0 \
	}
#define OPT_LIST(letter, name, argument, help, offset) \
	{ \
		OPTION_LIST, letter, name, argument, help, offset, 0 \
	}
#define OPT_REMAINDER(letter, name, argument, help, offset) \
	{ \
		OPTION_REMAINDER, letter, name, argument, help, offset, 0 \
	}
#define OPT_LIMIT(letter, name, argument, help) \
	{ \
		OPTION_LIMIT, letter, name, argument, help, 0, 0 \
	}
#define OPT_ALIAS(name, current) \
	{ \
		OPTION_ALIAS, 0, name, current, NULL, 0, 0 \
	}
#define OPT_END \
	{ \
		OPTION_END, 0, NULL, NULL, NULL, 0, 0 \
	}

/* The two ends of a conversion. */
enum option_end { END_NONE, END_INPUT, END_OUTPUT };

/* Rows under one heading, of the program or of one end of a format. */
struct option_group {
	const char *heading; /* of a format's group, its name; "input" or "output" follows */
	const struct option_row *rows;
	void *values;        /* the struct that the offsets refer to */
	enum option_end end; /* END_NONE: of no format; assigned while parsing */
	const struct format *format;
	bool settled;
};

/* An option of a format as it was given, before it is known which format it belongs to. */
struct option_use {
	const char *name;    /* without --in- or --out- */
	const char *text;    /* its argument, or NULL */
	enum option_end end; /* END_NONE: the end that has such an option */
};

/*
 * All options of a program. Values are assigned to the groups of formats by options_settle():
 * for the output when it is chosen, for an input when it is detected.
 */
struct option_set {
	struct option_group *groups;
	size_t count, cap;
	struct option_use *uses;
	size_t use_count, use_cap;
	const struct format *output; /* the output, once settled; otherwise NULL */
};

struct option_group *options_add(struct option_set *set, struct option_group group);
/* Removes a group that belongs to no format. */
void options_drop(struct option_set *set, const struct option_row *rows);
void options_free(struct option_set *set);

/*
 * Reads limits from PROFPIPE_LIMITS, then parses argv. Returns the index of the first remaining
 * word (these are moved to the end), or -1 after a message.
 */
int options_parse(struct option_set *set, int argc, char **argv);

/*
 * Assigns to the group of that end of that format the values that were given for it. Does
 * nothing for a second file of the same format. 0, or -1 after a message.
 */
int options_settle(struct option_set *set, enum option_end end, const struct format *format);
/* Both ends, for a program that knows them from the start. */
int options_settle_pair(struct option_set *set, const struct format *input,
			const struct format *output);

/*
 * Rejects options given for formats other than `input` (NULL: any that reads) and `output`
 * (NULL: none). 0, or -1 after a message.
 */
int options_refuse_unused(const struct option_set *set, const struct format *input,
			  const struct format *output);

/* An option that was given and that no input has, or NULL. */
const char *options_of_output(const struct option_set *set);

/* The values of that end of that format; NULL if there is no such group. */
void *options_values(const struct option_set *set, enum option_end end,
		     const struct format *format);

/*
 * option_find() returns the row with that name, or the row that an alias of that name stands
 * for, or NULL. option_set_value() sets its value from text: 0, or -1 after a message.
 */
const struct option_row *option_find(const struct option_row *rows, struct str name);
int option_set_value(const struct option_row *row, void *values, const char *text);

/* Prints aligned lines for --help. */
void options_print(FILE *to, const struct option_set *set);

/*
 * Prints one line for each row: heading, letter, name, argument, kind and help, separated by
 * tabs. Manual pages and completions are generated from it.
 */
void options_dump(FILE *to, const struct option_set *set);

#endif
