/*
 * pstat/reading - a pstat file into a profile
 *
 *	pstat_read.c       rows, callers, our own notes
 *	pstat_read_keys.c  (file, line, name)
 */
#ifndef PSTAT_READING_H
#define PSTAT_READING_H

#include "common/syntax/marshal.h"
#include "converters/pstat/internal.h"

struct pstat_key {
	string_id file, name;
	uint32_t line;
	bool guess;          /* the line is only the first that has a figure */
	bool code;           /* the name is a code object's: several may have it */
	bool new_row;        /* the name is new to the profile: so is the function */
	function_id function; /* known from before, or NO_ID */
	uint32_t object;     /* as marshal keeps it */
};

/* Where a function was last a key, to find those that come twice, and its line. */
struct pstat_mark {
	bool row;
	uint32_t caller;     /* of which row, from 1 */
	uint32_t line;
};

struct pstat_reader {
	struct input *in;
	struct marshal *m;
	struct profile *p;
	thread_id thread;
	value_id value;
	int digits;
	bool seconds;            /* the values are times, as nearly all are */
	uint32_t rows;
	bool alone;              /* the profile had no rows before this file's */
	int64_t *numbers, *self; /* a row of values: all 0 but `value` */
	struct pstat_mark *marks;      /* by function */
	size_t mark_count, mark_cap;
	struct buf text;
	struct pstat_key first;        /* the key that our notes are under */
	bool noted, root, empty; /* what they say: `first` is no function; nothing is */
};

/* "byte N: expected WHAT, got ...". False. */
bool pstat_expected(struct pstat_reader *r, const struct marshal_item *got, const char *what);

bool pstat_is_name(const struct marshal_item *item);
string_id pstat_read_name(struct pstat_reader *r, const struct marshal_item *item);

/* `tuple` has been read. A key that was met before need not be read again. */
bool pstat_read_key(struct pstat_reader *r, const struct marshal_item *tuple,
		    struct pstat_key *key);
/* The next key, if it is one that was met before, or texts and a line as most are. */
bool pstat_short_key(struct pstat_reader *r, struct pstat_key *key);
/* NO_ID if the key is one that only the writer put there. */
function_id pstat_function_of(struct pstat_reader *r, const struct pstat_key *key);

#endif
