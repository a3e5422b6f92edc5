/*
 * pstat/reading - reads a pstat file into a profile
 *
 * 	read.c       rows, callers, our own notes
 * 	read_keys.c  (file, line, name)
 */
#ifndef PSTAT_READING_H
#define PSTAT_READING_H

#include "common/syntax/marshal.h"
#include "converters/pstat/internal.h"

struct pstat_key {
	string_id file, name;
	uint32_t line;
	bool guess;           /* the line is inferred: the first one with a value */
	bool code;            /* the name comes from a code object, so several functions may have
			        it */
	bool new_row;         /* the name is new to the profile, and so is the function */
	function_id function; /* if known already; otherwise NO_ID */
	uint32_t object;      /* its id as a kept marshal object */
};

/* The last use of a function as a key, to detect duplicates, and its line. */
struct pstat_mark {
	bool row;
	uint32_t caller; /* the row, from 1, whose caller it was last */
	uint32_t line;
};

/*
 * The numbers that begin a row and the part of a caller: as in the file, and as in `numbers`.
 */
enum { CALLS, PRIMITIVE, SELF, INCLUSIVE, FIGURES, VALUES = SELF, ROW = FIGURES + 1 };

/* In the order of the file: two counts, two values. */
struct pstat_numbers {
	int64_t v[FIGURES];
	bool uncounted; /* both counts are -1 */
};

struct pstat_reader {
	struct input *in;
	struct marshal *m;
	struct profile *p;
	thread_id thread;
	value_id value;
	int digits;
	bool seconds; /* values are times, as is usual */
	uint32_t rows;
	struct pstat_numbers row; /* the current one */
	bool sampled;             /* counts are numbers of samples, and functions lines */
	size_t first_arc;         /* rows before it come from other files */
	bool alone;               /* the profile had no rows before this file */
	int64_t *numbers, *self;  /* a row of values, all 0 except that of `value` */
	struct pstat_mark *marks; /* indexed by function */
	size_t mark_count, mark_cap;
	struct buf text;
	struct pstat_key first;  /* the key that our notes are stored under */
	bool noted, root, empty; /* from the notes: `first` is not a function; there is nothing */
};

/* Reports "byte N: expected WHAT, got ...". Returns false. */
bool pstat_expected(struct pstat_reader *r, const struct marshal_item *got, const char *what);

bool pstat_is_name(const struct marshal_item *item);
string_id pstat_read_name(struct pstat_reader *r, const struct marshal_item *item);

/* Reads a key whose tuple has been read. A key that was met before is not read again. */
bool pstat_read_key(struct pstat_reader *r, const struct marshal_item *tuple,
		    struct pstat_key *key);
/* Reads the next key if it was met before or has the common form of texts and a line. */
bool pstat_short_key(struct pstat_reader *r, struct pstat_key *key);
/* The function of a key; NO_ID if it was only added by the writer. */
function_id pstat_function_of(struct pstat_reader *r, const struct pstat_key *key);

#endif
